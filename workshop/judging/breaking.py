"""Judge data tests by breaking the data: put one fault at a time into the twin and see which tests notice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import duckdb

from workshop.dbt_project.sql_tree import is_named, parts_of, reads_of
from workshop.judging.data_tests import DataTest, failing_together, fails
from workshop.judging.deadline import TooSlow
from workshop.judging.faults import Caught, Fault
from workshop.judging.reference import Reference
from workshop.judging.stand_ins import Built
from workshop.judging.twin import Twin, content_of, right_models

Name = tuple[str, ...]


@dataclass(frozen=True)
class Patient:
    """Where data is broken: a twin, and what stands in it for each of the learner's models, by name."""

    twin: Twin
    built: Mapping[str, Built]
    reference: Reference


def inject(patient: Patient, tests: Sequence[DataTest], faults: Iterable[Fault]) -> list[Caught]:
    """Break the small shop in one way at a time and return which tests caught each fault. Raises DoesNotRun.

    A fault in a model that is not there is caught by nobody.
    """
    relations_of = {test.name: relations_behind(patient, test.sql) for test in tests}
    found = []
    for fault in faults:
        place = parts_of(name_in_sql(patient, fault) or fault.relation)
        able = [test for test in tests if (reads := relations_of[test.name]) is None or place in reads]
        found.append(Caught(fault, tuple(noticed(patient, fault, able))))
    return found


def rows_that_show(patient: Patient, fault: Fault) -> list[dict[str, Any]]:
    """Return the rows that show a fault, without the loader's stamp."""
    with broken(patient, fault) as is_broken:
        name = name_in_sql(patient, fault)
        if name and is_broken:
            rows = patient.twin.run(f"select * from {name} where {fault.is_seen_in(name)}")
        else:
            right = right_models(patient.reference)
            rows = right.run(fault.row_of(f"({content_of(fault.relation)})"), right.raw.small)
    stamps = {table.stamp for table in patient.reference.tables}
    return [{name: value for name, value in row.items() if name not in stamps} for row in rows.as_dicts()]


def noticed(patient: Patient, fault: Fault, tests: Sequence[DataTest]) -> list[DataTest]:
    """Return which of the tests notice a fault. Raises DoesNotRun."""
    with broken(patient, fault) as is_broken, suppress(duckdb.Error, TooSlow):
        return failing_together(patient.twin, tests) if is_broken else []
    found = []  # one of them does not run on broken data, and after that nothing else does until it is whole again
    for test in tests:
        with broken(patient, fault):
            found += [test] if fails(patient.twin, test) else []
    return found


@contextmanager
def broken(patient: Patient, fault: Fault) -> Iterator[bool]:
    """The small shop with one fault in it, inside; gives whether there was a place for the fault."""
    twin, name = patient.twin, name_in_sql(patient, fault)
    if name is None:
        yield False
        return
    twin.fill(twin.raw.small)
    twin.connection.begin()
    try:
        if fault.relation in patient.built:
            twin.freeze(name)
        twin.connection.execute(f"insert into {name} {fault.row_of(name)}")
        yield True
    finally:
        twin.connection.rollback()


def name_in_sql(patient: Patient, fault: Fault) -> str | None:
    """Return the name of the relation that the fault is in, or None where it is a model that is not there."""
    if fault.relation in patient.built:
        return patient.built[fault.relation].relation
    return fault.relation if fault.relation in patient.reference.raw_names else None


def relations_behind(patient: Patient, sql: str) -> set[Name] | None:
    """Return the relations that a select reads, itself or through models, by their parts; None where it is unknown."""
    raw = [parts_of(name) for name in patient.reference.raw_names]
    sql_of = {parts_of(each.relation): each.sql for each in patient.built.values()}
    found: set[Name] = set()
    waiting = [sql]
    while waiting:
        reads = reads_of(waiting.pop())
        if reads.may_be_more:
            return None
        names = (*reads.tables, *reads.shadowed)  # one look too many harms nobody
        meant = [relation for name in names for relation in (*raw, *sql_of) if is_named(relation, name)]
        waiting += [sql_of[relation] for relation in meant if relation in sql_of and relation not in found]
        found |= set(meant)
    return found
