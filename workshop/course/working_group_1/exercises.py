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
            "never repeats: compare `count(*)` with `count(distinct ...)`.",
            "`select count(*), count(distinct id), count(distinct orderid), max(amount) from raw.stripe.payment`. An "
            "amount of 1099 is 10.99 dollars.",
        ),
        reason="Ten rows show what a table is like. A rare status, or a column that repeats, shows only when all of "
        "it is counted.",
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
            "`amount`, `created_at`. Cents become dollars by dividing by 100.",
            "`select id as payment_id, orderid as order_id, paymentmethod as payment_method, status, ... as amount, "
            "created as created_at from raw.stripe.payment`: only the amount is left to you.",
        ),
        reason="Staging translates, once, and does nothing else. Failed payments stay, because whether they count is "
        "a business rule. If staging drops them, nobody can say how many payments fail.",
        check=check_stg_payments,
    ),
    Exercise(
        name="grain",
        group=GROUP,
        aim="see how many payments an order has",
        begin="Count the payments of each order with `%%sql`, then fill in the answers and run that cell.",
        hints=(
            "How many rows of `stg_payments` belong to one row of `stg_orders`? Count for each order, not overall.",
            "Start from `stg_orders` and `left join` `stg_payments`: an inner join hides the orders that have none. "
            "Count `payment_id`, not `*`.",
            "`select order_id, count(payment_id) as number_of_payments from {{ ref('stg_orders') }} left join {{ "
            "ref('stg_payments') }} using (order_id) group by 1 order by 2`",
        ),
        reason="A join makes a row of each pair that fits. An order with three payments comes out three times, which "
        "is called a *fan-out*, and an inner join loses an order with none. So look at the grain of both sides first.",
        check=check_grain,
    ),
    Exercise(
        name="orders",
        group=GROUP,
        aim="one row per order, with what was paid",
        begin="Write a `select` below `%%sqlmodel models/orders.sql` and run the cell.",
        hints=(
            "Payments first have to become one row per order. Which payments count as money that came in? And what of "
            "an order that has none?",
            "Aggregate in a CTE of its own: `sum(...)` of the successful payments, `group by order_id`. Then `left "
            "join` it to `stg_orders`, and turn the missing amount into 0.",
            "`order_payments as (select order_id, sum(case when status = 'success' then amount end) as amount from "
            "payments group by 1)`, then `coalesce(order_payments.amount, 0) as amount` from `orders left join "
            "order_payments using (order_id)`.",
        ),
        reason="Add up, then join: once payments are one row per order, no join can repeat an order. Joining first "
        "works too, if you group by every column of the order. Orders without payments stay, and their amount is 0 "
        "and not NULL, because it is known: nothing came in.",
        check=check_orders,
    ),
    Exercise(
        name="customers",
        group=GROUP,
        aim="what each customer is worth",
        begin="Add `lifetime_value` to the model below `%%sqlmodel models/customers.sql`.",
        hints=(
            "The model reads `stg_orders`, which knows nothing of money. Which model of yours knows the amount of "
            "each order?",
            "Let the CTE `orders` read `ref('orders')`, add the sum of `amount` in `customer_orders`, and bring it "
            "through to `final`.",
            "In `customer_orders`: `sum(amount) as lifetime_value`. In `final`: `customer_orders.lifetime_value`. The "
            "rest stays as it is.",
        ),
        reason="`orders` knows which payments count, so `customers` only adds up. NULL for who never ordered, and 0 "
        "for who ordered and never paid, are two answers: an average counts the 0 and passes over the NULL.",
        check=check_customers,
    ),
)
