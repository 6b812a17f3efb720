"""How many rows a model has, beside its parent of the same grain: a join that repeats or loses rows is seen there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import duckdb

from workshop.dbt_project.aside import aside
from workshop.dbt_project.model import Model
from workshop.dbt_project.sql_tree import parts_of, reads_of

MOST = 1_000_000  # to count more could take longer than anybody waits for a preview
SECONDS = 5
RAW = "raw"


@dataclass(frozen=True)
class Parent:
    """A table or view that a model reads: how to call it, its name in SQL, and its number of rows, MOST + 1 at most."""

    name: str
    relation: str
    rows: int


def counted(cursor: duckdb.DuckDBPyConnection, model: Model, columns: Sequence[str]) -> str:
    """Return a sentence such as "143 rows; `stg_orders` has 120.", or "" where that can't be counted, or not in time.

    columns: the names of the model's columns

    Raises KeyboardInterrupt.
    """
    try:
        return aside(partial(sentence, cursor, model, columns), cursor.interrupt, SECONDS)
    except (duckdb.Error, TimeoutError):
        return ""


# -- how ---------------------------------------------------------------------------------------------------


def sentence(cursor: duckdb.DuckDBPyConnection, model: Model, columns: Sequence[str]) -> str:
    rows = rows_in(cursor, f"(\n{model.sql}\n)")
    said = f"{in_words(rows)} {'row' if rows == 1 else 'rows'}" if rows else "It returns no rows"
    parent = parent_of_same_grain(cursor, parents_of(cursor, model), columns)
    return f"{said}; `{parent.name}` has {in_words(parent.rows)}." if parent else f"{said}."


def parents_of(cursor: duckdb.DuckDBPyConnection, model: Model) -> list[Parent]:
    """Return what the model reads; none where that can't be told, as of a model that reads a file."""
    reads = reads_of(model.sql)
    if reads.may_be_more:
        return []
    parents = []
    for name in reads.tables:
        relation = ".".join(f'"{part}"' for part in name)
        shown = ".".join(name) if name[0] == RAW else name[-1]
        parents.append(Parent(shown, relation, rows_in(cursor, relation)))
    return parents


def parent_of_same_grain(
    cursor: duckdb.DuckDBPyConnection, parents: Sequence[Parent], columns: Sequence[str]
) -> Parent | None:
    """Return the only parent, or the finest of those whose key is among the model's columns; None where none has."""
    if len(parents) == 1:
        return parents[0]
    with_key = [parent for parent in parents if parent.rows <= MOST and has_key(cursor, parent, columns)]
    return max(with_key, key=lambda parent: parent.rows, default=None)


def has_key(cursor: duckdb.DuckDBPyConnection, parent: Parent, columns: Sequence[str]) -> bool:
    """Tell whether one of these columns, which the model has as well, has another value in each row of the parent."""
    wanted = {parts_of(column)[0] for column in columns}
    names = [row[0] for row in cursor.execute(f"describe {parent.relation}").fetchall() if row[0].lower() in wanted]
    if not names or not parent.rows:
        return False
    counts = ", ".join(f'count(distinct "{name}")' for name in names)
    return parent.rows in (cursor.execute(f"select {counts} from {parent.relation}").fetchone() or ())


def rows_in(cursor: duckdb.DuckDBPyConnection, relation: str) -> int:
    query = f"select count(*) from (select 1 from {relation} limit {MOST + 1})"
    [rows] = cursor.execute(query).fetchone() or (0,)
    return int(rows)


def in_words(rows: int) -> str:
    return f"{rows:,}" if rows <= MOST else f"more than {MOST:,}"
