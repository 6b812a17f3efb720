"""A second shop in memory, in which any compiled SQL can be run without touching the learner's files.

Its catalogs bear the same names as the learner's (`raw` and `warehouse`), so compiled SQL runs unchanged.
It can hold the whole raw data or any part of it. In the small shop, a few rows tell all known mistakes apart.
"""

import weakref
from functools import cache

from workshop.judging.comparison import Result
from workshop.judging.deadline import deadline
from workshop.judging.raw_data import Part, RawData, raw_data
from workshop.judging.reference import Reference, relation

MOST_ROWS = 20_000


class Twin:
    """An in-memory DuckDB with a part of the raw data; at first all of it."""

    def __init__(self, raw: RawData) -> None:
        self.raw = raw
        self.connection = raw.connect()
        weakref.finalize(self, raw.spare.append, self.connection)
        self.part: Part | None = None
        self.fill(raw.whole)

    def fill(self, part: Part) -> None:
        """Make `part` the content of `raw`."""
        there, self.part = self.part, None  # whoever interrupts this leaves a part of a part
        self.raw.fill(self.connection, part, there)
        self.part = part

    def define(self, name: str, sql: str) -> None:
        """Create the relation `name`, quoted as dbt quotes it, as a view of `sql`. Raises duckdb.Error."""
        self.connection.execute(f"create schema if not exists {name.rpartition('.')[0]}")
        self.connection.execute(f"create or replace view {name} as (\n{sql}\n)")

    def run(self, sql: str) -> Result:
        """Return what the select `sql` returns, at most MOST_ROWS rows. Raises duckdb.Error, TooSlow."""
        with deadline(self.connection):
            # In parentheses, as dbt puts a model into `create view`: what fails there fails here.
            cursor = self.connection.execute(f"select * from (\n{sql}\n)")
            columns = tuple(column[0].lower() for column in cursor.description or ())
            return Result(columns, tuple(cursor.fetchmany(MOST_ROWS)))


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
