"""A right answer passes, however it is written."""

from collections.abc import Callable
from pathlib import Path

import ledger
import pytest
from conftest import InPlaceOfTheAnswer, named

from workshop.course.groups import EXERCISES
from workshop.course.reference import answers
from workshop.judging.misconception import Misconception, read_misconception
from workshop.judging.verdict import PASSED, Verdict

pytestmark = pytest.mark.slow

FILES = sorted((Path(__file__).parent / "alternatives").glob("*/*.md"))
# Of an exercise that is not here, four.
AT_LEAST = {
    "stg_payments": 8,
    "orders": 12,
    "customers": 10,
    "tests": 5,
    "sources": 5,
    "docs": 5,
    "marts": 5,
    "pivot": 10,
    "loop": 8,
    "from_data": 7,
    "macro": 10,
    "own_test": 6,
}
ACCEPTED_WITH_A_REMARK = {
    "stg_payments/extra_columns": "more columns",
    "stg_payments/in_another_folder": "`models/staging`",
    "orders/extra_columns": "more columns",
    "customers/extra_columns": "more columns",
    "tests/guide_spelling": "deprecated",
    "sources/guide_spelling": "deprecated",
    "marts/guide_spelling": "deprecated",
    "tests/warnings": "only warn",
    "docs/in_words": "and the data `return_pending`",
    "macro/other_argument_names": "by their names",
    "loop/total_at_the_end": "more columns",
    "pivot/a_total_besides": "more columns",
    "pivot/status_in_each_case": "nobody managed to pay",
    "customers/lifetime_value_coalesced": "missing lifetime value",
    "customers/lifetime_value_coalesced_in_the_sum": "missing lifetime value",
}


ALL = [read_misconception(path) for path in FILES]  # of the same form: a title, a line, and the edits


@pytest.fixture(scope="session")
def verdict_of(in_place_of_the_answer: InPlaceOfTheAnswer) -> Callable[[Misconception], Verdict]:
    """What the check says where another right way takes the place of the answer."""
    return in_place_of_the_answer(ALL)


@pytest.mark.parametrize("alternative", ALL, ids=named)
def test_another_right_way_passes(verdict_of: Callable[[Misconception], Verdict], alternative: Misconception) -> None:
    verdict = verdict_of(alternative)
    assert verdict.outcome == PASSED, verdict.message
    remark = ACCEPTED_WITH_A_REMARK.get(named(alternative))
    if remark:
        assert any(remark in text for text in verdict.remarks)
    else:
        assert verdict.remarks == ()


@pytest.mark.parametrize("alternative", ALL, ids=named)
def test_an_alternative_is_another_way(alternative: Misconception) -> None:
    assert not set(alternative.edits) & set(answers()[alternative.exercise].edits)


@pytest.mark.parametrize("exercise", [exercise.name for exercise in EXERCISES])
def test_enough_other_ways_are_tried(exercise: str) -> None:
    tried = [alternative for alternative in ALL if alternative.exercise == exercise]
    assert len({alternative.edits for alternative in tried}) >= AT_LEAST.get(exercise, 4)


@pytest.mark.parametrize("exercise", [pytest.param(each.name, id=f"{each.name}/all") for each in EXERCISES])
def test_the_ledger_holds_what_is_said(verdict_of: Callable[[Misconception], Verdict], exercise: str) -> None:
    ways = [each for each in ALL if each.exercise == exercise]
    assert ledger.hold(f"Other right ways of {exercise}", [ledger.line(each.name, verdict_of(each)) for each in ways])
