"""What dbt or DuckDB refuses, told with the learner's own file, and with the names that the course knows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from workshop.dbt_project.model import Model
from workshop.dbt_project.trouble import Trouble, explain, explain_in_project
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.deadline import NeverEnds, TooSlow
from workshop.judging.reference import Reference
from workshop.judging.twin import NotOneSelect

MULTIPLIES = (
    "The data is small, so something multiplies rows: look for a join without `on` or `using`, or a recursion "
    "without end."
)

TOO_LONG = "It did not stop when it was asked to: a function works on something very long, such as a text."


@contextmanager
def told_of(model: Model, reference: Reference, *kinds: type[Exception]) -> Iterator[None]:
    """Inside, what stops the model from running becomes DoesNotRun; only errors of these kinds where some are named."""
    try:
        yield
    except (TooSlow, duckdb.Error) as error:
        if kinds and not isinstance(error, kinds):
            raise
        raise DoesNotRun(told(error, model, reference)) from error


@contextmanager
def told_in_full(work: Work, reference: Reference) -> Iterator[None]:
    """Inside, a DoesNotRun of dbt is told as `in_full` does."""
    try:
        yield
    except DoesNotRun as error:
        raise DoesNotRun(in_full(error.trouble, work.project, reference), error.misconception) from error


def of_duckdb(error: Exception | str, model: Model, reference: Reference) -> Trouble:
    """Return why DuckDB refuses a model."""
    names = (*model.all_models, *reference.raw_names)
    return explain(error, names=names, text=model.text, file=model.path, compiled=model.sql)


def in_full(trouble: Trouble, project: Path, reference: Reference, compiled: str = "") -> Trouble:
    """Return the same trouble with what the file at fault and the names of the course tell.

    compiled: what dbt made of the file, where it came so far
    """
    models = {path.stem for path in project.glob("models/**/*.sql")}
    told = explain_in_project(trouble, project, (*sorted(models), *reference.raw_names), compiled)
    missing = re.search(r"node named '(\w+)'", trouble.whole)
    new = reference.renamed.get(missing[1]) if missing else None
    if missing and new in models:
        words = f"`{missing[1]}` has been called `{new}` since it was moved: write `ref('{new}')`."
        return replace(told, meaning=words)
    return told


def told(error: TooSlow | duckdb.Error, model: Model, reference: Reference) -> Trouble:
    if isinstance(error, TooSlow):
        return Trouble(f"The model was {error}.", TOO_LONG if isinstance(error, NeverEnds) else MULTIPLIES, model.path)
    if isinstance(error, NotOneSelect):
        return Trouble(
            "This model is more than one `select`.", "Look for a parenthesis that closes nothing.", model.path
        )
    return of_duckdb(error, model, reference)
