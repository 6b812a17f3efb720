"""What DuckDB refuses to run, told with the model's file and line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from workshop.dbt_project.model_sql import line_in_file
from workshop.dbt_project.sql_text import line_of
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun, Model
from workshop.judging.deadline import TooSlow
from workshop.judging.reference import Reference

MULTIPLIES = (
    "The data is small, so something multiplies rows: look for a join without `on` or `using`, or a recursion "
    "without end."
)


@contextmanager
def told_of(model: Model, reference: Reference) -> Iterator[None]:
    """Inside, what stops the model from running becomes DoesNotRun."""
    try:
        yield
    except TooSlow as error:
        raise DoesNotRun(Trouble(f"The model was {error}.", MULTIPLIES, model.path)) from error
    except duckdb.Error as error:
        trouble = explain(error, names=reference.raw_names)
        line = line_in_file(model, line_of(error))
        raise DoesNotRun(replace(trouble, file=model.path, line=line)) from error
