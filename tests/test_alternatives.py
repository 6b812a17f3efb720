"""A right answer passes, however it is written."""

from pathlib import Path

import pytest
from conftest import Answered, put_back, put_in_place_of_the_answer, verdict_on

from workshop.course.groups import EXERCISES
from workshop.course.reference import answers
from workshop.judging.misconception import Misconception, read_misconception
from workshop.judging.verdict import PASSED

pytestmark = pytest.mark.slow

FILES = sorted((Path(__file__).parent / "alternatives").glob("*/*.md"))
# Of an exercise that is not here, four.
AT_LEAST = {"stg_payments": 8, "orders": 12, "customers": 10, "tests": 5, "sources": 5, "docs": 5, "marts": 5}
ACCEPTED_WITH_A_REMARK = {
    "stg_payments/extra_columns": "more columns",
    "stg_payments/in_another_folder": "`models/staging`",
    "orders/extra_columns": "more columns",
    "customers/extra_columns": "more columns",
    "tests/guide_spelling": "deprecated",
    "sources/guide_spelling": "deprecated",
    "marts/guide_spelling": "deprecated",
    "tests/warnings": "only warn",
    "customers/lifetime_value_coalesced": "missing lifetime value",
    "customers/lifetime_value_coalesced_in_the_sum": "missing lifetime value",
}


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_another_right_way_passes(answered: Answered, path: Path) -> None:
    alternative = read_misconception(path)  # of the same form: a title, a line, and the edits
    project = answered(alternative.exercise)
    with put_back(project):
        put_in_place_of_the_answer(project, alternative.edits)
        verdict = verdict_on(project, alternative.exercise)
    assert verdict.outcome == PASSED, verdict.message
    remark = ACCEPTED_WITH_A_REMARK.get(named(path))
    if remark:
        assert any(remark in text for text in verdict.remarks)
    else:
        assert verdict.remarks == ()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_an_alternative_is_another_way(path: Path) -> None:
    alternative = read_misconception(path)
    assert not set(alternative.edits) & set(answers()[alternative.exercise].edits)


@pytest.mark.parametrize("exercise", [exercise.name for exercise in EXERCISES])
def test_enough_other_ways_are_tried(exercise: str) -> None:
    tried: list[Misconception] = [read_misconception(path) for path in FILES if path.parent.name == exercise]
    assert len({alternative.edits for alternative in tried}) >= AT_LEAST.get(exercise, 4)
