"""A model's compiled SQL, read before it is run: what dbt would refuse, and tables that dbt can't see."""

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

import duckdb

from workshop.dbt_project.model import Model
from workshop.dbt_project.sql_text import line_at, without_comments
from workshop.dbt_project.sql_tree import ctes_of, is_named, parts_of, reads_of
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun

NOT_A_SELECT = ("create", "insert", "update", "delete", "drop", "alter", "copy", "truncate", "attach", "set")


def demand_one_select(model: Model) -> None:
    """Raise DoesNotRun where the compiled SQL is not one select that dbt can put into parentheses."""
    tokens = [(kind, position) for position, kind in duckdb.tokenize(model.sql) if kind != duckdb.token_type.comment]
    if not tokens:
        raise DoesNotRun(Trouble("The model compiles to nothing.", "A model is one `select`.", model.path))
    semicolons = [
        at for kind, at in tokens if kind == duckdb.token_type.operator and model.sql.encode()[at : at + 1] == b";"
    ]
    if semicolons and semicolons[0] < tokens[-1][1]:
        raise DoesNotRun(
            Trouble(
                "There are two statements in this model.",
                "A model is one `select`: dbt writes the `create table` around it. "
                "Remove the semicolon and all but one of them.",
                model.path,
                line_at(model.sql, semicolons[0]),
            )
        )
    if semicolons:
        raise DoesNotRun(replace(explain('near ";"'), said="The model ends in a semicolon.", file=model.path, whole=""))
    first_word = "".join(re.findall(r"[^\W_]+", without_comments(model.sql))[:1]).lower()
    if first_word in NOT_A_SELECT:
        raise DoesNotRun(
            Trouble(
                f"This model begins with `{first_word}`.",
                "A model is one `select`: dbt writes the `create table` around it, and never changes what is in `raw`.",
                model.path,
            )
        )


def hard_coded_tables(model: Model, may_read: Sequence[str]) -> list[str]:
    """Return the tables that the compiled SQL names and dbt does not know about, as `schema.table`.

    A name that was quoted as a whole, dots included, is none: DuckDB says so when the model is run.

    may_read: tables that may be named all the same
    """
    known = [parts_of(name) for name in (*model.reads, *may_read)]
    found = (name for name in reads_of(model.sql).tables if not any("." in part for part in name))
    return [".".join(name) for name in found if not any(is_named(full, name) for full in known)]


def is_misspelt(table: str, model: Model, raw_names: Sequence[str]) -> bool:
    """Tell whether a table that a model names is not there: in `raw` it would be known, a CTE has nearly its name."""
    first, _, rest = table.partition(".")
    if rest and first == "raw":
        return table not in raw_names
    is_known = table in model.all_models or any(name.endswith(f".{table}") for name in raw_names)
    return not rest and not is_known and bool(get_close_matches(table, ctes_of(model.sql), 1, 0.7))
