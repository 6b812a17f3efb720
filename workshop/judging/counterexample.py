"""A few input rows, what a learner's model makes of them, and what was expected: side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workshop.judging.comparison import Result
from workshop.judging.values import equal, plain, rank

MOST_ROWS_SHOWN = 12

Row = dict[str, Any]


@dataclass(frozen=True)
class Counterexample:
    """Rows that show what is wrong.

    inputs: for each table or model that is read, its rows
    returned, expected: rows, sorted by the key
    differing_returned, differing_expected: the cells of `returned` and `expected` that differ, as (row number, column),
        each from 0
    """

    inputs: Mapping[str, Sequence[Row]]
    returned: Sequence[Row] = ()
    expected: Sequence[Row] = ()
    differing_returned: frozenset[tuple[int, str]] = field(default=frozenset())
    differing_expected: frozenset[tuple[int, str]] = field(default=frozenset())


def side_by_side(
    returned: Result, expected: Result, key: str, inputs: Mapping[str, Sequence[Row]] | None = None
) -> Counterexample:
    """Return the two results as a counterexample, sorted by key, with only differing rows where there are many."""
    left, right = (sorted(result.as_dicts(), key=lambda row: order_of(row, key)) for result in (returned, expected))
    if len(left) + len(right) > 2 * MOST_ROWS_SHOWN:
        left, right = only_in(left, right), only_in(right, left)
    left, right = left[:MOST_ROWS_SHOWN], right[:MOST_ROWS_SHOWN]
    return Counterexample(
        inputs or {}, left, right, frozenset(differing(left, right, key)), frozenset(differing(right, left, key))
    )


def differing(rows: Sequence[Row], others: Sequence[Row], key: str) -> Iterator[tuple[int, str]]:
    """Cells of `rows` that differ from the row of `others` with the same key; all cells of a row that has none."""
    partners = {plain(other.get(key)): other for other in reversed(others)}
    seen = set()
    for number, row in enumerate(rows):
        id = plain(row.get(key))
        partner = partners.get(id) if id not in seen else None
        seen.add(id)
        for column, value in row.items():
            if (
                (partner is None and others and column in others[0])
                or (partner is None and not others)
                or (partner is not None and (column not in partner or not equal(value, partner[column])))
            ):
                yield number, column


def only_in(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not any(same_row(row, other) for other in others)]


def same_row(one: Row, other: Row) -> bool:
    return all(equal(value, other[column]) for column, value in one.items() if column in other)


def order_of(row: Row, key: str) -> tuple[Any, ...]:
    return (rank(row.get(key)), *(str(value) for value in row.values()))
