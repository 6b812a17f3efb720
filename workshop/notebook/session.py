"""One notebook's session: its project, its warehouse, and dbt on both."""

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from workshop.course.answers import Answer
from workshop.course.raw_tables import RAW_NAMES, RAW_TABLES
from workshop.dbt_project.built import (
    Builds,
    after_run,
    forget_builds,
    is_building,
    raw_stamp,
    read_builds,
    write_builds,
)
from workshop.dbt_project.causes import cause_of, is_in_use
from workshop.dbt_project.commands import install_packages, run_dbt
from workshop.dbt_project.files import ProjectTrouble, apply_edits, create_project
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.raw_database import attach_raw, build_raw, day_loaded, ensure_fresh_raw, ensure_raw
from workshop.dbt_project.warehouse import WarehouseTrouble, open_warehouse
from workshop.notebook.typed import NO_MEMORY
from workshop.places import RAW_DATABASE, SOLUTIONS, STARTER, project_beside

CANT_BE_OPENED = {"?", "\\"}
IN_USE = "another notebook or a terminal is reading it. Close that one, or try again in a moment."
SETTINGS = "set threads = 1; set memory_limit = '2GB'; set autoinstall_known_extensions = false"


class Session:
    """What the magics share. The project is beside the notebook; the connection is open from `start` on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = project_beside(folder)
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.warehouse: Path | None = None
        self.group = 1
        self.is_level = False  # whether the last catch-up found nothing to do
        self.hints_given: dict[str, int] = {}

    def start(self, name: str, answered: list[Answer]) -> bool:
        """Create the project if it is missing, and open the warehouse called `name`.

        Solutions begin with a fresh project each time, in which the groups before are `answered`, so that their
        outputs are always the same.
        Returns whether the project is new. Raises ProjectTrouble.
        """
        if odd := CANT_BE_OPENED & set(self.path.as_posix()):
            raise ProjectTrouble(
                f"DuckDB can't open a file below a folder with `{min(odd)}` in its name. Rename that folder, or move "
                "the workshop into another one, then open this notebook again."
            )
        try:
            if self.connection and not (self.is_open and self.warehouse and self.warehouse.exists()):
                self.connection.close()
                self.connection = None
            is_solution = self.connection is None and self.folder.resolve() == SOLUTIONS
            if is_solution:
                shutil.rmtree(self.path, ignore_errors=True)
            is_new = create_project(self.path, STARTER)
            if is_solution:
                for answer in answered:
                    apply_edits(self.path, list(answer.edits))
                install_packages(self.path)
            if self.connection is None:
                raw = ensure_fresh_raw(self.path, RAW_TABLES)
                self.connection, self.warehouse = open_warehouse(self.path, name, raw)
                self.connection.execute(SETTINGS)
            else:
                # It may have been detached, or deleted, since.
                attach_raw(self.connection, ensure_raw(self.path, RAW_TABLES))
            keep_a_working_folder(self.folder)
        except (OSError, duckdb.Error, MemoryError) as error:
            raise ProjectTrouble(self.why_not(error)) from error
        except WarehouseTrouble as error:
            raise ProjectTrouble(str(error)) from error
        return is_new

    def why_not(self, error: Exception) -> str:
        if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
            return NO_MEMORY
        cause = cause_of(error)
        return (
            f"The project could not be made in {self.folder.name}: {cause}. Check the free space and that you may "
            "write to this folder, then run this cell again."
        )

    @property
    def is_open(self) -> bool:
        """Whether `start` has opened the connection, and no `%sql --close` has closed it since."""
        try:
            return self.connection is not None and bool(self.connection.cursor())
        except duckdb.Error:
            return False

    def load_raw(self, hours_old: float, day: int | None = None) -> int:
        """Build the raw database again, as if loaded `hours_old` hours ago, and return until which day it was loaded.

        day: the day until which the loader came; None for the one as before

        Raises ProjectTrouble.
        """
        raw = self.project / RAW_DATABASE
        day = day or day_loaded(raw, RAW_TABLES) or 1
        self.open_connection.execute("detach database if exists raw")
        try:
            build_raw(raw, RAW_TABLES, hours_old, day)
        except (OSError, duckdb.Error) as error:
            is_read = is_in_use(error) or isinstance(error, PermissionError)
            why = IN_USE if is_read else f"{cause_of(error)}. Check the free space, then run this cell again."
            raise ProjectTrouble(f"The raw data could not be loaded again, and is as it was: {why}") from error
        finally:
            with suppress(OSError, duckdb.Error):  # the first cell brings it back, or says why not
                attach_raw(self.open_connection, ensure_raw(self.path, RAW_TABLES))
        return day

    def run_dbt(self, words: Sequence[str], show: Callable[[str], None]) -> Run:
        """Run a dbt command in this notebook's warehouse. Raises ProjectTrouble where it is not open."""
        self.demand_open()
        if not is_building(words) or self.warehouse is None:
            return run_dbt(self.project, words, show, self.warehouse, RAW_NAMES)
        before = read_builds(self.warehouse)
        forget_builds(self.warehouse)
        run = run_dbt(self.project, words, show, self.warehouse, RAW_NAMES)
        write_builds(self.warehouse, after_run(before, self.project, words, run, self.raw_stamp()))
        return run

    def builds(self) -> Builds:
        """Return what is known of the models that were built in this notebook's warehouse."""
        return read_builds(self.warehouse) if self.is_open and self.warehouse else {}

    def raw_stamp(self) -> str:
        """Return a digest of the raw data as it is, or "" where it can't be read."""
        return raw_stamp(self.open_connection) if self.is_open else ""

    def relations(self) -> frozenset[str]:
        """Return the names of the relations in this notebook's warehouse; none where it is not open."""
        if not self.is_open:
            return frozenset()
        rows = self.open_connection.execute(
            "select table_name from information_schema.tables where table_catalog = 'warehouse'"
        ).fetchall()
        return frozenset(name for (name,) in rows)

    @property
    def project(self) -> Path:
        """The project's folder. Raises ProjectTrouble where it is not there."""
        if not self.path.is_dir():
            raise ProjectTrouble(
                "There is no dbt project beside this notebook. Run the first cell (`%workgroup 1`) to make it."
            )
        return self.path

    def demand_open(self) -> None:
        """Raise ProjectTrouble where `start` has not been called, or the connection was closed since."""
        if not self.is_open:
            raise ProjectTrouble(
                "The warehouse is not open yet. Run the first cell (`%workgroup 1`), then this one again."
            )

    @property
    def open_connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the warehouse. Raises ProjectTrouble where it is not open."""
        self.demand_open()
        assert self.connection is not None
        return self.connection


def keep_a_working_folder(folder: Path) -> None:
    """Go to `folder` where the working folder is gone, as when it was deleted and made again: dbt needs one."""
    try:
        Path.cwd()
    except FileNotFoundError:
        os.chdir(folder)
