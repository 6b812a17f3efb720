"""Data tests are judged by breaking the data: each fault is real, and what a test does counts, not its text."""

from pathlib import Path

import duckdb
import pytest
from conftest import Answered, put_back, verdict_on

import workshop
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import reference
from workshop.course.working_group_2.layout import mart_faults, source_faults, staging_faults
from workshop.dbt_project.work import Work
from workshop.judging.breaking import Patient, broken, cases_of, name_in_sql, relations_behind, rows_that_show
from workshop.judging.faults import Fault
from workshop.judging.project_trial import set_up_project
from workshop.judging.raw_data import raw_data
from workshop.judging.twin import Twin
from workshop.judging.verdict import NOT_YET, PASSED

ALL = [*source_faults(), *staging_faults(), *mart_faults()]


@pytest.fixture(scope="module")
def patient(answered_folder: Path) -> Patient:
    return set_up_project(Work(answered_folder, tables=RAW_TABLES), "marts", reference()).patient


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.relation}/{fault.name}")
def test_a_fault_is_there_inside_and_gone_afterwards(fault: Fault, patient: Patient) -> None:
    twin, name = patient.twin, name_in_sql(patient, fault)
    assert name
    twin.fill(twin.raw.small)
    clean = twin.run(f"select * from {name} order by {fault.key}")
    for case in cases_of(patient, fault, []):
        with broken(patient, fault) as put:
            put(case)
            found = twin.run(f"select * from {name}")
            wrong = [row for row in found.rows if row not in clean.rows or found.rows.count(row) > 1]
            assert len(wrong) == (1 if case.value else 2)
        assert twin.run(f"select * from {name} order by {fault.key}") == clean
        assert rows_that_show(patient, fault, case)


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.relation}/{fault.name}")
def test_a_fault_is_tried_in_the_middle_and_at_both_ends(fault: Fault, patient: Patient) -> None:
    keys = patient.twin.run(f"select {fault.key} from {name_in_sql(patient, fault)} order by 1").column(fault.key)
    tried = [int(case.key) for case in cases_of(patient, fault, [])]
    assert {keys[0], keys[-1]} < set(tried) and tried[0] == keys[0]


def test_a_test_sees_what_its_models_read_and_nothing_else(patient: Patient) -> None:
    payments = {("raw", "stripe", "payment"), ("warehouse", "main", "stg_payments")}
    behind = [
        'select * from "warehouse"."main"."stg_payments"',
        "select * from (select * from stg_payments) where id in (select 1)",
    ]
    assert [relations_behind(patient, sql) for sql in behind] == [payments, payments]
    assert relations_behind(patient, "with mine as (select 1) select * from mine") == set()
    shadowed = relations_behind(patient, "with fct_orders as (select * from fct_orders) select * from fct_orders")
    assert shadowed and payments < shadowed
    through_a_mart = relations_behind(patient, "select * from fct_orders")
    assert through_a_mart and payments < through_a_mart
    assert relations_behind(patient, "select * from query_table('stg_payments')") is None
    assert relations_behind(patient, "selec") is None


SENTENCES = {
    "repeated_customer": "Two customers share one id",
    "customer_without_id": "A customer has no id",
    "repeated_order": "Two orders share one id",
    "order_without_id": "An order has no id",
    "unknown_order_status": "An order has a status that nobody has heard of",
    "order_without_customer": "An order does not say whose it is",
    "order_of_nobody": "An order belongs to a customer who does not exist",
    "repeated_payment": "Two payments share one id",
    "payment_without_id": "A payment has no id",
    "payment_without_order": "A payment does not say which order it is for",
    "payment_of_no_order": "A payment is for an order that does not exist",
    "unknown_payment_status": "A payment has a status that nobody has heard of",
}


def test_names_and_sentences_are_those_that_a_learner_reads() -> None:
    assert {fault.name: fault.sentence for fault in ALL} == SENTENCES


def test_a_pointer_to_nobody_leads_to_no_row_at_all_and_to_a_row_of_another_table() -> None:
    raw = raw_data(RAW_TABLES)
    everywhere = {str(key) for keys in raw.whole.values() for key in keys}
    pointing = [fault for fault in ALL if fault.noticed_by == "relationships"]
    assert len(pointing) == 4
    for fault in pointing:
        parent = "jaffle_shop.customers" if fault.name == "order_of_nobody" else "jaffle_shop.orders"
        nobody, elsewhere = fault.values
        assert nobody not in everywhere
        assert elsewhere in everywhere and int(elsewhere) not in raw.small[parent]


@pytest.mark.parametrize(("exercise", "number"), [("tests", 12), ("sources", 12), ("marts", 5)])
def test_the_answer_catches_every_fault(answered: Answered, exercise: str, number: int) -> None:
    found = verdict_on(answered(exercise), exercise).faults
    assert len(found) == number
    assert all(each.by for each in found)


def test_grade_names_the_tests_that_caught_a_fault(answered: Answered) -> None:
    [graded] = workshop.grade(answered("tests"), "tests", trust=True)
    assert {"name": "order_without_id", "caught_by": ["not_null_stg_orders_order_id"]} in graded["faults"]
    [graded] = workshop.grade(answered("docs"), "docs", trust=True)
    assert "faults" not in graded


def test_a_fault_that_slipped_through_is_shown_with_its_rows(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        file = project / "models/staging/stg_stripe.yml"
        file.write_text(file.read_text().replace("          - unique\n", ""))
        found = verdict_on(project, "tests")
    assert found.outcome == NOT_YET
    assert found.message.startswith("Two payments share one id, and all your tests stay green.")
    [(name, rows)] = found.counterexample.inputs.items()
    assert (name, [row["payment_id"] for row in rows]) == ("stg_payments", [1, 1])
    assert [each.fault.name for each in found.faults if not each.by] == ["repeated_payment"]


@pytest.mark.parametrize(
    "config",
    [
        "where: payment_id < 0",
        "where: payment_id < 20",
        "error_if: '>10'",
        "limit: 0",
        "fail_calc: count(*) * 0",
        "{warn_if: '>10', severity: warn}",
    ],
)
def test_a_test_that_looks_away_is_named_with_its_setting(answered: Answered, config: str) -> None:
    project = answered("tests")
    with put_back(project):
        file = project / "models/staging/stg_stripe.yml"
        separator = " " if config.startswith("{") else "\n                "
        lenient = f"          - unique:\n              config:{separator}{config}\n"
        file.write_text(file.read_text().replace("          - unique\n", lenient))
        found = verdict_on(project, "tests")
        assert found.misconception == "test_looks_away"
        assert "unique_stg_payments_payment_id" in found.message and config.split(":")[0].strip("{") in found.message


def test_staging_tests_do_not_count_as_source_tests(answered: Answered) -> None:
    project = answered("sources")
    with put_back(project):
        file = project / "models/staging/src_stripe.yml"
        file.write_text(file.read_text()[: file.read_text().index("        columns:")])
        assert verdict_on(project, "sources").misconception == "payments_without_tests"


def test_a_wrong_model_is_not_blamed_on_the_tests(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        (project / "models/orders.sql").write_text("select * from {{ ref('stg_orders') }}\n")
        assert verdict_on(project, "tests").outcome == PASSED


def test_checks_of_group_2_leave_the_project_as_it_is(answered_folder: Path) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in answered_folder.rglob("*") if path.is_file()}

    before = files()
    workshop.grade(answered_folder, trust=True)
    assert files() == before


def test_a_connection_that_cannot_go_on_is_not_used_again() -> None:
    raw = raw_data(RAW_TABLES)
    broken_one = duckdb.connect()
    broken_one.close()
    raw.spare.append(broken_one)
    assert Twin(raw).connection is not broken_one
    assert broken_one not in raw.spare
