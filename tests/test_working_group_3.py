"""Group 3's exercises, where they begin and what else is right or wrong besides the known mistakes."""

from pathlib import Path

import pytest
from conftest import Answered, put_back, verdict_on

from workshop.course.reference import answers
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED

MODEL = "models/intermediate/int_payments_pivoted_to_orders.sql"


@pytest.fixture
def project(answered: Answered) -> Path:
    """A project in which group 2 is done, to be changed within `put_back`."""
    return answered("marts")


def write(project: Path, path: str, text: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text, encoding="utf-8")


def text_of(exercise: str) -> str:
    return answers()[exercise].edits[0].text


@pytest.mark.parametrize("exercise", ["sources", "marts", "pivot"])
def test_a_staging_model_that_does_not_run_is_at_fault_and_not_who_asks_it(answered: Answered, exercise: str) -> None:
    project = answered("from_data")
    staging = project / "models/staging/stripe/stg_payments.sql"
    with put_back(project):
        staging.write_text(staging.read_text().replace("orderid as", "ordreid as"))
        verdict = verdict_on(project, exercise)
    assert verdict.outcome == DOES_NOT_RUN
    assert "models/staging/stripe/stg_payments.sql" in verdict.message and "Did you mean `orderid`" in verdict.message
    assert "int_payments" not in verdict.message


# -- pivot, loop -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", ["pivot", "loop"])
def test_nothing_is_there_yet(project: Path, exercise: str) -> None:
    assert verdict_on(project, exercise).outcome == NOT_STARTED


def test_a_loop_begins_where_the_pivot_ends(project: Path) -> None:
    with put_back(project):
        write(project, MODEL, text_of("pivot"))
        assert verdict_on(project, "pivot").outcome == PASSED
        verdict = verdict_on(project, "loop")
        assert verdict.outcome == NOT_STARTED and "once for each method" in verdict.message
        write(project, MODEL, text_of("loop"))
        assert [verdict_on(project, each).outcome for each in ("pivot", "loop")] == [PASSED, PASSED]


def test_a_mistake_of_the_step_before_is_named_in_a_loop_as_well(project: Path) -> None:
    with put_back(project):
        write(project, MODEL, text_of("loop").replace(" else 0", ""))
        assert verdict_on(project, "loop").misconception == "missing_instead_of_zero"
        write(project, MODEL, text_of("loop").replace("where status = 'success'", ""))
        assert verdict_on(project, "loop").misconception == "failed_payments_counted"


@pytest.mark.parametrize(
    ("looks", "outcome"),
    [
        ("{{ }}", DOES_NOT_RUN),
        ("{% for i in range(3) %}", DOES_NOT_RUN),
        ("select 1 as order_id {% for", DOES_NOT_RUN),
        ("{% set payment_methods = [] %}select order_id from {{ ref('stg_payments') }}", NOT_YET),
        ("select * from {{ ref('fct_orders') }} {% for x in [1] %}{% endfor %}", NOT_YET),
    ],
)
def test_whatever_stands_in_the_file_gets_an_answer(project: Path, looks: str, outcome: str) -> None:
    with put_back(project):
        write(project, MODEL, looks)
        verdict = verdict_on(project, "loop")
        assert verdict.outcome == outcome, verdict.message
        assert "our mistake" not in verdict.message


# -- own_test ----------------------------------------------------------------------------------------------

TEST = "tests/generic/not_negative.sql"
STRIPE = "models/staging/stripe/stg_stripe.yml"
ON_THE_AMOUNT = (
    "      - name: amount\n        description: Amount in USD\n        data_tests:\n          - not_negative\n"
)
ON_THE_MODEL = "    data_tests:\n      - not_negative:\n          arguments: {column_name: amount}\n"


@pytest.fixture
def tested(answered: Answered) -> Path:
    """A project with all of group 3, to be changed within `put_back`."""
    return answered("own_test")


def replace_in(project: Path, path: str, old: str, new: str) -> None:
    text = (project / path).read_text(encoding="utf-8")
    assert old in text
    write(project, path, text.replace(old, new))


def test_a_test_of_the_model_with_the_column_as_argument_is_on_the_amount_too(tested: Path) -> None:
    with put_back(tested):
        replace_in(tested, STRIPE, ON_THE_AMOUNT, ON_THE_MODEL)
        assert verdict_on(tested, "own_test").outcome == PASSED


@pytest.mark.parametrize("file", [STRIPE, "models/marts/core/core.yml"])
@pytest.mark.parametrize(
    "written",
    [
        "        description: Amount in USD\n          data_tests - not_negative\n",
        "        description: |\n          Amount in USD\n          data_tests:\n            - not_negative\n",
    ],
)
def test_a_test_that_became_a_part_of_the_description_is_none(tested: Path, file: str, written: str) -> None:
    with put_back(tested):
        replace_in(tested, file, ON_THE_AMOUNT, f"      - name: amount\n{written}")
        assert verdict_on(tested, "own_test").misconception == "swallowed_by_the_description"


@pytest.mark.parametrize(("file", "model"), [(STRIPE, "stg_payments"), ("models/marts/core/core.yml", "fct_orders")])
def test_each_amount_has_to_be_tested(tested: Path, file: str, model: str) -> None:
    with put_back(tested):
        replace_in(tested, file, ON_THE_AMOUNT, "      - name: amount\n")
        verdict = verdict_on(tested, "own_test")
        assert verdict.misconception == "on_one_amount_only" and f"`{model}`" in verdict.message


def test_a_test_that_takes_the_place_of_dbts_own_is_told(tested: Path) -> None:
    with put_back(tested):
        text = (tested / TEST).read_text(encoding="utf-8").replace("not_negative", "unique")
        write(tested, "tests/generic/unique.sql", text)
        verdict = verdict_on(tested, "own_test")
        assert verdict.outcome == PASSED and "takes the place of dbt's own" in verdict.remarks[0]


@pytest.mark.parametrize(
    ("signature", "misconception"),
    [
        ("(m, c)", "arguments_named_otherwise"),
        ("(model)", "arguments_named_otherwise"),
        ("()", "arguments_named_otherwise"),
        ("", None),
    ],
)
def test_a_test_with_the_wrong_signature(tested: Path, signature: str, misconception: str | None) -> None:
    with put_back(tested):
        replace_in(tested, TEST, "(model, column_name)", signature)
        verdict = verdict_on(tested, "own_test")
        assert (verdict.outcome, verdict.misconception) == (DOES_NOT_RUN, misconception)
        assert "(model, column_name)" in verdict.message or "round brackets" in verdict.message
