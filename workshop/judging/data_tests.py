"""A learner's data tests, compiled by dbt and run in the twin, as dbt itself would run them."""

import re
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


class TestDoesNotRun(DoesNotRun):
    """DuckDB refused a test."""

    def __init__(self, trouble: Trouble, test: "DataTest") -> None:
        super().__init__(trouble)
        self.test = test


@dataclass(frozen=True)
class DataTest:
    """A learner's test, compiled.

    name: as dbt prints it
    label: in short, such as "unique: stg_books.book_id"
    kind: the generic test that it is, such as "unique", or "" for a singular one
    relation: the quoted name of the model or source that it is a test of, or ""
    column: the column that it is a test of, or ""
    accepts: the values that an `accepted_values` accepts
    sql: the select that returns what is wrong
    fail_calc, condition: it fails (or warns) where fail_calc of these rows fulfils the condition
    settings: the settings by which it may look away, as they are written, such as "limit: 5"
    depends_on: names of the models and of the sources (source.table) that it reads
    is_of_a_source: whether it is a test of a raw table
    sees_every_row: whether it is one of dbt's own, as dbt has written it, and nothing narrows it
    """

    name: str
    label: str
    kind: str
    relation: str
    column: str
    accepts: tuple[str, ...]
    sql: str
    fail_calc: str
    condition: str
    warns_only: bool
    settings: tuple[str, ...]
    depends_on: frozenset[str]
    sees_every_row: bool
    is_of_a_source: bool = False


def compiled_tests(nodes: Iterable[Any], manifest: Any) -> list[DataTest]:
    """Return the data tests among compiled nodes."""
    everything = manifest.nodes | manifest.sources
    return [as_test(node, everything) for node in nodes if node.resource_type == "test"]


def failing(twin: Twin, tests: Sequence[DataTest]) -> list[DataTest]:
    """Return the tests that fail, or warn, on what is in the twin. Raises DoesNotRun."""
    try:
        return failing_together(twin, tests)
    except (duckdb.Error, TooSlow):  # one by one tells which does not run; dbt's order is not always the same
        return [test for test in sorted(tests, key=lambda test: test.name) if fails(twin, test)]


def failing_together(twin: Twin, tests: Sequence[DataTest]) -> list[DataTest]:
    """Ask all tests at once, which takes a third of the time. Raises duckdb.Error, TooSlow."""
    selects = [f"select {number} as test, {verdict_of(test)}" for number, test in enumerate(tests)]
    rows = twin.run("\nunion all\n".join(selects)).rows if selects else ()
    verdicts = {number: fails for number, failures, fails in rows if failures is not None}
    if len(verdicts) != len(tests) or len(rows) != len(tests):
        raise duckdb.InvalidInputException("A test gives no number of failures.")
    return [test for number, test in enumerate(tests) if verdicts[number]]


def fails(twin: Twin, test: DataTest) -> bool:
    """Tell whether a test fails, or warns, on what is in the twin. Raises DoesNotRun."""
    rows = ask(twin, test, f"select {verdict_of(test)}").rows
    if len(rows) != 1 or rows[0][0] is None:
        calculated = f"`fail_calc: {test.fail_calc}` has to give one number, as `count(*)` does."
        raise DoesNotRun(Trouble(f"The test {test.name} gives no number of failures.", calculated))
    return bool(rows[0][1])


def complaints(twin: Twin, test: DataTest) -> Result:
    """Return the first rows that a test complains about. Raises DoesNotRun."""
    result = ask(twin, test, test.sql)
    return Result(result.columns, result.rows[:ROWS_SHOWN])


# -- how ---------------------------------------------------------------------------------------------------


def as_test(node: Any, everything: Mapping[str, Any]) -> DataTest:
    config, metadata = node.config, getattr(node, "test_metadata", None)
    warns_only = str(config.severity).lower() == "warn"
    read = [everything[id] for id in node.depends_on.nodes if id in everything]
    attached = everything.get(getattr(node, "attached_node", None) or "")
    tested = attached or (source_tested(metadata, read) if metadata else None)
    column = getattr(node, "column_name", None) or (metadata.kwargs.get("column_name") if metadata else "") or ""
    accepts = metadata.kwargs.get("values") or () if metadata and metadata.name == "accepted_values" else ()
    return DataTest(
        name=node.name,
        label=label_of(node, metadata, tested, column),
        kind=metadata.name if metadata else "",
        relation=getattr(tested, "relation_name", None) or "",
        column=column,
        accepts=tuple(str(value) for value in accepts) if isinstance(accepts, list) else (),
        sql=node.compiled_code if config.limit is None else f"{node.compiled_code}\nlimit {config.limit}",
        fail_calc=config.fail_calc,
        condition=config.warn_if if warns_only else config.error_if,
        warns_only=warns_only,
        settings=settings_of(config),
        depends_on=frozenset(name_of(each) for each in read),
        is_of_a_source=getattr(tested, "resource_type", "") == "source",
        sees_every_row=bool(metadata) and not settings_of(config) and is_dbts_own(node),
    )


def source_tested(metadata: Any, read: Sequence[Any]) -> Any:
    """Return the source that a generic test is of, which dbt tells in its `model` only: source('schema', 'table')."""
    names = re.search(r"source\(\s*'([^']*)',\s*'([^']*)'\s*\)", str(metadata.kwargs.get("model")))
    wanted = ".".join(names.groups()) if names else ""
    return next((each for each in read if name_of(each) == wanted), read[-1] if read else None)


def label_of(node: Any, metadata: Any, tested: Any, column: str) -> str:
    return f"{metadata.name}: {name_of(tested)}{f'.{column}' if column else ''}" if metadata and tested else node.name


def name_of(node: Any) -> str:
    """Return the name of a model, or of a source as source.table."""
    return f"{node.source_name}.{node.name}" if node.resource_type == "source" else str(node.name)


def is_dbts_own(test: Any) -> bool:
    return all(
        macro and macro.startswith("macro.dbt") for macro in test.depends_on.macros
    )  # None: it was not there yet


def settings_of(config: Any) -> tuple[str, ...]:
    usual = {"where": None, "limit": None, "fail_calc": "count(*)", "error_if": "!= 0", "warn_if": "!= 0"}
    set_ones = {name: getattr(config, name) for name, default in usual.items() if getattr(config, name) != default}
    return tuple(f"{name}: {value}" for name, value in set_ones.items())


def verdict_of(test: DataTest) -> str:
    # As in dbt's own get_test_sql.
    failures = f"{test.fail_calc} as failures, {test.fail_calc} {test.condition} as fails"
    return f"{failures} from (\n{test.sql}\n) as dbt_internal_test"


def ask(twin: Twin, test: DataTest, sql: str) -> Result:
    try:
        return twin.run(sql)
    except TooSlow as error:
        raise DoesNotRun(Trouble(f"The test {test.name} was {error}.", "Something in it multiplies rows.")) from error
    except duckdb.Error as error:
        trouble = explain(error)
        meaning = f"That is what the test `{test.name}` answers. {trouble.meaning}"
        raise TestDoesNotRun(Trouble(trouble.said, meaning), test) from error
