"""Group 1: from raw payments to lifetime value."""

import re
from difflib import get_close_matches
from typing import Any

from workshop.course.reference import relation
from workshop.dbt_project.work import Work
from workshop.judging.comparison import HALF_A_CENT
from workshop.judging.exercise import Exercise, Verdict
from workshop.judging.model import ModelAnswer, judge_model
from workshop.judging.notes import judge_notes, number_in, words_in
from workshop.judging.twin import Twin

GROUP = 1
RAW_TABLES = ("raw.stripe.payment", "raw.jaffle_shop.orders", "raw.jaffle_shop.customers")


def check_inspect_payments(work: Work) -> Verdict:
    twin = Twin()
    data = twin.connection

    def one_row_per(answer: Any) -> str | None:
        columns = columns_meant(str(answer))
        if not columns:
            return "that is not something a row of `raw.stripe.payment` could stand for. Is it an order, a payment, a day, ...?"
        repeated = data.execute(
            f"select {columns} from raw.stripe.payment group by {columns} having count(*) > 1 order by all limit 1"
        ).fetchone()
        if repeated and columns == "orderid":
            return "one_row_per_order"
        if repeated:
            return f"the table has several rows with {columns} {', '.join(map(str, repeated))}. What is in no two rows the same?"
        return None

    def points_at_orders(answer: Any) -> str | None:
        column = next(iter(re.findall(r"[\w.]+", str(answer).lower())), "").rpartition(".")[
            2
        ]  # of "payment.orderid -> orders.id"
        columns = [row[0] for row in data.execute("describe raw.stripe.payment").fetchall()]
        if column not in columns:
            close = get_close_matches(column, columns, 1, 0.6)
            return f"there is no column `{column}` in `raw.stripe.payment`.{f' Did you mean `{close[0]}`?' if close else ''}"
        lost = data.execute(
            f"select {column} from raw.stripe.payment where {column}::varchar not in "
            "(select id::varchar from raw.jaffle_shop.orders) order by 1 limit 1"
        ).fetchone()
        if lost and column == "id":
            return "id_points_at_orders"
        return f"`{column}` holds {lost[0]}, and no order has that id." if lost else None

    def statuses(answer: Any) -> str | None:
        wanted = {row[0] for row in data.execute("select distinct status from raw.stripe.payment").fetchall()}
        given = set(words_in(answer))
        if invented := sorted(given - wanted):
            return f"no payment has the status `{invented[0]}`. Write them as they stand in the table."
        return "status_missing" if given != wanted else None

    def largest_amount(answer: Any) -> str | None:
        cents = data.execute("select max(amount) from raw.stripe.payment").fetchone()[0]
        number = number_in(answer)
        if number is None:
            return f"`{answer}` is not a number."
        if abs(number - cents) < HALF_A_CENT:
            return "cents_taken_for_dollars"
        return (
            None
            if abs(number - cents / 100) < HALF_A_CENT
            else "look for the largest `amount` of all payments, whatever became of them."
        )

    return judge_notes(
        work,
        "inspect_payments",
        (
            ("one_row_per", one_row_per),
            ("column_that_points_at_orders", points_at_orders),
            ("statuses", statuses),
            ("largest_amount_in_dollars", largest_amount),
        ),
        "You know what staging has to deal with: cents, Stripe's own names, and payments that never succeeded. "
        "Each of these is a line in the model that you write next.",
        ("one_row_per_order", "id_points_at_orders", "status_missing", "cents_taken_for_dollars"),
    )


def columns_meant(answer: str) -> str | None:
    """Return the columns of raw.stripe.payment that would be unique if its rows were one per `answer`."""
    words = answer.lower()
    if "method" in words and not re.search(r"\b(payment|attempt|transaction|charge)s?\b(?!\s*_?method)", words):
        return "orderid, paymentmethod" if "order" in words else "paymentmethod"
    for pattern, column in (
        (r"payment|attempt|transaction|charge|\bid\b|stripe", "id"),
        (r"order", "orderid"),
        (r"status", "status"),
        (r"day|date|created", "created"),
        (r"amount", "amount"),
    ):
        if re.search(pattern, words):
            return column
    return None


def check_stg_payments(work: Work) -> Verdict:
    return judge_model(
        work,
        ModelAnswer(
            name="stg_payments",
            key="payment_id",
            folder="models/staging",
            inputs=(("raw.stripe.payment", "raw.stripe.payment"),),
            may_read=("raw.stripe.payment",),
            praise="One row per payment attempt, in your own words and in dollars, with nothing left out. "
            "Whoever builds on this never has to know what Stripe calls things.",
        ),
    )


def check_grain(work: Work) -> Verdict:
    twin = Twin()
    data = twin.connection
    payments_of = dict(
        data.execute(
            "select orders.id, count(payment.id) from raw.jaffle_shop.orders as orders "
            "left join raw.stripe.payment as payment on payment.orderid = orders.id group by 1"
        ).fetchall()
    )
    succeeded = {
        row[0] for row in data.execute("select orderid from raw.stripe.payment where status = 'success'").fetchall()
    }

    def order_with(wanted: str, is_right: Any) -> Any:
        def judge(answer: Any) -> str | None:
            number = number_in(answer)
            if number is None:
                return f"`{answer}` is not the id of one order. Any order that shows it will do."
            if number not in payments_of:
                return f"there is no order {number:g}."
            count = payments_of[int(number)]
            if is_right(count):
                return None
            if wanted == "none" and number not in succeeded:
                return "failed_is_no_payment"
            return f"order {number:g} has {count} payment{'' if count == 1 else 's'} in `stg_payments`."

        return judge

    def orders_to_payments(answer: Any) -> str | None:
        words = re.findall(r"[a-z]+|\d+|\*", str(answer).lower())
        sides = [NUMBERS[word] for word in words if word in NUMBERS]
        if len(sides) < 2:
            return "write one-to-one, one-to-many, many-to-one or many-to-many."
        right = "many" if "many" in sides[1:] else "one"
        return None if (sides[0], right) == ("one", "many") else f"{sides[0]}_to_{right}"

    return judge_notes(
        work,
        "grain",
        (
            ("an_order_without_payments", order_with("none", lambda count: count == 0)),
            ("an_order_with_one_payment", order_with("one", lambda count: count == 1)),
            ("an_order_with_several_payments", order_with("several", lambda count: count > 1)),
            ("orders_to_payments", orders_to_payments),
        ),
        "One order has none, one or many payments. So a join of the two repeats orders, or loses them: "
        "that is what the next model has to get right.",
        ("failed_is_no_payment", "one_to_one", "many_to_one", "many_to_many"),
    )


NUMBERS = {"1": "one", "one": "one", "n": "many", "m": "many", "*": "many", "many": "many", "several": "many"}


def check_orders(work: Work) -> Verdict:
    return judge_model(
        work,
        ModelAnswer(
            name="orders",
            later_name="fct_orders",
            key="order_id",
            folder="models",
            inputs=(("stg_orders", relation("stg_orders")), ("stg_payments", relation("stg_payments"))),
            praise="One row per order, whatever happened to its payments, with the money that really came in. "
            "That one row per order is a promise on which others can now build.",
        ),
    )


def check_customers(work: Work) -> Verdict:
    return judge_model(
        work,
        ModelAnswer(
            name="customers",
            later_name="dim_customers",
            key="customer_id",
            folder="models",
            inputs=(("stg_customers", relation("stg_customers")), ("orders", relation("orders"))),
            accepted=(
                (
                    "select * replace (coalesce(lifetime_value, 0) as lifetime_value) from {source}",
                    "You turned a missing lifetime value into 0. That is accepted; it no longer tells who never ordered "
                    "(NULL) from who ordered and never paid (0).",
                ),
            ),
            praise="One row per customer, everybody included, and what they are worth, built on `orders` so that "
            "the rule for what counts as paid is written in one place only.",
        ),
    )


EXERCISES = (
    Exercise(
        name="inspect_payments",
        group=GROUP,
        aim="see what staging has to deal with",
        begin="Look at `raw.stripe.payment` with `%%sql`, then fill in the answers below the queries and run that cell.",
        hints=(
            "Look at the first ten rows and ask of each column: whose word is this, and in which unit?",
            "`select distinct status from raw.stripe.payment` lists the statuses. For the grain, ask which column never "
            "repeats: compare `count(*)` with `count(distinct ...)`.",
            "`select count(*), count(distinct id), count(distinct orderid), max(amount) from raw.stripe.payment`. "
            "An amount of 1099 is 10.99 dollars.",
        ),
        reason="Whatever you find out now becomes a line of the staging model: cents become dollars, Stripe's names become "
        "yours, and the payments that failed are kept, because staging tells what happened and does not judge.",
        check=check_inspect_payments,
    ),
    Exercise(
        name="stg_payments",
        group=GROUP,
        aim="payments in your own words and in dollars",
        begin="Write a `select` below `%%sqlmodel models/staging/stg_payments.sql` and run the cell.",
        hints=(
            "Six columns go in and six come out: renamed, one of them converted, no row left out. `stg_orders` shows the pattern.",
            "Rename with `id as payment_id`, and so on: `payment_id`, `order_id`, `payment_method`, `status`, `amount`, "
            "`created_at`. Cents become dollars by dividing by 100.",
            "`select id as payment_id, orderid as order_id, paymentmethod as payment_method, status, ... as amount, "
            "created as created_at from raw.stripe.payment`: only the amount is left to you.",
        ),
        reason="Payments are Stripe's words, not yours: rename them once, here, and nobody downstream has to know. Failed "
        "payments stay, because whether they count is a business rule, and staging has none.",
        check=check_stg_payments,
    ),
    Exercise(
        name="grain",
        group=GROUP,
        aim="see that one order has many payments",
        begin="Count the payments of each order with `%%sql`, then fill in the answers and run that cell.",
        hints=(
            "How many rows of `stg_payments` belong to one row of `stg_orders`? Count for each order, not overall.",
            "Start from `stg_orders` and `left join` `stg_payments`: an inner join hides the orders that have none. Count "
            "`payment_id`, not `*`.",
            "`select order_id, count(payment_id) as number_of_payments from {{ ref('stg_orders') }} left join "
            "{{ ref('stg_payments') }} using (order_id) group by 1 order by 2`",
        ),
        reason="The grain decides how two tables may be joined. With many payments to one order, payments have to become "
        "one row per order before, or while, they meet orders.",
        check=check_grain,
    ),
    Exercise(
        name="orders",
        group=GROUP,
        aim="one row per order, with what was paid",
        begin="Write a `select` below `%%sqlmodel models/orders.sql` and run the cell.",
        hints=(
            "Payments first have to become one row per order. Which payments count as money that came in? And what of an "
            "order that has none?",
            "Aggregate in a CTE of its own: `sum(...)` of the successful payments, `group by order_id`. Then `left join` it "
            "to `stg_orders`, and turn the missing amount into 0.",
            "`order_payments as (select order_id, sum(case when status = 'success' then amount end) as amount from payments "
            "group by 1)`, then `coalesce(order_payments.amount, 0) as amount` from `orders left join order_payments using (order_id)`.",
        ),
        reason="Aggregate, then join: once payments are one row per order, the join can't repeat an order. The `left join` "
        "keeps orders without payments, `case when` counts only money that came in, and `coalesce` says that nothing paid is 0.",
        check=check_orders,
    ),
    Exercise(
        name="customers",
        group=GROUP,
        aim="what each customer is worth",
        begin="Change the model below `%%sqlmodel models/customers.sql`: read from `orders`, add `lifetime_value`.",
        hints=(
            "The model reads `stg_orders`, which knows nothing of money. Which model of yours knows the amount of each order?",
            "Let the CTE `orders` read `ref('orders')`, add the sum of `amount` in `customer_orders`, and bring it through to `final`.",
            "In `customer_orders`: `sum(amount) as lifetime_value`. In `final`: `customer_orders.lifetime_value`. "
            "The rest stays as it is.",
        ),
        reason="`orders` already knows which payments count, so `customers` only adds up. `lifetime_value` is NULL for "
        "somebody who never ordered, and 0 for somebody who ordered and never paid: two different things.",
        check=check_customers,
    ),
)
