"""The first rows of a model that was saved a moment ago."""

import re
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import duckdb

from workshop.dbt_project.model_sql import demand_one_select
from workshop.dbt_project.trouble import explain
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.judging.feedback import PASSED
from workshop.judging.model import line_of
from workshop.notebook.cards import (
    VOICES,
    Card,
    framed,
    markdown,
    note_card,
    side_by_side,
    table_html,
    table_text,
    trouble_card,
)
from workshop.notebook.session import Session

ROWS = 10


def preview_model(session: Session, path: Path) -> Card:
    """Compile the model at `path` with dbt and return its first rows, or why there are none.

    Raises ProjectTrouble where the warehouse is not open, KeyboardInterrupt where it is stopped.
    """
    name = path.relative_to(session.project).as_posix()
    saved = f"`{name}` is saved."
    work = Work(session.project)
    try:
        model = work.model(path.stem)
        demand_one_select(model)
    except (DoesNotRun, NotStarted) as error:
        return trouble_card(f"{saved}\n\n{error}")
    try:
        cursor = session.open_connection.cursor().execute(f"select * from (\n{model.sql}\n) limit {ROWS + 1}")
        columns = [column[0] for column in cursor.description]
        rows = [dict(zip(columns, row)) for row in cursor.fetchmany(ROWS + 1)]
    except (duckdb.Error, RuntimeError) as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from error
        if parent := parent_not_built(error, work.model_files()):
            return note_card(
                f"{saved}\n\nIt reads `{parent}`, which is not in this notebook's warehouse yet, so there are no rows to show. "
                f"Build it: `%dbt run --select {parent}`, then run this cell again."
            )
        return trouble_card(f"{saved}\n\n{replace(explain(error), file=name, line=line_of(error))}")
    more = "its first rows" if len(rows) > ROWS else "all its rows"
    if not rows:
        return Card(framed(markdown(f"{saved} It returns no rows."), VOICES[PASSED][2]), f"{saved} It returns no rows.")
    html = side_by_side(table_html(more, rows[:ROWS]))
    return Card(framed(markdown(saved) + html, VOICES[PASSED][2]), f"{saved}\n{table_text(more, rows[:ROWS])}")


def parent_not_built(error: Exception, models: Container[str]) -> str:
    """Return the model that DuckDB misses, or "" where it complains of something else."""
    missing = re.search(r'Table with name "?([\w.]+)"? does not exist', str(error))
    parent = missing.group(1).rpartition(".")[2] if missing else ""
    return parent if parent in models else ""
