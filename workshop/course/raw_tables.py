"""The jaffle shop's raw tables. `data/README.md` says what is in them on purpose."""

from workshop.dbt_project.raw_table import ForeignKey, KnownValues, RawTable
from workshop.places import DATA

CUSTOMERS = RawTable(
    name="jaffle_shop.customers",
    file=DATA / "customers.csv",
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
