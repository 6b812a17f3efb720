"""A second shop in memory, in which any compiled SQL can be run without touching the learner's files.

Its catalogs bear the same names as the learner's (`raw` and `warehouse`), so compiled SQL runs unchanged.
It can hold the whole raw data or any part of it; the `small_shop` is the hand-written part, whose few rows
tell all known mistakes apart.
"""

import atexit
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import duckdb

from workshop.course.reference import SCHEMA, relation, rendered_models
from workshop.dbt_project.warehouse import RAW_TABLES, load_raw_tables
from workshop.judging.comparison import Result

LAST_HAND_WRITTEN_CUSTOMER = 17
LAST_HAND_WRITTEN_ORDER = 18

SECONDS_FOR_A_QUERY = 10
SECONDS_BETWEEN_LOOKS = 0.25
MOST_ROWS = 20_000

# Any fixed moment: results may not depend on the day on which they are checked.
LOADED_AT = datetime(2025, 6, 1)


@dataclass(frozen=True)
class Shop:
    """A part of the raw data, as the ids of its customers, orders and payments."""

    customers: tuple[int, ...]
    orders: tuple[int, ...]
    payments: tuple[int, ...]


@dataclass(frozen=True)
class Built:
    """What stands for a model in the twin: its quoted name, and the select behind it."""

    relation: str
    sql: str


class TooSlow(Exception):
    """A query was stopped because it took longer than SECONDS_FOR_A_QUERY."""


class Twin:
    """An in-memory DuckDB with the raw data of a Shop and every reference model upon it."""

    def __init__(self) -> None:
        try:
            self.connection = emptied(spare.pop())
        except (IndexError, duckdb.Error):  # there is none, or it can't go on after what its last twin met
            self.connection = emptied(open_with_everything())
        weakref.finalize(self, spare.append, self.connection)
        execute = self.connection.execute
        for table in RAW_TABLES:
            execute(
                f"create schema if not exists raw.{table.split('.')[0]}; create table raw.{table} as from everything.{table}"
            )
        orders = execute("select id, user_id from everything.jaffle_shop.orders order by id").fetchall()
        payments = execute("select id, orderid from everything.stripe.payment order by id").fetchall()
        customers = execute("select id from everything.jaffle_shop.customers order by id").fetchall()
        self.customer_of = dict(orders)
        self.order_of = dict(payments)
        self.whole_shop = Shop(tuple(id for (id,) in customers), tuple(self.customer_of), tuple(self.order_of))
        self.shop = self.whole_shop
        execute("use warehouse.main")
        execute(f"create schema {SCHEMA}")
        for name, sql in rendered_models().items():
            self.define(relation(name), sql)

    @property
    def small_shop(self) -> Shop:
        """The hand-written customers and orders, with the payments of those orders."""
        customers = [id for id in self.whole_shop.customers if id <= LAST_HAND_WRITTEN_CUSTOMER]
        orders = [id for id in self.whole_shop.orders if id <= LAST_HAND_WRITTEN_ORDER]
        return self.part(customers, orders)

    def part(self, customers: list[int], orders: list[int] | None = None) -> Shop:
        """Return the shop of these customers, with their orders (or those named) and all payments of them."""
        if orders is None:
            orders = [id for id, customer in self.customer_of.items() if customer in customers]
        payments = [id for id, order in self.order_of.items() if order in orders]
        return Shop(tuple(customers), tuple(orders), tuple(payments))

    def fill(self, shop: Shop) -> None:
        """Make `shop` the content of `raw`."""
        self.shop = shop
        ids = (shop.customers, shop.orders, shop.payments)
        for table, kept in zip(RAW_TABLES, ids, strict=True):
            self.connection.execute(f"truncate raw.{table}")
            if kept:
                self.connection.execute(
                    f"insert into raw.{table} from everything.{table} where id in ({', '.join(map(str, kept))})"
                )

    def define(self, name: str, sql: str) -> None:
        """Create the relation `name`, quoted as dbt quotes it, as a view of `sql`. Raises duckdb.Error."""
        schema = name.rpartition(".")[0]
        self.connection.execute(f"create schema if not exists {schema}")
        self.connection.execute(f"create or replace view {name} as (\n{sql}\n)")

    def run(self, sql: str) -> Result:
        """Return what the select `sql` returns, at most MOST_ROWS rows. Raises duckdb.Error, TooSlow."""
        with self.deadline():
            # In parentheses, as dbt puts a model into `create view`: what fails there fails here.
            cursor = self.connection.execute(f"select * from (\n{sql}\n)")
            columns = tuple(column[0].lower() for column in cursor.description)
            return Result(columns, tuple(cursor.fetchmany(MOST_ROWS)))

    def rows_of(self, name: str) -> Result:
        """Return the rows of a relation."""
        return self.run(f"select * from {name}")

    @contextmanager
    def deadline(self) -> Iterator[None]:
        """Stop a query that takes longer than SECONDS_FOR_A_QUERY, and say so. Raises TooSlow, KeyboardInterrupt."""
        watch = Watch(self.connection, time.monotonic() + SECONDS_FOR_A_QUERY)
        watchdog().watches.append(watch)
        try:
            yield
        except (RuntimeError, duckdb.InterruptException) as error:
            if watch.is_over:
                raise TooSlow(f"stopped after {SECONDS_FOR_A_QUERY} seconds") from error
            raise KeyboardInterrupt from error
        finally:
            watchdog().watches.remove(watch)


# Connections that no twin uses any more, with the raw data in `everything`: opening one takes most of a twin's time.
spare: list[duckdb.DuckDBPyConnection] = []


def open_with_everything() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("attach ':memory:' as everything")
    load_raw_tables(connection, LOADED_AT, "everything")
    connection.execute("set threads = 1; set memory_limit = '1GB'; set enable_external_access = false")
    return connection


def emptied(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the connection with nothing in `raw` and `warehouse`. Raises duckdb.Error where it can't be used any more."""
    connection.execute("use memory")
    for catalog in ("raw", "warehouse"):
        connection.execute(f"detach database if exists {catalog}; attach ':memory:' as {catalog}")
    return connection


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
