"""A stranger's project, copied: plain files of sensible size and number, and nothing that leads elsewhere."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from workshop.dbt_project.files import GENERATED
from workshop.dbt_project.packages import INSTALLED, PACKAGES_FILES

MEGABYTE = 10**6
LARGEST_FILE = 5 * MEGABYTE
MOST_BYTES = 50 * MEGABYTE
MOST_ENTRIES = 5000
DEEPEST = 20
LEFT_OUT = frozenset((*GENERATED, "node_modules", "__pycache__")) - {INSTALLED}
MOST_TOLD = 5


class TooMuch(Exception):
    """The project is larger than a project is; the message says how."""


def copy_project(source: Path, target: Path, ours: Path | None = None) -> list[str]:
    """Copy the project at `source` to `target`, which is made, and return a sentence for what was left out.

    ours: a package that lies beside each project. Where a project names it, this copy of it is installed: the link that
        `dbt deps` makes leads out of the project, or nowhere once the project was handed in

    Left out without a word is what a check does not read: what dbt generates, and names that begin with a dot.
    Raises TooMuch, OSError.
    """
    linked = f"{INSTALLED}/{ours.name}" if ours else ""
    # All of it is looked at before a byte is copied.
    found = [(path, why) for path, why in entries_of(source) if path != linked]
    left_out = [f"`{path}` {why}" for path, why in found if why]
    target.mkdir(parents=True)
    copied = 0
    for path, why in found:
        if not why:
            copied += copy_file(source / path, target / path)
            if copied > MOST_BYTES:
                raise TooMuch(f"it holds more than {MOST_BYTES // MEGABYTE} MB")
    if ours and names_package(target, ours.name) and not (target / linked).exists():
        shutil.copytree(ours, target / linked)
    if not left_out:
        return []
    more = f", and {len(left_out) - MOST_TOLD} more" if len(left_out) > MOST_TOLD else ""
    return [f"Not looked at: {', '.join(left_out[:MOST_TOLD])}{more}. Put plain files in their place."]


# -- how ---------------------------------------------------------------------------------------------------


def names_package(project: Path, name: str) -> bool:
    """Tell whether a project asks for a package. Nobody reads a stranger's YAML out here, where nothing limits it."""
    files = [project / file for file in PACKAGES_FILES if (project / file).is_file()]
    return any(name.encode() in file.read_bytes() for file in files)


def entries_of(source: Path) -> Iterator[tuple[str, str]]:
    """Give each file below `source`, relative to it, and why it is left out, or "". Raises TooMuch, OSError."""
    count, size = 0, 0
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(source / folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or (not folder and entry.name in LEFT_OUT):
                    continue
                count += 1
                if count > MOST_ENTRIES:
                    raise TooMuch(f"it holds more than {MOST_ENTRIES} files and folders")
                path = f"{folder}/{entry.name}".lstrip("/")
                state = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(state.st_mode):
                    if path.count("/") >= DEEPEST:
                        raise TooMuch(f"its folders are more than {DEEPEST} deep")
                    waiting.append(path)
                    continue
                why = why_left_out(state)
                size += 0 if why else state.st_size
                if size > MOST_BYTES:
                    raise TooMuch(f"it holds more than {MOST_BYTES // MEGABYTE} MB")
                yield path, why


def why_left_out(state: os.stat_result) -> str:
    if stat.S_ISLNK(state.st_mode):
        return "is a link to another place"
    if not stat.S_ISREG(state.st_mode):
        return "is no file that can be read to its end"
    return f"is larger than {LARGEST_FILE // MEGABYTE} MB" if state.st_size > LARGEST_FILE else ""


def copy_file(source: Path, target: Path) -> int:
    """Copy one file, which may have become another one since it was looked at. Returns its size. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # A link is not followed, and nobody waits at a FIFO; Windows has neither word.
    descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        content = file.read(LARGEST_FILE + 1) if is_file else b""
    content = content[:LARGEST_FILE]
    target.write_bytes(content)
    return len(content)
