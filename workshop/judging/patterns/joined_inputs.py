"""Two inputs joined before they were counted: a row of the first counts once for each of its rows in the second."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from workshop.judging.comparison import Result
from workshop.judging.patterns.evidence import Evidence, Pattern, Row, rows_by
from workshop.judging.values import equal, first, plain, shown

# What a join makes of two inputs: rows as (row of the first, row of the second or None), by the key of the model.
Joined = dict[Any, list[tuple[Row, Row | None]]]


def joined_inputs(evidence: Evidence) -> Iterator[Pattern]:
    """Give the pattern of a column that counts rows of a join, with the columns that are added up over them."""
    for second, through in joins(evidence):
        for name in evidence.difference.values:
            cells = evidence.cells(name)
            if any(not equal(*pair) for pair in cells.values()) and any(
                counts_like(cells, through, is_left) for is_left in (True, False)
            ):
                added = {other for other in evidence.difference.values if is_added_up(evidence, other, through)}
                yield in_words(evidence, name, second, through, frozenset({name, *added}))
                return


# -- how ---------------------------------------------------------------------------------------------------


def joins(evidence: Evidence) -> Iterator[tuple[str, Joined]]:
    """Give the joins of an input that has the model's key with one that has not, over a key of the former."""
    for one in evidence.inputs.values():
        if evidence.key not in one.columns or is_unique(one, evidence.key):
            continue
        for name, other in evidence.inputs.items():
            shared = [column for column in one.columns if column in other.columns and is_unique(one, column)]
            if evidence.key in other.columns or not shared:
                continue
            partners = rows_by(other, shared[0])
            for condition, some in [("", partners), *evidence.conditions(partners)]:
                if max(map(len, some.values()), default=0) > 1:  # else nothing is repeated
                    yield f"`{name}` {condition}".rstrip(), join(evidence, one, some, shared[0])


def join(evidence: Evidence, one: Result, partners: dict[Any, list[Row]], on: str) -> Joined:
    found: Joined = {}
    for row in one.as_dicts():
        pairs: list[tuple[Row, Row | None]] = [(row, partner) for partner in partners.get(plain(row[on]), ())]
        found.setdefault(plain(row[evidence.key]), []).extend(pairs or [(row, None)])
    return found


def is_unique(rows: Result, column: str) -> bool:
    return max(Counter(map(plain, rows.column(column))).values(), default=0) == 1


def counts_like(cells: dict[Any, tuple[Any, Any]], joined: Joined, is_left: bool) -> bool:
    """Tell whether each value is the number of rows that a left join, or an inner one, makes for its key."""
    numbers = {key: sum(is_left or partner is not None for _, partner in pairs) for key, pairs in joined.items()}
    return all(equal(got or 0, numbers.get(key, 0)) for key, (got, _) in cells.items())


def is_added_up(evidence: Evidence, name: str, joined: Joined) -> bool:
    """Tell whether each value is the sum of a column over the rows of the join, or over some of them."""
    cells = evidence.cells(name)
    second = {key: [partner for _, partner in pairs if partner] for key, pairs in joined.items()}
    first_ones = {key: [row for row, _ in pairs] for key, pairs in joined.items()}
    sides = [first_ones, second, *(some for _, some in evidence.conditions(second))]
    return any(sums_like(cells, side, column) for side in sides for column in columns_of(side))


def columns_of(rows: dict[Any, list[Row]]) -> list[str]:
    return next((list(each[0]) for each in rows.values() if each), [])


def sums_like(cells: dict[Any, tuple[Any, Any]], rows: dict[Any, list[Row]], column: str) -> bool:
    for key, (got, _) in cells.items():
        values = [plain(row[column]) for row in rows.get(key, ()) if row[column] is not None]
        if not all(isinstance(value, float) for value in values) or not equal(got or 0, sum(values)):
            return False
    return True


def in_words(evidence: Evidence, name: str, second: str, joined: Joined, aspects: frozenset[str]) -> Pattern:
    wrong = {key: pair for key, pair in evidence.cells(name).items() if not equal(*pair)}
    key = first(wrong)
    got, wanted = wrong[key]
    words = (
        f"For `{evidence.key}` {shown(key)}, `{name}` is {shown(got)}, expected {shown(wanted)}: it counts rows of "
        f"{second}. A join has repeated the rows before they were counted, and what is added up behind it is repeated "
        "as well. Which model has one row for each thing that you count? Read from that alone, or add up before you "
        "join."
    )
    return Pattern("counted_behind_a_join", f"A join repeats what {name} counts", words, aspects)
