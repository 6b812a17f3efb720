"""Two results side by side: columns, grain, rows, values.

Columns are compared by name and rows by their key, never by order. Numbers are equal within half a
cent; a date equals its midnight; NULL equals NULL and nothing else, 0 in particular.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Result:
    """What a query returned: column names in lower case, and rows as tuples in the same order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> list[Any]:
        """Return the values of one column, in the order of the rows."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    def by_key(self, key: str, name: str) -> dict[Any, list[Any]]:
        """Return the values of column `name` for each value of the column `key`."""
        values: dict[Any, list[Any]] = {}
        for id, value in zip(self.column(key), self.column(name), strict=True):
            values.setdefault(plain(id), []).append(plain(value))
        return values

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Difference:
    """How a returned result differs from the expected one; empty where it does not.

    missing: expected columns that were not returned
    extra: returned columns that were not expected; a difference only where something is missing
    keys: how often each key was returned, where that is not once for each expected key, else None
    values: for each column with a wrong value, the returned values by key
    """

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    keys: Counter[Any] | None = None
    values: dict[str, dict[Any, list[Any]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.missing or self.values or self.keys is not None)

    @property
    def aspects(self) -> frozenset[str]:
        """What differs: "columns", "rows", and the names of columns with wrong values."""
        names = set(self.values)
        names |= {"columns"} if self.missing else set()
        names |= {"rows"} if self.keys is not None else set()
        return frozenset(names)

    def contains(self, other: "Difference") -> bool:
        """Tell whether everything that differs in `other` differs here, and in the same way."""
        return (
            bool(other)
            and other.aspects <= self.aspects
            and (not other.missing or self.lacks_like(other))
            and (other.keys is None or other.keys == self.keys)
            and all(same_by_key(values, self.values[name]) for name, values in other.values.items())
        )

    def lacks_like(self, other: "Difference") -> bool:
        """Tell whether the same columns are missing, and what stands in their place in `other` stands here, too."""
        in_place = set(other.extra) <= set(self.extra) if other.extra else not self.extra
        return set(other.missing) == set(self.missing) and in_place


def compare(returned: Result, expected: Result, key: str) -> Difference:
    """Return how `returned` differs from `expected`, whose rows are told apart by the column `key`."""
    missing = tuple(name for name in expected.columns if name not in returned.columns)
    extra = tuple(name for name in returned.columns if name not in expected.columns)
    if key in missing:
        return Difference(missing, extra)
    returned_keys = Counter(plain(value) for value in returned.column(key))
    expected_keys = Counter(plain(value) for value in expected.column(key))
    keys = None if returned_keys == expected_keys else returned_keys
    values = {}
    for name in expected.columns:
        if name in missing or name == key:
            continue
        got, wanted = returned.by_key(key, name), expected.by_key(key, name)
        if any(not equal(value, wanted[id][0]) for id in got if id in wanted for value in got[id]):
            values[name] = got
    return Difference(missing, extra, keys, values)


# -- values ------------------------------------------------------------------------------------------------


def equal(one: Any, other: Any) -> bool:
    """Tell whether two values are the same, whatever their types, as a learner would see them."""
    one, other = plain(one), plain(other)
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < HALF_A_CENT
    return type(one) is type(other) and bool(one == other)


def plain(value: Any) -> Any:
    """Return the value as None, bool, float, datetime, str, or itself."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return number if abs(number) < float("inf") else str(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, list | dict | bytes):
        return str(value)
    return value


def kind(value: Any) -> str:
    """Return what a learner would call the type of a value."""
    return {float: "number", str: "text", datetime: "date", bool: "boolean"}.get(type(plain(value)), "value")


def shown(value: Any) -> str:
    """Return a value as a learner would write it: NULL, 10.99, 2025-01-02, 'placed'."""
    value = plain(value)
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else f"{value:.10g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == datetime.min.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    return f"'{value}'" if isinstance(value, str) else str(value)


def first(values: Iterable[Any]) -> Any:
    """Return the least value, in the order that `rank` gives."""
    return min(values, key=rank)


def rank(value: Any) -> tuple[bool, str, Any]:
    """Return what to sort values of any type by: numbers before text, NULL last."""
    value = plain(value)
    return (value is None, str(type(value)), value if isinstance(value, float | str | datetime) else str(value))


def same_by_key(one: dict[Any, list[Any]], other: dict[Any, list[Any]]) -> bool:
    return one.keys() == other.keys() and all(
        len(one[id]) == len(other[id])
        and all(equal(a, b) for a, b in zip(sorted(one[id], key=str), sorted(other[id], key=str), strict=True))
        for id in one
    )
