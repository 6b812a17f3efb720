"""What a check says besides a mistake: the file at fault, the model that belongs there, the rows that were read."""

import pytest
from notebook import Cells

from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits

pytestmark = pytest.mark.slow

ORDERS = answers()["orders"].edits[0].text
CUSTOMERS = answers()["customers"].edits[0].text


@pytest.fixture
def done(learner: Cells) -> Cells:
    """The cells of somebody who has written all models."""
    for exercise in ("stg_payments", "orders", "customers"):
        apply_edits(learner.project, list(answers()[exercise].edits))
    return learner


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("stg_payments", "stg_payments"),
        ("main.stg_payments", "stg_payments"),
        ("raw.stripe.payment", "stg_payments"),
        ("raw.jaffle_shop.customers", "stg_customers"),
    ],
)
def test_the_model_that_belongs_in_the_place_of_a_table_is_named(done: Cells, table: str, model: str) -> None:
    done.write("models/orders.sql", ORDERS.replace("{{ ref('stg_payments') }}", table))
    assert f"`{table}`, where `{{{{ ref('{model}') }}}}` belongs." in done.run("%check orders")


def test_a_staging_model_is_sent_to_no_other_model(done: Cells) -> None:
    done.write("models/staging/stg_payments.sql", "select * from raw.jaffle_shop.orders")
    shown = done.run("%check stg_payments")
    assert "Here it is: `raw.jaffle_shop.orders`." in shown and "ref(" not in shown


def test_another_file_that_does_not_run_is_in_the_heading(done: Cells) -> None:
    done.write("models/customers.sql", "select {{ ref('orders') from x")
    assert "! stg_payments: can't be checked, models/customers.sql does not run" in done.run("%check stg_payments")
    assert "! customers: does not run" in done.run("%check customers")


def test_both_files_of_one_name_are_named(done: Cells) -> None:
    done.write("models/marts/stg_payments.sql", "select 1 as payment_id")
    for magic in ("%check stg_payments", "%dbt parse"):
        shown = done.run(magic)
        assert "`models/marts/stg_payments.sql`" in shown and "`models/staging/stg_payments.sql`" in shown


def test_the_smallest_shop_shows_what_the_model_reads(done: Cells) -> None:
    """Payments are no part of the right answer, and are what repeats the orders in this one."""
    assert "\nstg_payments" not in done.run("%check customers")
    joined = CUSTOMERS.replace("from orders", "from orders left join {{ ref('stg_payments') }} using (order_id)")
    done.write("models/customers.sql", joined.replace("sum(amount)", "sum(orders.amount)"))
    shown = done.run("%check customers")
    assert "\nstg_payments:\n  payment_id" in shown and "\norders:\n  order_id" in shown
