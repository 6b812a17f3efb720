"""Take a catch-up back: exactly where nothing has changed since, and so that dbt can read the project where it has."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from workshop.course.backup import UNDONE, backups_of, only_one, restore, told
from workshop.course.backup_log import LOG, Log, digest, digests_in, is_plain
from workshop.course.reference import renamed
from workshop.dbt_project.declared import ENTRY, MODEL, Name, declared_by, declared_in, files_of, text_of
from workshop.dbt_project.files import ProjectTrouble, copy_whole
from workshop.dbt_project.work import DoesNotRun, Work

CHANGED_SINCE = "changed_since"


@dataclass
class Undone:
    """What `undo` did; paths are relative to the project.

    restored: the learner's own files, as they were
    removed: files of the catch-up
    left: files that are not as they were before the catch-up, with the reason
    kept_newer: those of `restored` that were changed since; what they held is below `changed_since` in `backup`
    backup: the folder that holds the copies
    """

    backup: Path
    restored: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    kept_newer: list[str] = field(default_factory=list)


def undo(project: Path) -> Undone:
    """Take back the last catch-up that was not taken back yet.

    A file that was changed since is copied into the backup folder before it is replaced, or left where there is
    nothing to put in its place. Raises ProjectTrouble where there is nothing to undo, or where it can't be.
    """
    with only_one(project):
        backups = backups_of(project)
        if not backups:
            raise ProjectTrouble("There is no catch-up to undo. Your files are as they are.")
        undoing = Undoing(project, backups[-1])
        undoing.run()
        done = backups[-1].with_name(backups[-1].name + UNDONE)
        with told(LOG):
            os.replace(backups[-1], done)
    undoing.done.backup = done
    return undoing.done


# -- how ---------------------------------------------------------------------------------------------------


class Undoing:
    """One catch-up on its way back."""

    def __init__(self, project: Path, backup: Path) -> None:
        self.project, self.backup = project, backup
        self.log = Log.read(backup)
        self.now = digests_in(project)
        self.done = Undone(backup)
        self.was_complete = True
        self.was: dict[str, bytes | None] = {}  # what each path held before it was touched here

    def run(self) -> None:
        """Make all changes. Raises ProjectTrouble; the project is then as before."""
        is_exact = not self.others()
        self.was_complete = not is_exact and is_complete(self.project)
        could_be_read = not is_exact and can_be_read(self.project)
        moved = self.moved_since()
        for path in self.log.written:
            self.remove_ours(path, moved)
        for path in self.log.written:
            if os.path.lexists(self.kept(path)):
                self.bring_back(path)
        if could_be_read and not can_be_read(self.project):
            self.mend()

    def others(self) -> dict[str, str]:
        """Return the digests of files that are neither as before the catch-up nor as it left them."""
        return {
            path: there
            for path, there in self.now.items()
            if there != self.log.before.get(path, None) and there not in self.log.written.get(path, ())
        }

    def moved_since(self) -> list[str]:
        """Return where files of ours are that were moved since: known by their digest."""
        gone = {
            each
            for path, written in self.log.written.items()
            if written[-1] and path not in self.now
            for each in written
            if each
        }
        return [path for path, there in self.others().items() if there in gone]

    def remove_ours(self, path: str, moved: list[str]) -> None:
        """Remove what we wrote at `path`, or where it was moved since."""
        written, there = self.log.written[path], self.now.get(path)
        if there is not None and there in written and not os.path.lexists(self.kept(path)):
            self.put(path, None)
            self.done.removed.append(path)
        elif there is not None and there not in written and path not in self.log.before:
            self.done.left[path] = "you changed it since"
        for other in moved:
            if self.now[other] in written and other not in self.done.removed:
                self.put(other, None)
                self.done.removed.append(other)

    def bring_back(self, path: str) -> None:
        """Bring the learner's own file back, unless another one says the same by now."""
        file, kept = self.project / path, self.kept(path)
        if not is_plain(kept):  # a link, or a pipe: it can't be copied
            if not os.path.lexists(file):
                os.replace(kept, file)
                self.done.restored.append(path)
            return
        original, there = digest(kept), self.now.get(path)
        if there == original:
            return
        if rivals := self.rivals_of(path):
            self.done.left[path] = f"`{rivals[0]}` says the same by now"
            return
        if there is not None and there not in self.log.written[path]:
            with told(path):
                copy_whole(file, self.backup / CHANGED_SINCE / path)
            self.done.kept_newer.append(path)
        self.put(path, kept.read_bytes())
        self.done.restored.append(path)

    def rivals_of(self, path: str) -> list[str]:
        """Return the files, changed since, that declare what the learner's own file at `path` declares."""
        since = self.others().keys() - set(self.done.removed) - {path}
        text = text_of(self.kept(path)) or ""
        names = {later(name) for name in declared_by(path, text)}
        return sorted(
            file
            for name, files in declared_in(self.project).items()
            if later(name) in names
            for file in files
            if file in since
        )

    def mend(self) -> None:
        """Take back as little as it needs of what was done, for dbt to read the project. Raises ProjectTrouble."""
        became = {path: self.content_of(path) for path in self.was}
        left = []
        for path in [*reversed(self.was)]:
            self.make(path, self.was[path])
            left.append(path)
            if self.is_well():
                break
        if not can_be_read(self.project):
            raise ProjectTrouble(
                "The catch-up can't be taken back: dbt could not read your project after that. Your files are as they "
                f"were a moment ago, and the copies are in {self.backup.name}."
            )
        for path in left[:-1]:
            self.make(path, became[path])
            if self.is_well():
                left.remove(path)
            else:
                self.make(path, self.was[path])
        for path in left:
            for done in (self.done.restored, self.done.removed, self.done.kept_newer):
                if path in done:
                    done.remove(path)
            self.done.left[path] = "dbt can't read your project as it is now without this"

    def is_well(self) -> bool:
        return (is_complete(self.project) or not self.was_complete) and can_be_read(self.project)

    def put(self, path: str, content: bytes | None) -> None:
        """Make `content` the content of a file; None takes it away. Raises ProjectTrouble."""
        file = self.project / path
        if not file.parent.resolve().is_relative_to(self.project.resolve()):
            raise ProjectTrouble(
                f"{path} lies in a folder that is a link out of your project. Nothing was written there."
            )
        self.was.setdefault(path, self.content_of(path))
        self.make(path, content)

    def make(self, path: str, content: bytes | None) -> None:
        file = self.project / path
        with told(path):
            if content is not None:
                restore(file, content)
            elif file.exists():
                file.unlink()
                remove_empty(file.parent, self.project)

    def content_of(self, path: str) -> bytes | None:
        file = self.project / path
        return file.read_bytes() if is_plain(file) else None

    def kept(self, path: str) -> Path:
        return self.backup / "files" / path


def later(name: Name) -> Name:
    """Return the name that a model has in the end."""
    kind, called = name
    return (kind, renamed().get(called, called)) if kind in (MODEL, ENTRY) else name


def remove_empty(folder: Path, project: Path) -> None:
    """Remove folders that the catch-up made and that hold nothing any more; `models` stays."""
    while folder not in (project, project / "models") and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def is_complete(project: Path) -> bool:
    """Tell whether every name that is asked for is declared, and by one file only."""
    declared = declared_in(project)
    wanted = {name for file in files_of(project) for name in file.wants}
    return not wanted - declared.keys() and all(len(files) == 1 for files in declared.values())


def can_be_read(project: Path) -> bool:
    try:
        return bool(Work(project).manifest)
    except DoesNotRun:
        return False
