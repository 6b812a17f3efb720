"""The exercises of group 1, in order: where to begin, hints, and the reason of each answer."""

from workshop.course.working_group_1.models import check_customers, check_orders, check_stg_payments
from workshop.course.working_group_1.notes import check_grain, check_inspect_payments
from workshop.judging.exercise import Exercise

GROUP = 1

EXERCISES = (
    Exercise(
        name="inspect_payments",
        group=GROUP,
        aim="see what staging has to deal with",
        begin="Look at `raw.stripe.payment` with `%%sql`, then fill in the answers below the queries and run that "
        "cell.",
        hints=(
            "Look at the first ten rows and ask of each column: whose word is this, and in which unit?",
            "`select distinct status from raw.stripe.payment` lists the statuses. For the grain, ask which column "
            "never "
            "repeats: compare `count(*)` with `count(distinct ...)`.",
            "`select count(*), count(distinct id), count(distinct orderid), max(amount) from raw.stripe.payment`. "
            "An amount of 1099 is 10.99 dollars.",
        ),
        reason="Whatever you find out now becomes a line of the staging model: cents become dollars, Stripe's names "
        "become "
        "yours, and the payments that failed are kept, because staging tells what happened and does not judge.",
        check=check_inspect_payments,
    ),
    Exercise(
        name="stg_payments",
        group=GROUP,
        aim="payments in your own words and in dollars",
        begin="Write a `select` below `%%sqlmodel models/staging/stg_payments.sql` and run the cell.",
        hints=(
            "Six columns go in and six come out: renamed, one of them converted, no row left out. `stg_orders` shows "
            "the pattern.",
            "Rename with `id as payment_id`, and so on: `payment_id`, `order_id`, `payment_method`, `status`, "
            "`amount`, "
            "`created_at`. Cents become dollars by dividing by 100.",
            "`select id as payment_id, orderid as order_id, paymentmethod as payment_method, status, ... as amount, "
            "created as created_at from raw.stripe.payment`: only the amount is left to you.",
        ),
        reason="Payments are Stripe's words, not yours: rename them once, here, and nobody downstream has to know. "
        "Failed "
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
            "Start from `stg_orders` and `left join` `stg_payments`: an inner join hides the orders that have none. "
            "Count "
            "`payment_id`, not `*`.",
            "`select order_id, count(payment_id) as number_of_payments from {{ ref('stg_orders') }} left join "
            "{{ ref('stg_payments') }} using (order_id) group by 1 order by 2`",
        ),
        reason="The grain decides how two tables may be joined. With many payments to one order, payments have to "
        "become "
        "one row per order before, or while, they meet orders.",
        check=check_grain,
    ),
    Exercise(
        name="orders",
        group=GROUP,
        aim="one row per order, with what was paid",
        begin="Write a `select` below `%%sqlmodel models/orders.sql` and run the cell.",
        hints=(
            "Payments first have to become one row per order. Which payments count as money that came in? And what of "
            "an "
            "order that has none?",
            "Aggregate in a CTE of its own: `sum(...)` of the successful payments, `group by order_id`. Then `left "
            "join` it "
            "to `stg_orders`, and turn the missing amount into 0.",
            "`order_payments as (select order_id, sum(case when status = 'success' then amount end) as amount from "
            "payments "
            "group by 1)`, then `coalesce(order_payments.amount, 0) as amount` from `orders left join order_payments "
            "using (order_id)`.",
        ),
        reason="Aggregate, then join: once payments are one row per order, the join can't repeat an order. The `left "
        "join` "
        "keeps orders without payments, `case when` counts only money that came in, and `coalesce` says that nothing "
        "paid is 0.",
        check=check_orders,
    ),
    Exercise(
        name="customers",
        group=GROUP,
        aim="what each customer is worth",
        begin="Change the model below `%%sqlmodel models/customers.sql`: read from `orders`, add `lifetime_value`.",
        hints=(
            "The model reads `stg_orders`, which knows nothing of money. Which model of yours knows the amount of each "
            "order?",
            "Let the CTE `orders` read `ref('orders')`, add the sum of `amount` in `customer_orders`, and bring it "
            "through to `final`.",
            "In `customer_orders`: `sum(amount) as lifetime_value`. In `final`: `customer_orders.lifetime_value`. "
            "The rest stays as it is.",
        ),
        reason="`orders` already knows which payments count, so `customers` only adds up. `lifetime_value` is NULL for "
        "somebody who never ordered, and 0 for somebody who ordered and never paid: two different things.",
        check=check_customers,
    ),
)
