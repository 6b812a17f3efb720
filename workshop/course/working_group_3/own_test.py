"""Judge the generic test `not_negative`: tried on tables that it was not written for, then on broken payments."""

import re
from collections.abc import Sequence

from workshop.course.reference import reference
from workshop.course.working_group_3.jinja_slips import in_words_of
from workshop.course.working_group_3.macro_files import macro_named, own_macros, text_of_macros, why_there_is_none
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.data_tests import DataTest
from workshop.judging.faults import Fault
from workshop.judging.project_trial import ProjectTrial, set_up_project
from workshop.judging.promises import judge_data_tests, spelling_remarks
from workshop.judging.test_calls import Tried, try_test
from workshop.judging.verdict import Verdict, not_yet

TEST = "not_negative"


def negative_amount(relation: str, key: str) -> Fault:
    return Fault(
        name=f"negative_amount_of_{relation}",
        sentence=f"A row of `{relation}` has an amount below zero",
        noticed_by=TEST,
        relation=relation,
        rows="amounts",
        key=key,
        column="amount",
        values=("-0.01", "-20"),
    )


# What can go wrong in each model that has an amount, and that the test is to be put on.
NEGATIVE_AMOUNTS = {
    "stg_payments": negative_amount("stg_payments", "payment_id"),
    "fct_orders": negative_amount("fct_orders", "order_id"),
}
IS_YAML = re.compile(rf"\b(data_)?tests\s*:|\b{TEST}\b")
DBTS_OWN = ("unique", "not_null", "accepted_values", "relationships")
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
        if found is None and in_place_of_dbts(work):
            return not_yet(reference().mistake("own_test", "name_of_dbts_own"))
        if found is None:
            return why_there_is_none(work, f"test_{TEST}", "own_test", "test")
        problem = wrong_on_other_tables(work)
        trial = set_up_project(work, "own_test", reference())
    except DoesNotRun as error:
        raise in_words_of("own_test", error, text_of_macros(work)) from error
    if problem:
        return problem
    return wrong_on_the_amounts(work, trial).remarking(*spelling_remarks(work, trial), *in_place_of_dbts(work))


# -- on the amounts ----------------------------------------------------------------------------------------


def wrong_on_the_amounts(work: Work, trial: ProjectTrial) -> Verdict:
    """Return the verdict on the test where the learner has put it: on each amount, and looking at each row."""
    amounts = [name for name in NEGATIVE_AMOUNTS if name == "stg_payments" or trial.model(name)]
    put_on = {name: [test for test in trial.tests if is_on_the_amount(test, name)] for name in amounts}
    if without := [name for name in amounts if not put_on[name]]:
        return not_put_on(work, without, is_nowhere=without == amounts)
    for name, tests in put_on.items():  # each by its own: bad payments make bad orders, which another test may notice
        verdict = judge_data_tests(trial, tests, [NEGATIVE_AMOUNTS[name]], PRAISE)
        if not verdict.has_passed:
            break
    return verdict


def is_on_the_amount(test: DataTest, model: str) -> bool:
    return test.kind == TEST and test.column.lower() == "amount" and model in test.depends_on


def not_put_on(work: Work, without: Sequence[str], is_nowhere: bool) -> Verdict:
    for name in without:
        if IS_YAML.search(description_of_amount(work, name)):
            return not_yet(reference().mistake("own_test", "swallowed_by_the_description"), f"amount of {name}")
    if "stg_payments" in without and is_nowhere:
        return not_yet(reference().mistake("own_test", "not_put_on_the_amount"))
    one_only = not_yet(reference().mistake("own_test", "on_one_amount_only"))
    return one_only.adding(f"It is missing on the `amount` of `{without[0]}`.")


def description_of_amount(work: Work, model: str) -> str:
    nodes = [node for node in work.manifest.nodes.values() if node.resource_type == "model" and node.name == model]
    columns = [column for node in nodes for name, column in node.columns.items() if name.lower() == "amount"]
    return " ".join(column.description for column in columns)


def in_place_of_dbts(work: Work) -> tuple[str, ...]:
    """Return a remark on each test of the project that bears the name of one of dbt's own."""
    taken = [name for name in DBTS_OWN if f"test_{name}" in own_macros(work)]
    words = "Your test `{0}` takes the place of dbt's own, wherever your YAML says `{0}`: give it another name."
    return tuple(words.format(name) for name in taken)


# -- on other tables ---------------------------------------------------------------------------------------


def wrong_on_other_tables(work: Work) -> Verdict | None:
    """Return what is wrong with the test where it is put on tables and columns that it was not written for."""
    tried = try_test(work, f"test_{TEST}", "accounts", "balance", {**FINE, **BROKEN})
    if "'balance'" in tried.expression:
        return named("column_as_text", tried)
    if re.search(r"\bfrom\s+balance\b", tried.expression, re.IGNORECASE):
        return named("model_and_column_swapped", tried)
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
