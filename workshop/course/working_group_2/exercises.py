"""The exercises of group 2, in order: where to begin, hints, and the reason of each answer."""

from workshop.course.working_group_2.docs import check_docs
from workshop.course.working_group_2.marts import check_marts
from workshop.course.working_group_2.tests_and_sources import check_sources, check_tests
from workshop.judging.exercise import Exercise

GROUP = 2

EXERCISES = (
    Exercise(
        name="tests",
        group=GROUP,
        aim="promises about the data that dbt checks",
        begin="Describe your staging models in `stg_jaffle_shop.yml` and `stg_stripe.yml`, with `data_tests:` below "
        "their columns.",
        hints=(
            "Go through the columns others rely on: which may never be empty, which never repeat, which point at "
            "another "
            "model, which have a few known values?",
            "`unique` and `not_null` for each id; `accepted_values` for each status; `not_null` and `relationships` "
            "for each "
            "column that points at another model.",
            "`- relationships:`, below it `arguments:`, below that `to: ref('stg_customers')` and `field: "
            "customer_id`; in the "
            "same way `accepted_values` with `values: ['placed', ...]`.",
        ),
        reason="A key needs two tests, because `unique` says nothing of NULL, and a pointer needs two, because "
        "`relationships` "
        "passes over NULL. Values are worth a test where code depends on them, as `orders` does on `success`.",
        check=check_tests,
    ),
    Exercise(
        name="sources",
        group=GROUP,
        aim="raw tables that dbt knows, tests, and watches",
        begin="Declare `jaffle_shop` and `stripe` below `sources:` in a YAML file, then let the staging models read "
        "`source(...)`.",
        hints=(
            "What has dbt to know of a raw table to find it? Its database, its schema, its name. The source's name is "
            "the schema.",
            "`database: raw` belongs to each source. Tests go to the raw columns (`id`, `user_id`, `orderid`); "
            "freshness to the "
            "table `orders`. Then replace `raw.stripe.payment` by `source('stripe', 'payment')`.",
            "Below `- name: orders`: `config:`, and in it `loaded_at_field: _etl_loaded_at`, `freshness:`, and in that "
            "`warn_after: {count: 12, period: hour}` and `error_after: {count: 24, period: hour}`.",
        ),
        reason="Raw tables are named in one file only: when they move, one line changes. Their tests say whether the "
        "loader's data "
        "is broken before your models are blamed, and freshness says whether it came at all.",
        check=check_sources,
    ),
    Exercise(
        name="docs",
        group=GROUP,
        aim="what a status means, written once",
        begin="Write `{% docs order_status %}` ... `{% enddocs %}` into an `.md` file below `models/`.",
        hints=(
            "A block is Markdown between `{% docs order_status %}` and `{% enddocs %}`. It explains all five statuses.",
            "Use it where the column is described, in quotes, because YAML takes a bare `{` for something else.",
            "In `src_jaffle_shop.yml`, at the column `status` of `orders`: `description: \"{{ doc('order_status') "
            '}}"`.',
        ),
        reason="A description that is copied is wrong in one place before long. The block is written once and shown "
        "everywhere, and dbt "
        "stops when it is gone.",
        check=check_docs,
    ),
    Exercise(
        name="marts",
        group=GROUP,
        aim="everything where others look for it",
        begin="Move the models with `%dbtmove` into `models/marts/core` and `models/staging/...`, as the tree in the "
        "notebook shows.",
        hints=(
            "Ten files move, two of them to a new name. What refers to the old names?",
            "`customers` becomes `dim_customers` and `orders` becomes `fct_orders`. `ref('orders')` in `dim_customers` "
            "has to follow. "
            "YAML knows a model by its name, wherever the file lies.",
            "`%dbtmove models/orders.sql models/marts/core/fct_orders.sql`, and so on. Then `core.yml` with the "
            "columns and tests of "
            "both marts, and `%dbt build`.",
        ),
        reason="Folders are the DAG: staging by source, marts by who reads them. `dim_` and `fct_` tell a reader what "
        "to expect, things "
        "or events, before opening the file.",
        check=check_marts,
    ),
)
