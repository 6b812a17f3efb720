"""A model in a shop whose data is not today's: what it returns there, against what it should."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from workshop.dbt_project.model import Model
from workshop.dbt_project.work import Work
from workshop.judging.comparison import Difference, Result, compare
from workshop.judging.counterexample import Counterexample, side_by_side
from workshop.judging.reference import Reference
from workshop.judging.refusal import told_of
from workshop.judging.stand_ins import build_models
from workshop.judging.twin import Twin, right_models


@dataclass(frozen=True)
class OtherShop:
    """A shop that differs from today's.

    sentence: what is different, as the beginning of a verdict
    changes: the statements on `raw` that make it of today's
    expected: the select, on right models, of what the model should return there
    """

    sentence: str
    changes: tuple[str, ...]
    expected: str


@dataclass(frozen=True)
class Outcome:
    """What a model returned in another shop, what was expected there, and how the two differ, if they do."""

    returned: Result
    expected: Result
    difference: Difference
    shown: Counterexample


def try_in(shop: OtherShop, work: Work, name: str, key: str, inputs: Sequence[str], reference: Reference) -> Outcome:
    """Compile the model `name` in another shop, and run it there. Raises DoesNotRun.

    key: the column that tells its rows apart
    inputs: the selects of right models to show it by, each "name: select"
    """
    *ancestors, model = work.in_another_shop(shop.changes).with_ancestors(name)
    returned = returned_in(shop, ancestors, model, reference)
    right = right_models(reference)
    with changed(right.twin, shop):
        expected = right.twin.run(shop.expected)
        rows = {label: right.twin.run(sql).as_dicts() for label, _, sql in (each.partition(": ") for each in inputs)}
    difference = compare(returned, expected, key)
    return Outcome(returned, expected, difference, side_by_side(returned, expected, key, rows))


# -- how ---------------------------------------------------------------------------------------------------


def returned_in(shop: OtherShop, ancestors: Sequence[Model], model: Model, reference: Reference) -> Result:
    twin = Twin(right_models(reference).raw)
    build_models(twin, ancestors, reference)
    with changed(twin, shop), told_of(model, reference):
        return twin.run(model.sql)


@contextmanager
def changed(twin: Twin, shop: OtherShop) -> Iterator[None]:
    """Inside, the twin holds all of today's data with the shop's changes; afterwards it is as it was."""
    twin.fill(twin.raw.whole)
    twin.connection.begin()
    try:
        for statement in shop.changes:
            twin.connection.execute(statement)
        yield
    finally:
        twin.connection.rollback()
