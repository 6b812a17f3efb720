"""The first rows of a model that was saved a moment ago."""

import re
from collections.abc import Container
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from workshop.course.raw_tables import RAW_NAMES
from workshop.dbt_project.aside import aside
from workshop.dbt_project.limits import BYTES_MORE, SECONDS_FOR_A_CHECK, limited
from workshop.dbt_project.model_sql import demand_one_select, line_in_file
from workshop.dbt_project.sql_text import line_of
from workshop.dbt_project.trouble import explain
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.notebook.cards import Card, note_card, tables_card, trouble_card
from workshop.notebook.compiled_sql import with_compiled_sql
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
        with limited(SECONDS_FOR_A_CHECK, BYTES_MORE):
            work.demand_readable()
            model = work.with_ancestors(path.stem)[-1]
            demand_one_select(model)
    except DoesNotRun as error:
        return trouble_card(f"{saved}\n\n{error}")
    cursor = session.open_connection.cursor()
    try:
        with limited():
            rows = aside(partial(first_rows, cursor, model.sql), cursor.interrupt)
    except duckdb.Error as error:
        if parent := parent_not_built(error, work.model_files):
            return note_card(
                f"{saved}\n\nIt reads `{parent}`, which is not in this notebook's warehouse yet, so there are no rows "
                f"to "
                f"show. Build it: `%dbt run --select {parent}`, then run this cell again."
            )
        line = line_of(error)
        trouble = replace(explain(error, names=RAW_NAMES), file=name, line=line_in_file(model, line))
        return with_compiled_sql(trouble_card(f"{saved}\n\n{trouble}"), model, line)
    if not rows:
        return with_compiled_sql(tables_card(f"{saved} It returns no rows.", []), model)
    table = Table("its first rows" if len(rows) > ROWS else "all its rows", rows[:ROWS])
    return with_compiled_sql(tables_card(saved, [table]), model)


def first_rows(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor.execute(f"select * from (\n{sql}\n) limit {ROWS + 1}")
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(ROWS + 1)]


def parent_not_built(error: Exception, models: Container[str]) -> str:
    """Return the model that DuckDB misses, or "" where it complains of something else."""
    missing = re.search(r'Table with name "?([\w.]+)"? does not exist', str(error))
    parent = missing.group(1).rpartition(".")[2] if missing else ""
    return parent if parent in models else ""
