"""Group 1's three models: what the answer to each is like."""

from workshop.course.reference import reference
from workshop.dbt_project.work import Work
from workshop.judging.model import judge_model
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.reference import relation
from workshop.judging.verdict import Verdict

STG_PAYMENTS = ModelAnswer(
    name="stg_payments",
    key="payment_id",
    folder="models/staging",
    inputs={"raw.stripe.payment": "raw.stripe.payment"},
    may_read=("raw.stripe.payment",),
    praise="One row per payment attempt, in your own words and in dollars, with nothing left out. Whoever builds on "
    "this never has to know what Stripe calls things.",
)
ORDERS = ModelAnswer(
    name="orders",
    later_name="fct_orders",
    key="order_id",
    folder="models",
    inputs={name: relation(name) for name in ("stg_orders", "stg_payments")},
    praise="One row per order, whatever happened to its payments, with the money that really came in. Others can "
    "build on that.",
)
CUSTOMERS = ModelAnswer(
    name="customers",
    later_name="dim_customers",
    key="customer_id",
    folder="models",
    built_on=(ORDERS,),
    inputs={name: relation(name) for name in ("stg_customers", "orders")},
    accepted={
        "select * replace (coalesce(lifetime_value, 0) as lifetime_value) from {source}": (
            "You turned a missing lifetime value into 0. That is accepted; it no longer tells who never ordered "
            "(NULL) from who ordered and never paid (0)."
        ),
    },
    praise="One row per customer, everybody included, with what they are worth. The rule for what counts as paid is "
    "in one place only.",
)


def check_stg_payments(work: Work) -> Verdict:
    return judge_model(work, STG_PAYMENTS, reference())


def check_orders(work: Work) -> Verdict:
    return judge_model(work, ORDERS, reference())


def check_customers(work: Work) -> Verdict:
    return judge_model(work, CUSTOMERS, reference())
