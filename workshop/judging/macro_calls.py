"""A learner's macro, called by the check: what dbt makes of each call, and what the database makes of that."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import duckdb

from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.deadline import TooSlow, in_time

BETWEEN = "\n-- the next call\n"


@dataclass(frozen=True)
class Call:
    """One call of a macro: its arguments as they stand in Jinja, and what it gives for each row, in order."""

    arguments: str
    expected: tuple[Any, ...]


@dataclass(frozen=True)
class Called:
    """What came of a call.

    expression: the SQL that the macro wrote, or "" where dbt refused the call
    values: what the database makes of it for each row, or None where it does not run
    trouble: why not
    """

    call: Call
    expression: str
    values: tuple[Any, ...] | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Rows:
    """The rows on which calls are tried, by column, and each column's type."""

    types: Mapping[str, str]
    values: Mapping[str, Sequence[Any]]


def write_calls(work: Work, macro: str, calls: Sequence[Call]) -> list[Called]:
    """Return the SQL that each call writes, not run yet. Raises DoesNotRun where dbt can't read the project.

    dbt is asked for all at once where it accepts all, else one by one.
    """
    texts = [f"{{{{ {macro}({call.arguments}) }}}}" for call in calls]
    work.manifest  # noqa: B018 - raises DoesNotRun where the project can't be read at all
    with suppress(DoesNotRun):
        parts = work.rendered(BETWEEN.join(texts)).split(BETWEEN)
        if len(parts) == len(calls):
            return [Called(call, part.strip()) for call, part in zip(calls, parts, strict=True)]
    return [written_alone(work, call, text) for call, text in zip(calls, texts, strict=True)]


def run_calls(written: Sequence[Called], rows: Rows, divides_whole: bool = False) -> list[Called]:
    """Return the calls with what the database makes of each.

    divides_whole: whether the database divides whole numbers as Postgres does, so that 5 / 2 is 2
    """
    return [each if each.trouble else evaluated(each, rows, divides_whole) for each in written]


# -- how ---------------------------------------------------------------------------------------------------


def written_alone(work: Work, call: Call, text: str) -> Called:
    try:
        return Called(call, work.rendered(text).strip())
    except DoesNotRun as error:
        return Called(call, "", trouble=error.trouble)


def evaluated(called: Called, rows: Rows, divides_whole: bool) -> Called:
    connection = database()
    try:
        connection.execute(f"set integer_division = {str(divides_whole).lower()}")
        connection.execute(f"create or replace temp table tried ({columns_of(rows)})")
        for row in zip(*rows.values.values(), strict=True):
            connection.execute(f"insert into tried values ({', '.join('?' for _ in row)})", list(row))
        sql = f"select (\n{called.expression}\n) from tried order by rowid"
        found = in_time(connection, lambda: connection.execute(sql).fetchall())
        return replace(called, values=tuple(value for (value,) in found))
    except (duckdb.Error, TooSlow) as error:
        database.cache_clear()
        return replace(called, trouble=explain(error))


def columns_of(rows: Rows) -> str:
    return ", ".join(f"{name} {type}" for name, type in rows.types.items())


@cache
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    connection.execute("set threads = 1; set memory_limit = '500MB'")
    return connection
