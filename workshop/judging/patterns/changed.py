"""The right values, changed: rounded, cut, in capitals, scaled, shifted, or put into other rows."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from workshop.judging.patterns.column import Column
from workshop.judging.values import HALF_A_CENT, equal, shown

Said = Iterator[tuple[str, str]]
Change = Callable[[Any], Any]

CHANGES: dict[type, dict[str, Change]] = {
    float: {
        "rounded to whole numbers": lambda value: float(math.floor(value + 0.5)),
        "rounded to one decimal": lambda value: math.floor(value * 10 + 0.5) / 10,
        "rounded down": lambda value: float(math.floor(value)),
        "rounded up": lambda value: float(math.ceil(value)),
        "cut off at the decimal point": lambda value: float(math.trunc(value)),
    },
    datetime: {
        "cut to the month": lambda value: value.replace(day=1),
        "cut to the year": lambda value: value.replace(month=1, day=1),
    },
    str: {
        "in capitals": str.upper,
        "in small letters": str.lower,
        "cut to its first letter": lambda value: value[:1],
        "cut to its first three letters": lambda value: value[:3],
        "without spaces at its ends": str.strip,
    },
}


def changed(column: Column) -> Said:
    """Each value is the right one after the same rounding, cutting or writing."""
    for kind, changes in CHANGES.items():
        for words, change in changes.items() if column.is_all(kind) else ():
            if all(near(got, change(wanted)) for got, wanted in column.pairs):
                yield f"{column.name} is {words}", f"{column.sample}: every value is {words}. Keep it as it is."
                return


def scaled(column: Column) -> Said:
    """Each value is the right one times the same factor."""
    factors = sorted(got / wanted for got, wanted in column.pairs if abs(wanted) > 1) if column.is_all(float) else []
    if len(factors) < 2:
        return
    factor = factors[len(factors) // 2]
    if not all(abs(got - wanted * factor) <= max(HALF_A_CENT, abs(got) * 1e-3) for got, wanted in column.pairs):
        return
    if abs(factor + 1) < 1e-6:
        yield f"{column.name} has the wrong sign", f"{column.sample}: every value has the wrong sign."
    elif abs(factor) > 1e-9:
        times = f"{shown(round(factor, 4))} times" if factor >= 1 else f"1/{shown(round(1 / factor, 4))} of"
        yield (
            f"{column.name} is {times} what it should be",
            f"{column.sample}: every value is {times} what it should be. Look at what is multiplied or divided, and "
            "whether that has been done before.",
        )


def shifted(column: Column) -> Said:
    """Each value is as much too high or too low as the others."""
    if len(column.pairs) < 3 or len(column.wrong) < len(column.pairs):
        return
    for kind, nothing in ((float, 0.0), (datetime, datetime.min - datetime.min)):
        if column.is_all(kind):
            steps = [got - wanted for got, wanted in column.pairs]
            if all(abs(step - steps[0]) <= abs(steps[0]) * 1e-6 for step in steps):
                size = shown(abs(steps[0])) if kind is float else f"{abs(steps[0].days)} days"
                way = f"{size} too {'high' if steps[0] > nothing else 'low'}"
                yield f"{column.name} is {way}", f"{column.sample}: every value is {way}."


def no_decimals(column: Column) -> Said:
    """Whole numbers, near to right ones that are none: something was rounded before it was added up."""
    pairs = [pair for pair in column.pairs if None not in pair]
    if all(isinstance(value, float) for pair in pairs for value in pair):
        is_whole = all(got == round(got) for got, _ in pairs)
        is_near = all(abs(got - wanted) <= 5 for got, wanted in pairs)
        if is_whole and is_near and sum(wanted != round(wanted) for _, wanted in pairs) > 1:
            yield (
                f"{column.name} has lost its decimals",
                f"{column.sample}: every value is a whole number. Something rounds, or a cast to a whole number does, "
                "before the end.",
            )


def in_other_rows(column: Column) -> Said:
    """The right values, in the wrong rows."""
    got, wanted = (sorted(str(pair[side]) for pair in column.cells.values()) for side in (0, 1))
    if got == wanted and len(set(got)) > 2 and len(column.wrong) > 2:
        yield (
            f"{column.name} in the wrong rows",
            f"`{column.name}` holds the right values, in the wrong rows. {column.sample}. Look at the condition of the "
            "join: does it compare the columns that belong together?",
        )


def near(got: Any, wanted: Any) -> bool:
    return equal(got, wanted) or (isinstance(got, float) and abs(got - wanted) < 0.006)
