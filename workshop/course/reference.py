"""The answers, ready to be compared with: every starter and answered model as SQL for the twin."""

import re
from functools import cache

from jinja2 import Environment

from workshop.course.answers import Answer, list_answers, read_notebook
from workshop.places import SOLUTIONS, STARTER

SCHEMA = "reference"
REF = re.compile(r"""\bref\(\s*['"](\w+)['"]\s*\)""")


@cache
def answers() -> dict[str, Answer]:
    """Return the answers of all solution notebooks by exercise, in the order of the course."""
    found = {}
    for path in sorted(SOLUTIONS.glob("*.ipynb")):
        for answer in list_answers(read_notebook(path), path.name):
            found[answer.exercise] = answer
    return found


@cache
def models() -> dict[str, str]:
    """Return the Jinja SQL of each model that the starter or an answer holds, by name, parents first."""
    files = {
        path.relative_to(STARTER).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(STARTER.glob("models/**/*.sql"))
    }
    texts = {name_of(path): text for path, text in files.items()}
    for answer in answers().values():
        for edit in answer.edits:
            path = edit.moved_to or edit.path
            if path.endswith(".sql"):
                files[path] = files[edit.path] if edit.moved_to else edit.text
                texts[name_of(path)] = files[path]
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name not in ordered:
            for parent in parents_of(texts[name]):
                add(parent)
            ordered[name] = texts[name]

    for name in texts:
        add(name)
    return ordered


@cache
def rendered_models() -> dict[str, str]:
    """Return the SQL of each model for the twin, by name, parents first."""
    return {name: render(text) for name, text in models().items()}


def renamed() -> dict[str, str]:
    """Return the new name of each model that an answer moves to another name."""
    moves = [
        edit for answer in answers().values() for edit in answer.edits if edit.moved_to and edit.path.endswith(".sql")
    ]
    pairs = {name_of(edit.path): name_of(edit.moved_to or "") for edit in moves}
    return {old: new for old, new in pairs.items() if old != new}


def name_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".sql")


def parents_of(text: str) -> list[str]:
    """Return the names of the models that a model's Jinja SQL refers to, in order, each once."""
    return list(dict.fromkeys(REF.findall(text)))


def relation(name: str) -> str:
    """Return the reference model's name in the twin."""
    return f'"warehouse"."{SCHEMA}"."{name}"'


def render(text: str) -> str:
    """Return a model's SQL with its refs pointing at reference models and its sources at `raw`."""
    return (
        Environment().from_string(text).render(ref=relation, source=lambda source, table: f'"raw"."{source}"."{table}"')
    )
