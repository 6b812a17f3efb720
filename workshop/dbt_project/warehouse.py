"""Owns DuckDB: builds the raw database from `data/` and opens a notebook's own warehouse.

DuckDB lets one process at a time open a file for writing. So each notebook has a warehouse file of
its own, `raw` is one file that everybody attaches read-only, and dbt runs inside the kernel.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from workshop.places import DATA, RAW_DATABASE, WAREHOUSE_FILE, WAREHOUSES

RAW_TABLES = {
    # table: (file, columns); the columns carry the types that `data/README.md` promises
    "jaffle_shop.customers": (
        "customers.csv",
        {"id": "INTEGER", "first_name": "VARCHAR", "last_name": "VARCHAR"},
    ),
    "jaffle_shop.orders": (
        "orders.csv",
        {"id": "INTEGER", "user_id": "INTEGER", "order_date": "DATE", "status": "VARCHAR"},
    ),
    "stripe.payment": (
        "payments.csv",
        {
            "id": "INTEGER",
            "orderid": "INTEGER",
            "paymentmethod": "VARCHAR",
            "status": "VARCHAR",
            "amount": "INTEGER",
            "created": "DATE",
        },
    ),
}

MAXIMUM_SLOTS = 20

# A notebook opened on the next day begins with fresh data, else dbt would call it stale from the start.
HOURS_OF_A_SESSION = 8


class WarehouseTrouble(Exception):
    """The warehouse or the raw database can't be used; the message says why and what to do."""


def open_warehouse(project: Path, name: str) -> tuple[duckdb.DuckDBPyConnection, Path]:
    """Open the first free warehouse called `name`, `name-2`, ... in `project`, with `raw` attached.

    A second kernel on the same notebook gets a warehouse of its own in place of a lock error.
    A file that DuckDB can't read is set aside, not deleted: its models can be built again.

    Returns the connection and the path of the warehouse file.
    Raises WarehouseTrouble where no file can be opened, OSError where none can be written.
    """
    raw = ensure_fresh_raw(project)
    for number in range(1, MAXIMUM_SLOTS + 1):
        slot = name if number == 1 else f"{name}-{number}"
        path = project / WAREHOUSES / slot / WAREHOUSE_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect_unless_locked(path)
        if connection is not None:
            attach_raw(connection, raw)
            return connection, path
    raise WarehouseTrouble(
        f"All {MAXIMUM_SLOTS} warehouses of this notebook are in use. "
        "Shut down kernels that you no longer need (menu Kernel), then run this cell again."
    )


def connect_unless_locked(path: Path) -> duckdb.DuckDBPyConnection | None:
    """Return a connection to the file at `path`, or None while another process holds it."""
    try:
        return duckdb.connect(str(path))
    except duckdb.IOException as error:
        if is_lock(error):
            return None
        if not path.exists():
            raise
    except duckdb.Error:
        pass  # not a DuckDB file, or one from a crash that can't be replayed
    set_aside(path)
    return duckdb.connect(str(path))


def is_lock(error: Exception) -> bool:
    """Tell whether DuckDB failed because another process has the file open."""
    words = str(error).lower()
    return "could not set lock" in words or "being used by another process" in words


def set_aside(path: Path) -> None:
    for file in (path, path.with_name(path.name + ".wal")):
        if file.exists():
            os.replace(file, file.with_name(f"damaged-{datetime.now():%Y%m%d-%H%M%S}-{file.name}"))


def attach_raw(connection: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Attach the raw database read-only as `raw`. Nothing happens where it is attached already."""
    connection.execute(f"attach if not exists {quoted(raw)} as raw (read_only)")


def ensure_raw(project: Path) -> Path:
    """Return the path of the project's raw database, built if it is missing, damaged or half built.

    Raises OSError or duckdb.IOException where it can't be written.
    """
    raw = project / RAW_DATABASE
    if not is_whole(raw):
        build_raw(raw)
    return raw


def ensure_fresh_raw(project: Path) -> Path:
    """Return the path of the project's raw database, loaded again where the last load was a day ago or so.

    Where others are reading it and the system does not let it be replaced, it stays as it is.
    """
    raw = ensure_raw(project)
    if datetime.now().timestamp() - raw.stat().st_mtime > HOURS_OF_A_SESSION * 3600:
        with suppress(OSError):
            build_raw(raw)
    return raw


def is_whole(raw: Path) -> bool:
    if not raw.exists():
        return False
    try:
        with duckdb.connect() as connection:
            attach_raw(connection, raw)
            for table, (file, _) in RAW_TABLES.items():
                in_database = connection.execute(f"select count(*) from raw.{table}").fetchone()[0]
                if in_database != count_rows(DATA / file):
                    return False
        return True
    except duckdb.Error:
        return False


def count_rows(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines()) - 1


def build_raw(raw: Path, hours_old: float = 1) -> None:
    """Build the raw database at `raw`, as if it had been loaded `hours_old` hours ago.

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
            load_raw_tables(connection, datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=hours_old))
            connection.execute("detach raw")
        os.replace(unfinished, raw)
    finally:
        unfinished.unlink(missing_ok=True)


def load_raw_tables(connection: duckdb.DuckDBPyConnection, loaded_at: datetime, catalog: str = "raw") -> None:
    """Fill a catalog of `connection` with the tables of `data/`, stamped with `loaded_at`."""
    for table, (file, columns) in RAW_TABLES.items():
        stamp = f", timestamp '{loaded_at:%Y-%m-%d %H:%M:%S}' as _etl_loaded_at"
        connection.execute(f"create schema if not exists {catalog}.{table.split('.')[0]}")
        connection.execute(
            f"create table {catalog}.{table} as select *{stamp if table == 'jaffle_shop.orders' else ''} "
            f"from read_csv({quoted(DATA / file)}, header = true, columns = {columns})"
        )


def quoted(value: object) -> str:
    """Return `value` as a SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
