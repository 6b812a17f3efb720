"""Data tests are judged by breaking the data: each fault is real, and what a test does counts, not how it is written."""

from pathlib import Path

import duckdb
import pytest
from conftest import Answered, put_back

import workshop
from workshop.course.groups import find_exercise
from workshop.dbt_project.work import Work
from workshop.judging.exercise import try_exercise
from workshop.judging.faults import (
    MART_FAULTS,
    SENTENCES,
    SOURCE_FAULTS,
    STAGING_FAULTS,
    Fault,
    broken,
    relations_behind,
    rows_of,
)
from workshop.judging.feedback import NOT_YET, PASSED, Feedback
from workshop.judging.model import build_models
from workshop.judging.twin import Twin, spare

ALL = [*SOURCE_FAULTS, *STAGING_FAULTS, *MART_FAULTS]


def feedback(project: Path, exercise: str) -> Feedback:
    return try_exercise(find_exercise(exercise), Work(project))


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.relation}/{fault.name}")
def test_a_fault_is_there_inside_and_gone_afterwards(fault: Fault, answered_folder: Path) -> None:
    twin = Twin()
    models, _ = Work(answered_folder).compiled()
    built = build_models(twin, models)
    name = built[fault.relation].relation if fault.relation in built else fault.relation
    twin.fill(twin.small_shop)
    clean = twin.rows_of(name)
    with broken(twin, built, fault) as is_broken:
        assert is_broken
        assert len(twin.rows_of(name).rows) == len(clean.rows) + 1
    assert twin.rows_of(name) == clean
    assert rows_of(twin, built, fault)


def test_a_test_sees_what_its_models_read_and_nothing_else(answered_folder: Path) -> None:
    twin = Twin()
    models, _ = Work(answered_folder).compiled()
    built = build_models(twin, models)
    payments = {("raw", "stripe", "payment"), ("warehouse", "main", "stg_payments")}
    assert relations_behind(twin, built, 'select * from "warehouse"."main"."stg_payments"') == payments
    assert (
        relations_behind(twin, built, "select * from (select * from stg_payments) where id in (select 1)") == payments
    )
    assert relations_behind(twin, built, "with mine as (select 1) select * from mine") == set()
    assert payments < relations_behind(
        twin, built, "with fct_orders as (select * from fct_orders) select * from fct_orders"
    )
    assert payments < relations_behind(twin, built, "select * from fct_orders")
    assert relations_behind(twin, built, "select * from query_table('stg_payments')") is None
    assert relations_behind(twin, built, "selec") is None


def test_every_fault_has_a_sentence_and_every_sentence_a_fault() -> None:
    assert {fault.name for fault in ALL} == set(SENTENCES)


@pytest.mark.parametrize("exercise, number", [("tests", 12), ("sources", 12), ("marts", 5)])
def test_the_answer_catches_every_fault(answered: Answered, exercise: str, number: int) -> None:
    found = feedback(answered(exercise), exercise).faults
    assert len(found) == number
    assert all(each.by for each in found)


def test_grade_names_the_tests_that_caught_a_fault(answered: Answered) -> None:
    [graded] = workshop.grade(answered("tests"), "tests")
    assert {"name": "order_without_id", "caught_by": ["not_null_stg_orders_order_id"]} in graded["faults"]
    [graded] = workshop.grade(answered("docs"), "docs")
    assert "faults" not in graded


def test_a_fault_that_slipped_through_is_shown_with_its_rows(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        file = project / "models/staging/stg_stripe.yml"
        file.write_text(file.read_text().replace("          - unique\n", ""))
        found = feedback(project, "tests")
    assert found.outcome == NOT_YET
    assert found.message.startswith("Two payments share one id, and all your tests stay green.")
    [(name, rows)] = found.counterexample.inputs.items()
    assert (name, [row["payment_id"] for row in rows]) == ("stg_payments", [1, 1])
    assert [each.fault.name for each in found.faults if not each.by] == ["repeated_payment"]


@pytest.mark.parametrize("config", ["where: payment_id < 0", "error_if: '>10'"])
def test_a_test_that_does_not_fail_catches_nothing(answered: Answered, config: str) -> None:
    project = answered("tests")
    with put_back(project):
        file = project / "models/staging/stg_stripe.yml"
        lenient = f"          - unique:\n              config:\n                {config}\n"
        file.write_text(file.read_text().replace("          - unique\n", lenient))
        assert feedback(project, "tests").misconception == "unique_forgotten"


def test_staging_tests_do_not_count_as_source_tests(answered: Answered) -> None:
    project = answered("sources")
    with put_back(project):
        file = project / "models/staging/src_stripe.yml"
        file.write_text(file.read_text()[: file.read_text().index("        columns:")])
        assert feedback(project, "sources").misconception == "payments_without_tests"


def test_a_wrong_model_is_not_blamed_on_the_tests(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        (project / "models/orders.sql").write_text("select * from {{ ref('stg_orders') }}\n")
        assert feedback(project, "tests").outcome == PASSED


def test_checks_of_group_2_leave_the_project_as_it_is(answered_folder: Path) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in answered_folder.rglob("*") if path.is_file()}

    before = files()
    workshop.grade(answered_folder)
    assert files() == before


def test_a_connection_that_cannot_go_on_is_not_used_again() -> None:
    broken_one = duckdb.connect()
    broken_one.close()
    spare.append(broken_one)
    assert Twin().connection is not broken_one
    assert broken_one not in spare
