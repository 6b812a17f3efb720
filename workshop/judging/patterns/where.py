"""Where values are wrong: in the rows that have one thing in common, and in no others."""

from collections.abc import Iterator
from typing import Any

from workshop.dbt_project.words import count_of
from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.values import equal, first, plain, shown


def where(evidence: Evidence) -> Iterator[Pattern]:
    """Give, for each column with wrong values, what the wrong rows have in common that no right one has."""
    for name in evidence.difference.values:
        there = evidence.cells(name)
        wrong = {key for key, pair in there.items() if not equal(*pair)}
        right = set(there) - wrong
        if len(wrong) < 2 or len(right) < 2:
            continue
        shared = next(in_common(evidence, wrong, right), None)
        if shared:
            key = first(wrong)
            got, wanted = there[key]
            yield Pattern(
                "wrong_where",
                f"{name} is wrong for some",
                f"`{name}` is right in {count_of(len(right), 'row')} and wrong in {len(wrong)}: just those {shared}. "
                f"For `{evidence.key}` {shown(key)} it is {shown(got)}, expected {shown(wanted)}.",
                frozenset({name}),
            )


def in_common(evidence: Evidence, wrong: set[Any], right: set[Any]) -> Iterator[str]:
    """Give what all wrong rows have and no right one has, in words."""
    for column in evidence.expected.columns:
        if column in evidence.difference.values or column == evidence.key:
            continue
        values = {plain(evidence.wanted[key][column]) for key in wrong}
        if len(values) == 1 and not values & {plain(evidence.wanted[key][column]) for key in right}:
            yield f"whose `{column}` is {shown(next(iter(values)))}"
    for input, partners in evidence.partners():
        for condition, some in [("", partners), *evidence.conditions(partners)]:
            rows = f"in `{input}`{f' {condition}' if condition else ''}"
            if wrong <= set(some) and not right & set(some):
                yield f"that have a row {rows}"
            several = {key for key, each in some.items() if len(each) > 1}
            if wrong <= several and not right & several:
                yield f"that have several rows {rows}"
            if not wrong & set(some) and right <= set(some):
                yield f"that have no row {rows}"
