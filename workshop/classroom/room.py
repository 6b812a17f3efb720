"""`workshop room`: who is where, in the terminal and on a page for a second screen."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workshop.classroom.chat import read_chat
from workshop.classroom.grading import NotSafe
from workshop.classroom.people import Room, projects_in, room_of_chat, room_of_projects
from workshop.classroom.room_page import page, table

BAD_USE = 2
SECONDS_BETWEEN_LOOKS = 2.0


def run_room(options: argparse.Namespace, wait: Callable[[float], None] = time.sleep) -> int:
    """Show the room as the words behind `workshop room` say, once or until Ctrl-C. Returns the exit code."""
    if trouble := bad_use(options):
        print(trouble, file=sys.stderr)
        return BAD_USE
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a name may hold letters that this terminal has not
    try:
        if options.projects:
            show(room_of_projects(options.projects, options.trust), options.html, watching=False)
        elif options.watch:
            watch(options.chat, lambda room: show(room, options.html, watching=True), wait)
        else:
            show(room_of_chat(read_chat(options.chat)), options.html, watching=False)
    except NotSafe as error:
        print(error, file=sys.stderr)
        return BAD_USE
    except OSError as error:
        print(
            f"{error.filename2 or error.filename or 'The file'} could not be read or written: "
            f"{error.strerror or error}.",
            file=sys.stderr,
        )
        return BAD_USE
    except KeyboardInterrupt:
        print()
    return 0


def watch(path: Path, show: Callable[[Room], None], wait: Callable[[float], None]) -> None:
    """Show the room each time the chat changes; ends when `wait` raises KeyboardInterrupt.

    A file that is gone, locked or empty for a while keeps the last view. A last line without an end may be half
    written, so it counts from the next look on, if the file is then the same.
    """
    seen: tuple[int, int] | None = None
    unfinished = False
    while True:
        text, now = "", seen
        with suppress(OSError):
            now = stamp(path)
            text = read_chat(path) if now != seen or unfinished else ""
        if text:
            unfinished = now != seen and not text.endswith(("\n", "\r"))
            seen = now
            show(room_of_chat(text[: text.rfind("\n") + 1] if unfinished else text))
        wait(SECONDS_BETWEEN_LOOKS)


# -- how ---------------------------------------------------------------------------------------------------


def bad_use(options: argparse.Namespace) -> str | None:
    """Return the sentence for what can't be done, or None."""
    if options.html and not options.html.parent.is_dir():
        return f"There is no folder {options.html.parent} to write {options.html.name} into."
    if options.projects:
        if options.chat or options.watch:
            return "Name a chat or --projects, not both; --watch follows a chat."
        if not options.projects.is_dir():
            return f"{options.projects} is not a folder. Name the folder that holds a folder for each project."
        return (
            None
            if projects_in(options.projects)
            else f"No folder in {options.projects} holds a dbt project: none has a dbt_project.yml."
        )
    if not options.chat:
        return "Which chat? Name the text file that Zoom saved, or --projects and a folder of projects."
    return (
        None
        if options.chat.is_file()
        else f"There is no file {options.chat}. In Zoom, save the chat from its menu (…), then name that file."
    )


def stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


def show(room: Room, html: Path | None, watching: bool) -> None:
    """Print the room, and write its page where one is asked for, whole or not at all. Raises OSError."""
    print(table(room), flush=True)
    if html:
        write_page(room, html, SECONDS_BETWEEN_LOOKS if watching else None)


def write_page(room: Room, file: Path, refresh: float | None = None) -> None:
    """Write the room's page, whole or not at all. Raises OSError."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        unfinished.write_text(page(room, refresh), encoding="utf-8", errors="replace")
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
