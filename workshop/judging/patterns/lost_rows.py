"""Rows that are lost: what they have in common, and no other row has."""

from collections.abc import Iterator
from typing import Any

from workshop.judging.patterns.evidence import Evidence, Pattern, about_rows
from workshop.judging.values import plain, rank, shown

ROUND_NUMBERS = frozenset({1, 5, 10, 20, 25, 50, 100, 200, 500, 1000})


def lost_rows(evidence: Evidence) -> Iterator[Pattern]:
    """Give the patterns that account for rows that are lost, where none was invented, the surest first."""
    if evidence.lost and evidence.got and not evidence.invented - {None}:
        yield from lost_by_partner(evidence)
        yield from lost_by_limit(evidence)
        yield from lost_by_value(evidence)


# -- how -----------------------------------------------------------------------------------------------------


def lost_by_partner(evidence: Evidence) -> Iterator[Pattern]:
    """The lost rows are just those that have no partner in an input, or just those that have one."""
    keys = set(evidence.wanted)
    for input, partners in evidence.partners():
        for condition, some in [("", partners), *evidence.conditions(partners)]:
            there = keys & set(some)
            if not there or there == keys:
                continue
            rows = f"row in `{input}`{f' {condition}' if condition else ''}"
            if evidence.lost == keys - there:
                yield about_rows(
                    "rows_without_partner_lost",
                    f"What has no row in {input} is lost" if not condition else "What has no such row is lost",
                    f"{lost_of(evidence)}: just those that have no {rows}. They belong here as well. An inner join "
                    "drops them, and so does a `where` on columns that are NULL for them.",
                )
                return
            if evidence.lost == there and len(there) > 1:
                yield about_rows(
                    "rows_with_partner_lost",
                    "Just the wrong ones are kept",
                    f"{lost_of(evidence)}: just those that do have a {rows}. Is a condition the wrong way round?",
                )
                return


def lost_by_value(evidence: Evidence) -> Iterator[Pattern]:
    """The lost rows are just those with certain values of one column."""
    names = [name for name in evidence.expected.columns if name != evidence.key]
    lost = [row for key, row in evidence.wanted.items() if key in evidence.lost]
    kept = [row for key, row in evidence.wanted.items() if key not in evidence.lost]
    found = [which for name in names if (which := which_of(name, lost, kept))]
    if found and len(lost) > 1:
        yield about_rows(
            "rows_lost_by_a_value",
            f"Rows left out by their {found[0][0]}",
            f"{lost_of(evidence)}: just those whose `{found[0][0]}` is {found[0][1]}. They belong here as well: look "
            "for a condition that leaves them out.",
        )


def which_of(name: str, lost: list[dict[str, Any]], kept: list[dict[str, Any]]) -> tuple[str, str] | None:
    """Return a column and how its lost values differ from all that are kept, in words; None where they do not."""
    gone, there = ({plain(row[name]) for row in rows} for rows in (lost, kept))
    if gone & there or not there:
        return None
    if gone == {None}:
        return name, "NULL"
    if len(gone) <= 3 and len(lost) > len(gone):
        return name, " or ".join(shown(value) for value in sorted(gone, key=rank))
    if None not in gone | there and len({type(value) for value in gone | there}) == 1:
        if max(gone) < min(there):
            return name, f"below {shown(min(there))}"
        if min(gone) > max(there):
            return name, f"above {shown(max(there))}"
    return None


def lost_by_limit(evidence: Evidence) -> Iterator[Pattern]:
    number = sum(len(rows) for rows in evidence.got.values())
    if evidence.lost and not evidence.repeated and not evidence.invented and number in ROUND_NUMBERS:
        yield about_rows(
            "limit_left_in",
            f"{number} rows and no more",
            f"Your model returns {number} rows, and {len(evidence.wanted)} were expected. Such a round number comes "
            "from a `limit` that was left in, more often than not.",
        )


def lost_of(evidence: Evidence) -> str:
    number = len(evidence.lost)
    return f"{number} of {len(evidence.wanted)} rows {'is' if number == 1 else 'are'} missing"
