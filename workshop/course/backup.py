"""Backups: what a catch-up replaces is copied beside the project first, and can be brought back.

The folder holds a list of what was done. It is written before each change, so that a kernel killed half way leaves
nothing that `undo` can't mend.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from workshop.dbt_project.files import Edit, ProjectTrouble, copy_whole, move_file, write_file
from workshop.dbt_project.warehouse import connect_unless_locked
from workshop.places import WAREHOUSES

LOG = "catch_up.json"
UNDONE = "-undone"


def undo(project: Path) -> tuple[list[str], list[str], Path]:
    """Take back the last catch-up that was not taken back yet.

    A file that the learner changed since is copied into the backup folder before it is replaced, or left where
    there is nothing to put in its place. Returns the files restored, those removed, and the backup folder.
    Raises ProjectTrouble where there is nothing to undo.
    """
    with only_one(project):
        backups = [path for path in backups_of(project) if not path.name.endswith(UNDONE)]
        if not backups:
            raise ProjectTrouble("There is no catch-up to undo. Your files are as they are.")
        backup = backups[-1]
        restored, removed = [], []
        log = json.loads((backup / LOG).read_text(encoding="utf-8"))
        last_written = {entry["path"]: entry["written"] for entry in log}
        for name, written in last_written.items():
            path, original = project / name, backup / "files" / name
            changed_since = path.is_file() and digest(path) != written
            if changed_since:
                copy_whole(path, backup / "changed_since" / name)
            if original.is_file():
                copy_whole(original, path)
                restored.append(name)
            elif path.is_file() and not changed_since:
                path.unlink()
                removed.append(name)
        undone = backup.with_name(backup.name + UNDONE)
        os.replace(backup, undone)
    return restored, removed, undone


class Keeper:
    """Makes edits, each after a copy of what it replaces."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.folder = new_backup(project)
        self.log: list[dict[str, str | None]] = []
        self.replaced: list[str] = []
        self.added: list[str] = []

    def make(self, edit: Edit) -> bool:
        """Make one edit and return whether it changed anything. Raises ProjectTrouble; nothing is lost then."""
        if edit.moved_to:
            if (self.project / edit.path).is_file() and not (self.project / edit.moved_to).exists():
                self.note(edit.path, None)
                self.note(edit.moved_to, digest(self.project / edit.path))
                move_file(self.project, edit.path, edit.moved_to)
                return True
            return False
        path = self.project / edit.path
        written = digest_of(edit.text)
        if path.is_file() and digest(path) == written:
            return False
        self.note(edit.path, written)
        write_file(path, edit.text)
        return True

    def remove(self, name: str) -> None:
        """Take a file out of the project, into the backup."""
        self.note(name, None)
        (self.project / name).unlink()

    def note(self, name: str, written: str | None) -> None:
        """Copy the file as it is, then note that it is about to change."""
        try:
            path = self.project / name
            if path.is_file() and name not in self.added and name not in self.replaced:
                copy_whole(path, self.folder / "files" / name)
                self.replaced.append(name)
            elif not path.is_file() and name not in self.replaced:
                self.added.append(name)
            self.log.append({"path": name, "written": written})
            self.folder.mkdir(parents=True, exist_ok=True)
            write_file(self.folder / LOG, json.dumps(self.log, indent=2))
        except OSError as error:
            raise ProjectTrouble(
                f"{name} could not be backed up: {error.strerror or error}. So it was not touched. "
                "Check the free space and the rights of the folder, then catch up again."
            ) from error


def new_backup(project: Path) -> Path:
    start = project.with_name(f"{project.name}-backup-{datetime.now():%Y%m%d-%H%M%S}")
    numbered = (start if number == 1 else start.with_name(f"{start.name}.{number}") for number in range(1, 1000))
    return next(path for path in numbered if not path.exists() and not path.with_name(path.name + UNDONE).exists())


def backups_of(project: Path) -> list[Path]:
    return sorted(path for path in project.parent.glob(f"{project.name}-backup-*") if (path / LOG).is_file())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def only_one(project: Path) -> Iterator[None]:
    """Let one catch-up at a time work on a project. DuckDB's lock ends with the process, however that ends."""
    path = project / WAREHOUSES / "catch_up.duckdb"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect_unless_locked(path)
    except OSError as error:
        raise ProjectTrouble(
            f"The project can't be written to: {error.strerror or error}. Nothing was changed."
        ) from error
    if connection is None:
        raise ProjectTrouble("Another notebook is catching up on this project right now. Wait for it, then try again.")
    with connection:
        yield
