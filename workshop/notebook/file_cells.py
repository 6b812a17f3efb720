"""Cells that are files of the project: what was typed is saved, and a cell with nothing in it yet is filled."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workshop.course.answers import read_notebook, untouched_bodies
from workshop.course.reference import reference
from workshop.dbt_project.files import WRITABLE_SUFFIXES, path_in_project, tidy, write_file
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.yaml_lint import lint
from workshop.dbt_project.yaml_trouble import yaml_trouble
from workshop.judging.findings import slip_in
from workshop.notebook.cards import Card, note_card, trouble_card
from workshop.notebook.preview import preview_model
from workshop.notebook.session import Session
from workshop.places import SOLUTIONS


def save_model(session: Session, shell: Any, typed: str, cell: str) -> Card:
    """Save the cell as the model at the path that was `typed`, and return its first rows. Raises ProjectTrouble."""
    path = path_in_project(session.project, typed, (".sql",), "models")
    if is_untouched(cell):
        return fill_cell(session, shell, "sqlmodel", path)
    write_file(path, cell)
    return preview_model(session, path)


def save_file(session: Session, shell: Any, typed: str, cell: str) -> Card:
    """Save the cell as any other file, at the path that was `typed`. Raises ProjectTrouble."""
    path = path_in_project(session.project, typed, WRITABLE_SUFFIXES)
    if is_untouched(cell):
        return fill_cell(session, shell, "dbtfile", path)
    write_file(path, cell)
    name = path.relative_to(session.project).as_posix()
    if trouble := slip_in_file(session, name, tidy(cell)):
        return trouble_card(f"`{name}` is saved.\n\n{trouble}")
    return note_card(f"`{name}` is saved.")


def slip_in_file(session: Session, name: str, text: str) -> Trouble | None:
    """Return what is wrong with a file of YAML or of docs that was saved a moment ago, or None."""
    if name.endswith((".yml", ".yaml")):
        try:
            yaml.safe_load(text)
        except yaml.YAMLError as error:
            return yaml_trouble(error, name, text)
    if name.startswith("models/"):
        return slip_in(name, lint(session.project), reference())
    return None


# -- cells with nothing in them yet ------------------------------------------------------------------------


def is_untouched(cell: str) -> bool:
    """Tell whether a cell holds nothing but comments, or what the learner's notebook began with."""
    body = tidy(cell).strip()
    rest = without_comments(body).splitlines()
    is_only_comments = all(not text.strip() or text.strip().startswith("#") for text in rest)
    return is_only_comments or body in first_bodies()


@cache
def first_bodies() -> set[str]:
    """They are asked for with each cell of a file, and to read the notebooks takes as long as all the rest of it."""
    notebooks = sorted(SOLUTIONS.glob("*.ipynb"))
    return {body for path in notebooks for body in untouched_bodies(read_notebook(path), path.name)}


def fill_cell(session: Session, shell: Any, magic: str, path: Path) -> Card:
    name = path.relative_to(session.project).as_posix()
    if not path.is_file():
        return note_card(
            f"Nothing is saved yet. Replace the TODO by your own text for `{name}`, then run the cell again."
        )
    text = path.read_text(encoding="utf-8", errors="replace")
    shell.set_next_input(f"%%{magic} {name}\n{text.rstrip()}", replace=True)
    return note_card(f"The cell now holds `{name}` as it is. Change it, then run it again.")
