"""A deadline for queries: DuckDB has none of its own."""

from collections.abc import Callable
from typing import TypeVar

import duckdb

from workshop.dbt_project.aside import StillRunning, aside

SECONDS_FOR_A_QUERY = 5  # less than limits.SECONDS_FOR_A_CHECK, so that the model at fault can be named

T = TypeVar("T")


class TooSlow(Exception):
    """A query was stopped because it took too long or returned too much; the message says which."""


class NeverEnds(TooSlow):
    """A query could not even be stopped: its connection is not to be used again."""


def in_time(connection: duckdb.DuckDBPyConnection, query: Callable[[], T]) -> T:
    """Return what `query` returns. A query on `connection` that takes too long is stopped.

    Raises TooSlow and NeverEnds, which is one; KeyboardInterrupt.
    """
    try:
        return aside(query, connection.interrupt, SECONDS_FOR_A_QUERY)
    except StillRunning as error:
        raise NeverEnds(str(error)) from error
    except TimeoutError as error:
        raise TooSlow(str(error)) from error
