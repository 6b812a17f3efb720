"""Judge what a project promises about its data: clean data passes, and whatever breaks, one of its tests notices."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from workshop.dbt_project.words import listed
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.dbt_project.yaml_spelling import deprecated_arguments
from workshop.judging.breaking import inject, rows_that_show
from workshop.judging.comparison import Result
from workshop.judging.counterexample import Counterexample
from workshop.judging.data_tests import DataTest, complaints, failing
from workshop.judging.faults import Caught, Fault
from workshop.judging.findings import explained_test, findings_about, sentence
from workshop.judging.project_trial import ProjectTrial
from workshop.judging.slips import why_it_slipped
from workshop.judging.verdict import PASSED, Verdict, not_yet

PASSED_OVER = ("another_shape", "key_misspelt", "jinja_in_yaml")  # dbt reads on, and does something else than was meant
POINTS_AT_NOTHING = ("to_without_ref", "to_not_there", "model_not_there")

# The known mistake behind a test that fails on clean data, by the kind of the test.
TOO_STRICT = {
    "unique": "unique_on_the_wrong_column",
    "not_null": "not_null_where_null_is_right",
    "accepted_values": "accepted_value_missing",
    "relationships": "relationships_to_the_wrong_column",
}


def judge_data_tests(
    trial: ProjectTrial, tests: Sequence[DataTest], faults: Sequence[Fault], praise: str, about: str = "models"
) -> Verdict:
    """Return the verdict on some of a project's tests. Raises DoesNotRun.

    tests: those that may notice the faults; that they pass on clean data is asked of all tests of the project
    about: what the tests are of, "models" or "sources"
    """
    swallowed = findings_about(about, trial.exercise, trial.findings, trial.reference)
    for finding, verdict in swallowed:
        if finding.name in POINTS_AT_NOTHING:
            return verdict
    try:
        too_strict = first_that_fails_on_clean_data(trial)
        caught = tuple(inject(trial.patient, tests, faults))
    except DoesNotRun as error:
        raise explained_test(trial.exercise, error, trial.findings, trial.reference) from error
    if too_strict:
        return fails_on_clean_data(trial, *too_strict, faults)
    if slipped := [each for each in caught if each.missed]:
        words = [verdict for _, verdict in swallowed] or [why_it_slipped(trial, slipped[0], caught)]
        return slipped_through(trial, slipped[0], words[0], caught)
    return Verdict(PASSED, praise, remarks=only_warnings(tests), faults=caught)


def swallowed_by_dbt(trial: ProjectTrial, about: str) -> Verdict | None:
    """Where nothing is there because dbt ignored it, return the verdict that says so in place of "not started"."""
    found = findings_about(about, trial.exercise, trial.findings, trial.reference)
    return found[0][1] if found else None


def with_slips(verdict: Verdict, trial: ProjectTrial, about: str) -> Verdict:
    """Return the verdict; where the work is not right, what stands in its YAML in another shape comes first.

    about: "models" or "sources"
    """
    slips = [each for each in trial.findings if each.name in PASSED_OVER and (not each.about or about in each.about)]
    if verdict.has_passed or not slips:
        return verdict
    said = slips[0].words or sentence(slips[0].detail)
    return replace(verdict, message=f"{verdict.message}\n\nLook at {slips[0].place} first: {said}")


def spelling_remarks(work: Work, trial: ProjectTrial) -> tuple[str, ...]:
    """Return remarks on what dbt passes over and on what it calls deprecated."""
    misspelt = [finding for finding in trial.findings if finding.name == "key_misspelt"]
    remarks = [f"dbt passes over something in {finding.place}: {finding.detail}" for finding in misspelt]
    if found := deprecated_arguments(work.project):
        places = listed(sorted({each.file for each in found}), last="")
        remarks.append(
            f"dbt calls one spelling deprecated ({places}): the arguments of a test belong under `arguments:`. "
            "It works for now."
        )
    return tuple(remarks)


# -- how ---------------------------------------------------------------------------------------------------


def first_that_fails_on_clean_data(trial: ProjectTrial) -> tuple[DataTest, Result] | None:
    twin = trial.patient.twin
    twin.fill(twin.raw.whole)
    found = next(((test, complaints(twin, test)) for test in failing(twin, trial.tests)), None)
    twin.fill(twin.raw.small)
    return found


def fails_on_clean_data(trial: ProjectTrial, test: DataTest, rows: Result, faults: Sequence[Fault]) -> Verdict:
    mistake = TOO_STRICT.get(test.kind, "test_fails_on_clean_data")
    if is_of_another_column(test, faults):
        mistake = "accepted_values_on_the_wrong_column"
    verdict = not_yet(trial.reference.mistake(trial.exercise, mistake))
    if mistake == TOO_STRICT["accepted_values"] and (pair := written_otherwise(test, rows, faults)):
        mine, theirs = pair
        verdict = not_yet(trial.reference.mistake(trial.exercise, "accepted_value_misspelt"))
        verdict = verdict.adding(f"Your list says `{mine}`, the data says `{theirs}`.")
    return replace(
        verdict,
        message=f"On the data as it is, `{test.name}` fails. {verdict.message}",
        counterexample=Counterexample({f"what {test.name} complains about": rows.as_dicts()}),
    )


def is_of_another_column(test: DataTest, faults: Sequence[Fault]) -> bool:
    """Tell whether a test expects the values of one column of another one."""
    known = [set(fault.known) for fault in faults if fault.known and fault.column != test.column.lower()]
    return bool(test.accepts) and any(set(test.accepts) <= each for each in known)


def written_otherwise(test: DataTest, rows: Result, faults: Sequence[Fault]) -> tuple[str, str] | None:
    """Return a value that a test accepts and no row has, and the value of some rows that is probably meant by it."""
    known = {value for fault in faults if fault.column == test.column.lower() for value in fault.known}
    in_no_row = {value.lower(): value for value in test.accepts if value not in known}
    seen = [str(row[0]) for row in rows.rows if str(row[0]) in known]
    for value in seen:
        if close := get_close_matches(value.lower(), in_no_row, 1, 0.6):
            return in_no_row[close[0]], value
    return (next(iter(in_no_row.values())), seen[0]) if len(in_no_row) == len(seen) == 1 else None


def slipped_through(trial: ProjectTrial, slipped: Caught, verdict: Verdict, caught: tuple[Caught, ...]) -> Verdict:
    fault, case = slipped.fault, slipped.missed
    rows = rows_that_show(trial.patient, fault, case) if case else []
    return replace(
        verdict,
        message=f"{fault.sentence}, and all your tests stay green. {verdict.message}",
        counterexample=Counterexample({fault.relation: rows}),
        faults=caught,
    )


def only_warnings(tests: Sequence[DataTest]) -> tuple[str, ...]:
    warning = sorted(test.name for test in tests if test.warns_only)
    return (f"{listed(warning, last='')} only warn: dbt goes on building when they fail.",) if warning else ()
