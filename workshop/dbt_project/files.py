"""The learner's dbt project on disk: create it, write into it, move in it, never lose a byte of it."""

import codecs
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workshop.dbt_project.leftovers import sweep
from workshop.places import TERMINAL_WAREHOUSE, WAREHOUSES, WORKSHOP_UTILS

WRITABLE_SUFFIXES = (".sql", ".yml", ".yaml", ".md", ".csv")
GENERATED = ("target", "logs", "dbt_packages", WAREHOUSES)


class ProjectTrouble(Exception):
    """A file can't be written, moved or read; the message says why and what to do."""


@dataclass(frozen=True)
class Edit:
    """One change to a project: `text` becomes the content of `path`, or `path` moves to `moved_to`.

    Paths are relative to the project, with forward slashes. An answer is a list of these.
    """

    path: str
    text: str = ""
    moved_to: str | None = None


def create_project(project: Path, starter: Path) -> bool:
    """Create the project that is in the folder `starter` at `project`; what is there already is left as it is.

    Beside it lies our dbt package, for `packages.yml` to name.

    Returns whether the project is new. Raises OSError where it can't be written.
    """
    is_new = not (project / "dbt_project.yml").exists() and not (project / "models").exists()
    project.mkdir(parents=True, exist_ok=True)
    sweep(project)
    if not (project / "models").exists():
        # The models arrive all at once, so that a full disk never leaves a project that looks complete.
        unfinished = project / f".models.{os.getpid()}.tmp"
        try:
            shutil.copytree(starter / "models", unfinished)
            os.replace(unfinished, project / "models")
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    for name in ("dbt_project.yml", "profiles.yml", ".gitignore"):
        copy_if_missing(starter / name, project / name)
    (project / TERMINAL_WAREHOUSE).mkdir(parents=True, exist_ok=True)
    for file in WORKSHOP_UTILS.rglob("*"):
        if file.is_file():
            copy_if_missing(file, project.parent / WORKSHOP_UTILS.name / file.relative_to(WORKSHOP_UTILS))
    return is_new


def copy_if_missing(source: Path, target: Path) -> None:
    if not target.exists():
        copy_whole(source, target)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that the target is never seen half written. Raises OSError; the target is then as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        shutil.copyfile(source, unfinished)
        os.replace(unfinished, target)
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def path_in_project(project: Path, typed: str, suffixes: tuple[str, ...], folder: str = "") -> Path:
    """Return the path that the learner `typed`, which must stay in `project` and end in a suffix.

    folder: where in the project it must be, or "" for anywhere but dbt's own folders

    Raises ProjectTrouble with a sentence for each way in which it does not.
    """
    words = typed.strip().strip("'\"").replace("\\", "/")
    expected = f"a path such as models/staging/stg_orders{suffixes[0]}"
    if not words:
        raise ProjectTrouble(f"Which file? Write {expected} behind the magic.")
    relative = PurePosixPath(words)
    if relative.is_absolute() or Path(typed).is_absolute() or ":" in words:
        raise ProjectTrouble(f"{words} is an absolute path. Write {expected}: it starts in your dbt project.")
    if relative.suffix not in suffixes:
        ending = f"ends in {relative.suffix}" if relative.suffix else "has no suffix"
        raise ProjectTrouble(f"{words} {ending}; here it has to be {' or '.join(suffixes)}.")
    if odd := re.search(r"[^\w./-]", words):
        what = (
            "a space"
            if odd.group().isspace()
            else f"`{odd.group()}`"
            if odd.group().isprintable()
            else "a character that can't be seen"
        )
        raise ProjectTrouble(
            f"There is {what} in the path. A path here is made of letters, digits, `_`, `-` and `/`: write {expected}."
        )
    path = Path(os.path.normpath(project / relative))
    if not path.is_relative_to(project) or not path.resolve().is_relative_to(project.resolve()):
        raise ProjectTrouble(f"{words} leads out of your dbt project. Write {expected}.")
    first = path.relative_to(project).parts[0]
    if folder and first != folder:
        raise ProjectTrouble(f"{words} is not in {folder}/, so dbt would pass over it. Write {expected}.")
    if first in GENERATED:
        raise ProjectTrouble(f"The folder {first}/ belongs to dbt, which empties and fills it. Write {expected}.")
    return path


def write_file(path: Path, text: str) -> bool:
    """Write `text` to `path` at once or not at all, with Unix line ends and no byte order mark.

    Returns whether the file changed. Raises ProjectTrouble where it can't be written; what was
    there before is then still there.
    """
    text = tidy(text)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.is_file() and path.read_bytes() == text.encode():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
        return True
    except OSError as error:
        raise ProjectTrouble(
            f"{path.name} was not saved: {error.strerror or error}. Nothing is lost: your text is still in the "
            "cell, and the file is as it was. Check the free space and the rights of the folder, then run the cell "
            "again."
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def tidy(text: str) -> str:
    """Return `text` with Unix line ends, no byte order mark, and one newline at its end."""
    text = text.removeprefix(codecs.BOM_UTF8.decode()).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\n") + "\n"


def move_file(project: Path, source: str, target: str) -> Path:
    """Move a file inside `project`. Both paths are as the learner typed them.

    Returns the new path. Raises ProjectTrouble where the source is not there, the target is taken,
    or either is not a project file.
    """
    old = path_in_project(project, source, WRITABLE_SUFFIXES)
    new = path_in_project(project, target, (old.suffix.lower(),))
    if not old.is_file():
        raise ProjectTrouble(f"There is no file {source} in your project.")
    if new.exists():
        raise ProjectTrouble(f"{target} exists already. Nothing was moved; rename or remove one of the two first.")
    try:
        new.parent.mkdir(parents=True, exist_ok=True)
        os.replace(old, new)
    except OSError as error:
        raise ProjectTrouble(f"{source} was not moved: {error.strerror or error}.") from error
    return new


def apply_edits(project: Path, edits: list[Edit]) -> None:
    """Make each edit in `project`, in order."""
    for edit in edits:
        if edit.moved_to is None:
            write_file(project / edit.path, edit.text)
        else:
            move_file(project, edit.path, edit.moved_to)
