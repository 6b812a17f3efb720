"""The first rows of a model that was saved a moment ago."""

import re
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import duckdb

from workshop.course.raw_tables import RAW_NAMES
from workshop.dbt_project.built import kinds_of
from workshop.dbt_project.model_sql import demand_one_select
from workshop.dbt_project.sql_text import line_of
from workshop.dbt_project.trouble import explain
from workshop.dbt_project.work import DoesNotRun, Model, Work
from workshop.notebook import agreement
from workshop.notebook.cards import Card, note_card, tables_card, trouble_card
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
        model = with_ephemeral(work, path.stem)
        demand_one_select(model)
    except DoesNotRun as error:
        return trouble_card(f"{saved}\n\n{error}")
    try:
        cursor = session.open_connection.cursor().execute(f"select * from (\n{model.sql}\n) limit {ROWS + 1}")
        columns = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(ROWS + 1)]
        counts = counted(cursor, model, columns) or ("" if rows else "It returns no rows.")
    except (duckdb.Error, RuntimeError) as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from error
        if parent := parent_not_built(error, work.model_files):
            return note_card(
                f"{saved}\n\nIt reads `{parent}`, which is not in this notebook's warehouse yet, so there are no rows "
                f"to "
                f"show. Build it: `%dbt run --select {parent}`, then run this cell again."
            )
        trouble = replace(explain(error, names=RAW_NAMES), file=name, line=line_of(error))
        return trouble_card(f"{saved}\n\n{trouble}")
    told = "\n\n".join(filter(None, [f"{saved} {counts}".rstrip(), agreement.of_model(session, work, path.stem)]))
    if not rows:
        return tables_card(told, [])
    return tables_card(told, [Table("its first rows" if len(rows) > ROWS else "all its rows", rows[:ROWS])])


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


def parent_not_built(error: Exception, models: Container[str]) -> str:
    """Return the model that DuckDB misses, or "" where it complains of something else."""
    missing = re.search(r'Table with name "?([\w.]+)"? does not exist', str(error))
    parent = missing.group(1).rpartition(".")[2] if missing else ""
    return parent if parent in models else ""
