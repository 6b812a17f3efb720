"""What is noted down about the data: an answer has to choose, and may choose its words."""

import pytest

from workshop.course.working_group_1.notes import one_row_per


@pytest.mark.parametrize(
    "answer",
    ["an order, a payment", "order or payment", ["order", "payment"], "a payment / an order", "payment attempt, day"],
)
def test_two_things_are_no_answer(answer: str | list[str]) -> None:
    assert "one thing" in str(one_row_per(answer))


@pytest.mark.parametrize(
    "answer",
    [
        "a payment",
        "payment attempt",
        "payment, failed ones too",
        "payment attempt / charge",
        "an attempt to make a payment for an order",
        "each payment, not each order",
        "id",
    ],
)
def test_one_thing_in_many_words_is_an_answer(answer: str) -> None:
    assert one_row_per(answer) is None
