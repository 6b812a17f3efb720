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
            "another model, which have a few known values?",
            "`unique` and `not_null` for each id; `accepted_values` for each status; `not_null` and `relationships` "
            "for each column that points at another model.",
            "`- relationships:`, below it `arguments:`, below that `to: ref('stg_customers')` and `field: "
            "customer_id`; in the same way `accepted_values` with `values: ['placed', ...]`.",
        ),
        reason="A test that can't fail is worth nothing, so the check breaks the data. A key needs two tests, because "
        "`unique` passes over NULL. A pointer needs two, because `relationships` does so, too. Values are worth a "
        "test where a model depends on them, as `orders` does on `success`.",
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
            "freshness to the table `orders`. Then replace `raw.stripe.payment` by `source('stripe', 'payment')`.",
            "Below `- name: orders`: `config:`, and in it `loaded_at_field: _etl_loaded_at`, `freshness:`, and in "
            "that `warn_after: {count: 12, period: hour}` and `error_after: {count: 24, period: hour}`.",
        ),
        reason="When a raw table moves, one line changes. Tests of a source say that the data came in broken, before "
        "your models are blamed. Freshness says whether it came at all.",
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
            "In `src_jaffle_shop.yml`, at `status` of `orders`: `description: \"{{ doc('order_status') }}\"`.",
        ),
        reason="A text that is copied is soon wrong in one of its places. And where a block is missing, dbt stops, so "
        "nobody finds an empty page.",
        check=check_docs,
    ),
    Exercise(
        name="marts",
        group=GROUP,
        aim="everything where others look for it",
        begin="Move the models with `%dbtmove` into `models/marts/core` and `models/staging/...`, as the tree in the "
        "notebook shows.",
        hints=(
            "Ten files move, two of them to a new name. What speaks of the old names?",
            "`customers` becomes `dim_customers` and `orders` becomes `fct_orders`. `ref('orders')` in "
            "`dim_customers` has to follow. YAML knows a model by its name, wherever the file lies.",
            "`%dbtmove models/orders.sql models/marts/core/fct_orders.sql`, and so on. Then `core.yml` with the "
            "columns and tests of both marts, and `%dbt build`.",
        ),
        reason="Folders follow the lineage: staging by source, marts by who reads them. A name says what to expect "
        "before anybody opens the file: `dim_` for things, `fct_` for what happened.",
        check=check_marts,
    ),
)
