"""Solution notebooks as data: list the answers in one, and take them out.

An answer stands inside a cell, never on its first line, between two markers:

    -- answer: turn cents into dollars          (# answer: ... in YAML and Python)
    amount / 100 as amount,
    -- end answer

In the learner's notebook it becomes the one line `-- TODO: turn cents into dollars`. An answer belongs
to the exercise of the next `%check` in the notebook. The functions are pure: notebook in, notebook out.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from workshop.dbt_project.files import Edit

Notebook = dict[str, Any]

START = re.compile(r"^(?P<indent>\s*)(?P<sign>--|#) answer: (?P<task>\S.*)$")
END = re.compile(r"^\s*(--|#) end answer$")
LOOKS_LIKE_MARKER = re.compile(r"^\s*(--|#|//)\s*(end\s+)?answer\b", re.IGNORECASE)
CHECK = re.compile(r"^%check\s+(\w+)", re.MULTILINE)
FILE_MAGIC = re.compile(r"^%%(?:sqlmodel|dbtfile)\s+(\S+)\s*$")
MOVE_MAGIC = re.compile(r"^%dbtmove +(\S+(?: +\S+)*) +(\S+) *$", re.MULTILINE)


class BadMarkers(ValueError):
    """The answer markers of a notebook are wrong; the message says where."""


@dataclass(frozen=True)
class Answer:
    """The answer to one exercise.

    exercise: its name
    edits: the project edits that make it, in the order of the notebook
    cells: the sources of the answered cells, as the solution notebook shows them, without markers
    """

    exercise: str
    edits: tuple[Edit, ...]
    cells: tuple[str, ...]


def read_notebook(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def write_notebook(notebook: Notebook) -> str:
    """Return the text of the notebook's file, as JupyterLab writes it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def list_answers(notebook: Notebook, name: str) -> list[Answer]:
    """Return the answers of the notebook called `name`, one an exercise, in order.

    Raises BadMarkers.
    """
    answers, waiting = [], []
    for number, source in code_cells(notebook):
        if has_answer(source, name, number):
            waiting.append(without_markers(source))
        elif check := CHECK.search(source):
            if waiting:
                edits = tuple(edit for cell in waiting for edit in edits_of(cell))
                answers.append(Answer(check.group(1), edits, tuple(waiting)))
            waiting = []
    if waiting:
        raise BadMarkers(f"{name}: there is an answer behind the last %check, so it belongs to no exercise.")
    return answers


def take_out_answers(notebook: Notebook, name: str) -> Notebook:
    """Return the learner's notebook: TODO lines for answers, no outputs, no counts, the same cell ids.

    Raises BadMarkers.
    """
    learner = copy.deepcopy(notebook)
    for number, cell in enumerate(learner["cells"], 1):
        if cell["cell_type"] == "code":
            cell["source"] = as_lines(with_todo("".join(cell["source"]), name, number))
            cell["outputs"], cell["execution_count"] = [], None
            cell["metadata"].pop("execution", None)
    learner["metadata"].get("language_info", {}).pop("version", None)  # of the Python that ran it last
    return learner


def untouched_bodies(notebook: Notebook, name: str) -> set[str]:
    """Return what the cells with a TODO hold below their first line before a learner touches them."""
    learner_cells = [source for _, source in code_cells(take_out_answers(notebook, name))]
    return {source.partition("\n")[2].strip() for source in learner_cells if " TODO: " in source}


# -- how ---------------------------------------------------------------------------------------------------


def code_cells(notebook: Notebook) -> Iterator[tuple[int, str]]:
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            yield number, "".join(cell["source"])


def has_answer(source: str, name: str, number: int) -> bool:
    return with_todo(source, name, number) != source


def with_todo(source: str, name: str, number: int) -> str:
    """Return the cell's source with one TODO line for each answer. Raises BadMarkers."""
    kept, open_since = [], 0
    for line_number, line in enumerate(source.split("\n"), 1):
        where = f"{name}, cell {number}, line {line_number}"
        start, end = START.match(line), END.match(line)
        if start and open_since:
            raise BadMarkers(f"{where}: an answer starts inside the one of line {open_since}.")
        if start and line_number == 1:
            raise BadMarkers(f"{where}: an answer can't start on the first line of a cell.")
        if end and not open_since:
            raise BadMarkers(f"{where}: an answer ends that never started.")
        if LOOKS_LIKE_MARKER.match(line) and not start and not end:
            raise BadMarkers(f"{where}: write `-- answer: what to do` or `-- end answer` (# in YAML and Python).")
        if start:
            open_since = line_number
            kept.append(f"{start['indent']}{start['sign']} TODO: {start['task']}")
        elif end:
            open_since = 0
        elif not open_since:
            kept.append(line)
    if open_since:
        raise BadMarkers(f"{name}, cell {number}, line {open_since}: this answer never ends.")
    return "\n".join(kept)


def without_markers(source: str) -> str:
    return "\n".join(line for line in source.split("\n") if not START.match(line) and not END.match(line))


def edits_of(source: str) -> list[Edit]:
    first, _, body = source.partition("\n")
    if file := FILE_MAGIC.match(first):
        return [Edit(file.group(1), body.strip("\n") + "\n")]
    moves = [(old, target) for files, target in MOVE_MAGIC.findall(source) for old in files.split()]
    return [Edit(old, moved_to=moved_to(old, target)) for old, target in moves]


def moved_to(old: str, target: str) -> str:
    """Return where a file goes: to `target`, or into it where that is a folder, with no suffix."""
    return target if PurePosixPath(target).suffix else f"{target.rstrip('/')}/{PurePosixPath(old).name}"


def as_lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)
