"""A second shop in memory, in which any compiled SQL can be run without touching the learner's files.

Its catalogs bear the same names as the learner's (`raw` and `warehouse`), so compiled SQL runs unchanged.
It can hold the whole raw data or any part of it. In the small shop, a few rows tell all known mistakes apart.
"""

import weakref
from functools import cache, lru_cache, partial
from typing import Any

import duckdb

from workshop.judging.comparison import Result
from workshop.judging.deadline import NeverEnds, TooSlow, in_time
from workshop.judging.raw_data import Part, RawData, raw_data
from workshop.judging.reference import Reference, relation

MOST_ROWS = 20_000
ROWS_AT_ONCE = 100
A_SELECT = ("SELECT", "MULTI")  # what DuckDB calls it; MULTI is one with a pivot
MORE_THAN_A_SELECT = "Parser Error: This is more than one select."
MOST_LETTERS = 20_000_000


class NotOneSelect(duckdb.ParserException):
    """SQL that is more than one select, as where it closes our parentheses and goes on with statements of its own."""


class Twin:
    """An in-memory DuckDB with a part of the raw data; at first all of it."""

    def __init__(self, raw: RawData) -> None:
        self.raw = raw
        database = raw.database()
        self.connection = raw.connect(database)
        self.ending = weakref.finalize(self, raw.take_back, database, self.connection)
        self.part: Part | None = None
        self.lost: NeverEnds | None = None
        self.fill(raw.whole)

    def fill(self, part: Part) -> None:
        """Make `part` the content of `raw`. Raises NeverEnds where a query before did."""
        self.demand_free()
        there, self.part = self.part, None  # whoever interrupts this leaves a part of a part
        self.raw.fill(self.connection, part, there)
        self.part = part

    def define(self, name: str, sql: str) -> None:
        """Create the relation `name`, quoted as dbt quotes it, as a view of `sql`.

        Raises duckdb.Error, TooSlow; NotOneSelect is one of the former.
        """
        self.demand_one_select(sql)
        self.execute(f"create schema if not exists {name.rpartition('.')[0]}", "CREATE")
        self.execute(f"create or replace view {name} as (\n{sql}\n)", "CREATE")

    def run(self, sql: str) -> Result:
        """Return what the select `sql` returns, at most MOST_ROWS rows.

        Raises duckdb.Error, TooSlow; NotOneSelect is one of the former.
        """
        # In parentheses, as dbt puts a model into `create view`: what fails there fails here.
        return self.execute(in_parentheses(sql), *A_SELECT)

    # -- how -----------------------------------------------------------------------------------------------------

    def execute(self, statement: str, *kinds: str) -> Result:
        """Run one statement of one of these kinds, as DuckDB calls them.

        Whatever a learner has written runs here and nowhere else.
        """
        self.demand_free()
        if kinds_in(statement) not in [(kind,) for kind in kinds]:
            raise NotOneSelect(MORE_THAN_A_SELECT)
        try:
            return in_time(self.connection, partial(result_of, self.connection, statement))
        except (TooSlow, KeyboardInterrupt) as error:
            self.ending.detach()  # it may be running still: nobody else is to have this database
            self.lost = error if isinstance(error, NeverEnds) else None
            raise

    def demand_one_select(self, sql: str) -> None:
        if len(kinds_in(in_parentheses(sql))) != 1:
            raise NotOneSelect(MORE_THAN_A_SELECT)

    def demand_free(self) -> None:
        if self.lost:
            raise self.lost


def in_parentheses(sql: str) -> str:
    return f"select * from (\n{sql}\n)"


@lru_cache(maxsize=1000)
def kinds_in(sql: str) -> tuple[str, ...]:
    """Return what kind of statement each of those in `sql` is. Raises duckdb.Error where it does not parse."""
    return tuple(statement.type.name for statement in duckdb.extract_statements(sql))


def result_of(connection: duckdb.DuckDBPyConnection, statement: str) -> Result:
    cursor = connection.execute(statement)
    columns = tuple(column[0].lower() for column in cursor.description or ())
    rows: list[tuple[Any, ...]] = []
    letters = 0
    while len(rows) < MOST_ROWS and (more := cursor.fetchmany(ROWS_AT_ONCE)):
        rows += more
        if len(more) == ROWS_AT_ONCE:
            letters += sum(len(value) for row in more for value in row if isinstance(value, str | bytes))
        if letters > MOST_LETTERS:
            raise TooSlow(f"stopped because it returns more than {MOST_LETTERS // 10**6} million letters")
    return Result(columns, tuple(rows))


class RightModels:
    """A twin that holds every right model, and that no learner's SQL enters."""

    def __init__(self, reference: Reference) -> None:
        self.raw = raw_data(tuple(reference.tables))
        self.twin = Twin(self.raw)
        self.remembered: dict[tuple[str, int], Result] = {}
        for name, sql in reference.sql.items():
            self.twin.define(relation(name), sql)

    def run(self, sql: str, part: Part) -> Result:
        """Return what a select on right models returns; on the whole data and in the small shop it is remembered."""
        lasts = part is self.raw.whole or part is self.raw.small
        if lasts and (sql, id(part)) in self.remembered:
            return self.remembered[sql, id(part)]
        self.twin.fill(part)
        result = self.twin.run(sql)
        if lasts:
            self.remembered[sql, id(part)] = result
        return result


@cache
def right_models(reference: Reference) -> RightModels:
    """Return the right models of a course; their twin is made once."""
    return RightModels(reference)


def content_of(name: str) -> str:
    """Return a select of all rows of a right model."""
    return f"select * from {relation(name)}"
