"""Every known mistake earns its own words and nobody else's, and is shown on rows that can exist."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ledger
import pytest
from conftest import Answered, InPlaceOfTheAnswer, files_in, named, put_back, verdict_on

from workshop.course.groups import EXERCISES
from workshop.course.reference import misconceptions_of, reference
from workshop.judging.comparison import Result
from workshop.judging.counterexample import Counterexample
from workshop.judging.misconception import Misconception
from workshop.judging.reference import render
from workshop.judging.twin import content_of, right_models
from workshop.judging.values import plain
from workshop.judging.verdict import DOES_NOT_RUN, NOT_YET, PASSED, Verdict

pytestmark = pytest.mark.slow

NAMES = [exercise.name for exercise in EXERCISES]
# Of an exercise that is not here, four.
AT_LEAST = {
    "stg_payments": 14,
    "orders": 24,
    "customers": 18,
    "tests": 10,
    "sources": 10,
    "docs": 6,
    "marts": 8,
    "pivot": 20,
    "loop": 13,
    "from_data": 11,
    "macro": 20,
    "own_test": 12,
}
Try = Callable[[Misconception], Verdict]
RECOGNISED_BY_WHAT_IT_READS = (
    "hard_coded_table",
    "not_built_on_orders",
    "not_built_on_stg_payments",
    "in_another_folder",
)
TOLD_BY_THE_FILE = """
    comma_before_from method_written_twice last_turned_round value_not_in_quotes endfor_missing for_in_double_braces
    text_in_place_of_a_list list_without_commas names_in_the_list two_columns_of_one_name
""".split()
MODEL_OF = dict.fromkeys(
    ("pivot", "loop"), "int_payments_pivoted_to_orders"
)  # where the exercise is not called as its model is
NEVER_SAID = re.compile(r"\b(simply|just|obviously)\b", re.IGNORECASE)
END_OF_SENTENCE = re.compile(r"[.?!](?=\s|$)")

ALL = [mistake for exercise in NAMES for mistake in misconceptions_of(exercise).values()]
BY_RESULT = [
    mistake
    for mistake in ALL
    if MODEL_OF.get(mistake.exercise, mistake.exercise) in reference().models
    and mistake.name not in (*RECOGNISED_BY_WHAT_IT_READS, *TOLD_BY_THE_FILE)
]
MODELS = sorted({mistake.exercise for mistake in BY_RESULT})


@pytest.fixture(scope="session")
def verdict_of(in_place_of_the_answer: InPlaceOfTheAnswer) -> Try:
    """What the check says where a mistake takes the place of the answer."""
    return in_place_of_the_answer(ALL)


@pytest.mark.parametrize("exercise", NAMES)
def test_the_answers_alone_pass(answered: Answered, exercise: str) -> None:
    """Else a mistake made on top of them would prove nothing."""
    assert verdict_on(answered(exercise), exercise).outcome == PASSED


@pytest.mark.parametrize("exercise", NAMES)
def test_enough_mistakes_are_known(exercise: str) -> None:
    assert len(misconceptions_of(exercise)) >= AT_LEAST.get(exercise, 4)


@pytest.mark.parametrize("mistake", ALL, ids=named)
def test_a_mistake_earns_its_own_words(verdict_of: Try, mistake: Misconception) -> None:
    verdict = verdict_of(mistake)
    assert verdict.misconception == mistake.name, verdict.message
    if mistake in BY_RESULT:
        assert (verdict.outcome, verdict.title, verdict.message) == (NOT_YET, mistake.title, mistake.words)
    else:  # recognised by the check, which may add where it is
        assert verdict.outcome in (NOT_YET, DOES_NOT_RUN)
        assert mistake.words in verdict.message
    assert verdict.remarks == ()


@pytest.mark.parametrize("mistake", BY_RESULT, ids=named)
def test_a_mistake_is_shown_on_rows_that_can_exist(verdict_of: Try, mistake: Misconception) -> None:
    shown = verdict_of(mistake).counterexample
    assert shown is not None
    assert as_bag(shown.returned) != as_bag(shown.expected)
    assert shown.differing_returned or shown.differing_expected
    assert strays(shown) == []


def as_bag(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str(sorted((name, settled(value)) for name, value in row.items())) for row in rows)


def strays(shown: Counterexample) -> list[dict[str, Any]]:
    """Return the input rows that point at a row which is not shown, though its table is."""
    found = []
    for child, parent, column in (
        ("stg_payments", "stg_orders", "order_id"),
        ("stg_orders", "stg_customers", "customer_id"),
        ("orders", "stg_customers", "customer_id"),
    ):
        if child in shown.inputs and parent in shown.inputs:
            there = {row[column] for row in shown.inputs[parent]}
            found += [row for row in shown.inputs[child] if row[column] not in there]
    return found


def test_a_stray_row_would_be_found() -> None:
    inputs = {"stg_orders": [{"order_id": 1}], "stg_payments": [{"order_id": 1}, {"order_id": 2}]}
    assert strays(Counterexample(inputs, [], [], frozenset(), frozenset())) == [{"order_id": 2}]


@pytest.mark.parametrize("exercise", MODELS)
def test_no_two_mistakes_return_the_same(exercise: str) -> None:
    """Two files for one result would make the alphabet choose the words."""
    right = right_models(reference())
    model = MODEL_OF.get(exercise, exercise)
    name_of: dict[Any, str] = {content(right.run(content_of(model), right.raw.small)): "the answer"}
    for mistake in BY_RESULT:
        if mistake.exercise == exercise:
            returned = content(right.run(render(mistake.model(model) or ""), right.raw.small))
            assert returned not in name_of, f"{mistake.name} returns the same as {name_of[returned]}"
            name_of[returned] = mistake.name


def content(result: Result) -> tuple[Any, ...]:
    """Return a result without its order of columns and rows, and without the dust of floating point."""
    rows = [{name: settled(value) for name, value in row.items()} for row in result.as_dicts()]
    return tuple(sorted(result.columns)), tuple(sorted(str(sorted(row.items())) for row in rows))


def settled(value: Any) -> str:
    value = plain(value)
    return f"{value + 0.0:.4f}" if isinstance(value, float) else repr(value)


@pytest.mark.parametrize("exercise", NAMES)
def test_words_and_titles_are_nobody_elses(exercise: str) -> None:
    known = misconceptions_of(exercise).values()
    assert len({mistake.words for mistake in known}) == len(known)
    assert len({mistake.title for mistake in known}) == len(known)


@pytest.mark.parametrize("mistake", ALL, ids=named)
def test_words_are_few_and_kind(mistake: Misconception) -> None:
    assert not NEVER_SAID.search(f"{mistake.title} {mistake.words}")
    assert 1 <= len(END_OF_SENTENCE.findall(mistake.words)) <= 4
    assert not mistake.title.endswith(".")


def test_what_a_test_changes_is_put_back(answered_folder: Path) -> None:
    """Else each of these tests would depend on those before it."""
    before = {path: path.read_bytes() for path in files_in(answered_folder)}
    with put_back(answered_folder):
        (answered_folder / "models" / "marts" / "core" / "fct_orders.sql").unlink()
        (answered_folder / "models" / "marts" / "core" / "dim_customers.sql").write_text("select 1", encoding="utf-8")
        (answered_folder / "models" / "new.sql").write_text("select 1", encoding="utf-8")
    assert {path: path.read_bytes() for path in files_in(answered_folder)} == before


@pytest.mark.parametrize("exercise", [pytest.param(name, id=f"{name}/all") for name in NAMES])
def test_the_ledger_holds_what_is_said(verdict_of: Try, exercise: str) -> None:
    mistakes = misconceptions_of(exercise).values()
    assert ledger.hold(f"Known mistakes of {exercise}", [ledger.line(each.name, verdict_of(each)) for each in mistakes])
