"""The rows of raw tables: all of them, the small shop, and any part in which no row points at one left out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import duckdb

from workshop.dbt_project.raw_database import load_raw_tables
from workshop.dbt_project.raw_table import RawTable, parents_first

# A part of the raw data: the keys of the rows that are in it, by table.
Part = Mapping[str, tuple[Any, ...]]

# Any fixed moment: results may not depend on the day on which they are checked.
LOADED_AT = datetime(2025, 6, 1)

# What SQL in a twin may do to the computer: nothing. Whoever finds a way to run a `set` can't change that any more.
LOCKED = (
    "set threads = 1; set memory_limit = '1GB'; set temp_directory = ''; set enable_external_access = false; "
    "set autoinstall_known_extensions = false; set autoload_known_extensions = false; "
    "set allow_community_extensions = false; set lock_configuration = true"
)


@cache
def raw_data(tables: tuple[RawTable, ...]) -> "RawData":
    """Return the rows of these tables; they are read once."""
    return RawData(tables)


class RawData:
    """The rows of raw tables, and connections to a database in memory that holds them."""

    def __init__(self, tables: Sequence[RawTable]) -> None:
        self.tables = parents_first(tables)
        # Databases that nobody uses any more: opening one takes most of the time that a twin takes.
        self.spare: list[duckdb.DuckDBPyConnection] = []
        connection = self.database()
        self.pointers = {table.name: pointers_in(connection, table) for table in self.tables}
        self.whole: Part = {name: tuple(rows) for name, rows in self.pointers.items()}
        self.small = self.closed(
            {table.name: keys_in(connection, table, f"where {table.small}") for table in self.tables}
        )
        self.spare.append(connection)

    # -- parts -------------------------------------------------------------------------------------------------

    def without(self, part: Part, table: str, key: Any) -> Part:
        """Return the part without one row, and without all rows that point at it, directly or through others."""
        return self.closed({**part, table: tuple(each for each in part[table] if each != key)})

    def closed(self, part: Part) -> Part:
        """Return the part without the rows that point at a row that is not in it."""
        kept = {name: dict.fromkeys(keys) for name, keys in part.items()}
        is_done = False
        while not is_done:
            is_done = True
            for table in self.tables:
                for key in list(kept[table.name]):
                    if not all(value is None or value in kept[to] for to, value in self.pointers[table.name][key]):
                        del kept[table.name][key]
                        is_done = False
        return {name: tuple(keys) for name, keys in kept.items()}

    def families(self, part: Part) -> Iterator[Part]:
        """Give, for each row of a table that points at nothing, the row with all that belong to it.

        These are the rows that point at it, directly or through others, and whatever these point at.
        """
        for table in self.tables:
            if not table.foreign_keys:
                for key in part[table.name]:
                    yield self.family(part, table.name, key)

    def family(self, part: Part, table: str, key: Any) -> Part:
        found = {(table, key)}
        rows = [(name, each) for name, keys in part.items() for each in keys]
        while below := {row for row in rows if row not in found and found.intersection(self.pointers[row[0]][row[1]])}:
            found |= below
        while above := {to for name, each in found for to in self.pointers[name][each] if to[1] is not None} - found:
            found |= above
        return {name: tuple(each for each in keys if (name, each) in found) for name, keys in part.items()}

    # -- databases ---------------------------------------------------------------------------------------------

    def database(self) -> duckdb.DuckDBPyConnection:
        """Return a database with all rows in the catalog `everything`, and nothing in `raw` and `warehouse`.

        The tables of `raw` are there, and empty. Nobody can change its settings.
        """
        try:
            connection = emptied(self.spare.pop())
        except (IndexError, duckdb.Error):  # there is none, or it can't go on after what its last user met
            connection = emptied(self.open_with_everything())
        for table in self.tables:
            connection.execute(
                f"create schema if not exists raw.{table.schema}; "
                f"create table raw.{table.name} as from everything.{table.name} limit 0"
            )
        return connection

    def open_with_everything(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(":memory:")
        connection.execute("attach ':memory:' as everything")
        load_raw_tables(connection, self.tables, LOADED_AT, "everything")
        connection.execute(LOCKED)
        return connection

    def connect(self, database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        """Return a connection of one's own to a database: temporary tables, variables and transactions end with it."""
        connection = database.cursor()
        connection.execute("use warehouse.main")
        return connection

    def take_back(self, database: duckdb.DuckDBPyConnection, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep a database for the next one who needs it."""
        connection.close()
        self.spare.append(database)

    def fill(self, connection: duckdb.DuckDBPyConnection, part: Part, there: Part | None = None) -> None:
        """Make `part` the content of the catalog `raw`; `there` is what it holds, where that is known."""
        for table in self.tables:
            if there is not None and there[table.name] == part[table.name]:
                continue
            filling = f"truncate raw.{table.name}; "
            if part is self.whole:
                filling += f"insert into raw.{table.name} from everything.{table.name}"
            elif part[table.name]:
                keys = ", ".join(literal(key) for key in part[table.name])
                filling += f"insert into raw.{table.name} from everything.{table.name} where {table.key} in ({keys})"
            connection.execute(filling)


# -- how ---------------------------------------------------------------------------------------------------


def keys_in(connection: duckdb.DuckDBPyConnection, table: RawTable, where: str = "") -> tuple[Any, ...]:
    rows = connection.execute(f"select {table.key} from everything.{table.name} {where} order by {table.key}")
    return tuple(key for (key,) in rows.fetchall())


def pointers_in(connection: duckdb.DuckDBPyConnection, table: RawTable) -> dict[Any, tuple[tuple[str, Any], ...]]:
    """Return, for each row by its key, the tables that it points at and the keys there, or None."""
    columns = ", ".join([table.key, *(foreign.column for foreign in table.foreign_keys)])
    rows = connection.execute(f"select {columns} from everything.{table.name} order by {table.key}").fetchall()
    targets = [foreign.to for foreign in table.foreign_keys]
    return {key: tuple(zip(targets, values, strict=True)) for key, *values in rows}


def literal(key: Any) -> str:
    return str(key) if isinstance(key, int) else "'" + str(key).replace("'", "''") + "'"


def emptied(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the connection with nothing in `raw` and `warehouse`.

    Raises duckdb.Error where it can't be used any more.
    """
    for catalog in ("raw", "warehouse"):
        connection.execute(f"detach database if exists {catalog}; attach ':memory:' as {catalog}")
    return connection
