"""Whether the warehouse is what the files make: said where it is not, and not where it is or nobody can know."""

import shutil

import pytest
from notebook import Cells

from workshop.course.reference import answers, misconceptions_of
from workshop.dbt_project.built import is_building
from workshop.dbt_project.files import apply_edits

pytestmark = pytest.mark.slow

ORDERS = "select order_id, customer_id from {{ ref('stg_orders') }}"
SPEAKING = ("since it was built", "was built before", "in the warehouse", "%dbt run")


@pytest.fixture
def empty(learner: Cells) -> Cells:
    """A project as it was at first, and an empty warehouse."""
    session = learner.ipython.magics_manager.registry["WorkshopMagics"].session
    for name in session.relations():
        kind = "view" if name.startswith("stg_") else "table"
        session.connection.execute(f"drop {kind} warehouse.main.{name}")
    (session.warehouse.parent / "built.json").unlink(missing_ok=True)
    return learner


@pytest.fixture
def built(empty: Cells) -> Cells:
    """A project with `stg_payments` (a view), `orders` (a table that reads it) and `customers`, all of it built."""
    for name in ("stg_payments", "orders", "customers"):
        apply_edits(empty.project, list(answers()[name].edits))
    assert "Completed successfully" in empty.run("%dbt run")
    return empty


def preview(cells: Cells, path: str) -> str:
    """Run the cell of a model as it is on disk."""
    return cells.run(f"%%sqlmodel {path}\n{(cells.project / path).read_text()}")


def change(cells: Cells, path: str, old: str, new: str) -> None:
    text = (cells.project / path).read_text()
    assert old in text
    cells.write(path, text.replace(old, new))


def is_silent(shown: str) -> bool:
    return not any(words in shown for words in SPEAKING)


# -- what is said ----------------------------------------------------------------------------------------------


def test_what_is_built_as_the_files_are_is_not_spoken_of(built: Cells) -> None:
    for name in ("stg_payments", "orders", "customers"):
        assert is_silent(built.run(f"%check {name}"))
    assert is_silent(preview(built, "models/orders.sql"))
    assert "*" not in built.run("%lineage")


def test_a_model_that_was_never_built(empty: Cells) -> None:
    empty.run("%dbt run --select stg_orders")
    assert "`orders` is not in this notebook's warehouse yet: `%dbt run --select orders`" in empty.run(
        f"%%sqlmodel models/orders.sql\n{ORDERS}"
    )
    shown = empty.run("%%sql\nselect * from orders")
    assert "`orders` is not in this notebook's warehouse yet: `%dbt run --select orders`" in shown


def test_a_model_that_was_changed(built: Cells) -> None:
    mistake = misconceptions_of("orders")["join_repeats_orders"].edits[0].text
    said = "`orders` was changed since it was built: `%dbt run --select orders`"
    assert said in built.run(f"%%sqlmodel models/orders.sql\n{mistake}")
    assert said in built.run("%%sql\nselect amuont from {{ ref('orders') }}")
    assert is_silent(built.run("%%sql\nselect amuont from {{ ref('stg_orders') }}"))
    built.run("%dbt run --select orders")
    assert is_silent(preview(built, "models/orders.sql"))


def test_a_green_check_says_it_too(built: Cells) -> None:
    change(built, "models/orders.sql", "coalesce(order_payments.amount, 0)", "coalesce(order_payments.amount, 0.0)")
    shown = built.run("%check orders")
    assert "orders: right" in shown and "`orders` was changed since it was built: `%dbt run --select orders`" in shown


def test_a_parent_that_was_changed_and_then_built_alone(built: Cells) -> None:
    change(built, "models/staging/stg_payments.sql", "amount / 100", "amount / 1000")
    said = "`stg_payments` was changed since it was built: `%dbt run --select +orders`"
    assert said in preview(built, "models/orders.sql")
    shown = built.run("%%sql\nselect amuont from orders join stg_payments using (order_id)")
    assert "`stg_payments` was changed since it was built: `%dbt run --select " in shown and shown.count("%dbt") == 1
    built.run("%dbt run --select stg_payments")
    assert "`orders` was built before `stg_payments` was changed: `%dbt run --select orders`" in preview(
        built, "models/orders.sql"
    )
    shown = built.run("%lineage")
    assert "orders *" in shown and "customers *" in shown and "stg_payments *" not in shown
    built.run("%dbt run --select orders customers")
    assert "*" not in built.run("%lineage")


def test_a_macro_that_was_changed(built: Cells) -> None:
    built.write("macros/dollars.sql", "{% macro dollars(cents) %}{{ cents }} / 100{% endmacro %}")
    change(built, "models/staging/stg_payments.sql", "amount / 100", "{{ dollars('amount') }}")
    assert is_silent(built.run("%check stg_payments"))  # it compiles to what was built
    built.run("%dbt run")
    built.write("macros/dollars.sql", "{% macro dollars(cents) %}{{ cents }} / 100.0{% endmacro %}")
    assert "`stg_payments` was changed since it was built" in built.run("%check stg_payments")


def test_raw_data_that_was_loaded_again(built: Cells) -> None:
    built.run("%load_raw 7")
    assert "The raw data was loaded again since `orders` was built: `%dbt run --select orders`" in built.run(
        "%check orders"
    )
    assert is_silent(built.run("%check stg_payments"))  # a view reads what is there


def test_a_table_whose_model_has_another_name(built: Cells) -> None:
    built.run("%dbtmove models/orders.sql models/fct_orders.sql")
    said = "`orders` is still in the warehouse, as last built: no model makes it any more."
    assert said in built.run("%%sql\nselect count(*) from {{ ref('orders') }}")
    assert said in built.run("%%sql\nselect amuont from orders")
    assert "build it first: %dbt run --select fct_orders" in built.run("%%sql\nselect * from {{ ref('fct_orders') }}")
    built.run("%%sql\ndrop table warehouse.main.orders")
    assert said not in built.run("%%sql\nselect amuont from orders")


def test_a_model_moved_to_another_folder_is_the_same(built: Cells) -> None:
    built.run("%dbtmove models/orders.sql models/marts/core")
    assert is_silent(built.run("%check customers"))


# -- what is not said ------------------------------------------------------------------------------------------


NO_CHANGES = (
    ("select * from final", "select * from final -- all of it"),
    ("select * from final", "\n\nSELECT   *\nFROM final\n"),
    ("with orders as (", "{# what came in #}\nwith orders as ("),
)


def test_comments_spaces_and_the_case_of_keywords_are_no_change(built: Cells) -> None:
    for old, new in NO_CHANGES:
        change(built, "models/orders.sql", old, new)
        assert is_silent(preview(built, "models/orders.sql"))
        change(built, "models/orders.sql", new.strip(), old)


def test_of_what_was_built_in_another_way_nothing_is_known(built: Cells) -> None:
    for number, words in enumerate(("run --empty", "run --vars '{a: 1}'")):
        built.run(f"%dbt {words}")
        change(built, "models/orders.sql", "select * from final", f"select * from final where {number} < 5")
        assert is_silent(built.run("%check orders"))


def test_without_a_record_nothing_is_known(built: Cells) -> None:
    [path] = built.project.glob("warehouses/working_group_1/built.json")
    change(built, "models/orders.sql", "coalesce(order_payments.amount, 0)", "coalesce(order_payments.amount, 0.0)")
    for record in ("", "[]", '{"orders": {}}', '{"orders": 1}'):
        path.write_text(record)
        assert is_silent(built.run("%check orders"))
    path.unlink()
    assert is_silent(built.run("%check orders"))


def test_an_incremental_model_is_not_accused_of_its_second_run(built: Cells) -> None:
    incremental = (
        "{{ config(materialized='incremental') }}\nselect order_id from {{ ref('stg_orders') }}\n"
        "{% if is_incremental() %} where order_id > (select max(order_id) from {{ this }}) {% endif %}\n"
    )
    built.write("models/growing.sql", incremental)
    for _ in range(2):
        built.run("%dbt run --select growing")
    assert is_silent(preview(built, "models/growing.sql"))
    built.write("models/growing.sql", f"-- grows\n{incremental}")
    assert is_silent(preview(built, "models/growing.sql"))
    change(built, "models/growing.sql", "select order_id from", "select order_id, status from")
    assert "`growing` was changed since it was built" in preview(built, "models/growing.sql")


def test_an_ephemeral_model_is_never_built_and_counts_all_the_same(built: Cells) -> None:
    built.write("models/paid.sql", "{{ config(materialized='ephemeral') }}\nselect 1 as order_id")
    built.write("models/some.sql", "select * from {{ ref('paid') }}")
    built.run("%dbt run --select some")
    assert is_silent(preview(built, "models/some.sql"))
    change(built, "models/paid.sql", "1 as", "2 as")
    assert "`some` was built before `paid` was changed: `%dbt run --select some`" in preview(built, "models/some.sql")


def test_a_model_that_failed_is_as_it_was_before(built: Cells) -> None:
    change(built, "models/orders.sql", "customer_id", "customer_di")
    built.run("%dbt run --select orders")
    change(built, "models/orders.sql", "customer_di", "customer_id")
    assert is_silent(preview(built, "models/orders.sql"))


def test_looking_at_dbt_builds_nothing(built: Cells) -> None:
    change(built, "models/orders.sql", "coalesce(order_payments.amount, 0)", "coalesce(order_payments.amount, 0.0)")
    built.run("%dbt compile --select orders")
    built.run("%dbt show --select orders")
    assert "`orders` was changed since it was built" in built.run("%check orders")
    assert is_building(["--quiet", "build", "--select", "test"]) and not is_building(["test", "--select", "run"])


def test_after_a_kernel_restart_it_is_still_known(built: Cells) -> None:
    change(built, "models/orders.sql", "coalesce(order_payments.amount, 0)", "coalesce(order_payments.amount, 0.0)")
    built.restart()
    assert is_silent(built.run("%check orders"))  # the warehouse is not open yet
    built.run("%workgroup 1")
    assert "`orders` was changed since it was built" in built.run("%check orders")


def test_a_project_that_dbt_cannot_read_has_its_own_words(built: Cells) -> None:
    built.write("models/broken.yml", "models: [")
    shown = built.run("%%sql\nselect amuont from orders")
    assert "amuont" in shown and "since it was built" not in shown
    built.run("%lineage")


# -- rows ------------------------------------------------------------------------------------------------------


COUNTED = (
    ("select * from {{ ref('stg_payments') }}", "143 rows; `stg_payments` has 143."),
    ("select * from raw.stripe.payment limit 1", "1 row; `raw.stripe.payment` has 143."),
    (
        "select orders.order_id, amount from {{ ref('stg_orders') }} as orders "
        "left join {{ ref('stg_payments') }} using (order_id)",
        "148 rows; `stg_orders` has 120.",
    ),
    (
        "select customer_id, orders.order_id from {{ ref('stg_customers') }} "
        "join {{ ref('stg_orders') }} as orders using (customer_id)",
        "120 rows; `stg_orders` has 120.",
    ),
    (
        "select customer_id, count(order_id) as orders from {{ ref('stg_customers') }} "
        "left join {{ ref('stg_orders') }} using (customer_id) group by 1",
        "`stg_customers` has",
    ),
    ("select 1 as a", "1 row."),
    ("select * from {{ ref('stg_orders') }} where false", "It returns no rows; `stg_orders` has 120."),
    ("select count(*) as n from {{ ref('stg_orders') }}, {{ ref('stg_payments') }}", "1 row."),
    ("select range as a from range(2000000)", "more than 1,000,000 rows."),
)


def test_a_preview_counts_its_rows_beside_the_parent_of_its_grain(built: Cells) -> None:
    for sql, said in COUNTED:
        assert said in built.run(f"%%sqlmodel models/counted.sql\n{sql}").split("`counted`")[0], sql


def test_tables_whose_models_are_gone_are_named_together(built: Cells) -> None:
    shutil.rmtree(built.project / "models")
    built.run("%workgroup 1")
    said = "`orders` and `stg_payments` are still in the warehouse, as last built: no model makes them any more."
    assert said in built.run("%%sql\nselect amuont from orders join stg_payments using (order_id)")
