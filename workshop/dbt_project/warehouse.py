"""A notebook's own warehouse.

DuckDB lets one process at a time open a file for writing. So each notebook has a warehouse file of
its own, `raw` is one file that everybody attaches read-only, and dbt runs inside the kernel.
"""

import os
from datetime import datetime
from pathlib import Path

import duckdb

from workshop.dbt_project.causes import is_in_use
from workshop.dbt_project.raw_database import attach_raw
from workshop.places import WAREHOUSE_FILE, WAREHOUSES

MAXIMUM_SLOTS = 20


class WarehouseTrouble(Exception):
    """The warehouse can't be used; the message says why and what to do."""


def open_warehouse(project: Path, name: str, raw: Path) -> tuple[duckdb.DuckDBPyConnection, Path]:
    """Open the first free warehouse called `name`, `name-2`, ... in `project`, with the database `raw` attached.

    A second kernel on the same notebook gets a warehouse of its own in place of a lock error.
    A file that DuckDB can't read is set aside, not deleted: its models can be built again.

    Returns the connection and the path of the warehouse file.
    Raises WarehouseTrouble where no file can be opened, OSError where none can be written.
    """
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
    return is_in_use(error)


def set_aside(path: Path) -> None:
    for file in (path, path.with_name(path.name + ".wal")):
        if file.exists():
            os.replace(file, file.with_name(f"damaged-{datetime.now():%Y%m%d-%H%M%S}-{file.name}"))
