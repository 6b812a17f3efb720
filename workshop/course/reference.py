"""What this course is judged against: raw tables, right models and known mistakes, read from their files."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, meta

from workshop.course.answers import Answer, list_answers, read_notebook
from workshop.course.raw_tables import RAW_TABLES
from workshop.judging.misconception import Misconception
from workshop.judging.reference import Reference, parents_first
from workshop.places import COURSE, SOLUTIONS, STARTER


@cache
def reference() -> Reference:
    """Return what all exercises are judged against."""
    starter = starter_models()
    return Reference(RAW_TABLES, parents_first(starter | answered_models()), starter, mistake_folders(), renamed())


@cache
def answers() -> dict[str, Answer]:
    """Return the answers of all solution notebooks by exercise, in the order of the course."""
    found = {}
    for path in sorted(SOLUTIONS.glob("*.ipynb")):
        for answer in list_answers(read_notebook(path), path.name):
            found[answer.exercise] = answer
    return found


def misconceptions_of(exercise: str) -> dict[str, Misconception]:
    """Return the known mistakes of an exercise by name, in alphabetical order."""
    return dict(reference().mistakes_of(exercise))


def renamed() -> dict[str, str]:
    """Return the new name of each model that an answer moves to another name."""
    moves = [edit for answer in answers().values() for edit in answer.edits if edit.path.endswith(".sql")]
    pairs = {name_of(edit.path): name_of(edit.moved_to) for edit in moves if edit.moved_to}
    return {old: new for old, new in pairs.items() if old != new}


# -- how ---------------------------------------------------------------------------------------------------


def starter_models() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(STARTER.glob("models/**/*.sql"))}


def answered_models() -> dict[str, str]:
    """Return the Jinja SQL of each model that an answer holds, by its name; the last one where there are several.

    One that needs a macro, and so dbt, is passed over: it returns what the one before it does.
    """
    files = {path.relative_to(STARTER).as_posix(): path.read_text("utf-8") for path in STARTER.glob("models/**/*.sql")}
    texts = {}
    for edit in [edit for answer in answers().values() for edit in answer.edits]:
        path = edit.moved_to or edit.path
        if path.endswith(".sql"):
            files[path] = files[edit.path] if edit.moved_to else edit.text
            if path.startswith("models/") and needed_of_dbt(files[path]) <= {"ref", "source"}:
                texts[name_of(path)] = files[path]
    return texts


def needed_of_dbt(text: str) -> set[str]:
    """Return the names that Jinja has to be given to render a model's text."""
    return meta.find_undeclared_variables(Environment().parse(text))


def mistake_folders() -> dict[str, Path]:
    """Return the folder of each exercise's known mistakes, by the exercise's name."""
    return {path.name: path for path in sorted(COURSE.glob("working_group_*/misconceptions/*"))}


def name_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".sql")
