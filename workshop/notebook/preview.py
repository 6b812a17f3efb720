"""The first rows of a model that was saved a moment ago."""

import re
from collections.abc import Container
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from workshop.course.reference import reference
from workshop.dbt_project.aside import aside
from workshop.dbt_project.built import kinds_of
from workshop.dbt_project.limits import BYTES_MORE, SECONDS_FOR_A_CHECK, limited
from workshop.dbt_project.model import Model
from workshop.dbt_project.model_sql import demand_one_select
from workshop.dbt_project.sql_text import line_of
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.refusal import of_duckdb, told_in_full
from workshop.notebook import agreement
from workshop.notebook.cards import Card, note_card, tables_card, trouble_card
from workshop.notebook.compiled_sql import with_compiled_sql
from workshop.notebook.row_counts import counted
from workshop.notebook.session import Session
from workshop.notebook.tables import Table

ROWS = 10


def preview_model(session: Session, path: Path) -> Card:
    """Compile the model at `path` with dbt and return its first rows, or why there are none.

    Raises ProjectTrouble where the warehouse is not open, KeyboardInterrupt where it is stopped.
    """
    name = path.relative_to(session.project).as_posix()
    saved = f"`{name}` is saved."
    work = Work(session.project)
    try:
        with limited(SECONDS_FOR_A_CHECK, BYTES_MORE), told_in_full(work, reference()):
            work.demand_readable()
            model = with_ephemeral(work, path.stem)
            demand_one_select(model)
    except DoesNotRun as error:
        return trouble_card(f"{saved}\n\n{error}")
    cursor = session.open_connection.cursor()
    try:
        with limited():
            columns, rows = aside(partial(first_rows, cursor, model.sql), cursor.interrupt)
            counts = counted(session.open_connection.cursor(), model, columns)
    except duckdb.Error as error:
        if parent := parent_not_built(error, work.model_files):
            return note_card(
                f"{saved}\n\nIt reads `{parent}`, which is not in this notebook's warehouse yet, so there are no rows "
                f"to "
                f"show. Build it: `%dbt run --select {parent}`, then run this cell again."
            )
        trouble = of_duckdb(error, model, reference())
        is_told = trouble.line is not None and "{%" not in model.text  # a loop's rounds are in no file
        return with_compiled_sql(trouble_card(f"{saved}\n\n{trouble}"), model, None if is_told else line_of(error))
    counts = counts or ("" if rows else "It returns no rows.")
    told = "\n\n".join(filter(None, [f"{saved} {counts}".rstrip(), agreement.of_model(session, work, path.stem)]))
    tables = [Table("its first rows" if len(rows) > ROWS else "all its rows", rows[:ROWS])] if rows else []
    return with_compiled_sql(tables_card(told, tables), model)


# -- how ---------------------------------------------------------------------------------------------------


def with_ephemeral(work: Work, name: str) -> Model:
    """Return the model, with the ephemeral ones that it reads inside: dbt builds none of these. Raises DoesNotRun."""
    models = work.with_ancestors(name)
    kinds = kinds_of(work.manifest)
    inside: dict[str, str] = {}
    for model in models:
        sql = model.sql
        for relation, text in inside.items():
            sql = sql.replace(relation, f"(\n{text}\n)")
        if kinds[model.name] == "ephemeral":
            inside[model.relation] = sql
    return replace(models[-1], sql=sql)


def first_rows(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the names of the columns, and the first rows."""
    cursor.execute(f"select * from (\n{sql}\n) limit {ROWS + 1}")
    columns = [column[0] for column in cursor.description or ()]
    return columns, [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(ROWS + 1)]


def parent_not_built(error: Exception, models: Container[str]) -> str:
    """Return the model that DuckDB misses, or "" where it complains of something else.

    A name with a dot in it was quoted as a whole: DuckDB names the last part only, where each has its own quotes.
    """
    missing = re.search(r'Table with name "?([\w.]+)"? does not exist', str(error))
    parent = missing.group(1) if missing else ""
    return parent if parent in models else ""
