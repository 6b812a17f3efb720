"""The ways in which a table can break, made of what is declared of it: a row that is wrong, and a sentence for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workshop.dbt_project.raw_table import ForeignKey, KnownValues, RawTable
from workshop.judging.data_tests import DataTest
from workshop.judging.raw_data import RawData, literal


@dataclass(frozen=True)
class Fault:
    """One way in which data breaks: a row that stands twice, or a value that may not be.

    name: as it stands in JSON, such as "book_without_id"
    sentence: what has happened to the data
    noticed_by: the generic test that would notice it
    relation: where the row is: a raw table such as "raw.library.books", or the name of a model
    rows: what the rows of that table are, such as "books"
    key: the column of the relation that tells rows apart
    column: the column that is wrong
    values: what may stand there, in SQL, each of them wrong; empty where the row stands twice
    known: the values that are right, where there are a few of them
    """

    name: str
    sentence: str
    noticed_by: str
    relation: str
    rows: str
    key: str
    column: str
    values: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def broken(self, content: str, case: "Case") -> str:
        """Return the select of `content`, the name of a table, with one row broken, in its place.

        A key is broken in a row too many, beside the one that it is a copy of: others may point at that one.
        """
        if self.column != self.key:
            wrong = f"case when {self.key} = {case.key} then {case.value} else {self.column} end as {self.column}"
            return f"select * replace ({wrong}) from {content} order by rowid"
        copy = f"select {self.copied(case)}, rowid + 0.5 as place from {content} where {self.key} = {case.key}"
        rows = f"select *, rowid as place from {content} union all {copy}"
        return f"select * exclude (place) from ({rows}) order by place"

    def rows_broken(self, content: str, case: "Case") -> str:
        """Return the select of the rows that show the fault, from the whole `content`, a name or a select."""
        row = f"from {content} where {self.key} = {case.key}"
        if case.value is None:
            return f"select * {row} union all select * {row}"
        return f"select {self.copied(case)} {row}"

    def copied(self, case: "Case") -> str:
        return "*" if case.value is None else f"* replace ({case.value} as {self.column})"


@dataclass(frozen=True)
class Case:
    """A fault in one row: the row's key, and the wrong value, both in SQL; no value where the row stands twice."""

    key: str
    value: str | None = None


@dataclass(frozen=True)
class Caught:
    """A fault, the tests that noticed it in one row or another, and the case that no test noticed, if there is one."""

    fault: Fault
    by: tuple[DataTest, ...]
    missed: Case | None = None


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

    def fault(name: str, sentence: str, noticed_by: str, column: str, *values: str, known: Sequence[str] = ()) -> Fault:
        return Fault(name, sentence, noticed_by, relation, table.rows, key, column, values, tuple(known))

    yield fault(f"repeated_{row}", f"Two {table.rows} share one {table.key}", "unique", key)
    yield fault(f"{row}_without_{table.key}", f"{a(row)} has no {table.key}", "not_null", key, NULL)
    for promise in table.promises:
        if promise.column not in columns:
            continue
        column = columns[promise.column]
        if isinstance(promise, KnownValues):
            sentence = f"{a(row)} has {a(promise.column).lower()} that nobody has heard of"
            name = f"unknown_{row}_{promise.column}"
            unheard_of = literal(promise.unheard_of)
            yield fault(name, sentence, "accepted_values", column, unheard_of, known=promise.values)
        else:
            names, sentences = pointing_nowhere(table, promise, parent_of(raw, promise))
            yield fault(names[0], sentences[0], "not_null", column, NULL)
            nobody = [literal(value) for value in keys_of_nobody(raw, parent_of(raw, promise))]
            yield fault(names[1], sentences[1], "relationships", column, *nobody)


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


def keys_of_nobody(raw: RawData, table: RawTable) -> list[Any]:
    """Return keys that no row of the table has: one that no other table has either, and one that another has.

    The second tells a test that looks at the wrong table.
    """
    used = {key for keys in raw.whole.values() for key in keys}
    own = raw.small[table.name]
    if all(isinstance(key, int) for key in own):
        nobody: Any = next(number for number in range(999, 10**9, 1000) if number not in used)
    else:
        nobody = next(text for text in ("nobody" + "-" * length for length in range(len(used) + 1)) if text not in used)
    others = [key for name, keys in raw.small.items() if name != table.name for key in keys]
    borrowed = [key for key in others if key not in own and isinstance(key, type(own[0]))]
    return [nobody, *borrowed[-1:]]


def a(noun: str) -> str:
    """Return "A book", "An author"."""
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun.replace('_', ' ')}"
