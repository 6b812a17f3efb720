"""Does a model use a macro? Another one is put in its place, and the model is asked what it returns then."""

import duckdb

from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.deadline import TooSlow
from workshop.judging.raw_data import raw_data
from workshop.judging.reference import Reference
from workshop.judging.stand_ins import build_models
from workshop.judging.twin import Twin

MARK = 54321


def is_used_in(work: Work, model: str, macro: str, column: str, reference: Reference) -> bool:
    """Tell whether the column of a model comes from the project's macro: where that writes MARK, so does the column.

    A call in a comment, or one whose result is thrown away, does not count. Raises DoesNotRun where the project can't
    be read.
    """
    mark = f"{{% macro {macro}() %}}{{% set ignored = [varargs, kwargs] %}}{MARK}{{% endmacro %}}"
    try:
        *ancestors, compiled = work.in_another_shop(macros={macro: mark}).with_ancestors(model)
        twin = Twin(raw_data(tuple(reference.tables)))
        build_models(twin, ancestors, reference)
        returned = twin.run(compiled.sql)
        return column in returned.columns and MARK in returned.column(column)
    except (DoesNotRun, duckdb.Error, TooSlow):
        return True  # it ran before: so what the macro writes does stand in it
