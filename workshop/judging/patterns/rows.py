"""Rows: lost, repeated, invented, or told apart by the values of another column."""

from collections.abc import Iterator
from typing import Any

from workshop.dbt_project.words import article, count_of
from workshop.judging.patterns.evidence import Evidence, Pattern, about_rows
from workshop.judging.patterns.lost_rows import lost_rows
from workshop.judging.values import first, kind, plain, rank, shown


def rows(evidence: Evidence) -> Iterator[Pattern]:
    """Give the patterns that account for rows lost, repeated or invented, the surest first."""
    if evidence.difference.keys is None:
        return
    yield from nothing_returned(evidence)
    yield from another_type(evidence)
    yield from another_columns_values(evidence)
    yield from rows_without_key(evidence)
    yield from once_per_partner(evidence)
    yield from repeated_alike(evidence)
    yield from lost_rows(evidence)


# -- keys that are no keys -----------------------------------------------------------------------------------


def nothing_returned(evidence: Evidence) -> Iterator[Pattern]:
    if not evidence.got:
        yield about_rows(
            "no_rows",
            "Not a single row",
            f"Your model returns no rows at all, and {len(evidence.wanted)} were expected. Some condition is true for "
            "none of them: look at each `where`, each `on`, and how the values are spelt.",
            *evidence.difference.values,
        )


def another_type(evidence: Evidence) -> Iterator[Pattern]:
    kinds, wanted = (
        {kind(key) for key in keys if key is not None and kind(key) != "value"}
        for keys in (evidence.got, evidence.wanted)
    )
    if kinds and wanted and not kinds & wanted:
        yield about_rows(
            "key_of_another_type",
            "The key has another type",
            f"`{evidence.key}` is {article(min(kinds))}, and {article(min(wanted))} was expected: "
            f"{shown(one(evidence.got))} in place of {shown(one(evidence.wanted))}. Look for a cast, or quotes around "
            "a number.",
        )


def another_columns_values(evidence: Evidence) -> Iterator[Pattern]:
    """The key holds what is expected in another column."""
    if not (evidence.lost or evidence.invented):
        return
    for name, values in every_column(evidence):
        there = {plain(value) for value in values}
        is_another = name != evidence.key and len(there) > 2 and there != set(evidence.wanted)
        if is_another and set(evidence.got) - {None} == there - {None}:
            yield about_rows(
                "key_of_another_column",
                f"{name} in the place of {evidence.key}",
                f"`{evidence.key}` holds the values of `{name}`. Look which column is called `{evidence.key}`.",
                *({name} & set(evidence.difference.values)),
            )
            return


def every_column(evidence: Evidence) -> Iterator[tuple[str, list[Any]]]:
    for rows in (evidence.expected, *evidence.inputs.values()):
        yield from ((name, rows.column(name)) for name in rows.columns)


# -- repeated ------------------------------------------------------------------------------------------------


def once_per_partner(evidence: Evidence) -> Iterator[Pattern]:
    """Each row is there once per row of an input that belongs to it, or per value of one of its columns."""
    if not evidence.repeated or evidence.invented - {None}:
        return
    counts = {key: len(rows) for key, rows in evidence.got.items() if key is not None}
    for input, partners in evidence.partners():
        for condition, some in [("", partners), *evidence.conditions(partners)]:
            for by, grouped in [("", some), *values_of_columns(evidence, some)]:
                if repeats_like(counts, {key: len(rows) for key, rows in grouped.items()}, evidence):
                    yield repeated_by(evidence, input, condition, by)
                    return


def values_of_columns(evidence: Evidence, partners: dict[Any, list[Any]]) -> Iterator[tuple[str, dict[Any, list[Any]]]]:
    names = next((list(rows[0]) for rows in partners.values() if rows), [])
    for name in names:
        if name != evidence.key:
            yield name, {key: sorted({plain(row[name]) for row in rows}, key=rank) for key, rows in partners.items()}


def repeats_like(counts: dict[Any, int], partners: dict[Any, int], evidence: Evidence) -> bool:
    """Tell whether every row is there as often as it has partners; without partners, once or never."""
    return (
        all(
            counts.get(key, 0) == partners[key] if key in partners else counts.get(key, 0) in (0, 1)
            for key in evidence.wanted
        )
        and len({counts.get(key, 0) for key in evidence.wanted if key not in partners}) < 2
    )


def repeated_by(evidence: Evidence, input: str, condition: str, by: str) -> Pattern:
    key = first(evidence.repeated)
    row = f"`{evidence.key}` {shown(key)}"
    times = evidence.repeated[key]
    if by:
        words = (
            f"{row} is there {times} times: once for each `{by}` of its rows in `{input}`"
            f"{f' {condition}' if condition else ''}. One row per `{evidence.key}` was expected, so `{by}` can't tell "
            "rows apart: look at `group by`, `distinct` and `over`."
        )
        return about_rows("grouped_by_a_column_too_many", f"One row per {evidence.key} and {by}", words)
    lost = f" {count_of(len(evidence.lost), 'row')} that have none are lost." if evidence.lost else ""
    return about_rows(
        "join_repeats_rows",
        f"The join repeats rows, once per row of {input}",
        f"{row} is there {times} times, because {times} rows of `{input}`{f' {condition}' if condition else ''} belong "
        f"to it.{lost} One row per `{evidence.key}` was expected: bring the rows of `{input}` down to one for each "
        f"`{evidence.key}` (`group by`) before you join, or group what the join returns.",
    )


def repeated_alike(evidence: Evidence) -> Iterator[Pattern]:
    """All rows are there equally often, as after a cross join or a union with itself."""
    times = {len(rows) for rows in evidence.got.values()}
    if len(times) != 1 or min(times) < 2 or evidence.lost or evidence.invented:
        return
    [time] = times
    inputs = [name for name, rows in evidence.inputs.items() if len(rows.rows) == time]
    cause = (
        f"{time} is the number of rows in `{inputs[0]}`: each row has met each of them. A join needs `on` or `using`."
        if inputs
        else "Look for a join whose condition is always true, or a `union all` of the same rows."
    )
    yield about_rows(
        "every_row_repeated",
        f"Every row {time} times",
        f"Each `{evidence.key}` is there {time} times. {cause}",
        *evidence.difference.values,
    )


def rows_without_key(evidence: Evidence) -> Iterator[Pattern]:
    if evidence.invented != {None}:
        return
    number = len(evidence.got[None])
    lost = f" {count_of(len(evidence.lost), 'row')} with a `{evidence.key}` are lost in turn." if evidence.lost else ""
    yield about_rows(
        "rows_without_key",
        f"Rows without {evidence.key}",
        f"{count_of(number, 'row')} {'has' if number == 1 else 'have'} no `{evidence.key}`: it is NULL.{lost} It was "
        "taken from the side of a join that has no partner there. Take it from the table that has every row, and put "
        "that table first, before `left join`.",
    )


# -- words ---------------------------------------------------------------------------------------------------


def one(keys: Any) -> Any:
    return first(key for key in keys if key is not None)
