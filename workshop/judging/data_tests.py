"""A learner's data tests, compiled by dbt and run in the twin, as dbt itself would run them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun
from workshop.judging.comparison import Result
from workshop.judging.deadline import TooSlow
from workshop.judging.twin import Twin

ROWS_SHOWN = 5


@dataclass(frozen=True)
class DataTest:
    """A learner's test, compiled.

    name: as dbt prints it
    label: in short, such as "unique: stg_books.book_id"
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


def compiled_tests(nodes: Iterable[Any], manifest: Any) -> list[DataTest]:
    """Return the data tests among compiled nodes."""
    names = {id: node.name for id, node in manifest.nodes.items()}
    names |= {id: f"{source.source_name}.{source.name}" for id, source in manifest.sources.items()}
    return [as_test(node, names) for node in nodes if node.resource_type == "test"]


def failing(twin: Twin, tests: Sequence[DataTest]) -> list[DataTest]:
    """Return the tests that fail, or warn, on what is in the twin. Raises DoesNotRun."""
    try:
        return failing_together(twin, tests)
    except (duckdb.Error, TooSlow):  # one of them does not run: one by one tells which
        return [test for test in tests if fails(twin, test)]


def failing_together(twin: Twin, tests: Sequence[DataTest]) -> list[DataTest]:
    """Ask all tests at once, which takes a third of the time. Raises duckdb.Error, TooSlow."""
    selects = [f"select {number} as test, {verdict_of(test)}" for number, test in enumerate(tests)]
    verdicts = dict(twin.run("\nunion all\n".join(selects)).rows) if selects else {}
    return [test for number, test in enumerate(tests) if verdicts[number]]


def fails(twin: Twin, test: DataTest) -> bool:
    """Tell whether a test fails, or warns, on what is in the twin. Raises DoesNotRun."""
    return bool(ask(twin, test, f"select {verdict_of(test)}").rows[0][0])


def complaints(twin: Twin, test: DataTest) -> Result:
    """Return the first rows that a test complains about. Raises DoesNotRun."""
    result = ask(twin, test, test.sql)
    return Result(result.columns, result.rows[:ROWS_SHOWN])


# -- how ---------------------------------------------------------------------------------------------------


def as_test(node: Any, names: Mapping[str, str]) -> DataTest:
    config, metadata = node.config, getattr(node, "test_metadata", None)
    warns_only = str(config.severity).lower() == "warn"
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


def label_of(node: Any, names: Mapping[str, str], metadata: Any) -> str:
    read = [names[id] for id in node.depends_on.nodes if id in names]  # of a source test, the tested one comes last
    tested = names.get(getattr(node, "attached_node", None) or "") or (read[-1] if read else "")
    column = getattr(node, "column_name", None)
    return f"{metadata.name}: {tested}{f'.{column}' if column else ''}" if metadata and tested else str(node.name)


def verdict_of(test: DataTest) -> str:
    # As in dbt's own get_test_sql.
    return f"{test.fail_calc} {test.condition} as fails from (\n{test.sql}\n) as dbt_internal_test"


def ask(twin: Twin, test: DataTest, sql: str) -> Result:
    try:
        return twin.run(sql)
    except TooSlow as error:
        raise DoesNotRun(Trouble(f"The test {test.name} was {error}.", "Something in it multiplies rows.")) from error
    except duckdb.Error as error:
        trouble = explain(error)
        meaning = f"That is what the test `{test.name}` answers. {trouble.meaning}"
        raise DoesNotRun(Trouble(trouble.said, meaning)) from error
