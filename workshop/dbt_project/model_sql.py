"""A model's compiled SQL, read before it is run: what dbt would refuse, and tables that dbt can't see."""

import re
from collections.abc import Sequence
from dataclasses import replace

import duckdb

from workshop.dbt_project.sql_text import line_at, without_comments
from workshop.dbt_project.sql_tree import is_named, parts_of, reads_of
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun, Model

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
        raise DoesNotRun(replace(explain('near ";"'), said="The model ends in a semicolon.", file=model.path))
    first_word = "".join(re.findall(r"[^\W_]+", without_comments(model.sql))[:1]).lower()
    if first_word in NOT_A_SELECT:
        raise DoesNotRun(
            Trouble(
                f"This model begins with `{first_word}`.",
                "A model is one `select`: dbt writes the `create table` around it, and never changes what is in `raw`.",
                model.path,
            )
        )


def line_in_file(model: Model, line: int | None) -> int | None:
    """Return where a line of the compiled SQL stands in the model's file; None where Jinja has written it."""
    if line is None or "{%" not in model.written:
        return line
    compiled, written = model.sql.splitlines(), model.written.splitlines()
    text = compiled[line - 1].strip() if line <= len(compiled) else ""
    found = [number for number, each in enumerate(written, 1) if each.strip() == text]
    return found[0] if text and len(found) == 1 else None


def hard_coded_tables(model: Model, may_read: Sequence[str]) -> list[str]:
    """Return the tables that the compiled SQL names and dbt does not know about, as `schema.table`.

    may_read: tables that may be named all the same
    """
    known = [parts_of(name) for name in (*model.reads, *may_read)]
    found = reads_of(model.sql).tables
    return [".".join(name) for name in found if not any(is_named(full, name) for full in known)]
