"""Judge the generic test `not_negative`: tried on tables that it was not written for, then on broken payments."""

from workshop.course.reference import reference
from workshop.course.working_group_3.jinja_slips import in_words_of
from workshop.course.working_group_3.macro_files import macro_named, text_of_macros, why_there_is_none
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.data_tests import DataTest
from workshop.judging.faults import Fault
from workshop.judging.project_trial import set_up_project
from workshop.judging.promises import judge_data_tests, spelling_remarks
from workshop.judging.test_calls import Tried, try_test
from workshop.judging.verdict import Verdict, not_yet

TEST = "not_negative"
NEGATIVE_AMOUNT = Fault(
    name="negative_payment_amount",
    sentence="A payment has an amount below zero",
    noticed_by=TEST,
    relation="stg_payments",
    rows="amounts",
    key="payment_id",
    column="amount",
    values=("-0.01", "-20"),
)
PRAISE = (
    "It notices what is below zero in the first row and in the last, it leaves 0 and NULL alone, and it works for a "
    "table and a column that you did not write it for: so anybody can put it on any column, in one line of YAML."
)

# What is tried: the values of a column, and whether the test should complain.
FINE = {"positive": (5, 12.5, 0.01), "zero": (0, 3), "null": (None, 4)}
BROKEN = {
    "first": (-0.01, 5, 7),
    "middle": (5, -20, 7),
    "last": (5, 7, -0.01),
    "only": (-3,),
    "next to NULL": (None, -1),
}


def check_own_test(work: Work) -> Verdict:
    try:
        found = macro_named(work, f"test_{TEST}")
        if found is None:
            return why_there_is_none(work, f"test_{TEST}", "own_test", "test")
        problem = wrong_on_other_tables(work)
        trial = set_up_project(work, "own_test", reference())
    except DoesNotRun as error:
        raise in_words_of("own_test", error, text_of_macros(work)) from error
    if problem:
        return problem
    tests = [test for test in trial.tests if is_on_the_amount(test)]
    if not tests:
        return not_yet(reference().mistake("own_test", "not_put_on_the_amount"))
    verdict = judge_data_tests(trial, tests, (NEGATIVE_AMOUNT,), PRAISE)
    return verdict.remarking(*spelling_remarks(work, trial))


def is_on_the_amount(test: DataTest) -> bool:
    return test.kind == TEST and test.column.lower() == "amount" and "stg_payments" in test.depends_on


# -- on other tables ---------------------------------------------------------------------------------------


def wrong_on_other_tables(work: Work) -> Verdict | None:
    """Return what is wrong with the test where it is put on tables and columns that it was not written for."""
    tried = try_test(work, f"test_{TEST}", "accounts", "balance", {**FINE, **BROKEN})
    if tried.expression and "balance" not in tried.expression:
        return named("column_written_into_the_test", tried)
    if tried.expression and "accounts" not in tried.expression:
        return named("model_written_into_the_test", tried)
    if not tried.expression:
        return named("writes_nothing", tried)
    if tried.trouble:
        return named("test_does_not_run", tried)
    complains = {name for name, is_red in tried.complaints.items() if is_red}
    if complains >= {*FINE, *BROKEN}:
        return named("always_complains", tried)
    if "positive" in complains:
        return named("selects_the_good_rows", tried)
    if "zero" in complains:
        return named("zero_is_negative", tried)
    if "null" in complains:
        return named("null_is_negative", tried)
    return None if complains >= BROKEN.keys() else named("never_complains", tried)


def named(mistake: str, tried: Tried) -> Verdict:
    verdict = not_yet(reference().mistake("own_test", mistake))
    wrote = " ".join(tried.expression.split())
    said = f" It does not run: {tried.trouble.said.rstrip('.')}." if tried.trouble else ""
    return verdict.adding(f"Put on `balance` of `accounts`, it becomes `{wrote}`.{said}") if wrote else verdict
