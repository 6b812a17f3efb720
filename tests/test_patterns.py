"""What any model can get wrong is told by what it returns, in numbers of its own, and nothing else is claimed."""

from pathlib import Path

import pytest
import yaml

from workshop.course.reference import reference
from workshop.course.working_group_1.models import CUSTOMERS, ORDERS, STG_PAYMENTS
from workshop.judging.comparison import compare
from workshop.judging.model_answer import Finding, ModelAnswer
from workshop.judging.patterns.diagnosis import diagnose
from workshop.judging.patterns.evidence import Pattern
from workshop.judging.reference import ancestors_of, relation, render
from workshop.judging.twin import right_models

PATTERNS = yaml.safe_load(Path(__file__).with_name("patterns.yml").read_text(encoding="utf-8"))
ANSWERS = {answer.name: answer for answer in (STG_PAYMENTS, ORDERS, CUSTOMERS)}


def patterns_of(answer: ModelAnswer, sql: str) -> list[Pattern]:
    """Return the patterns of a model that is written on top of right ones, its own right one among them."""
    right = right_models(reference())
    expectation = answer.expectations[0]
    returned, expected = (right.run(each, right.raw.whole) for each in (render(sql), expectation.sql))
    names = {name: relation(name) for name in ancestors_of(answer.name, reference())} | dict(answer.inputs)
    inputs = {name: right.run(f"select * from {each}", right.raw.whole) for name, each in names.items()}
    difference = compare(returned, expected, answer.key)
    finding = Finding(expectation, right.raw.whole, returned, expected, difference, inputs)
    return list(diagnose(finding, answer.key, reference()))


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_is_told_by_what_is_returned(name: str) -> None:
    case = PATTERNS[name]
    found = {pattern.name: pattern for pattern in patterns_of(ANSWERS[case["model"]], case["sql"])}
    assert name in found and case["says"] in found[name].words, [pattern.words for pattern in found.values()]
    assert found[name].title and found[name].aspects


@pytest.mark.parametrize("answer", [STG_PAYMENTS, ORDERS, CUSTOMERS], ids=lambda answer: answer.name)
def test_what_is_right_has_no_pattern(answer: ModelAnswer) -> None:
    assert patterns_of(answer, f"select * from {{{{ ref('{answer.name}') }}}}") == []


def test_a_column_that_changed_at_random_is_given_no_reason() -> None:
    """A sentence that points the wrong way is worse than none."""
    orders = "from {{ ref('orders') }}"
    for column in ("amount", "customer_id"):
        sql = f"select * replace ({column} + (hash(order_id) % 97) as {column}) {orders}"
        assert patterns_of(ORDERS, sql) == []
    assert patterns_of(ORDERS, f"select * {orders} where hash(order_id) % 7 > 0") == []


def test_a_number_of_rows_that_no_join_repeats_is_not_put_down_to_a_join() -> None:
    """`count` in place of `sum`: as many orders as there are, whatever is joined to them one by one."""
    counted = "select * replace (nullif(number_of_orders, 0) as lifetime_value) from {{ ref('customers') }} as it"
    assert "counted_behind_a_join" not in [pattern.name for pattern in patterns_of(CUSTOMERS, counted)]
