"""Why a broken row slipped past the tests: there is none, or it looks away, or elsewhere."""

from collections.abc import Sequence

from workshop.dbt_project.sql_tree import parts_of
from workshop.judging.breaking import name_in_sql
from workshop.judging.data_tests import DataTest
from workshop.judging.faults import Caught, Fault
from workshop.judging.project_trial import ProjectTrial
from workshop.judging.raw_data import literal
from workshop.judging.verdict import Verdict, not_yet


def why_it_slipped(trial: ProjectTrial, caught: Caught, all_caught: Sequence[Caught]) -> Verdict:
    """Return the verdict on the tests past which a fault slipped, in the words of the known mistake behind it."""
    return (
        whole_table_without_tests(trial, caught, all_caught)
        or a_test_that_looks_away(trial, caught)
        or a_test_that_is_switched_off(trial, caught.fault)
        or not_yet(trial.reference.mistake(trial.exercise, f"{caught.fault.noticed_by}_forgotten"))
    )


def whole_table_without_tests(trial: ProjectTrial, caught: Caught, all_caught: Sequence[Caught]) -> Verdict | None:
    rows = caught.fault.rows
    mistake = trial.reference.find_mistake(trial.exercise, f"{rows}_without_tests")
    of_table = [each for each in all_caught if each.fault.rows == rows]
    others = [each for each in all_caught if each.fault.rows != rows and each.missed]
    if mistake and not others and all(each.missed and not each.by for each in of_table):
        return not_yet(mistake)
    return None


def a_test_that_looks_away(trial: ProjectTrial, caught: Caught) -> Verdict | None:
    """A test of the right kind, of the right column, that does not see this row."""
    tests = [test for test in tests_of(trial, caught.fault) if test.column.lower() == caught.fault.column]
    if not tests:
        return None
    value = caught.missed.value if caught.missed else None
    if value is not None and value in [literal(each) for test in tests for each in test.accepts]:
        return named(trial, "accepted_value_too_many", value)
    if settings := [f"{test.name}: {setting}" for test in tests for setting in test.settings]:
        return named(trial, "test_looks_away", settings[0])
    if caught.fault.noticed_by == "relationships":
        return named(trial, "relationships_to_the_wrong_table", tests[0].name)
    return named(trial, "test_looks_away", tests[0].name)


def a_test_that_is_switched_off(trial: ProjectTrial, fault: Fault) -> Verdict | None:
    place = parts_of(name_in_sql(trial.patient, fault) or fault.relation)
    for node in trial.switched_off:
        is_of_the_column = (node.column_name or "").lower() == fault.column and place[-1] in node.name
        if node.test_metadata.name == fault.noticed_by and is_of_the_column:
            return named(trial, "test_switched_off", node.name)
    return None


# -- how ---------------------------------------------------------------------------------------------------


def tests_of(trial: ProjectTrial, fault: Fault) -> list[DataTest]:
    """Return the tests of the faulty relation that are of the kind that would notice."""
    place = parts_of(name_in_sql(trial.patient, fault) or fault.relation)
    return [test for test in trial.tests if test.kind == fault.noticed_by and parts_of(test.relation) == place]


def named(trial: ProjectTrial, mistake: str, detail: str) -> Verdict:
    return not_yet(trial.reference.mistake(trial.exercise, mistake), detail)
