"""Where the models of group 2 belong, what they hold of the raw tables, and what their older names were."""

from functools import cache

from workshop.course.raw_tables import CUSTOMERS, ORDERS, PAYMENTS, RAW_TABLES
from workshop.judging.faults import Fault, faults_of
from workshop.judging.raw_data import raw_data

# model: its folder, the raw table that it stages, and what it calls the columns that it answers for
STAGING = {
    "stg_customers": ("models/staging/jaffle_shop", CUSTOMERS, {"id": "customer_id"}),
    "stg_orders": (
        "models/staging/jaffle_shop",
        ORDERS,
        {"id": "order_id", "user_id": "customer_id", "status": "status"},
    ),
    "stg_payments": (
        "models/staging/stripe",
        PAYMENTS,
        {"id": "payment_id", "orderid": "order_id", "status": "status"},
    ),
}
MARTS = {
    "dim_customers": ("models/marts/core", CUSTOMERS, {"id": "customer_id"}),
    "fct_orders": ("models/marts/core", ORDERS, {"id": "order_id", "status": "status"}),
}
OLD_NAMES = {"customers": "dim_customers", "orders": "fct_orders"}


@cache
def source_faults() -> tuple[Fault, ...]:
    """Return how the raw tables can break."""
    raw = raw_data(RAW_TABLES)
    return tuple(fault for table in RAW_TABLES for fault in faults_of(raw, table))


@cache
def staging_faults() -> tuple[Fault, ...]:
    """Return how the staging models can break."""
    raw = raw_data(RAW_TABLES)
    return tuple(
        fault for name, (_, table, columns) in STAGING.items() for fault in faults_of(raw, table, name, columns)
    )


@cache
def mart_faults() -> tuple[Fault, ...]:
    """Return how the marts can break."""
    raw = raw_data(RAW_TABLES)
    return tuple(fault for name, (_, table, columns) in MARTS.items() for fault in faults_of(raw, table, name, columns))
