"""Bring a learner level: do everything before an exercise, replace only what is missing or wrong, lose nothing.

What is replaced is copied first, into a folder beside the project that bears a timestamp and a list of what was
done. The list is written before each change, so that a kernel killed half way leaves nothing that `undo` can't mend.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from workshop.course import reference
from workshop.course.groups import EXERCISES
from workshop.dbt_project.files import Edit, ProjectTrouble, create_project, move_file, write_file
from workshop.dbt_project.warehouse import connect_unless_locked
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.exercise import Exercise, try_exercise, try_exercises
from workshop.judging.feedback import DOES_NOT_RUN, NOT_STARTED, PASSED, Feedback
from workshop.places import STARTER, WAREHOUSES

LOG = "catch_up.json"
UNDONE = "-undone"
MOST_BROKEN_FILES = 20


@dataclass(frozen=True)
class Outcome:
    """What a catch-up did.

    done: exercises whose answers were filled in; kept: those that were right already
    replaced: files of the learner's that were copied to `backup` first, relative to the project
    added: files that were not there before
    stuck: the feedback of an exercise that still does not pass, or None
    """

    done: tuple[str, ...]
    kept: tuple[str, ...]
    replaced: tuple[str, ...]
    added: tuple[str, ...]
    backup: Path | None
    stuck: Feedback | None = None


def catch_up(project: Path, exercise: Exercise) -> Outcome:
    """Make every exercise before `exercise` pass. Raises ProjectTrouble where a file can't be written or read."""
    before = EXERCISES[: EXERCISES.index(exercise)]
    with only_one(project):
        create_project(project)
        keeper = Keeper(project)
        work = Work(project)
        feedbacks = try_exercises(before, work)
        done = {feedback.exercise for feedback in feedbacks if feedback.outcome == NOT_STARTED}
        if done:  # all of them before the next look: each takes a while
            for each in before:
                if each.name in done:
                    fill_in_blanks(project, each, keeper)
            work = Work(project)
            feedbacks = try_exercises(before, work)
        for number, each in [
            *enumerate(before)
        ] * 2:  # an answer may replace something that an earlier one was built on
            if feedbacks[number].outcome != PASSED:
                work = fill_in(project, each, work, keeper)
                done.add(each.name)
                feedbacks = try_exercises(before, work)
    filled_in, kept = (tuple(each.name for each in before if (each.name in done) is wanted) for wanted in (True, False))
    stuck = next((feedback for feedback in feedbacks if feedback.outcome != PASSED), None)
    return Outcome(
        filled_in, kept, tuple(keeper.replaced), tuple(keeper.added), keeper.folder if keeper.log else None, stuck
    )


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


# -- doing one exercise --------------------------------------------------------------------------------------


def fill_in(project: Path, exercise: Exercise, work: Work, keeper: "Keeper") -> Work:
    """Make the answer's edits until the exercise passes: where nobody has written first, then one file at a time.

    Returns the work as it is then.
    """
    work = make_readable(project, exercise, work, keeper)
    if fill_in_blanks(project, exercise, keeper):
        work = Work(project)
    for edit in edits_of(project, exercise):
        if try_exercise(exercise, work).outcome == PASSED:
            break
        if keeper.make(edit):
            work = Work(project)
    return work


def fill_in_blanks(project: Path, exercise: Exercise, keeper: "Keeper") -> bool:
    """Make the answer's edits of files that are not there or that nobody has touched. Returns whether anything changed."""
    return any([keeper.make(edit) for edit in edits_of(project, exercise) if is_untouched(project / edit.path)])


def edits_of(project: Path, exercise: Exercise) -> list[Edit]:
    return [located(project, edit) for edit in reference.answers()[exercise.name].edits]


def is_untouched(path: Path) -> bool:
    """Tell whether there is no such file, or its text is the starter's or that of an answer."""
    return not path.is_file() or digest(path) in digests_of_our_texts()


@cache
def digests_of_our_texts() -> set[str]:
    edits = (edit for answer in reference.answers().values() for edit in answer.edits)
    return {digest(path) for path in STARTER.rglob("*") if path.is_file()} | {
        digest_of(edit.text) for edit in edits if edit.text
    }


def make_readable(project: Path, exercise: Exercise, work: Work, keeper: "Keeper") -> Work:
    """Set aside, one by one, files that stop dbt from reading the project at all; the starter's own are put back.

    Returns the work as it is then.
    """
    for _ in range(MOST_BROKEN_FILES):
        if try_exercise(exercise, work).outcome != DOES_NOT_RUN:
            break
        culprit = culprit_of(work)
        if culprit is None:
            break
        original = STARTER / culprit
        if original.is_file():
            keeper.make(Edit(culprit, original.read_text(encoding="utf-8")))
        else:
            keeper.remove(culprit)
        work = Work(project)
    return work


def culprit_of(work: Work) -> str | None:
    """Return the file that dbt names when it can't read the project, or None."""
    is_readable = False
    try:
        is_readable = bool(work.manifest)
        work.compiled()
    except DoesNotRun as error:
        file = error.trouble.file
        if file and (work.project / file).is_file():
            return file
        if not is_readable and not file.startswith("models/"):
            return "dbt_project.yml"
    return None


def located(project: Path, edit: Edit) -> Edit:
    """Return the edit for where the file is in this project: it may have been moved or renamed by a later exercise."""
    if (project / edit.path).exists() or edit.moved_to:
        return edit
    name = edit.path.rpartition("/")[2]
    stem, text = name.removesuffix(".sql"), edit.text
    later = reference.renamed().get(stem)
    if later and any(project.glob(f"models/**/{later}.sql")):
        name, text = f"{later}.sql", reference.models()[later]
    elsewhere = sorted(project.glob(f"models/**/{name}")) if edit.path.startswith("models/") else []
    path = elsewhere[0].relative_to(project).as_posix() if len(elsewhere) == 1 else edit.path
    return Edit(path, text)


# -- losing nothing ------------------------------------------------------------------------------------------


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


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that the target is never seen half written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.copyfile(source, unfinished)
    os.replace(unfinished, target)


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
