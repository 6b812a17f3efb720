"""Judge data tests by breaking the data: put one fault at a time into the twin and see which tests notice."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb

from workshop.dbt_project.memory import Memory
from workshop.dbt_project.sql_tree import is_named, parts_of, reads_of
from workshop.dbt_project.work import DoesNotRun
from workshop.judging.data_tests import DataTest, failing_together, fails
from workshop.judging.deadline import TooSlow
from workshop.judging.faults import Case, Caught, Fault
from workshop.judging.raw_data import literal
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
    memory: Memory


def inject(patient: Patient, tests: Sequence[DataTest], faults: Iterable[Fault]) -> list[Caught]:
    """Break the small shop in one way at a time and return which tests noticed. Raises DoesNotRun.

    A fault in a model that is not there is noticed by nobody.
    """
    tests = sorted(tests, key=lambda test: test.name)  # dbt's order is not always the same
    relations_of = {test.name: relations_behind(patient, test.sql) for test in tests}
    found = []
    for fault in faults:
        place = parts_of(name_in_sql(patient, fault) or fault.relation)
        able = [test for test in tests if (reads := relations_of[test.name]) is None or place in reads]
        read = [relations_of[test.name] for test in able]
        read.append(relations_behind(patient, f"select * from {name_in_sql(patient, fault) or fault.relation}"))
        key = (fault, tuple(able), standing(patient, read), patient.reference)
        found.append(patient.memory.find(key, partial(catch, patient, fault, able)))
    return found


def rows_that_show(patient: Patient, fault: Fault, case: Case) -> list[dict[str, Any]]:
    """Return the rows that show a fault, without the loader's stamp."""
    right = right_models(patient.reference)
    small, name = right.raw.small, name_in_sql(patient, fault)
    patient.twin.fill(small)
    if name:
        rows = patient.twin.run(fault.rows_broken(name, case))
    else:
        rows = right.run(fault.rows_broken(f"({content_of(fault.relation)})", case), small)
    stamps = {table.stamp for table in patient.reference.tables}
    return [{name: value for name, value in row.items() if name not in stamps} for row in rows.as_dicts()]


# -- one fault ---------------------------------------------------------------------------------------------

Ask = Callable[[Case, Sequence[DataTest]], list[DataTest]]


def catch(patient: Patient, fault: Fault, tests: Sequence[DataTest]) -> Caught:
    """Return which tests notice a fault: in the first row with each wrong value, in the middle, and in the last."""
    cases = cases_of(patient, fault, tests)
    try:
        with broken(patient, fault) as put:

            def together(case: Case, asked: Sequence[DataTest]) -> list[DataTest]:
                put(case)
                return failing_together(patient.twin, asked)

            return noticed_in(cases, fault, tests, together)
    except (duckdb.Error, TooSlow):  # a test does not run on broken data, and nothing else does behind it

        def one_by_one(case: Case, asked: Sequence[DataTest]) -> list[DataTest]:
            return [test for test in asked if notices(patient, fault, case, test)]

        return noticed_in(cases, fault, tests, one_by_one)


def noticed_in(cases: Sequence[Case], fault: Fault, tests: Sequence[DataTest], ask: Ask) -> Caught:
    by: list[DataTest] = []
    for number, case in enumerate(cases):
        is_another_row = number and case.key != cases[0].key
        if is_another_row and any(test.sees_every_row for test in by):
            continue
        if by and ask(case, by):  # whoever noticed before will most likely notice again
            continue
        noticing = ask(case, [test for test in tests if test not in by])
        if not noticing:
            return Caught(fault, tuple(by), case)
        by += noticing
    return Caught(fault, tuple(by))


def notices(patient: Patient, fault: Fault, case: Case, test: DataTest) -> bool:
    with broken(patient, fault) as put:
        put(case)
        try:
            return fails(patient.twin, test)
        except DoesNotRun:
            return True  # it ran on clean data, so dbt stops with an error now: nobody overlooks that


def cases_of(patient: Patient, fault: Fault, tests: Sequence[DataTest]) -> list[Case]:
    """Return where the fault is tried: in the first row with each wrong value, then in the middle and the last."""
    name = name_in_sql(patient, fault)
    content = name or f"({content_of(fault.relation)})"
    keys = keys_in(patient, fault, content, name is not None)
    first, *others = (literal(keys[number]) for number in (0, len(keys) // 2, -1))
    values: list[str | None] = [*fault.values, *accepted_too_many(patient, fault, tests)] or [None]
    return [Case(first, value) for value in values] + [Case(key, values[0]) for key in others]


def accepted_too_many(patient: Patient, fault: Fault, tests: Sequence[DataTest]) -> list[str]:
    """Return the values, in SQL, that a test of the faulty column accepts, though they are none that is known."""
    place = parts_of(name_in_sql(patient, fault) or "")
    same = [test for test in tests if parts_of(test.relation) == place and test.column.lower() == fault.column]
    extra = {value: None for test in same for value in test.accepts if fault.known and value not in fault.known}
    return [literal(value) for value in extra]


def keys_in(patient: Patient, fault: Fault, content: str, is_theirs: bool) -> list[Any]:
    right = right_models(patient.reference)
    select = f"select {fault.key} from {content} order by 1"
    patient.twin.fill(right.raw.small)
    result = patient.twin.run(select) if is_theirs else right.run(select, right.raw.small)
    return [key for (key,) in result.rows]


@contextmanager
def broken(patient: Patient, fault: Fault) -> Iterator[Callable[[Case], None]]:
    """Inside, one case of a fault after the other can be put into the small shop; afterwards it is as it was.

    A model is a table inside. Raises duckdb.Error, TooSlow.
    """
    name, twin = name_in_sql(patient, fault), patient.twin
    twin.fill(twin.raw.small)
    twin.connection.begin()
    try:
        if name:
            twin.execute(f"create or replace temp table frozen as from {name}", "CREATE")
        if name and fault.relation in patient.built:
            twin.execute(f"drop view {name}", "DROP")
            twin.execute(f"create table {name} as from frozen", "CREATE")

        def put(case: Case) -> None:
            if name:
                twin.execute(f"delete from {name}", "DELETE")
                twin.execute(f"insert into {name} {fault.broken('frozen', case)}", "INSERT")

        yield put
    finally:
        if not twin.lost:
            twin.connection.rollback()


def name_in_sql(patient: Patient, fault: Fault) -> str | None:
    """Return the name of the relation that the fault is in, or None where it is a model that is not there."""
    if fault.relation in patient.built:
        return patient.built[fault.relation].relation
    return fault.relation if fault.relation in patient.reference.raw_names else None


def standing(patient: Patient, read: Sequence[set[Name] | None]) -> frozenset[Built]:
    """Return what stands for the relations that are read; for all of them where one may be read that is not known."""
    known = {name for names in read for name in names or ()}
    return frozenset(each for each in patient.built.values() if None in read or parts_of(each.relation) in known)


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
