"""Columns under another name: which returned column is meant by an expected one that is not there?

Told by what they hold, row by row, and by how near the names are. A returned column stands for one expected column
at most; the best pairs come first.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from workshop.judging.values import equal, kind, plain

Rows = Sequence[Sequence[Any]]
Column = list[Any]

NEAR = 0.75


def other_names(returned: dict[str, Column], expected: dict[str, Column], key: str) -> dict[str, str]:
    """Return, for expected columns that are not there, the returned columns that hold the same or nearly have the name.

    returned, expected: the values of each column, in the order of the rows
    key: the expected column that tells rows apart
    """
    missing = [name for name in expected if name not in returned]
    extra = [name for name in returned if name not in expected]
    found: dict[str, str] = {}
    if key in missing and (keys := [name for name in extra if is_the_key(name, returned[name], key, expected[key])]):
        found[key] = max(keys, key=lambda name: nearness(name, key))
    keyed = returned.get(found.get(key, key))
    pairs = [
        (likeness, name, other)
        for name in missing
        for other in extra
        if name != key and other not in found.values()
        if (likeness := how_like(other, returned[other], name, expected[name], keyed, expected[key]))
    ]
    for _, name, other in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        if name not in found and other not in found.values():
            found[name] = other
    return found | the_only_one_left(returned, expected, found)


# -- how ---------------------------------------------------------------------------------------------------


def the_only_one_left(
    returned: dict[str, Column], expected: dict[str, Column], found: dict[str, str]
) -> dict[str, str]:
    """Return the last missing column with the last returned one that nobody asked for, where they are of one type."""
    missing = [name for name in expected if name not in returned and name not in found]
    extra = [name for name in returned if name not in expected and name not in found.values()]
    if len(missing) == 1 == len(extra) and len({len(values) for values in returned.values()}) == 1:
        kinds = [
            {kind(value) for value in values if value is not None}
            for values in (returned[extra[0]], expected[missing[0]])
        ]
        if kinds[0] and kinds[0] == kinds[1]:
            return {missing[0]: extra[0]}
    return {}


def is_the_key(name: str, values: Column, key: str, wanted: Column) -> bool:
    there, all_of_them = {plain(value) for value in values}, {plain(value) for value in wanted}
    is_unique = len(there) == len(values)
    return bool(there) and (
        there == all_of_them or (is_unique and there <= all_of_them and nearness(name, key) >= NEAR)
    )


def how_like(
    other: str, values: Column, name: str, wanted: Column, keys: Column | None, wanted_keys: Column
) -> tuple[float, float] | None:
    """Return how alike two columns are, by what they hold and by their names; None where they are not."""
    near = nearness(other, name)
    pairs = list(pairs_of(values, wanted, keys, wanted_keys))
    alike = sum(equal(*pair) for pair in pairs) / len(pairs) if pairs else 0.0
    tells = len({plain(value) for _, value in pairs}) > 2
    return (alike, near) if (alike == 1 and tells) or near >= NEAR else None


def pairs_of(values: Column, wanted: Column, keys: Column | None, wanted_keys: Column) -> Iterator[tuple[Any, Any]]:
    """Give the values of rows with the same key; without one, the values in order."""
    if keys is None:
        if len(values) == len(wanted):
            yield from zip(sorted(values, key=str), sorted(wanted, key=str), strict=True)
        return
    by_key = {plain(key): value for key, value in zip(wanted_keys, wanted, strict=True)}
    for key, value in zip(keys, values, strict=True):
        if plain(key) in by_key:
            yield value, by_key[plain(key)]


def nearness(one: str, other: str) -> float:
    """Return how near two names are, from 0 to 1: `amounts` is near to `amount`, and `id` to `order_id`."""
    words, others = set(one.split("_")), set(other.split("_"))
    if words <= others or others <= words or one.replace("_", "") == other.replace("_", ""):
        return 0.9
    return SequenceMatcher(None, one, other).ratio()
