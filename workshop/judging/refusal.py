"""What DuckDB refuses to run, told with the model's file and line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from workshop.dbt_project.model_sql import line_in_file
from workshop.dbt_project.sql_text import line_of
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun, Model
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


def told(error: TooSlow | duckdb.Error, model: Model, reference: Reference) -> Trouble:
    if isinstance(error, TooSlow):
        return Trouble(f"The model was {error}.", TOO_LONG if isinstance(error, NeverEnds) else MULTIPLIES, model.path)
    if isinstance(error, NotOneSelect):
        return Trouble(
            "This model is more than one `select`.", "Look for a parenthesis that closes nothing.", model.path
        )
    line = line_in_file(model, line_of(error))
    return replace(explain(error, names=reference.raw_names), file=model.path, line=line)
