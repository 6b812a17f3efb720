"""Rows that were forgotten, or taken for others: the right model, run on a shop without them, returns the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from workshop.dbt_project.raw_table import KnownValues, RawTable
from workshop.judging.comparison import Difference, compare
from workshop.judging.model_answer import Expectation
from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.raw_data import Part
from workshop.judging.reference import Reference
from workshop.judging.twin import right_models


@dataclass(frozen=True)
class WhatIf:
    """Another shop, in words, and how the right model's result there differs from the right one here."""

    name: str
    title: str
    words: str
    difference: Difference


def as_though(evidence: Evidence, expectation: Expectation, reference: Reference) -> Iterator[Pattern]:
    """Give the patterns of results that would be right if some rows were not there, or were others."""
    for other in other_shops(expectation, evidence.key, reference):
        if evidence.difference.contains(other.difference):
            yield Pattern(other.name, other.title, other.words, other.difference.aspects)
        elif evidence.difference.shows(other.difference):
            yield Pattern(other.name, other.title, other.words, other.difference.aspects, is_mixed=True)


# -- how ---------------------------------------------------------------------------------------------------


@cache
def other_shops(expectation: Expectation, key: str, reference: Reference) -> list[WhatIf]:
    """Return the shops in which the right model returns something else; they are tried once."""
    right = right_models(reference)
    expected = right.run(expectation.sql, right.raw.whole)
    found = []
    for table in right.raw.tables:
        for promise in table.promises:
            if isinstance(promise, KnownValues):
                for name, title, words, change in changes(table, promise):
                    part: Part = right.raw.whole
                    right.twin.fill(part)
                    try:
                        right.twin.connection.execute(change)
                        difference = compare(right.twin.run(expectation.sql), expected, key)
                    finally:
                        right.twin.part = None  # it holds rows that are in no part
                    if difference:
                        found.append(WhatIf(name, title, words, difference))
    return found


def changes(table: RawTable, promise: KnownValues) -> Iterator[tuple[str, str, str, str]]:
    """Give name, title and words of each change to a raw table, and the statement that makes it."""
    relation, column = table.relation, promise.column
    for value in promise.values:
        that = f"{table.rows} whose `{column}` is '{value}'"
        yield (
            "rows_of_a_kind_forgotten",
            f"No {value} {table.rows}",
            f"What you return would be right if there were no {that}. Some condition leaves them out, and they belong "
            "here as well.",
            f"delete from {relation} where {column} = '{value}'",
        )
        yield (
            "rows_of_a_kind_alone",
            f"Nothing but {value} {table.rows}",
            f"What you return would be right if there were no {table.rows} but those whose `{column}` is '{value}'. "
            "Some condition leaves all others out, and they belong here as well.",
            f"delete from {relation} where {column} <> '{value}'",
        )
        for other in promise.values:
            if other != value:
                yield (
                    "rows_of_a_kind_taken_for_others",
                    f"{value.capitalize()} {table.rows} treated like {other}",
                    f"What you return would be right if all {that} were '{other}'. They are treated alike, and they "
                    "are not the same.",
                    f"update {relation} set {column} = '{other}' where {column} = '{value}'",
                )
        yield (
            "rows_of_a_kind_treated_alike",
            f"All {table.rows} treated alike",
            f"What you return would be right if the `{column}` of all {table.rows} were '{value}': nothing in it "
            f"depends on `{column}`, and something should.",
            f"update {relation} set {column} = '{value}'",
        )
