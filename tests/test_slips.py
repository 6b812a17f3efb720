"""What people mistype, and the words that they read: in a cell, under dbt's own lines, and in a check."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from notebook import Cells, cells_in

from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits

pytestmark = pytest.mark.slow

PAYMENTS, ORDERS = "models/staging/stg_payments.sql", "models/orders.sql"
REF = "{{ ref('stg_orders') }}"
CASE = "case when status = 'success' then amount end"
NEVER = ("closely", "Did you mean `orders`", "one that works", "<class", "pg_", "parquet", "Traceback", "main")


def rows(path: str, *written: tuple[str, str, str]) -> list[tuple[str, str, str, str]]:
    return [(path, *each) for each in written]


# file, what stands in the answer, what was written in its place, the words that are read (with "|" between several)
SQL = [
    *rows(
        ORDERS,
        # Jinja
        (REF, "{{ ref(stg_orders) }}", "Names need quotes: `ref('stg_orders')`"),
        (REF, "ref('stg_orders')", "needs its braces"),
        (REF, "{ ref('stg_orders') }", "two braces"),
        (REF, "{{ ref('stg_orders') }", "The Jinja is not closed|line 3"),
        (REF, "{ ref('stg_orders') }}", "two braces"),
        (REF, "{% ref('stg_orders') %}", "gives a value"),
        (REF, "{{ stg_orders }}", "comes to nothing|`{{ ref('stg_orders') }}`"),
        (REF, "{{ ref.stg_orders }}", "round brackets and quotes"),
        (REF, "{{ ref['stg_orders'] }}", "round brackets and quotes"),
        (REF, "{{ ref 'stg_orders' }}", "needs brackets"),
        (REF, "{{ref 'stg_orders'}}", "needs brackets"),
        (REF, "{{ ref(‘stg_orders’) }}", "straight quotes"),  # noqa: RUF001
        (REF, "{{ ref('stg_orders\") }}", "one kind of quote"),
        (REF, "{{ ref('stg_orders) }}", "A quote is missing"),
        (REF, "{{ ref('stg_orders' }}", "A bracket is missing"),
        (REF, "{{ ref('stg_orders')) }}", "too many"),
        (REF, "{{{ ref('stg_orders') }}}", "three braces"),
        (REF, "{{ reff('stg_orders') }}", "no `reff`. Did you mean `ref`?"),
        (REF, "{{ Ref('stg_orders') }}", "no `Ref`. Did you mean `ref`?"),
        (REF, "{{ ref('stg_order') }}", "no model `stg_order`. Did you mean `stg_orders`?"),
        (REF, "{{ ref('STG_ORDERS') }}", "Did you mean `stg_orders`? Capitals count"),
        (REF, "{{ ref('stg_orders.sql') }}", "without `.sql`"),
        (REF, "{{ ref('staging/stg_orders') }}", "without folder"),
        (REF, "{{ ref('orders') }}", "reads from itself"),
        (REF, "{{ ref() }}", "`ref` takes one name"),
        (REF, "{{ source('stg_orders') }}", "`source` takes two names"),
        (REF, "{{ source('stripe.payment') }}", "`source('stripe', 'payment')`"),
        (REF, "{{ source('payment', 'stripe') }}", "the wrong way round: `source('stripe', 'payment')`"),
        (REF, "{{ source('stripe', 'payment') }}", "No YAML file declares|the raw table's name: `raw.stripe.payment`"),
        (REF, '"staging.stg_orders"', "make one name of it|`{{ ref('stg_orders') }}`"),
        (REF, "{{ source(stripe, payment) }}", "Names need quotes"),
        (REF, "(( ref('stg_orders') ))", "needs its braces"),
        (REF, "${ ref('stg_orders') }", "two braces"),
        (REF, "{{ doc('stg_orders') }}", "`doc()` is for descriptions"),
        (REF, "{{ cents('stg_orders') }}", "no macro `cents`"),
        (REF, "{% if true %}" + REF, "`{% endif %}`"),
        (REF, REF + "{% endif %}", "never began"),
        (REF, "{% for x in [1] %}" + REF + "{% endif %}", "`{% endfor %}`, and here stands `{% endif %}`"),
        (REF, "{{ for x in [1] }}" + REF, "is a statement"),
        (REF, REF + " {# never", "The Jinja is not closed"),
        ("from payments", "-- {{ ref('gone') }}\n    from payments", "in a comment of SQL|{# ... #}"),
        # commas, brackets, quotes, keywords
        ("orders.customer_id,", "orders.customer_id", "A comma is missing between `customer_id` and `orders`"),
        ("orders.status,", "orders.status,,", "`,` stands here twice"),
        ("then amount end)", "then amount end", "`)` is missing"),
        ("sum(case", "sum(case (", "missing"),
        ("as amount\n\n    from payments", "as amount)\n\n    from payments", "too many"),
        ("'success'", '"success"', "Text takes single quotes: `'success'`"),
        ("'success'", "success", "takes quotes: `'success'`"),
        ("'success'", "'success", "never closed"),
        ("'success'", "‘success’", "straight quotes"),  # noqa: RUF001
        ("from payments", "form payments", "Did you mean `from`?|line 19"),
        ("group by 1", "gruop by 1", "Did you mean `group`?"),
        ("group by 1", "groupby 1", "two words: `group by`"),
        ("group by 1", "group 1", "`by` is missing"),
        ("select * from final", "selct * from final", "Did you mean `select`?"),
        ("select * from final", "select * form final", "Did you mean `from`?"),
        ("select * from final", "select * final", "There is no `from`|final"),
        ("left join", "lef join", "did you mean `left join`?"),
        ("left join", "left jion", "Did you mean `join`?"),
        ("then amount end", "then amount", "`end` is missing"),
        ("case when", "case", "`when` is missing"),
        ("then amount", "amount", "`then` is missing"),
        ("case when", "case case when", "`case` stands here twice"),
        ("coalesce(order_payments.amount, 0)", "coalesce(order_payments.amount 0)", "a comma is missing"),
        ("as amount\n\n    from orders", "as amount as dollars\n\n    from orders", "two names for one column"),
        ("coalesce(order_payments.amount, 0) as amount", "coalesce(order_payments.amount, 0) as", "a name is missing"),
        ("select * from final", "select * from final;", "semicolon"),
        ("select * from final", "select * from final; select 1", "two statements"),
        ("with orders as", "<<<<<<< HEAD\nwith orders as", "marks that git leaves"),
        ("with orders as", "# mine\nwith orders as", "begins with `--`"),
        ("with orders as", "// mine\nwith orders as", "begins with `--`"),
        # CTEs
        ("with orders as", "orders as", "`with` is missing"),
        ("with orders as (", "with orders (", "`as` is missing"),
        ("),\n\npayments as", ")\n\npayments as", "Between two CTEs stands a comma"),
        ("payments as", "with payments as", "`with` stands once"),
        ("),\n\npayments as", "),\n\norders as", "Two CTEs are called `orders`"),
        ("select * from final", "", "the select that reads them is missing"),
        ("select * from final", "select * from finl", "Did you mean the CTE `final`?"),
        ("select * from final", "select * from", "what belongs behind it is missing"),
        # joins and columns
        (" using (order_id)", "", "says nothing about which rows belong together"),
        ("using (order_id)", "using (customer_id)", "on both sides|behind `join`"),
        ("using (order_id)", "using (payment_id)", "on both sides|before `join`"),
        ("using (order_id)", "on orders.order_id = order_id", "Say which"),
        ("order_payments.amount, 0", "order_payments.amont, 0", "no column `amont`|Did you mean `amount`?"),
        ("order_payments.amount, 0", "order_payment.amount, 0", "Did you mean `order_payments`?"),
        ("    group by 1\n", "", "is not grouped by|There is no `group by`|Add `group by order_id`"),
        (
            "order_id,\n        sum",
            "order_id, status, payment_method,\n        sum",
            "`status` and `payment_method` are selected",
        ),
        ("sum(case when status = 'success' then amount end)", "coalesce(amount, 0)", "`sum(amount)`|added up"),
        ("sum(case when status = 'success' then amount end)", "amount", "`sum(amount)` adds them up"),
        (
            "sum(case when status = 'success' then amount end)",
            "case when status = 'success' then amount end",
            "`sum(case",
        ),
        ("group by 1", "group by 1 where status = 'success'", "`group by` stands before `where`"),
        ("group by 1", "order by 1 group by 1", "`order by` stands before `group by`"),
        ("group by 1", "having sum(amount) > 0 group by 1", "`having` stands before `group by`"),
        ("select * from final", "select * from final limit 5 order by 1", "`limit` stands before `order by`"),
        (
            "coalesce(order_payments.amount, 0)",
            "order_payments.coalesce(amount, 0)",
            "`coalesce(order_payments.amount, ...)`",
        ),
        ("sum(case when status = 'success' then amount end)", "payments.sum(amount)", "`sum(payments.amount)`"),
        (
            "left join order_payments using (order_id)",
            ", order_payments where orders.order_id = order_payments.order_id(+)",
            "left join",
        ),
        ("group by 1", "group by amount", "is not grouped by"),
        ("group by 1", "group by 3", "counts the columns"),
        ("from payments", "from payments where sum(amount) > 0", "before they are added up"),
        ("from orders\n", "from orders where amount > 0\n", "`where` stands before a join"),
        ("    from payments\n", "", "There is no `from`"),
        ("sum(case when status = 'success' then amount end)", "sum(status)", "this column is text"),
        ("sum(case when status = 'success' then amount end)", "count(distinct)", "count(distinct some_column)"),
        ("select * from final", "select * from final order by oder_id", "Did you mean `order_id`?"),
        ("select * from final", "select distnct * from final", "distinct"),
        # other warehouses
        ("coalesce(", "nvl(", "`coalesce(a, b)`"),
        ("coalesce(", "isnull(", "`coalesce(a, b)`"),
        ("coalesce(", "colaesce(", "Did you mean `coalesce`?"),
        ("coalesce(order_payments.amount, 0)", "zeroifnull(order_payments.amount)", "`coalesce(a, 0)`"),
        ("coalesce(order_payments.amount, 0)", "iff(true, 1, 2)", "`if(condition, a, b)`"),
        ("select * from final", "select * from final limit 5, 10", "`limit 10 offset 5`"),
        ("select * from final", "select top 5 * from final", "`limit 5`"),
    ),
    *rows(
        PAYMENTS,
        ("amount / 100", "(amount / 100)::number", "`decimal(10, 2)`"),
        ("amount / 100", "cast(amount / 100 as float64)", "`double`"),
        ("amount / 100", "to_decimal(amount / 100)", "`cast(a as decimal(10, 2))`"),
        ("amount / 100", "try_to_number(amount)", "`try_cast("),
        ("amount / 100", "safe_divide(amount, 100)", "`a / b`"),
        ("amount / 100", "amount 100", "missing"),
        ("amount / 100", "ammount / 100", "Did you mean `amount`?"),
        ("created as", "dateadd(day, 1, created) as", "`date + interval 1 day`"),
        ("created as", "datediff(day, created, created) as", "`date_diff('day', first, last)`"),
        ("created as", "date_trunc(created, month) as", "`date_trunc('month', date)`"),
        ("created as", "to_char(created, 'YYYY') as", "`strftime("),
        ("created as", "to_date(created, 'YYYY') as", "`strptime("),
        ("created as", "parse_date('%Y', created) as", "`strptime("),
        ("created as", "format_date('%Y', created) as", "`strftime("),
        ("created as", "getdate() as", "`current_timestamp`"),
        ("created as", "sysdate as", "`current_timestamp`"),
        ("created as", "current_timestamp() as", "`current_timestamp` stands without brackets"),
        ("created as", "convert(varchar(10), created) as", "`cast(a as varchar)`"),
        ("paymentmethod as", "initcap(paymentmethod) as", "`upper("),
        ("paymentmethod as", "charindex('a', paymentmethod) as", "`strpos("),
        ("paymentmethod as", "decode(paymentmethod, 'a', 'b') as", "`case value when"),
        ("orderid as", "order_id as", "that only this select gives"),
        ("id as payment_id", "payment_id as id", "stands before `as`"),
        ("id as payment_id", "id = payment_id", "with `as`"),
        ("id as payment_id", "id as payment-id", "`payment_id`, not `payment-id`"),
        ("raw.stripe.payment", "raw.stripe.payments", "Did you mean `raw.stripe.payment`?"),
        ("raw.stripe.payment", '"raw.stripe.payment"', "make one name of it|without quotes: `raw.stripe.payment`"),
        ("raw.stripe.payment", "`raw.stripe.payment`", "make one name of it|without quotes: `raw.stripe.payment`"),
        ("raw.stripe.payment", "'raw.stripe.payment'", "make one name of it|without quotes: `raw.stripe.payment`"),
        ("raw.stripe.payment", 'raw."stripe.payment"', "make one name of it|without quotes: `raw.stripe.payment`"),
        ("raw.stripe.payment", "[raw].[stripe].[payment]", "no brackets around a name"),
        ("raw.stripe.payment", "{{ ref('payment') }}", "Write its name: `raw.stripe.payment`"),
        ("raw.stripe.payment", "{{ ref('payments') }}", "Write its name: `raw.stripe.payment`"),
        ("raw.stripe.payment", "{{ ref('raw.stripe.payment') }}", "Write its name: `raw.stripe.payment`"),
        ("raw.stripe.payment", "{{ ref('stripe', 'payment') }}", "Write its name: `raw.stripe.payment`"),
        ("raw.stripe.payment", "{{ source('stripe', 'payment') }}", "the raw table's name: `raw.stripe.payment`"),
        ("amount / 100", "'amount' / 100", "a piece of text|without quotes: `amount`"),
        ("amount / 100", "round('amount', 2)", "a piece of text|without quotes: `amount`"),
        ("raw.stripe.payment", "stripe.payment", "is called `raw.stripe.payment`"),
        ("raw.stripe.payment", "payment", "is called `raw.stripe.payment`"),
        ("status,", "'status,", "never closed"),
        ("from raw.stripe.payment", "", "There is no `from`"),
        ("select\n", "", "`select` is missing"),
        ("-- amount", "- amount", "begins with `--`"),
    ),
]


@pytest.fixture(scope="module")
def room(ipython: InteractiveShell, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """A notebook in whose project group 1 is done."""
    with pytest.MonkeyPatch.context() as patch:
        for cells in cells_in(tmp_path_factory.mktemp("slips"), ipython, patch):
            cells.run("%workgroup 1")
            for exercise in ("stg_payments", "orders", "customers"):
                apply_edits(cells.project, list(answers()[exercise].edits))
            cells.run("%dbt run --quiet")
            yield cells


@pytest.mark.parametrize(("path", "right", "written", "words"), SQL, ids=[f"{row[2]!r}"[:60] for row in SQL])
def test_slip_in_a_model(room: Cells, path: str, right: str, written: str, words: str) -> None:
    answer = next(
        edit.text for each in ("stg_payments", "orders") for edit in answers()[each].edits if edit.path == path
    )
    assert right in answer
    name = Path(path).stem
    try:
        shown = {"%%sqlmodel": room.run(f"%%sqlmodel {path}\n{answer.replace(right, written, 1)}")}
        if SQL.index((path, right, written, words)) % 3 == 0:
            shown |= {f"%check {name}": room.run(f"%check {name}")}
            shown |= {
                "%dbt": room.run(f"%dbt run --select {name}").partition("Done. PASS")[2] or room.run("%dbt parse")
            }
        for magic, text in shown.items():
            for word in words.split("|"):
                assert word in text, f"{magic} says:\n{text}"
            for word in NEVER:
                assert word not in text, f"{magic} says:\n{text}"
    finally:
        room.write(path, answer)


def below_dbt(shown: str) -> str:
    """Return what stands below dbt's own lines, each of which begins with the time."""
    lines = shown.splitlines()
    last = max((number for number, line in enumerate(lines) if line[2:3] == ":" and line[5:6] == ":"), default=-1)
    return "\n".join(lines[last + 1 :])


# -- YAML and docs ---------------------------------------------------------------------------------------------

TESTS, SOURCES, DOCS = "stg_jaffle_shop.yml", "src_jaffle_shop.yml", "jaffle_shop.md"
ACCEPTED = "          - accepted_values:\n              arguments:\n                values: "
VALUES = "['placed', 'shipped', 'completed', 'return_pending', 'returned']"
TWO_TESTS = "        data_tests:\n          - unique\n          - not_null\n\n  - name: stg_orders"
WARN = "warn_after: {count: 12, period: hour}"
DOC = "\"{{ doc('order_status') }}\""
YAML = [
    *rows(
        TESTS,
        (ACCEPTED, "          - accepted_values:\n            values: ", "same column|two columns further in"),
        (
            ACCEPTED,
            "          - accepted_values:\n            arguments:\n              values: ",
            "two columns further",
        ),
        (ACCEPTED, "          - accepted_values: ", "by name|values: ['one', 'other']"),
        (ACCEPTED + VALUES, "          - accepted_values: placed, shipped", "by name|arguments:"),
        (VALUES, "placed, shipped", "`values: ['placed', 'shipped']`"),
        (VALUES, "['placed' 'shipped']", "A comma is missing"),
        (VALUES, "['placed', 'shipped'", "never closed"),
        (VALUES, "'placed', 'shipped']", "without its `[`"),
        (VALUES, "['placed, 'shipped']", "A quote"),
        (TWO_TESTS, TWO_TESTS.replace("- unique", "unique").replace("- not", "not"), "a dash and a space"),
        (TWO_TESTS, TWO_TESTS.replace("- unique", "unique:").replace("- not_null", "not_null:"), "a dash and a space"),
        (TWO_TESTS, TWO_TESTS.replace("- unique", "-unique").replace("- not", "-not"), "a dash and a space"),
        (
            "    columns:\n      - name: customer_id",
            "    columns:\n      customer_id:",
            "Below `columns:` stands a list",
        ),
        ("    columns:\n      - name: customer_id", "    columns:\n      name: customer_id", "A dash is missing"),
        ("  - name: stg_customers", "  name: stg_customers", "A dash is missing"),
        ("models:\n  - name: stg_customers", "models:\n  stg_customers:", "Below `models:` stands a list"),
        ("models:", "model:", "`model:`, did you mean `models:`?"),
        ("models:", "models", "A colon is missing behind `models`"),
        ("columns:", "colums:", "`colums:`, did you mean `columns:`?"),
        ("data_tests:", "data_test:", "`data_test:`, did you mean `data_tests:`?"),
        ("data_tests:", "data_tests", "A colon is missing behind `data_tests`"),
        ("- name: order_id", "- nme: order_id", "`nme:`, did you mean `name:`?"),
        ("- name: order_id", "- order_id", "`- name: order_id`"),
        ("- name: order_id", "- name:order_id", "Behind the colon stands a space"),
        ("- name: order_id", "- name order_id", "A colon is missing behind `name`"),
        ("      - name: order_id", "     - name: order_id", "1 space further to the right"),
        ("      - name: order_id", "       - name: order_id", "1 space further to the left"),
        ("        data_tests:\n", "         data_tests:\n", "1 space further to the left"),
        ("          - unique", "\t  - unique", "tab"),
        ("- unique", "- unqiue", "did you mean `unique`?"),
        ("to: ref('stg_customers')", "to: {{ ref('stg_customers') }}", "takes no braces"),
        ("to: ref('stg_customers')", "to: ref(stg_customers)", "`to: ref('stg_customers')`"),
        ("field: customer_id", "fields: customer_id", "`fields:`, did you mean `field:`?"),
        ("                field: customer_id", "", "`field:` is missing"),
        ("arguments:", "argument:", "`argument:`, did you mean `arguments:`?"),
        # where a line belongs
        (TWO_TESTS, TWO_TESTS.replace("        data_tests:\n", ""), "line 7|`data_tests:` is missing above this line"),
        (
            TWO_TESTS,
            TWO_TESTS.replace("        data_tests:\n", "").replace("          -", "        -"),
            "line 7|`data_tests:` is missing above this line",
        ),
        (
            TWO_TESTS,
            TWO_TESTS.replace("        data_tests:\n", "").replace("          -", "      -"),
            "line 7|`data_tests:` is missing above this line",
        ),
        ("    columns:\n      - name: customer_id", "    - name: customer_id", "line 5|`columns:` is missing above"),
        ("    columns:\n      - name: customer_id", "      - name: customer_id", "line 5|`columns:` is missing above"),
        ("  - name: stg_orders", "- name: stg_orders", "line 11|2 spaces further to the right"),
        ("          - not_null\n\n", "            - not_null\n\n", "line 9|2 spaces further to the left"),
        (
            "    columns:\n      - name: order_id",
            "columns:\n      - name: order_id",
            "line 12|4 spaces further",
        ),
        # a sign of another kind
        (ACCEPTED, ACCEPTED.replace("- acc", "-acc"), "line 20|Behind the dash stands a space: `- accepted_values:`"),
        ("models:", "models;", "line 3|A colon stands behind `models`: `models:`"),
        ("- name: order_id", "- name = order_id", "line 13|`- name: order_id`"),
        ("- name: order_id", "* name: order_id", "line 13|begins with a dash: `- name: order_id`"),
        ("field: customer_id", "field :customer_id", "line 30|`field: customer_id`"),
        (VALUES, VALUES[1:-1], f"line 22|in square brackets: `values: {VALUES}`"),
        (
            VALUES,
            VALUES.replace("'placed'", "\"placed'"),
            "line 22|ends with the quote that it begins with",
        ),
        (VALUES, VALUES.replace("'placed'", "placed'"), "line 22|quote"),
        (VALUES, "[placed shipped]", "line 22|commas: `['placed', 'shipped']`"),
        # what `to:` points at
        ("to: ref('stg_customers')", "to: 'ref('stg_customers')'", "line 29|`to: ref('stg_customers')`"),
        ("to: ref('stg_customers')", "to: ref('stg_customers'", "line 29|Round brackets|`to: ref('stg_customers')`"),
        ("to: ref('stg_customers')", "to: reff('stg_customers')", "line 29|Did you mean `ref`?"),
        ("to: ref('stg_customers')", "to: stg_customers", "line 29|`to: ref('stg_customers')`"),
        (
            "to: ref('stg_customers')",
            "to: raw.jaffle_shop.customers",
            "line 29|`to: source('jaffle_shop', 'customers')`",
        ),
        ("to: ref('stg_customers')", "to:", "line 29|Nothing stands behind `to:`"),
        # names
        ("- name: stg_customers", "- name: a, b", "line 4|has one name, and `a, b` are several"),
        ("- name: order_id", "- name: order id", "line 13|no spaces: `order id`, did you mean `order_id`?"),
        ("- name: order_id", "- name:", "line 13|Nothing stands behind `name:`"),
        (
            "- name: order_id",
            "- name: order_id\n        models: [a]",
            "line 14|belongs in the first column",
        ),
    ),
    *rows(
        SOURCES,
        (WARN, "warn_after: 12 hours", "`warn_after: {count: 12, period: hour}`"),
        (WARN, "warn_after: {count: 12, period: hours}", "did you mean `hour`?"),
        (WARN, "warn_after: {counts: 12, period: hour}", "did you mean `count:`?"),
        (WARN, "warn_after: {count: 12}", "takes both"),
        (WARN, "warn_after: {count 12, period hour}", "did you mean `count:`?"),
        (WARN, "warn_after: count: 12, period: hour", "in braces"),
        (WARN, "warn: {count: 12, period: hour}", "`warn:`, did you mean `warn_after:`?"),
        ("{count: 24, period: hour}", "{count: 24 period: hour}", "line 20|`error_after: {count: 24, period: hour}`"),
        ("source('jaffle_shop', 'customers')", "source(jaffle_shop, customers)", "line 40|names need quotes"),
        ("source('jaffle_shop', 'customers')", "source('jaffle_shop.customers')", "line 40|with a comma between"),
        ("        config:\n", "", "line 16|`config:` is missing above this line"),
        ("    tables:\n", "", "line 7|`tables:` is missing above this line"),
        (DOC, "\"{ doc('order_status') }\"", "line 28|Two braces stand on each side"),
        (DOC, "'{{ doc('order_status') }}'", "line 28|of the other kind"),
        (DOC, "{{ doc('order_status') }}", "quotes"),
        (DOC, '"{{ doc(order_status) }}"', "needs quotes: `{{ doc('order_status') }}`"),
        (DOC, "\"{{ docs('order_status') }}\"", "no `docs`. Did you mean `doc`?"),
        (DOC, "\"{{ doc('order_status' }}\"", "A bracket is missing"),
        (DOC, "\"{{ doc('order_status') }\"", "The Jinja is not closed"),
        (DOC, '"{{ doc("order_status") }}"', "of the other kind"),
        (DOC, "\"{{ doc('order_statuses') }}\"", "did you mean `order_status`?"),
        ("description: A replica of", "description: A replica: of", "takes quotes"),
        ("database: raw\n    tables", "database: raw tables", "Two keys stand in one line"),
    ),
    *rows(
        DOCS,
        ("{% docs order_status %}", "{% doc order_status %}", "here stands `{% doc order_status %}`"),
        ("{% docs order_status %}", "{{ docs order_status }}", "begins with `{% docs order_status %}`"),
        ("{% docs order_status %}", "{% docs order status %}", "`{% docs order_status %}`"),
        ("{% enddocs %}", "", "`{% enddocs %}`"),
        ("{% enddocs %}", "{% enddoc %}", "here stands `{% enddoc %}`"),
    ),
]


@pytest.fixture(scope="module")
def second_room(ipython: InteractiveShell, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """A notebook in whose project everything up to the docs is done."""
    with pytest.MonkeyPatch.context() as patch:
        for cells in cells_in(tmp_path_factory.mktemp("slips"), ipython, patch):
            cells.run("%workgroup 2")
            for exercise in ("tests", "sources", "docs"):
                apply_edits(cells.project, list(answers()[exercise].edits))
            yield cells


@pytest.mark.parametrize(("file", "right", "written", "words"), YAML, ids=[f"{row[2]!r}"[:60] for row in YAML])
def test_slip_in_yaml_or_docs(second_room: Cells, file: str, right: str, written: str, words: str) -> None:
    path = f"models/staging/{file}"
    answer = (second_room.project / path).read_text(encoding="utf-8")
    assert right in answer
    try:
        shown = {"%%dbtfile": second_room.run(f"%%dbtfile {path}\n{answer.replace(right, written, 1)}")}
        if YAML.index((file, right, written, words)) % 5 == 0:
            exercise = {TESTS: "tests", SOURCES: "sources", DOCS: "docs"}[file]
            shown |= {f"%check {exercise}": second_room.run(f"%check {exercise}")}
            dbt_says = below_dbt(second_room.run("%dbt parse"))
            shown |= {"%dbt": dbt_says} if dbt_says.strip() else {}  # dbt passes over some
        for magic, text in shown.items():
            for word in words.split("|"):
                assert word in text, f"{magic} says:\n{text}"
            for word in NEVER:
                assert word not in text, f"{magic} says:\n{text}"
    finally:
        second_room.write(path, answer)
