"""The raw database of a project: what the loader brought, built from the files of the declared tables.

It is one file that every warehouse attaches read-only as `raw`. It is replaced whole or not at all. It holds what was
brought until some day; which one is told by its rows.
"""

import csv
import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from workshop.dbt_project.raw_table import RawTable
from workshop.places import RAW_DATABASE

# A notebook opened on the next day begins with fresh data, else dbt would call it stale from the start.
HOURS_OF_A_SESSION = 8


def ensure_raw(project: Path, tables: Sequence[RawTable]) -> Path:
    """Return the path of the project's raw database, built if it is missing, damaged or half built.

    Raises OSError or duckdb.IOException where it can't be written.
    """
    raw = project / RAW_DATABASE
    if day_loaded(raw, tables) is None:
        build_raw(raw, tables)
    return raw


def ensure_fresh_raw(project: Path, tables: Sequence[RawTable]) -> Path:
    """Return the path of the project's raw database, loaded again where the last load was a day ago or so.

    It holds what was brought until the same day as before. Where others are reading it and the system does not let it
    be replaced, it stays as it is.
    """
    raw = ensure_raw(project, tables)
    if datetime.now().timestamp() - raw.stat().st_mtime > HOURS_OF_A_SESSION * 3600:
        with suppress(OSError):
            build_raw(raw, tables, day=day_loaded(raw, tables) or 1)
    return raw


def day_loaded(raw: Path, tables: Sequence[RawTable]) -> int | None:
    """Return the day until which `raw` holds what the loader brought, or None where it is missing or damaged."""
    try:
        if checksum_of(raw) != noted_checksum(raw):
            return None  # a disk or a person has changed it: DuckDB looks at what it reads only
    except OSError:
        return None
    try:
        with duckdb.connect() as connection:
            attach_raw(connection, raw)
            rows = [rows_in(connection, table) for table in tables]
    except duckdb.Error:
        return None
    days = range(1, days_of(tables) + 1)
    return next((day for day in days if rows == [rows_until(table, day) for table in tables]), None)


def days_of(tables: Sequence[RawTable]) -> int:
    """Return on how many days the loader comes."""
    return max((table.days for table in tables), default=1)


def build_raw(raw: Path, tables: Sequence[RawTable], hours_old: float = 1, day: int = 1) -> None:
    """Build the raw database at `raw` with what was brought until `day`, the last of it `hours_old` hours ago.

    It is built beside its place and moved there when it is whole, so that nobody ever sees half of it.

    Raises OSError or duckdb.IOException where it can't be written.
    """
    raw.parent.mkdir(parents=True, exist_ok=True)
    unfinished = raw.with_name(f"{raw.name}.{os.getpid()}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(unfinished)} as raw")
            # dbt takes a time stamp without a zone for UTC.
            loaded_at = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours_old)
            load_raw_tables(connection, tables, loaded_at, day=day)
            connection.execute("detach raw")
        note_checksum(raw, checksum_of(unfinished))
        os.replace(unfinished, raw)
    finally:
        unfinished.unlink(missing_ok=True)


def load_raw_tables(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[RawTable],
    loaded_at: datetime,
    catalog: str = "raw",
    day: int = 1,
) -> None:
    """Fill a catalog of `connection` with what the tables' files bring until `day`.

    The rows of that day are stamped with `loaded_at`, those of the days before with the same hour of their day.
    """
    for table in tables:
        name = f"{catalog}.{table.name}"
        connection.execute(f"create schema if not exists {catalog}.{table.schema}")
        connection.execute(f"create table {name} as {brought(table, table.file, loaded_at - timedelta(days=day - 1))}")
        for later, file in enumerate(table.later_files[: day - 1], 2):
            rows = brought(table, file, loaded_at - timedelta(days=day - later))
            connection.execute(f"delete from {name} where {table.key} in (select {table.key} from ({rows}))")
            connection.execute(f"insert into {name} {rows}")


def attach_raw(connection: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Attach the raw database read-only as `raw`. Nothing happens where it is attached already."""
    connection.execute(f"attach if not exists {quoted(raw)} as raw (read_only)")


def raw_tables_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the quoted names of the tables in the attached raw database. Raises duckdb.Error."""
    rows = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'raw' order by all"
    ).fetchall()
    return [f'"raw"."{schema}"."{table}"' for schema, table in rows]


# -- how ---------------------------------------------------------------------------------------------------


def brought(table: RawTable, file: Path, loaded_at: datetime) -> str:
    """Return the select of the rows of one of the table's files."""
    stamp = f", timestamp '{loaded_at:%Y-%m-%d %H:%M:%S}' as {table.stamp}" if table.stamp else ""
    return f"select *{stamp} from read_csv({quoted(file)}, header = true, columns = {dict(table.columns)})"


def checksum_of(raw: Path) -> str:
    return hashlib.blake2b(raw.read_bytes()).hexdigest()


def noted_checksum(raw: Path) -> str:
    return checksum_file(raw).read_text(encoding="ascii", errors="replace").strip()


def note_checksum(raw: Path, checksum: str) -> None:
    unfinished = raw.with_name(f"{checksum_file(raw).name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(checksum, encoding="ascii")
        os.replace(unfinished, checksum_file(raw))
    finally:
        unfinished.unlink(missing_ok=True)


def checksum_file(raw: Path) -> Path:
    return raw.with_name(f"{raw.name}.checksum")


def rows_in(connection: duckdb.DuckDBPyConnection, table: RawTable) -> int:
    [count] = connection.execute(f"select count(*) from {table.relation}").fetchone() or (0,)
    return int(count)


def rows_until(table: RawTable, day: int) -> int:
    """Return how many keys the table's files bring until `day`."""
    keys = set()
    for file in (table.file, *table.later_files[: day - 1]):
        with file.open(encoding="utf-8", newline="") as lines:
            keys |= {row[table.key] for row in csv.DictReader(lines)}
    return len(keys)


def quoted(value: object) -> str:
    """Return `value` as a SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
