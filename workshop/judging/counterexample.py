"""The smallest shop on which a learner's model and the answer disagree.

The idea is RATest's: Miao, Roy and Yang, "Explaining Wrong Queries Using Small Examples", SIGMOD 2019.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from workshop.judging.comparison import Result, compare, equal, plain
from workshop.judging.twin import Shop, TooSlow, Twin

MOST_ROWS_SHOWN = 12
MOST_PASSES = 4


@dataclass(frozen=True)
class Counterexample:
    """A few input rows, what the learner's model makes of them, and what was expected.

    inputs: for each table or model that is read, its rows as dicts
    returned, expected: rows as dicts, sorted by the key
    differing: the cells of `returned` and `expected` that differ, as (row number, column), each from 0
    """

    inputs: dict[str, list[dict[str, Any]]]
    returned: list[dict[str, Any]]
    expected: list[dict[str, Any]]
    differing_returned: frozenset[tuple[int, str]]
    differing_expected: frozenset[tuple[int, str]]


def find_counterexample(
    twin: Twin, returned_sql: str, expected_sql: str, inputs: dict[str, str], key: str, aspects: frozenset[str]
) -> Counterexample | None:
    """Shrink the small shop as far as the two selects still disagree, and show what is left.

    twin: filled with any shop; it holds the shrunk one afterwards
    inputs: relation by the name to show it under
    key: the column that tells rows apart
    aspects: which of Difference.aspects have to stay different

    Returns None where the two agree on the small shop.
    """

    def disagree(shop: Shop) -> bool:
        twin.fill(shop)
        try:
            returned, expected = twin.run(returned_sql), twin.run(expected_sql)
        except (duckdb.Error, TooSlow):
            return False
        return bool(compare(returned, expected, key).aspects & aspects and (returned.rows or expected.rows))

    shop = shrink(twin, disagree)
    if shop is None:
        return None
    twin.fill(shop)
    shown_inputs = {name: twin.rows_of(relation).as_dicts() for name, relation in inputs.items()}
    return side_by_side(twin.run(returned_sql), twin.run(expected_sql), key, shown_inputs)


def shrink(twin: Twin, disagree: Callable[[Shop], bool]) -> Shop | None:
    """Return a shop from which nothing can be dropped, or None where the two agree on the small shop.

    It starts from one customer with all of theirs if that will do, else from the whole small shop, and drops each
    customer, order and payment that is not needed, until nothing more goes.
    """
    shop = next((shop for shop in candidates(twin) if disagree(shop)), None)
    for _ in range(MOST_PASSES):
        before = shop
        for drop in drops(twin, shop) if shop else ():
            smaller = drop(shop)
            if smaller != shop and disagree(smaller):
                shop = smaller
        if shop == before:
            break
    return shop


def candidates(twin: Twin) -> Iterator[Shop]:
    small = twin.small_shop
    for customer in small.customers:
        yield twin.part([customer])
    yield small


def drops(twin: Twin, shop: Shop) -> Iterator[Callable[[Shop], Shop]]:
    """Ways to make a shop smaller by one customer, order or payment; what belongs to it goes with it."""
    for customer in shop.customers:
        yield lambda shop, gone=customer: with_orders(
            twin,
            replace(shop, customers=without(shop.customers, gone)),
            tuple(id for id in shop.orders if twin.customer_of[id] != gone),
        )
    for order in shop.orders:
        yield lambda shop, gone=order: with_orders(twin, shop, without(shop.orders, gone))
    for payment in shop.payments:
        yield lambda shop, gone=payment: replace(shop, payments=without(shop.payments, gone))


def with_orders(twin: Twin, shop: Shop, orders: tuple[int, ...]) -> Shop:
    return replace(shop, orders=orders, payments=tuple(id for id in shop.payments if twin.order_of[id] in orders))


def without(ids: tuple[int, ...], dropped: int) -> tuple[int, ...]:
    return tuple(id for id in ids if id != dropped)


def side_by_side(
    returned: Result, expected: Result, key: str, inputs: dict[str, list[dict[str, Any]]] | None = None
) -> Counterexample:
    """Return the two results as a counterexample, sorted by key, with only differing rows where there are many."""
    left, right = (sorted(result.as_dicts(), key=lambda row: order_of(row, key)) for result in (returned, expected))
    if len(left) + len(right) > 2 * MOST_ROWS_SHOWN:
        left, right = only_in(left, right), only_in(right, left)
    left, right = left[:MOST_ROWS_SHOWN], right[:MOST_ROWS_SHOWN]
    return Counterexample(
        inputs or {}, left, right, frozenset(differing(left, right, key)), frozenset(differing(right, left, key))
    )


def differing(rows: list[dict[str, Any]], others: list[dict[str, Any]], key: str) -> Iterator[tuple[int, str]]:
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


def only_in(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if not any(same_row(row, other) for other in others)]


def same_row(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(equal(value, other[column]) for column, value in one.items() if column in other)


def order_of(row: dict[str, Any], key: str) -> tuple:
    return tuple(
        (value is None, str(type(plain(value))), plain(value)) for value in [row.get(key)] if value is not None
    ) + tuple(str(value) for value in row.values())
