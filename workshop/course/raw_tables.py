"""The jaffle shop's raw tables. `data/README.md` says what is in them on purpose."""

from pathlib import Path

from workshop.dbt_project.raw_table import ForeignKey, KnownValues, RawTable
from workshop.places import DATA

LATER_DAYS = (2, 3)


def later(name: str) -> tuple[Path, ...]:
    """Return the files of what the loader brings to a table on later days."""
    return tuple(DATA / f"day_{day}" / name for day in LATER_DAYS)


CUSTOMERS = RawTable(
    name="jaffle_shop.customers",
    file=DATA / "customers.csv",
    later_files=later("customers.csv"),
    columns={"id": "INTEGER", "first_name": "VARCHAR", "last_name": "VARCHAR"},
    key="id",
    row="customer",
    rows="customers",
    is_person=True,
    small="id <= 17",
)
ORDERS = RawTable(
    name="jaffle_shop.orders",
    file=DATA / "orders.csv",
    later_files=later("orders.csv"),
    columns={"id": "INTEGER", "user_id": "INTEGER", "order_date": "DATE", "status": "VARCHAR"},
    key="id",
    row="order",
    rows="orders",
    promises=(
        KnownValues("status", ("placed", "shipped", "completed", "return_pending", "returned"), unheard_of="lost"),
        ForeignKey("user_id", to="jaffle_shop.customers", verb="belongs to"),
    ),
    small="id <= 18",
    stamp="_etl_loaded_at",
)
PAYMENTS = RawTable(
    name="stripe.payment",
    file=DATA / "payments.csv",
    later_files=later("payments.csv"),
    columns={
        "id": "INTEGER",
        "orderid": "INTEGER",
        "paymentmethod": "VARCHAR",
        "status": "VARCHAR",
        "amount": "INTEGER",
        "created": "DATE",
    },
    key="id",
    row="payment",
    rows="payments",
    promises=(
        ForeignKey("orderid", to="jaffle_shop.orders", verb="is for"),
        KnownValues("status", ("success", "fail", "pending"), unheard_of="refunded"),
    ),
)
RAW_TABLES = (CUSTOMERS, ORDERS, PAYMENTS)
RAW_NAMES = tuple(table.relation for table in RAW_TABLES)
