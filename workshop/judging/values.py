"""Single values: when two are the same, in which order they come, and how a learner would write them.

Numbers are equal within half a cent; a date equals its midnight; NULL equals NULL and nothing else, 0 in particular.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

HALF_A_CENT = 0.005


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
