"""Judge data tests by breaking the data: put one fault at a time into the twin and see which tests notice."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from workshop.course import reference
from workshop.dbt_project.sql_tree import is_named, parts_of, reads_of
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.warehouse import RAW_TABLES
from workshop.dbt_project.work import DoesNotRun
from workshop.judging.comparison import Result
from workshop.judging.twin import Built, TooSlow, Twin

ROWS_SHOWN = 5


SENTENCES = {
    "repeated_customer": "Two customers share one id",
    "customer_without_id": "A customer has no id",
    "repeated_order": "Two orders share one id",
    "order_without_id": "An order has no id",
    "unknown_order_status": "An order has a status that nobody has heard of",
    "order_without_customer": "An order does not say whose it is",
    "order_of_nobody": "An order belongs to a customer who does not exist",
    "repeated_payment": "Two payments share one id",
    "payment_without_id": "A payment has no id",
    "payment_without_order": "A payment does not say which order it is for",
    "payment_of_no_order": "A payment is for an order that does not exist",
    "unknown_payment_status": "A payment has a status that nobody has heard of",
}


@dataclass(frozen=True)
class Fault:
    """One way in which data breaks: one row too many.

    name: as it stands in the JSON of `grade`, and in SENTENCES
    relation: where the row appears: a raw table such as "raw.stripe.payment", or the name of a model
    row: a select that returns the row, with the relation's column names
    seen: the condition for rows that show it
    """

    name: str
    relation: str
    row: str
    seen: str

    @property
    def sentence(self) -> str:
        """What has happened to the data."""
        return SENTENCES[self.name]


@dataclass(frozen=True)
class DataTest:
    """A learner's test, compiled.

    name: as dbt prints it
    label: in short, such as "unique: stg_orders.order_id"
    kind: the generic test that it is, such as "unique", or "" for a singular one
    sql: the select that returns what is wrong
    fail_calc, condition: it fails (or warns) where fail_calc of these rows fulfils the condition
    depends_on: names of the models and of the sources (source.table) that it reads
    """

    name: str
    label: str
    kind: str
    sql: str
    fail_calc: str
    condition: str
    warns_only: bool
    depends_on: frozenset[str]


@dataclass(frozen=True)
class Caught:
    """A fault, and the tests that caught it."""

    fault: Fault
    by: tuple[DataTest, ...]


def faults_in(customers: str, orders: str, payments: str | None, columns: dict[str, str]) -> tuple[Fault, ...]:
    """Return the faults of three relations; `columns` renames those of `raw` to theirs.

    A fault appears where the test stands: a model may well heal what is broken before it, by a `group by` for one.
    """

    def named(condition: str) -> str:
        return condition.format_map(columns)

    def repeated(name: str, relation: str, id: str) -> Fault:
        held = relation.replace("raw.", "everything.") if relation.startswith("raw.") else reference.relation(relation)
        return Fault(name, relation, f"select * from {held} where {named(id)} = 1", f"{named(id)} = 1")

    def order(name: str, id: str, customer: str, status: str) -> Fault:
        row = f"select {id} as {{order_id}}, {customer} as {{customer_id}}, date '2025-01-20' as order_date, '{status}' as status"
        return Fault(name, orders, named(row), named("{order_id} is null" if id == "null" else f"{{order_id}} = {id}"))

    def payment(name: str, id: str, order_id: str, status: str) -> Fault:
        row = f"select {id} as {{payment_id}}, {order_id} as {{payment_order}}, '{status}' as status, 1 as amount"
        return Fault(
            name, str(payments), named(row), named("{payment_id} is null" if id == "null" else f"{{payment_id}} = {id}")
        )

    found = [
        repeated("repeated_customer", customers, "{customer}"),
        Fault(
            "customer_without_id",
            customers,
            named("select null as {customer}, 'Nora' as first_name"),
            named("{customer} is null"),
        ),
        repeated("repeated_order", orders, "{order_id}"),
        order("order_without_id", "null", "1", "placed"),
        order("unknown_order_status", "901", "1", "lost"),
    ]
    if payments:
        found += [
            order("order_without_customer", "902", "null", "placed"),
            order("order_of_nobody", "903", "999", "placed"),
            repeated("repeated_payment", payments, "{payment_id}"),
            payment("payment_without_id", "null", "1", "success"),
            payment("payment_without_order", "904", "null", "success"),
            payment("payment_of_no_order", "905", "999", "success"),
            payment("unknown_payment_status", "906", "1", "refunded"),
        ]
    return tuple(found)


STAGED = {
    "customer": "customer_id",
    "order_id": "order_id",
    "customer_id": "customer_id",
    "payment_id": "payment_id",
    "payment_order": "order_id",
}
RAW = {"customer": "id", "order_id": "id", "customer_id": "user_id", "payment_id": "id", "payment_order": "orderid"}

SOURCE_FAULTS = faults_in("raw.jaffle_shop.customers", "raw.jaffle_shop.orders", "raw.stripe.payment", RAW)
STAGING_FAULTS = faults_in("stg_customers", "stg_orders", "stg_payments", STAGED)
MART_FAULTS = faults_in("dim_customers", "fct_orders", None, STAGED)


def compiled_tests(results: Iterable[Any], manifest: Any) -> list[DataTest]:
    """Return the data tests among dbt's compile results."""
    return [as_test(result.node, manifest) for result in results if result.node.resource_type == "test"]


def failing_on_clean_data(twin: Twin, tests: list[DataTest]) -> list[tuple[DataTest, Result]]:
    """Return the tests that fail on the raw data as it is, each with the rows it complains about. Raises DoesNotRun."""
    twin.fill(twin.whole_shop)
    failing = [(test, run_test(twin, test)) for test in tests if fails(twin, test)]
    twin.fill(twin.small_shop)
    return failing


def inject(twin: Twin, built: dict[str, Built], tests: list[DataTest], faults: Iterable[Fault]) -> list[Caught]:
    """Break the small shop in one way at a time and return which tests caught each fault. Raises DoesNotRun.

    built: what stands for each model in the twin, by name; a fault in a model that is not there is caught by nobody
    """
    relations_of = {test.name: relations_behind(twin, built, test.sql) for test in tests}
    found = []
    for fault in faults:
        place = parts_of(built[fault.relation].relation if fault.relation in built else fault.relation)
        able = [test for test in tests if relations_of[test.name] is None or place in relations_of[test.name]]
        with broken(twin, built, fault) as is_broken:
            found.append(Caught(fault, tuple(test for test in able if is_broken and fails(twin, test))))
    return found


def relations_behind(twin: Twin, built: dict[str, Built], sql: str) -> set[tuple[str, ...]] | None:
    """Return all relations that a select reads, itself or through models, by their parts; None where it can't be told."""
    raw = [parts_of(f"raw.{table}") for table in RAW_TABLES]
    sql_of = {parts_of(each.relation): each.sql for each in built.values()}
    found: set[tuple[str, ...]] = set()
    waiting = [sql]
    while waiting:
        reads = reads_of(twin.connection, waiting.pop())
        names = (*reads.tables, *reads.shadowed)  # one look too many harms nobody
        meant = [relation for name in names for relation in (*raw, *sql_of) if is_named(relation, name)]
        if reads.may_be_more:
            return None
        waiting += [sql_of[relation] for relation in meant if relation in sql_of and relation not in found]
        found |= set(meant)
    return found


def rows_of(twin: Twin, built: dict[str, Built], fault: Fault) -> list[dict[str, Any]]:
    """Return the rows that show a fault, without the loader's stamp."""
    with broken(twin, built, fault) as is_broken:
        if not is_broken:
            return twin.run(fault.row).as_dicts()
        name = built[fault.relation].relation if fault.relation in built else fault.relation
        rows = twin.run(f"select * from {name} where {fault.seen}").as_dicts()
    return [{name: value for name, value in row.items() if not name.startswith("_")} for row in rows]


@contextmanager
def broken(twin: Twin, built: dict[str, Built], fault: Fault) -> Iterator[bool]:
    """The small shop with one fault in it, inside; gives whether there was a place for the fault."""
    if twin.shop != twin.small_shop:
        twin.fill(twin.small_shop)
    model = built.get(fault.relation)
    if model:
        twin.define(model.relation, f"select * from (\n{model.sql}\n) union all by name ({fault.row})")
    elif fault.relation.startswith("raw."):
        twin.connection.execute(f"insert into {fault.relation} by name {fault.row}")
    try:
        yield bool(model) or fault.relation.startswith("raw.")
    finally:
        if model:
            twin.define(model.relation, model.sql)
        else:
            twin.fill(twin.small_shop)


# -- one test ----------------------------------------------------------------------------------------------


def as_test(node: Any, manifest: Any) -> DataTest:
    config, metadata = node.config, getattr(node, "test_metadata", None)
    warns_only = str(config.severity).lower() == "warn"
    names = {id: each.name for id, each in manifest.nodes.items()}
    names |= {id: f"{each.source_name}.{each.name}" for id, each in manifest.sources.items()}
    return DataTest(
        name=node.name,
        label=label_of(node, names, metadata),
        kind=metadata.name if metadata else "",
        sql=f"{node.compiled_code}\nlimit {config.limit}" if config.limit else node.compiled_code,
        fail_calc=config.fail_calc,
        condition=config.warn_if if warns_only else config.error_if,
        warns_only=warns_only,
        depends_on=frozenset(names[id] for id in node.depends_on.nodes if id in names),
    )


def label_of(node: Any, names: dict[str, str], metadata: Any) -> str:
    read = [names[id] for id in node.depends_on.nodes if id in names]  # of a source test, the tested one comes last
    tested = names.get(getattr(node, "attached_node", None) or "") or (read[-1] if read else "")
    column = getattr(node, "column_name", None)
    return f"{metadata.name}: {tested}{f'.{column}' if column else ''}" if metadata and tested else node.name


def fails(twin: Twin, test: DataTest) -> bool:
    # As in dbt's own get_test_sql.
    return bool(
        ask(twin, test, f"select {test.fail_calc} {test.condition} from (\n{test.sql}\n) as dbt_internal_test").rows[0][
            0
        ]
    )


def run_test(twin: Twin, test: DataTest) -> Result:
    rows = ask(twin, test, test.sql)
    return Result(rows.columns, rows.rows[:ROWS_SHOWN])


def ask(twin: Twin, test: DataTest, sql: str) -> Result:
    try:
        return twin.run(sql)
    except TooSlow as error:
        raise DoesNotRun(Trouble(f"The test {test.name} was {error}.", "Something in it multiplies rows.")) from error
    except duckdb.Error as error:
        trouble = explain(error)
        raise DoesNotRun(
            Trouble(trouble.said, f"That is what the test `{test.name}` answers. {trouble.meaning}")
        ) from error
