"""What a query returned, and when two values are the same: whatever their types, as a learner would see them."""

from collections.abc import Iterable
from dataclasses import dataclass
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


def equal(one: Any, other: Any) -> bool:
    """Tell whether two values are the same: numbers within half a cent, a date and its midnight, NULL and NULL."""
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
    """Return the least value; NULL last, numbers before text."""
    return min(values, key=lambda value: (value is None, str(type(value)), value if value is not None else 0))
