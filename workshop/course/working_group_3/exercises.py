"""The exercises of group 3, in order: where to begin, hints, and the reason of each answer."""

from workshop.course.working_group_3.from_data import check_from_data
from workshop.course.working_group_3.loop import check_loop
from workshop.course.working_group_3.macro import check_macro
from workshop.course.working_group_3.own_test import check_own_test
from workshop.course.working_group_3.pivot import check_pivot
from workshop.judging.exercise import Exercise

GROUP = 3

EXERCISES = (
    Exercise(
        name="pivot",
        group=GROUP,
        aim="see how each order was paid",
        begin="Write a `select` below `%%sqlmodel models/intermediate/int_payments_pivoted_to_orders.sql` and run the "
        "cell.",
        hints=(
            "One row per order that was paid: from many payments to one row, as in `orders`. Which payments count? And "
            "what goes into a column when an order was not paid that way?",
            "One `sum(case when ... then amount else 0 end)` for each method, named `bank_transfer_amount`, "
            "`coupon_amount`, `credit_card_amount`, `gift_card_amount`; `where status = 'success'`, `group by "
            "order_id`.",
            "`select order_id, sum(case when payment_method = 'bank_transfer' then amount else 0 end) as "
            "bank_transfer_amount, ... from {{ ref('stg_payments') }} where status = 'success' group by 1`: three "
            "more lines like this one are left to you.",
        ),
        reason="`sum` and `case when` turn rows into columns, one line for each method. It is right, and it says one "
        "thing four times: whoever wants whole dollars has to change it four times, and whoever adds a method has to "
        "know of this file.",
        check=check_pivot,
    ),
    Exercise(
        name="loop",
        group=GROUP,
        aim="say it once for all methods",
        begin="Change the model below `%%sqlmodel models/intermediate/int_payments_pivoted_to_orders.sql`: a list of "
        "the methods, and a loop over it.",
        hints=(
            "What is the same in the four lines, and what differs? The part that differs goes into a list, and the "
            "rest stands once, between `{% for %}` and `{% endfor %}`.",
            "`{% set payment_methods = [...] %}` at the top, `{% for payment_method in payment_methods %}` before the "
            "line, `{% endfor %}` behind it. In the line, `'{{ payment_method }}'` is the value and "
            "`{{ payment_method }}_amount` the name.",
            "`{% for payment_method in payment_methods %} sum(case when payment_method = '{{ payment_method }}' then "
            "amount else 0 end) as {{ payment_method }}_amount{% if not loop.last %},{% endif %} {% endfor %}`: the "
            "list is left to you.",
        ),
        reason="What differs stands in a list, and what is the same stands once. `loop.last` leaves out the comma "
        "before `from`, which DuckDB forgives and most other warehouses do not. A new method is one word now, but "
        "somebody has to write it.",
        check=check_loop,
    ),
    Exercise(
        name="from_data",
        group=GROUP,
        aim="let the data name the methods",
        begin="Name the package in `packages.yml`, run `%dbt deps`, and let the list of the model come from "
        "`workshop_utils.get_column_values`.",
        hints=(
            "Who knows which methods there are? Not you, and not this file. Ask the column itself, while dbt compiles.",
            "`packages.yml` holds `packages:` and below it `  - local: ../workshop_utils`; `%dbt deps` installs it. "
            "Then `{% set payment_methods = workshop_utils.get_column_values(...) %}` in place of the list.",
            "`workshop_utils.get_column_values(ref('stg_payments'), 'payment_method', order_by='payment_method')`: the "
            "model as `ref`, the column in quotes. The loop stays as it is.",
        ),
        reason="The list is asked of the data each time dbt compiles, so a new method has its column on the day it "
        "first appears. Where the comma stands before each column, an empty list leaves none behind. What you "
        "give up: nobody is asked before the table changes.",
        check=check_from_data,
    ),
    Exercise(
        name="macro",
        group=GROUP,
        aim="give a calculation a name",
        begin="Write `{% macro cents_to_dollars(column_name, decimal_places=2) %}` into `macros/cents_to_dollars.sql`, "
        "and call it in `stg_payments`.",
        hints=(
            "A macro gets text and writes text: it gets the name of a column and writes the SQL that makes dollars of "
            "it. It never sees an amount.",
            "`{{ column_name }}` writes the name that was handed over. 5 / 2 is 2 on many a database: divide by "
            "`100.0`, and `round(..., {{ decimal_places }})`.",
            "`{% macro cents_to_dollars(column_name, decimal_places=2) %} round({{ column_name }} / 100.0, "
            "{{ decimal_places }}) {% endmacro %}`; in `stg_payments`, `{{ cents_to_dollars('amount') }} as amount`.",
        ),
        reason="How cents become dollars is a rule, and now it has a name and one place. It divides by `100.0`, "
        "because many databases make 10 of `1099 / 100`. The name of the column is handed over as text: a macro runs "
        "before there is any data.",
        check=check_macro,
    ),
    Exercise(
        name="own_test",
        group=GROUP,
        aim="a test that dbt does not bring",
        begin="Write `{% test not_negative(model, column_name) %}` into `tests/generic/not_negative.sql`, and put it "
        "on the `amount` of `stg_payments` and of `fct_orders`.",
        hints=(
            "A test is a `select` of what is wrong: no row is good news. Which rows would you want to see?",
            "Between `{% test not_negative(model, column_name) %}` and `{% endtest %}`, select from `{{ model }}`, and "
            "let `{{ column_name }}` stand where the column is meant: the test is for any model and any column.",
            "`select * from {{ model }} where {{ column_name }} < 0`; in the YAML, `- not_negative` below the "
            "`data_tests:` of the column.",
        ),
        reason="A generic test is a macro that writes a `select` of bad rows. dbt hands over the model and the column, "
        "so it is written once and put wherever it is needed. NULL passes: whether something may be missing is what "
        "`not_null` is for.",
        check=check_own_test,
    ),
)
