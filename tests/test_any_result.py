"""Whatever a model returns, it is compared without a crash, and never taken for right where it is not."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workshop.course.reference import reference
from workshop.course.working_group_1.models import CUSTOMERS, ORDERS, STG_PAYMENTS
from workshop.judging.comparison import Result, compare
from workshop.judging.explanation import show, show_on_everything
from workshop.judging.model_answer import Finding, ModelAnswer
from workshop.judging.raw_data import Part
from workshop.judging.recognition import recognise
from workshop.judging.twin import RightModels, content_of, right_models
from workshop.judging.values import equal
from workshop.judging.verdict import NOT_YET

Row = list[Any]

ANY_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
)


@cache
def right() -> RightModels:
    return right_models(reference())


def with_inputs(finding: Finding) -> Finding:
    inputs = ("stg_customers", "stg_orders", "stg_payments")
    return replace(finding, inputs={name: right().run(content_of(name), finding.part) for name in inputs})


@st.composite
def mutated(draw: st.DrawFn, result: Result) -> Result:
    """A result in which one to three things have changed."""
    columns = list(result.columns)
    rows = [list(row) for row in result.rows]
    for _ in range(draw(st.integers(1, 3))):
        draw(st.sampled_from([lose_a_row, repeat_a_row, change_a_value, drop_a_column, add_a_row, lose_all]))(
            draw, columns, rows
        )
    return Result(tuple(columns), tuple(tuple(row) for row in draw(st.permutations(rows))))


def lose_a_row(draw: st.DrawFn, columns: list[str], rows: list[Row]) -> None:
    if rows:
        rows.pop(draw(st.integers(0, len(rows) - 1)))


def repeat_a_row(draw: st.DrawFn, columns: list[str], rows: list[Row]) -> None:
    if rows:
        rows.append(list(draw(st.sampled_from(rows))))


def change_a_value(draw: st.DrawFn, columns: list[str], rows: list[Row]) -> None:
    if rows and columns:
        draw(st.sampled_from(rows))[draw(st.integers(0, len(columns) - 1))] = draw(ANY_VALUE)


def drop_a_column(draw: st.DrawFn, columns: list[str], rows: list[Row]) -> None:
    if columns:
        index = draw(st.integers(0, len(columns) - 1))
        columns.pop(index)
        for row in rows:
            row.pop(index)


def add_a_row(draw: st.DrawFn, columns: list[str], rows: list[Row]) -> None:
    rows.append([draw(ANY_VALUE) for _ in columns])


def lose_all(draw: st.DrawFn, columns: list[str], rows: list[Row]) -> None:
    rows.clear()


def is_the_same(one: Result, other: Result, key: str) -> bool:
    """Tell whether two results hold the same rows; written another way than `compare`, which is tried here."""
    if not set(other.columns) <= set(one.columns) or len(one.rows) != len(other.rows):
        return False
    left = [[row[one.columns.index(name)] for name in other.columns] for row in one.rows]
    for row in other.rows:
        same = [each for each in left if all(equal(a, b) for a, b in zip(each, row, strict=True))]
        if not same:
            return False
        left.remove(same[0])
    return True


@pytest.mark.parametrize("answer", [STG_PAYMENTS, ORDERS, CUSTOMERS], ids=lambda answer: answer.name)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_changed_result_is_told_and_is_never_right(answer: ModelAnswer, data: st.DataObject) -> None:
    expected = {each: right().run(each.sql, right().raw.small) for each in answer.expectations}
    returned = data.draw(mutated(next(iter(expected.values()))))
    assume(not any(is_the_same(returned, each, answer.key) for each in expected.values()))
    for expectation, wanted in expected.items():
        difference = compare(returned, wanted, answer.key)
        assert difference
        finding = Finding(expectation, right().raw.small, returned, wanted, difference)
        recognised = recognise(finding, with_inputs, answer, reference())
        for smallest in (finding, None):
            verdict = show(finding, smallest, recognised, answer)
            assert verdict.outcome == NOT_YET and verdict.message and verdict.title
        assert show_on_everything(finding, recognised, answer).outcome == NOT_YET


@pytest.mark.parametrize("answer", [STG_PAYMENTS, ORDERS, CUSTOMERS], ids=lambda answer: answer.name)
@settings(max_examples=50, deadline=None, derandomize=True)
@given(data=st.data())
def test_rows_out_of_nothing_are_told(answer: ModelAnswer, data: st.DataObject) -> None:
    """A model that returns rows where the data has none."""
    nothing: Part = dict.fromkeys(right().raw.small, ())
    [expectation, *_] = answer.expectations
    wanted = right().run(expectation.sql, nothing)
    assert not wanted.rows
    columns = list(wanted.columns)
    rows: list[Row] = []
    for _ in range(data.draw(st.integers(1, 3))):
        add_a_row(data.draw, columns, rows)
    returned = Result(tuple(columns), tuple(tuple(row) for row in rows))
    difference = compare(returned, wanted, answer.key)
    assert difference
    finding = Finding(expectation, nothing, returned, wanted, difference)
    assert show(finding, finding, recognise(finding, with_inputs, answer, reference()), answer).message


def test_a_date_in_a_time_zone_is_a_date() -> None:
    """Nothing here is about zones; what has one must be comparable with what has none all the same."""
    assert equal(datetime.fromisoformat("2025-01-02T00:00:00+00:00"), datetime(2025, 1, 2))
