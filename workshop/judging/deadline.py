"""A deadline for queries: DuckDB has none of its own."""

import atexit
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import duckdb

SECONDS_FOR_A_QUERY = 10
SECONDS_BETWEEN_LOOKS = 0.25


class TooSlow(Exception):
    """A query was stopped because it took longer than SECONDS_FOR_A_QUERY."""


@contextmanager
def deadline(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Inside, a query on `connection` that takes too long is stopped. Raises TooSlow, KeyboardInterrupt."""
    watch = Watch(connection, time.monotonic() + SECONDS_FOR_A_QUERY)
    watchdog().watches.append(watch)
    try:
        yield
    except (RuntimeError, duckdb.InterruptException) as error:
        if watch.is_over:
            raise TooSlow(f"stopped after {SECONDS_FOR_A_QUERY} seconds") from error
        raise KeyboardInterrupt from error
    finally:
        watchdog().watches.remove(watch)


@dataclass(eq=False)
class Watch:
    """A query that is running, until when it may, and whether that is over."""

    connection: duckdb.DuckDBPyConnection
    due: float
    is_over: bool = False


class Watchdog(threading.Thread):
    """One thread for all queries: starting one for each would take longer than the queries do."""

    def __init__(self) -> None:
        super().__init__(name="query-watchdog", daemon=True)
        self.watches: list[Watch] = []
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(SECONDS_BETWEEN_LOOKS):
            self.look()  # in a function of its own, so that no connection outlives its check here

    def end(self) -> None:
        """End before Python does: DuckDB's binding complains of a thread that is still there then."""
        self.ended.set()
        self.join()

    def look(self) -> None:
        for watch in list(self.watches):
            if time.monotonic() > watch.due:
                watch.is_over = True
                watch.connection.interrupt()


@cache
def watchdog() -> Watchdog:
    dog = Watchdog()
    dog.start()
    atexit.register(dog.end)
    return dog
