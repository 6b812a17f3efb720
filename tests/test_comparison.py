"""Two results side by side: what counts as a difference, and the words for it."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from workshop.judging.comparison import Result, compare
from workshop.judging.difference_words import describe
from workshop.judging.values import equal

EXPECTED = Result(("id", "amount"), ((1, 10.0), (2, 0.0), (3, None)))


def words(*rows: tuple, columns: tuple[str, ...] = ("id", "amount")) -> str:
    """Return the first difference between these rows and the expected ones, or ""."""
    returned = Result(columns, rows)
    difference = compare(returned, EXPECTED, "id")
    return describe(difference, returned, EXPECTED, "id") if difference else ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (10.99, Decimal("10.99"), True),
        (10.99, 10.994, True),
        (10.99, 11, False),
        (None, None, True),
        (None, 0, False),
        (0, None, False),
        (True, 1, False),
        ("10", 10, False),
        (date(2018, 1, 1), datetime(2018, 1, 1), True),
        (date(2018, 1, 1), datetime(2018, 1, 1, 12), False),
        (date(2018, 1, 1), "2018-01-01", False),
        (float("nan"), float("nan"), True),
    ],
)
def test_equal_values(one: object, other: object, same: bool) -> None:
    assert equal(one, other) == same


def test_order_of_rows_and_columns_is_no_difference() -> None:
    assert words((None, 3), (10, 1), (Decimal("0.00"), 2), columns=("amount", "id")) == ""


def test_extra_column_is_no_difference() -> None:
    assert words((1, 10.0, "x"), (2, 0.0, "y"), (3, None, "z"), columns=("id", "amount", "note")) == ""


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (((1, 10.0), (1, 10.0), (2, 0.0), (3, None)), "The grain is wrong: `id` 1 appears 2 times"),
        (((1, 10.0), (3, None)), "1 row is missing, the first with `id` 2"),
        (((1, 10.0), (2, 0.0), (3, None), (4, 1.0)), "1 row too many, the first with `id` 4"),
        (((1, 1000.0), (2, 0.0), (3, None)), "For `id` 1, `amount` is 1000"),
        (((1, 10.0), (2, None), (3, None)), "For `id` 2, `amount` is NULL, expected 0"),
        (((1, "10"), (2, "0"), (3, None)), "`amount` has the wrong type"),
        ((("1", 10.0), ("2", 0.0), ("3", None)), "`id` has the wrong type"),
    ],
)
def test_first_difference_in_words(rows: tuple, said: str) -> None:
    assert said in words(*rows)


def test_missing_column_with_one_that_is_nearly_it() -> None:
    assert (
        words((1, 1.0), columns=("id", "amounts"))
        == "There is no column `amount`; there is `amounts`. Rename it with `as`."
    )
    assert words((1,), columns=("id",)) == "The column `amount` is missing."


def test_difference_contains_a_part_of_itself() -> None:
    both = compare(Result(("id", "amount"), ((1, 99.0), (2, 0.0))), EXPECTED, "id")
    part = compare(Result(("id", "amount"), ((1, 99.0), (2, 0.0), (3, None))), EXPECTED, "id")
    assert part.aspects == {"amount"} and both.aspects == {"amount", "rows"}
    assert part.contains(part) and not part.contains(both)
