"""Which mistake does a wrong model make? One that is known and returns the same, else one that any model can make."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
from jinja2 import TemplateError

from workshop.judging.comparison import Difference, Result, compare
from workshop.judging.misconception import Misconception, Mistake
from workshop.judging.model_answer import Expectation, Finding, ModelAnswer
from workshop.judging.patterns.diagnosis import diagnose
from workshop.judging.reference import Reference, render
from workshop.judging.twin import RightModels, right_models


@dataclass(frozen=True)
class Recognised:
    """A mistake, or None.

    aspects: what of a difference it accounts for, as `Difference.aspects` names it
    is_all: whether nothing else is wrong
    """

    mistake: Mistake | None
    aspects: frozenset[str]
    is_all: bool = True


def recognise(
    finding: Finding, on_everything: Callable[[Finding], Finding], answer: ModelAnswer, reference: Reference
) -> Recognised:
    """Return the mistake to mend first.

    One that accounts for the whole difference comes before others, then what is wrong with columns, rows, and values,
    in this order; a known mistake before a pattern.

    on_everything: returns the same finding on the whole raw data, with inputs
    """
    known = list(known_mistakes(finding, answer, reference))
    if found := [each for each in known if each.is_all]:
        return found[0]
    everything = on_everything(finding)
    all_of_it = everything.difference.aspects
    patterns = [
        Recognised(pattern, pattern.aspects, pattern.aspects >= all_of_it and not pattern.is_mixed)
        for pattern in diagnose(everything, answer.key, reference)
    ]
    return max([*known, *patterns], key=importance, default=Recognised(None, finding.difference.aspects))


# -- how ---------------------------------------------------------------------------------------------------


def importance(found: Recognised) -> tuple[Any, ...]:
    is_known = isinstance(found.mistake, Misconception)
    return found.is_all, "columns" in found.aspects, "rows" in found.aspects, len(found.aspects), is_known


def known_mistakes(finding: Finding, answer: ModelAnswer, reference: Reference) -> Iterator[Recognised]:
    """Give the known mistakes that show in the small shop; those that show there unmixed come first."""
    here, mixed = finding.difference, []
    for mistake, theirs in known_differences(answer, finding.expectation, reference):
        if here.contains(theirs):
            yield Recognised(mistake, theirs.aspects, theirs.aspects == here.aspects)
        elif here.shows(theirs):
            mixed.append(Recognised(mistake, theirs.aspects, is_all=False))
    yield from mixed


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
