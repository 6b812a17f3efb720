"""The ways in which a table can break, made of what is declared of it: one row too many, and a sentence for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workshop.dbt_project.raw_table import ForeignKey, KnownValues, RawTable
from workshop.judging.data_tests import DataTest
from workshop.judging.raw_data import RawData, literal


@dataclass(frozen=True)
class Fault:
    """One way in which data breaks: one row too many.

    name: as it stands in JSON, such as "book_without_id"
    sentence: what has happened to the data
    noticed_by: the generic test that would notice it
    relation: where the row appears: a raw table such as "raw.library.books", or the name of a model
    rows: what the rows of that table are, such as "books"
    key: the column of the relation that tells rows apart
    changes: the columns in which the row differs from the first one, each with its value in SQL
    """

    name: str
    sentence: str
    noticed_by: str
    relation: str
    rows: str
    key: str
    changes: tuple[tuple[str, str], ...] = ()

    def row_of(self, content: str) -> str:
        """Return the select of the row that is too many. `content` is the SQL name of the relation, or a select."""
        replaced = ", ".join(f"{value} as {column}" for column, value in self.changes)
        first = f"select * from {content} where {self.key} = (select min({self.key}) from {content}) limit 1"
        return f"select * replace ({replaced}) from ({first})" if replaced else first

    def is_seen_in(self, content: str) -> str:
        """Return the condition for rows of the relation that show the fault."""
        wanted = dict(self.changes).get(self.key)
        if wanted is None:
            return f"{self.key} = (select min({self.key}) from {content})"
        return f"{self.key} is null" if wanted == NULL else f"{self.key} = {wanted}"


@dataclass(frozen=True)
class Caught:
    """A fault, and the tests that caught it."""

    fault: Fault
    by: tuple[DataTest, ...]


def faults_of(
    raw: RawData, table: RawTable, relation: str | None = None, columns: Mapping[str, str] | None = None
) -> tuple[Fault, ...]:
    """Return the faults that a relation with the rows of a raw table can have.

    A fault appears where a test stands: a model may well heal what is broken before it, by a `group by` for one.

    relation: the name of a model, or None for the raw table itself
    columns: what the model calls the columns of the raw table that it has and answers for; None for the raw table
    """
    kept = {column: column for column in table.columns} if columns is None else columns
    return tuple(each_fault(raw, table, relation or table.relation, kept))


# -- how ---------------------------------------------------------------------------------------------------

NULL = "null"


def each_fault(raw: RawData, table: RawTable, relation: str, columns: Mapping[str, str]) -> Iterator[Fault]:
    row, key = table.row, columns[table.key]

    def fault(name: str, sentence: str, noticed_by: str, **changes: str) -> Fault:
        return Fault(name, sentence, noticed_by, relation, table.rows, key, tuple(changes.items()))

    yield fault(f"repeated_{row}", f"Two {table.rows} share one {table.key}", "unique")
    yield fault(f"{row}_without_{table.key}", f"{a(row)} has no {table.key}", "not_null", **{key: NULL})
    for promise in table.promises:
        if promise.column not in columns:
            continue
        column, new = columns[promise.column], {key: literal(unused_key(raw, table, "new"))}
        if isinstance(promise, KnownValues):
            sentence = f"{a(row)} has {a(promise.column).lower()} that nobody has heard of"
            value = literal(promise.unheard_of)
            yield fault(f"unknown_{row}_{promise.column}", sentence, "accepted_values", **new, **{column: value})
        else:
            names, sentences = pointing_nowhere(table, promise, parent_of(raw, promise))
            value = literal(unused_key(raw, parent_of(raw, promise), "nobody"))
            yield fault(names[0], sentences[0], "not_null", **new, **{column: NULL})
            yield fault(names[1], sentences[1], "relationships", **new, **{column: value})


def pointing_nowhere(table: RawTable, foreign: ForeignKey, parent: RawTable) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the names and the sentences of the two faults that a pointer can have: it is missing, it leads nowhere."""
    row = a(table.row)
    names = (
        f"{table.row}_without_{parent.row}",
        f"{table.row}_of_{'nobody' if parent.is_person else f'no_{parent.row}'}",
    )
    missing = "whose it is" if parent.is_person else f"which {parent.row} it {foreign.verb}"
    leads_nowhere = f"{foreign.verb} {a(parent.row).lower()} {'who' if parent.is_person else 'that'} does not exist"
    return names, (f"{row} does not say {missing}", f"{row} {leads_nowhere}")


def parent_of(raw: RawData, foreign: ForeignKey) -> RawTable:
    return next(table for table in raw.tables if table.name == foreign.to)


def unused_key(raw: RawData, table: RawTable, word: str) -> Any:
    """Return a key that is in no table: a high number, or the `word`, with as many dashes as it takes."""
    used = {key for keys in raw.whole.values() for key in keys}
    if all(isinstance(key, int) for key in raw.whole[table.name]):
        return next(number for number in HIGH_NUMBERS[word] if number not in used)
    return next(text for text in (word + "-" * length for length in range(len(used) + 1)) if text not in used)


HIGH_NUMBERS = {"new": range(901, 10**9), "nobody": range(999, 10**9, 1000)}


def a(noun: str) -> str:
    """Return "A book", "An author"."""
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun.replace('_', ' ')}"
