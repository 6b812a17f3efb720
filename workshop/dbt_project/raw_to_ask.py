"""What models and macros find in `raw` where they ask the data while dbt compiles them for a check."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from workshop.dbt_project.raw_database import load_raw_tables, quoted
from workshop.dbt_project.raw_table import RawTable

LOADED_AT = datetime(2025, 6, 1)  # any fixed moment


@dataclass(frozen=True)
class RawToAsk:
    """What there is to ask, and what stands in the place of the project's own macros meanwhile.

    tables: what the loader brings on day 1
    changes: the statements on `raw` that make another shop of it
    there: a raw database to ask where no tables are named
    macros: the text that takes the place of a macro of the project, by its name
    """

    tables: tuple[RawTable, ...] = ()
    changes: tuple[str, ...] = ()
    there: str = ""
    macros: tuple[tuple[str, str], ...] = ()

    @property
    def is_another_shop(self) -> bool:
        return bool(self.changes or self.macros)

    def statements(self) -> list[str]:
        """Return the statements that fill an empty catalog `raw`; none where nothing is there to be asked.

        The rows are in the statements: where dbt compiles for a check, no file can be read.
        """
        return made_of_tables(self) if self.tables else made(self)


# -- how ---------------------------------------------------------------------------------------------------


@cache
def made_of_tables(asked: RawToAsk) -> list[str]:
    return made(asked)


def made(asked: RawToAsk) -> list[str]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as raw")
        if asked.tables:
            load_raw_tables(connection, asked.tables, LOADED_AT)
        elif Path(asked.there).is_file():
            connection.execute(f"attach {quoted(asked.there)} as there (read_only)")
            connection.execute("copy from database there to raw")
        for change in asked.changes:
            connection.execute(change)
        return statements_for(connection)


def statements_for(connection: duckdb.DuckDBPyConnection) -> list[str]:
    tables = connection.execute(
        "select schema_name, table_name, sql from duckdb_tables() where database_name = 'raw' order by table_oid"
    ).fetchall()
    found = []
    for schema, name, sql in tables:
        found += [f'create schema if not exists raw."{schema}"', sql.replace("CREATE TABLE ", "create table raw.", 1)]
        rows = connection.execute(f'select columns(*)::varchar from raw."{schema}"."{name}"').fetchall()
        if rows:
            values = ", ".join(
                f"({', '.join('null' if each is None else quoted(each) for each in row)})" for row in rows
            )
            found.append(f'insert into raw."{schema}"."{name}" values {values}')
    return found
