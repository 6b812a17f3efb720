"""Which known mistake returns the same as a wrong model?"""

from functools import cache

import duckdb

from workshop.judging.comparison import Difference, compare
from workshop.judging.expectations import Expectation, Finding, ModelAnswer
from workshop.judging.misconception import Misconception
from workshop.judging.reference import Reference, render
from workshop.judging.results import Result
from workshop.judging.right_models import RightModels, right_models


def recognise(finding: Finding, answer: ModelAnswer, reference: Reference) -> tuple[Misconception | None, Difference]:
    """Return the known mistake that differs in the same way in the small shop, and how it differs.

    A mistake that accounts for the whole difference comes first, else the one that accounts for most of it. Where there
    is none, it is None and the finding's own difference.
    """
    known = [
        (mistake, difference)
        for mistake, difference in known_differences(answer, finding.expected, reference)
        if finding.difference.contains(difference)
    ]
    return max(known, key=lambda found: len(found[1].aspects)) if known else (None, finding.difference)


@cache
def known_differences(
    answer: ModelAnswer, expected: Expectation, reference: Reference
) -> list[tuple[Misconception, Difference]]:
    """Return how each known mistake differs in the small shop, for those that are known by their result."""
    right = right_models(reference)
    wanted = right.result(expected.sql, right.raw.small)
    found = []
    for mistake in reference.mistakes_of(answer.name).values():
        text = mistake.model(answer.name)
        if text is not None and (returned := result_of(right, render(text), expected)):
            found.append((mistake, compare(returned, wanted, answer.key)))
    return found


def result_of(right: RightModels, sql: str, expected: Expectation) -> Result | None:
    for each in (expected.way.format(source=f"(\n{sql}\n)"), sql):
        try:
            return right.result(each, right.raw.small)
        except duckdb.Error:
            continue  # it lacks the column that is accepted in two ways, or names tables that are not there
    return None
