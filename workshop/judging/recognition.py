"""Which known mistake returns the same as a wrong model?"""

from dataclasses import dataclass
from functools import cache

import duckdb
from jinja2 import TemplateError

from workshop.judging.comparison import Difference, Result, compare
from workshop.judging.misconception import Misconception
from workshop.judging.model_answer import Expectation, Finding, ModelAnswer
from workshop.judging.reference import Reference, render
from workshop.judging.twin import RightModels, right_models


@dataclass(frozen=True)
class Recognised:
    """A known mistake, or None, and what of a difference it accounts for: all of it where there is none."""

    mistake: Misconception | None
    accounts_for: Difference


def recognise(finding: Finding, answer: ModelAnswer, reference: Reference) -> Recognised:
    """Return the known mistake that differs in the same way in the small shop.

    A mistake that accounts for the whole difference comes first, else the one that accounts for most of it.
    """
    known = [
        Recognised(mistake, theirs)
        for mistake, theirs in known_differences(answer, finding.expectation, reference)
        if finding.difference.contains(theirs)
    ]
    nobody = Recognised(None, finding.difference)
    return max(known, key=lambda found: len(found.accounts_for.aspects), default=nobody)


@cache
def known_differences(
    answer: ModelAnswer, expectation: Expectation, reference: Reference
) -> list[tuple[Misconception, Difference]]:
    """Return how each known mistake differs in the small shop, for those that are known by their result."""
    right = right_models(reference)
    wanted = right.run(expectation.sql, right.raw.small)
    found = []
    for mistake in reference.mistakes_of(answer.of_exercise).values():
        sql = sql_of(mistake, answer)
        if sql is not None and (returned := result_of(right, sql, expectation)):
            found.append((mistake, compare(returned, wanted, answer.key)))
    return found


def sql_of(mistake: Misconception, answer: ModelAnswer) -> str | None:
    """Return the SQL that a mistake gives the answer's model; None where it gives none, or Jinja refuses it."""
    text = mistake.model(answer.name)
    try:
        return None if text is None else render(text)
    except (TemplateError, TypeError):  # such a mistake is known by what dbt says of it
        return None


def result_of(right: RightModels, sql: str, expectation: Expectation) -> Result | None:
    for each in (expectation.way.format(source=f"(\n{sql}\n)"), sql):
        try:
            return right.run(each, right.raw.small)
        except duckdb.Error:
            continue  # it lacks the column that is accepted in two ways, or names tables that are not there
    return None
