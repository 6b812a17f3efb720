"""Values: what the wrong ones of a column have in common."""

from collections.abc import Iterator

from workshop.judging.patterns.changed import changed, in_other_rows, no_decimals, scaled, shifted
from workshop.judging.patterns.column import Column
from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.patterns.held_instead import (
    another_column,
    another_type,
    divided_by_nothing,
    no_partner,
    nothing,
    null_or_constant,
    one_for_all,
)

# The surest first.
PATTERNS = (
    nothing,
    divided_by_nothing,
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


def cells(evidence: Evidence) -> Iterator[Pattern]:
    """Give the patterns that account for the wrong values of one column, column by column, the surest first.

    Where NULL stands in place of 0 that is one mistake, and what else is wrong with the column another one.
    """
    for name in evidence.difference.values:
        column = Column(evidence, name, evidence.cells(name))
        yield from patterns_of(column, is_mixed=False)
        rest = Column(evidence, name, {key: pair for key, pair in column.cells.items() if pair != (None, 0)})
        if len(rest.cells) < len(column.cells):
            yield from patterns_of(rest, is_mixed=True)


def patterns_of(column: Column, is_mixed: bool) -> Iterator[Pattern]:
    if column.wrong:
        for pattern in PATTERNS:
            for title, words in pattern(column):
                yield Pattern(pattern.__name__, title, words, frozenset({column.name}), is_mixed)
