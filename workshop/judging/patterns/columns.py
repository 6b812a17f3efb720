"""Columns: under other names, missing, or of another grain altogether."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from workshop.dbt_project.words import listed
from workshop.judging.comparison import Result
from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.values import equal, plain

MOST_COLUMNS = 3


def columns(evidence: Evidence) -> Iterator[Pattern]:
    """Give the patterns that account for missing columns, the widest first."""
    if evidence.difference.missing:
        yield from one_row_for_all(evidence)
        yield from coarser_grain(evidence)
        yield from under_other_names(evidence)
        yield from not_there(evidence)


# -- how ---------------------------------------------------------------------------------------------------


def one_row_for_all(evidence: Evidence) -> Iterator[Pattern]:
    if len(evidence.returned.rows) == 1 < len(evidence.expected.rows):
        yield Pattern(
            "one_row_for_all",
            "One row for everything",
            f"Your model returns a single row, and {len(evidence.expected.rows)} were expected, one for each "
            f"`{evidence.key}`. An aggregate without `group by` makes one row of everything.",
            evidence.difference.aspects,
        )


def coarser_grain(evidence: Evidence) -> Iterator[Pattern]:
    """The rows are told apart by other columns than the one expected, and there are fewer."""
    returned = evidence.returned
    if evidence.key in evidence.renamed.columns or not 1 < len(returned.rows) < len(evidence.expected.rows):
        return
    for number in range(1, MOST_COLUMNS + 1):
        for names in combinations(returned.columns, number):
            if is_grouped_by(names, evidence):
                per = listed(names)
                yield Pattern(
                    "coarser_grain",
                    f"One row per {per.replace('`', '')}",
                    f"Your model returns {len(returned.rows)} rows, one per {per}; one per `{evidence.key}` was "
                    f"expected, which makes {len(evidence.expected.rows)}. Rows were added up or merged that others "
                    "need one by one: whoever builds on this model can still do that.",
                    evidence.difference.aspects,
                )
                return


def is_grouped_by(names: Sequence[str], evidence: Evidence) -> bool:
    """Tell whether there is one row for each combination of values that these columns have where they come from."""
    combined = list(values_of(evidence.returned, names))
    if len(set(combined)) < len(combined):
        return False
    sources = (rows for rows in (evidence.expected, *evidence.inputs.values()) if set(names) <= set(rows.columns))
    return any(set(combined) <= set(values_of(rows, names)) for rows in sources)


def values_of(rows: Result, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    columns = [[plain(value) for value in rows.column(name)] for name in names]
    return zip(*columns, strict=True)


def under_other_names(evidence: Evidence) -> Iterator[Pattern]:
    others = evidence.difference.other_names
    if others and set(others) == set(evidence.difference.missing):
        pairs = [f"`{other}` should be `{name}`" for name, other in others.items()]
        plural = len(pairs) > 1
        yield Pattern(
            "columns_under_other_names",
            f"{'Columns' if plural else 'A column'} under {'other names' if plural else 'another name'}",
            f"{in_a_row(pairs)}. Rename {'them' if plural else 'it'} with `as`: who builds on this model counts on "
            f"the {'names' if plural else 'name'}.",
            frozenset({"columns"}),
        )


def not_there(evidence: Evidence) -> Iterator[Pattern]:
    others = evidence.difference.other_names
    missing = [name for name in evidence.difference.missing if name not in others]
    if not missing:
        return
    one = len(missing) == 1
    sentences = [f"{listed(missing)} {'is' if one else 'are'} missing from what your model returns."]
    if there := where_they_are(evidence, missing):
        sentences.append(there)
    if others:
        pairs = [f"`{other}` should be `{name}`" for name, other in others.items()]
        sentences.append(f"And {in_a_row(pairs)}.")
    sentences.append("The last `select` says which columns there are.")
    yield Pattern(
        "column_missing" if one else "columns_missing",
        "A column is missing" if one else "Columns are missing",
        " ".join(sentences),
        frozenset({"columns"}),
    )


def where_they_are(evidence: Evidence, missing: list[str]) -> str:
    """Return the input that has missing columns just as they are expected, in words."""
    for input, partners in evidence.partners():
        there = [name for name in missing if name in next(iter(partners.values()))[0]]
        there = [
            name
            for name in there
            if all(key in partners and equal(partners[key][0][name], row[name]) for key, row in evidence.wanted.items())
        ]
        if there:
            one = len(there) == 1
            return f"{listed(there)} {'is' if one else 'are'} in `{input}`: take {'it' if one else 'them'} along."
    return ""


def in_a_row(pairs: list[str]) -> str:
    return pairs[0] if len(pairs) == 1 else f"{', '.join(pairs[:-1])} and {pairs[-1]}"
