"""Backups: what a catch-up replaces is copied beside the project first, and can be brought back.

The folder holds a log of what was done. It is written before each change, so that a kernel killed half way leaves
nothing that `undo` can't mend.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from workshop.course.backup_log import LOG, Log, digest, digest_of, digests_in, is_plain
from workshop.dbt_project.files import ProjectTrouble, copy_whole, tidy, write_file
from workshop.dbt_project.leftovers import sweep
from workshop.dbt_project.warehouse import connect_unless_locked
from workshop.places import WAREHOUSES

UNDONE = "-undone"
NAMED = re.compile(r"-backup-(?:(\d+)-)?(\d{8}-\d{6})")

FILLED_IN, ADDED_TO, REPLACED, SET_ASIDE, MOVED = "filled in", "added to", "replaced", "set aside", "moved"


@dataclass(frozen=True)
class Step:
    """One change: what the file held before it, and what was said of it."""

    path: str
    content: bytes | None
    how: str | None
    why: str | None


class Keeper:
    """Makes changes, each after a copy of what it replaces and a line in the log.

    how: what was done to each path, in a word
    why: why a file was set aside, by its path
    moves: where files went, by where they were
    """

    def __init__(self, project: Path) -> None:
        self.project = project
        self.folder = new_backup(project)
        self.log = Log()
        self.how: dict[str, str] = {}
        self.why: dict[str, str] = {}
        self.moves: dict[str, str] = {}
        self.steps: list[Step] = []

    def write(self, path: str, text: str, how: str = REPLACED) -> bool:
        """Make `text` the content of a file, and return whether that changed anything. Raises ProjectTrouble."""
        text = tidy(text)
        if is_plain(self.project / path) and digest(self.project / path) == digest_of(text):
            return False
        self.note(path, digest_of(text))
        with told(path):
            write_file(self.project / path, text)
        self.how[path] = how
        return True

    def move(self, path: str, target: str) -> None:
        """Move a file to where none is. Raises ProjectTrouble."""
        self.note(path, None)
        self.note(target, digest(self.project / path))
        with told(path):
            (self.project / target).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.project / path, self.project / target)
        self.moves[path] = target
        self.how[path] = self.how[target] = MOVED

    def set_aside(self, path: str, why: str) -> None:
        """Take a file out of the project, into the backup. Raises ProjectTrouble."""
        kept = self.folder / "files" / path
        was_there = os.path.lexists(kept)
        self.note(path, None, copies=False)
        with told(path):
            if was_there or path not in self.log.before:
                (self.project / path).unlink()
            else:
                kept.parent.mkdir(parents=True, exist_ok=True)
                os.replace(self.project / path, kept)
        self.how[path], self.why[path] = SET_ASIDE, why

    def take_back(self, step: int) -> None:
        """Take back what was done since there were that many `steps`, where it turned out to be of no use."""
        while len(self.steps) > step:
            last = self.steps.pop()
            with told(last.path):
                before = None if last.content is None else hashlib.sha256(last.content).hexdigest()
                self.log.written[last.path].append(before)
                self.log.write(self.folder)
                if last.content is None:
                    (self.project / last.path).unlink(missing_ok=True)
                else:
                    restore(self.project / last.path, last.content)
            self.moves.pop(last.path, None)
            for words, word in ((self.how, last.how), (self.why, last.why)):
                words.pop(last.path, None)
                words.update({last.path: word} if word else {})

    # -- how -----------------------------------------------------------------------------------------------

    def note(self, path: str, written: str | None, copies: bool = True) -> None:
        """Copy the file as it is, then note that it is about to change. Raises ProjectTrouble."""
        file = self.project / path
        if not file.parent.resolve().is_relative_to(self.project.resolve()):
            raise ProjectTrouble(
                f"{path} lies in a folder that is a link out of your project. Nothing was written there."
            )
        with told(path):
            if not self.log.written:
                self.log.before = digests_in(self.project)
            kept = self.folder / "files" / path
            if copies and path in self.log.before and not os.path.lexists(kept):
                copy_whole(file, kept)
            self.log.written.setdefault(path, []).append(written)
            self.log.write(self.folder)
            content = file.read_bytes() if is_plain(file) else None
            self.steps.append(Step(path, content, self.how.get(path), self.why.get(path)))


@contextmanager
def told(path: str) -> Iterator[None]:
    """Say of what could not be written what the cause is. Raises ProjectTrouble."""
    try:
        yield
    except (OSError, ProjectTrouble) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        said = getattr(cause, "strerror", None) or cause or error
        raise ProjectTrouble(
            f"{path} could not be written or copied: {said}. It is as it was. What was done before it stays, and "
            "`%catch_up --undo` takes that back. Check the free space and the rights of the folder, then try again."
        ) from error


def new_backup(project: Path) -> Path:
    number = max((number_of(path) for path in every_backup(project)), default=0) + 1
    return project.with_name(f"{project.name}-backup-{number}-{datetime.now():%Y%m%d-%H%M%S}")


def backups_of(project: Path) -> list[Path]:
    """Return the backups that were not brought back yet, in the order in which they were made."""
    there = [path for path in every_backup(project) if (path / LOG).is_file() and not path.name.endswith(UNDONE)]
    return sorted(there, key=lambda path: (number_of(path), path.name))


def every_backup(project: Path) -> list[Path]:
    return list(project.parent.glob(f"{project.name}-backup-*"))


def number_of(backup: Path) -> int:
    """Return the running number in a backup's name: the clock may have been set back. Earlier ones have none."""
    found = NAMED.search(backup.name)
    return int(found[1] or 0) if found else 0


def restore(path: Path, content: bytes) -> None:
    """Make `content` the content of a file at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def only_one(project: Path) -> Iterator[None]:
    """Let one catch-up at a time work on a project. DuckDB's lock ends with the process, however that ends."""
    path = project / WAREHOUSES / "catch_up.duckdb"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect_unless_locked(path)
    except (OSError, duckdb.Error) as error:
        said = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ProjectTrouble(
            f"The project can't be written to: {said}. Nothing was changed. Check the free space and the rights of "
            f"the folder {WAREHOUSES}, then try again."
        ) from error
    if connection is None:
        raise ProjectTrouble("Another notebook is catching up on this project right now. Wait for it, then try again.")
    with connection:
        for folder in (project, *every_backup(project)):
            sweep(folder)
        yield
