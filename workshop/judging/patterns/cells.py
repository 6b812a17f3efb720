"""Values: NULL, of another type, from another column, scaled, rounded, cut, or in other rows."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.values import HALF_A_CENT, equal, first, kind, plain, shown

Cells = dict[Any, tuple[Any, Any]]
Change = Callable[[Any], Any]

NUMBERS: dict[str, Change] = {
    "rounded to whole numbers": lambda value: float(math.floor(value + 0.5)),
    "rounded to one decimal": lambda value: math.floor(value * 10 + 0.5) / 10,
    "rounded down": lambda value: float(math.floor(value)),
    "rounded up": lambda value: float(math.ceil(value)),
    "cut off at the decimal point": lambda value: float(math.trunc(value)),
}
DATES: dict[str, Change] = {
    "cut to the month": lambda value: value.replace(day=1),
    "cut to the year": lambda value: value.replace(month=1, day=1),
}
TEXTS: dict[str, Change] = {
    "in capitals": str.upper,
    "in small letters": str.lower,
    "cut to its first letter": lambda value: value[:1],
    "cut to its first three letters": lambda value: value[:3],
    "with spaces taken away": str.strip,
}


def cells(evidence: Evidence) -> Iterator[Pattern]:
    """Give the patterns that account for the wrong values of one column, column by column, the surest first."""
    for name in evidence.difference.values:
        there = evidence.cells(name)
        wrong = {key: pair for key, pair in there.items() if not equal(*pair)}
        if not wrong:
            continue
        for pattern in PATTERNS:
            for title, words in pattern(evidence, name, there, wrong):
                yield Pattern(pattern.__name__, title, words, frozenset({name}))
        filled = {key: pair for key, pair in there.items() if pair != (None, 0)}
        wrong = {key: pair for key, pair in wrong.items() if key in filled}
        if wrong and len(filled) < len(there):
            for pattern in PATTERNS:
                for title, words in pattern(evidence, name, filled, wrong):
                    yield Pattern(pattern.__name__, title, words, frozenset({name}), is_mixed=True)


Said = Iterator[tuple[str, str]]


# -- nothing there -------------------------------------------------------------------------------------------


def nothing(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    if len(there) > 1 and all(got is None for got, _ in there.values()) and len({w for _, w in there.values()}) > 2:
        yield (
            f"{name} is NULL in every row",
            f"`{name}` holds nothing: it is NULL in every row. A join that never finds its partner does that, and a "
            "`case` of which no branch holds. Look at the condition.",
        )


def null_or_constant(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    """NULL stands in place of one value, or one value in place of NULL, and all else is right."""
    pairs = set(wrong.values())
    if len(pairs) != 1:
        return
    [(got, wanted)] = pairs
    row = example(evidence, wrong)
    if got is None and wanted is not None:
        yield (
            f"NULL in {name} where {shown(wanted)} is meant",
            f"`{name}` is NULL for {row}, and {shown(wanted)} was expected. A left join leaves NULL where it finds no "
            f"partner, and adding up nothing gives NULL, too: `coalesce({name}, {shown(wanted)})` says what is meant.",
        )
    elif wanted is None:
        yield (
            f"{shown(got)} in {name} where nothing is known",
            f"`{name}` is {shown(got)} for {row}, and NULL was expected: there is nothing to tell, and {shown(got)} "
            "claims to know. Leave it NULL.",
        )
    elif len(wrong) < len(there):
        yield (
            f"{name} is {shown(got)} in place of {shown(wanted)}",
            f"`{name}` is {shown(got)} for {row}, and {shown(wanted)} was expected. Everywhere else it is right.",
        )


def no_partner(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    """Several rows hold what is left for a row that nothing belongs to."""
    values = {got for got, _ in wrong.values()}
    if len(values) == 1 and values <= {None, 0.0} and len({wanted for _, wanted in wrong.values()}) > 1:
        [value] = values
        yield (
            f"{name} is {shown(value)} where something belongs to the row",
            f"`{name}` is {shown(value)} for {example(evidence, wrong)}, as though nothing belonged to it; "
            f"{shown(wrong[first(wrong)][1])} was expected there. A join has not found what it should, because of its "
            "condition or because rows were left out before: by a `where`, or by a `limit`.",
        )


# -- another type, another column ----------------------------------------------------------------------------


def another_type(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    kinds, wanted_kinds = ({kind(pair[side]) for pair in there.values() if pair[side] is not None} for side in (0, 1))
    if len(kinds) == 1 == len(wanted_kinds) and kinds != wanted_kinds:
        key = first(key for key, pair in wrong.items() if None not in pair) if wrong else None
        got, wanted = there[key]
        yield (
            f"{name} has another type",
            f"`{name}` is {a(min(kinds))}, and {a(min(wanted_kinds))} was expected: for `{evidence.key}` {shown(key)} "
            f"it is {shown(got)}, expected {shown(wanted)}.",
        )


def another_column(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    """The column holds what is expected in another one, or what another one of an input holds, in every row."""
    if len({plain(got) for got, _ in there.values()}) < 3:
        return
    for other in evidence.expected.columns:
        if other != name and all(equal(got, evidence.wanted[key][other]) for key, (got, _) in there.items()):
            if other in evidence.difference.values and all(
                equal(got, evidence.wanted[key][name]) for key, (got, _) in evidence.cells(other).items()
            ):
                yield (
                    f"{name} and {other} swapped",
                    f"`{name}` holds what belongs into `{other}`, and the reverse. Look which column gets which name.",
                )
            else:
                yield in_the_place_of(name, other)
            return
    for input, partners in evidence.partners():
        for other in next(iter(partners.values()))[0]:
            if all(len(partners.get(key, ())) == 1 and equal(partners[key][0][other], there[key][0]) for key in there):
                yield in_the_place_of(name, other, input)
                return


def in_the_place_of(name: str, other: str, input: str = "") -> tuple[str, str]:
    of = f" of `{input}`" if input else ""
    return (
        f"{other} in the place of {name}",
        f"`{name}` holds the values of `{other}`{of}. Look which column is called `{name}`.",
    )


def one_for_all(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    values = {got for got, _ in there.values()}
    if len(there) > 2 and len(values) == 1 and len({wanted for _, wanted in there.values()}) > 2:
        [value] = values
        if value is not None:
            yield (
                f"The same {name} in every row",
                f"`{name}` is {shown(value)} in every row. It was worked out once for all rows in place of once for "
                f"each `{evidence.key}`: look at `group by`, `partition by` and the condition of the join.",
            )


# -- changed -------------------------------------------------------------------------------------------------


def changed(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    """Each value is the right one after the same rounding, cutting or writing."""
    for kinds, changes in ((float, NUMBERS), (datetime, DATES), (str, TEXTS)):
        pairs = [pair for pair in there.values() if pair != (None, None)]
        if not all(isinstance(got, kinds) and isinstance(wanted, kinds) for got, wanted in pairs):
            continue
        for words, change in changes.items():
            if all(near(got, change(wanted)) for got, wanted in pairs):
                yield (
                    f"{name} is {words}",
                    f"{sample(evidence, name, wrong)}: every value is {words}. Keep it as it is.",
                )
                return


def scaled(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    pairs = [(got, wanted) for got, wanted in there.values() if (got, wanted) != (None, None)]
    if not pairs or not all(isinstance(got, float) and isinstance(wanted, float) for got, wanted in pairs):
        return
    factors = [got / wanted for got, wanted in pairs if abs(wanted) > 1]
    if len(factors) < 2 or any(got and not wanted for got, wanted in pairs):
        return
    factor = sorted(factors)[len(factors) // 2]
    if not all(abs(got - wanted * factor) <= max(HALF_A_CENT, abs(got) * 1e-3) for got, wanted in pairs):
        return
    if abs(factor + 1) < 1e-6:
        yield f"{name} has the wrong sign", f"{sample(evidence, name, wrong)}: every value has the wrong sign."
    elif abs(factor) > 1e-9:
        times = f"{shown(round(factor, 4))} times" if factor >= 1 else f"1/{shown(round(1 / factor, 4))} of"
        yield (
            f"{name} is {times} what it should be",
            f"{sample(evidence, name, wrong)}: every value is {times} what it should be. Look at what is multiplied or "
            "divided, and whether that has been done before.",
        )


def shifted(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    pairs = [pair for pair in there.values() if pair != (None, None)]
    if len(pairs) < 3 or len(wrong) < len(pairs):
        return
    for kinds in (float, datetime):
        if all(isinstance(got, kinds) and isinstance(wanted, kinds) for got, wanted in pairs):
            steps = {got - wanted for got, wanted in pairs}
            if len({round(step, 4) if isinstance(step, float) else step for step in steps}) == 1:
                step = min(steps)
                size = shown(abs(step)) if isinstance(step, float) else f"{abs(step.days)} days"
                more = step > type(step)(0)
                yield (
                    f"{name} is {size} too {'high' if more else 'low'}",
                    f"{sample(evidence, name, wrong)}: every value is {size} too {'high' if more else 'low'}.",
                )


def in_other_rows(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    """The right values, in the wrong rows."""
    got, wanted = (sorted(str(plain(pair[side])) for pair in there.values()) for side in (0, 1))
    if got == wanted and len(set(got)) > 2 and len(wrong) > 2:
        yield (
            f"{name} in the wrong rows",
            f"`{name}` holds the right values, in the wrong rows. {sample(evidence, name, wrong)}. Look at the "
            "condition of the join: does it compare the columns that belong together?",
        )


def no_decimals(evidence: Evidence, name: str, there: Cells, wrong: Cells) -> Said:
    """Whole numbers, near to right ones that are none: something was rounded before it was added up."""
    pairs = [pair for pair in there.values() if None not in pair]
    if all(isinstance(value, float) for pair in pairs for value in pair):
        is_whole = all(got == round(got) for got, _ in pairs)
        is_near = all(abs(got - wanted) <= 5 for got, wanted in pairs)
        if is_whole and is_near and sum(wanted != round(wanted) for _, wanted in pairs) > 1:
            yield (
                f"{name} has lost its decimals",
                f"{sample(evidence, name, wrong)}: every value is a whole number. Something rounds, or a cast to a "
                "whole number does, before the end.",
            )


PATTERNS = (
    nothing,
    null_or_constant,
    another_column,
    another_type,
    one_for_all,
    changed,
    scaled,
    shifted,
    no_decimals,
    in_other_rows,
    no_partner,
)

# -- words ---------------------------------------------------------------------------------------------------


def near(got: Any, wanted: Any) -> bool:
    return equal(got, wanted) or (isinstance(got, float) and isinstance(wanted, float) and abs(got - wanted) < 0.006)


def sample(evidence: Evidence, name: str, wrong: Cells) -> str:
    key = first(key for key, pair in wrong.items() if None not in pair) if any_full(wrong) else first(wrong)
    got, wanted = wrong[key]
    return f"For `{evidence.key}` {shown(key)}, `{name}` is {shown(got)}, expected {shown(wanted)}"


def any_full(wrong: Cells) -> bool:
    return any(None not in pair for pair in wrong.values())


def example(evidence: Evidence, wrong: Cells) -> str:
    number = len(wrong)
    row = f"`{evidence.key}` {shown(first(wrong))}"
    return row if number == 1 else f"{number} rows, {row} the first"


def a(noun: str) -> str:
    return noun if noun == "text" else f"a {noun}"
