"""One row in the place of several: added up too early, or one picked and the others thrown away."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from workshop.dbt_project.words import listed
from workshop.judging.patterns.evidence import Evidence, Pattern, Row
from workshop.judging.values import equal, first, plain, shown

MOST_COLUMNS = 2
FEWEST_LOST = 3  # fewer could agree in some columns by chance

Groups = dict[tuple[Any, ...], list[Row]]


def one_of_several(evidence: Evidence) -> Iterator[Pattern]:
    """Give the pattern of results that have one row for each value of some other columns, under a key of its own."""
    if len(evidence.lost) < FEWEST_LOST or evidence.invented or evidence.repeated:
        return
    names = [name for name in evidence.expected.columns if name != evidence.key]
    right = [name for name in names if name not in (*evidence.difference.values, *evidence.difference.missing)]
    for number in range(1, MOST_COLUMNS + 1):
        for by in combinations(right, number):
            groups = groups_by(evidence, by)
            if len(groups) == len(evidence.got) == len({group_of(evidence.wanted[key], by) for key in evidence.got}):
                yield in_words(evidence, by, groups)
                return


# -- how ---------------------------------------------------------------------------------------------------


def groups_by(evidence: Evidence, by: Sequence[str]) -> Groups:
    groups: Groups = {}
    for row in evidence.wanted.values():
        groups.setdefault(group_of(row, by), []).append(row)
    return groups


def group_of(row: Row, by: Sequence[str]) -> tuple[Any, ...]:
    return tuple(plain(row[name]) for name in by)


def in_words(evidence: Evidence, by: Sequence[str], groups: Groups) -> Pattern:
    """Return the pattern, which accounts for each column that holds a value of its group, or the sum of them."""
    per = listed(by)
    counts = (
        f"Your model returns {len(groups)} rows, one per {per}; one per `{evidence.key}` was expected, which makes "
        f"{len(evidence.wanted)}."
    )
    added = [name for name in evidence.difference.values if is_added_up(evidence, name, by, groups)]
    picked = [name for name in evidence.difference.values if is_picked(evidence, name, by, groups)]
    aspects = frozenset({"rows", *added, *picked})
    if added:
        key = first(key for key in evidence.got if not equal(*evidence.cells(added[0])[key]))
        got, wanted = evidence.cells(added[0])[key]
        words = (
            f"{counts} `{added[0]}` is added up: for `{evidence.key}` {shown(key)} it is {shown(got)}, expected "
            f"{shown(wanted)}. Rows were made one that others need one by one: without `group by`, each keeps its own."
        )
        return Pattern("added_up_too_early", f"Added up too early, one row per {per.replace('`', '')}", words, aspects)
    words = (
        f"{counts} Of rows that share their {per} one is left, and {len(evidence.lost)} are thrown away. Each of "
        f"them has a `{evidence.key}` of its own, so they are no copies: look at `row_number`, `qualify`, "
        "`distinct on` and `group by`."
    )
    return Pattern("one_row_of_several_kept", f"Only one row per {per.replace('`', '')} is left", words, aspects)


def is_added_up(evidence: Evidence, name: str, by: Sequence[str], groups: Groups) -> bool:
    def total(key: Any) -> Any:
        values = [plain(row[name]) for row in groups[group_of(evidence.wanted[key], by)]]
        return sum(values) if all(isinstance(value, float) for value in values) else None

    return all(equal(got, total(key)) for key, (got, _) in evidence.cells(name).items())


def is_picked(evidence: Evidence, name: str, by: Sequence[str], groups: Groups) -> bool:
    return all(
        any(equal(got, row[name]) for row in groups[group_of(evidence.wanted[key], by)])
        for key, (got, _) in evidence.cells(name).items()
    )
