"""Where the models of group 2 belong, and what their older names were."""

STAGING = {
    "stg_customers": ("models/staging/jaffle_shop", "jaffle_shop.customers"),
    "stg_orders": ("models/staging/jaffle_shop", "jaffle_shop.orders"),
    "stg_payments": ("models/staging/stripe", "stripe.payment"),
}
MARTS = {"dim_customers": "models/marts/core", "fct_orders": "models/marts/core"}
OLD_NAMES = {"customers": "dim_customers", "orders": "fct_orders"}
