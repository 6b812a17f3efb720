"""One notebook's session: its project, its warehouse, and dbt on both."""

import os
import shutil
from pathlib import Path

import duckdb

from workshop import dbt_runner
from workshop.places import RAW_DATABASE, SOLUTIONS, project_beside
from workshop.project import ProjectTrouble, create_project
from workshop.warehouse import WarehouseTrouble, open_warehouse

SETTINGS = "set threads = 1; set memory_limit = '2GB'; set autoinstall_known_extensions = false"


class Session:
    """What the magics share. The project is beside the notebook; the connection is open from `start` on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = project_beside(folder)
        self.connection: duckdb.DuckDBPyConnection | None = None
        self.warehouse: Path | None = None
        self.hints_given: dict[str, int] = {}

    def start(self, name: str) -> bool:
        """Create the project if it is missing, open the warehouse called `name`, begin to load dbt.

        Solutions begin with a fresh project each time, so that their outputs are always the same.
        Returns whether the project is new. Raises ProjectTrouble.
        """
        try:
            if self.connection is not None and not self.warehouse.exists():
                self.connection.close()
                self.connection = None
            if self.connection is None and self.folder.resolve() == SOLUTIONS:
                shutil.rmtree(self.path, ignore_errors=True)
            is_new = create_project(self.path)
            if self.connection is None:
                self.connection, self.warehouse = open_warehouse(self.path, name)
                self.connection.execute(SETTINGS)
        except (OSError, duckdb.IOException) as error:
            raise ProjectTrouble(
                f"The project could not be made in {self.folder.name}: {getattr(error, 'strerror', None) or error}. "
                "Check the free space and that you may write to this folder, then run this cell again."
            ) from error
        except WarehouseTrouble as error:
            raise ProjectTrouble(str(error)) from error
        os.environ["WORKSHOP_WAREHOUSE"] = str(self.warehouse)
        os.environ["WORKSHOP_RAW"] = str(self.path / RAW_DATABASE)
        dbt_runner.warm_up(self.path)
        return is_new

    @property
    def project(self) -> Path:
        """The project's folder. Raises ProjectTrouble where it is not there."""
        if not self.path.is_dir():
            raise ProjectTrouble("There is no dbt project beside this notebook. Run the first cell (`%workgroup 1`) to make it.")
        return self.path

    def demand_open(self) -> None:
        """Raise ProjectTrouble where `start` has not been called."""
        if self.connection is None:
            raise ProjectTrouble("The warehouse is not open yet. Run the first cell (`%workgroup 1`), then this one again.")

    @property
    def open_connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the warehouse. Raises ProjectTrouble where `start` has not been called."""
        self.demand_open()
        return self.connection
