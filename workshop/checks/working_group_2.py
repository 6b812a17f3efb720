"""Group 2: tests, sources, docs, marts."""

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from workshop import reference
from workshop.checks.working_group_1 import check_customers, check_orders
from workshop.comparison import compare, describe
from workshop.counterexample import side_by_side
from workshop.exercise import Exercise, Verdict, known_mistake
from workshop.faults import (
    MART_FAULTS,
    SOURCE_FAULTS,
    STAGING_FAULTS,
)
from workshop.misconceptions import misconception_named
from workshop.sql_tree import reads_of
from workshop.warehouse import RAW_TABLES
from workshop.work import DoesNotRun, NotStarted, Work, ancestors_of
from workshop.yaml_check import (
    Compiled,
    compile_project,
    from_finding,
    judge_data_tests,
    listed,
    spelling_remarks,
    swallowed_by_dbt,
    with_detail,
)
from workshop.yaml_lint import Finding, yaml_outside_models

GROUP = 2
STAGING = {
    "stg_customers": ("models/staging/jaffle_shop", "jaffle_shop.customers"),
    "stg_orders": ("models/staging/jaffle_shop", "jaffle_shop.orders"),
    "stg_payments": ("models/staging/stripe", "stripe.payment"),
}
MARTS = {"dim_customers": "models/marts/core", "fct_orders": "models/marts/core"}
OLD_NAMES = {"customers": "dim_customers", "orders": "fct_orders"}
STATUSES = ("placed", "shipped", "completed", "return_pending", "returned")
WARN_HOURS, ERROR_HOURS = 12, 24
HOURS_IN = {"minute": 1 / 60, "hour": 1, "day": 24}


def check_tests(work: Work) -> Verdict:
    project = compile_project(work, "tests")
    tests = [test for test in project.tests if any(name in reference.models() for name in test.depends_on)]
    if not tests:
        if swallowed := swallowed_by_dbt("tests", project.findings):
            return swallowed
        raise NotStarted(f"Your models have no tests yet.{what_dbt_does_not_read(work, 'models')}")
    return judge_data_tests(
        work,
        "tests",
        project,
        tests,
        STAGING_FAULTS,
        "Each of these breaks in the data would have been noticed, and by a test that says which promise was broken.",
    )


def check_sources(work: Work) -> Verdict:
    project = compile_project(work, "sources")
    sources = list(work.manifest.sources.values())
    if not sources:
        if swallowed := swallowed_by_dbt("sources", project.findings):
            return swallowed
        raise NotStarted(f"Your project declares no sources yet.{what_dbt_does_not_read(work, 'sources')}")
    problem = (
        source_not_in_raw(sources)
        or staging_not_on_sources(work, project)
        or staging_not_right(project)
        or freshness_problem(sources, project.findings)
    )
    if problem:
        return problem
    tests = [test for test in project.tests if any("." in name for name in test.depends_on)]
    return judge_data_tests(
        work,
        "sources",
        project,
        tests,
        SOURCE_FAULTS,
        "Now dbt knows where your project begins: it draws it, tests it before anything is built on it, and tells you "
        "when the loader has stopped.",
    )


def check_docs(work: Work) -> Verdict:
    project = compile_project(work, "docs")
    blocks = {block.name: block.block_contents for block in work.manifest.docs.values() if block.package_name != "dbt"}
    if not blocks:
        if any(work.project.glob("models/**/*.md")):
            return known_mistake("docs", "text_without_a_block")
        outside = [path for path in work.project.glob("**/*.md") if "{% docs" in path.read_text(encoding="utf-8", errors="replace")]
        if outside:
            return with_detail(known_mistake("docs", "block_outside_models"), outside[0].relative_to(work.project).as_posix())
        raise NotStarted("There is no docs block in your project yet.")
    if "order_status" not in blocks:
        return with_detail(known_mistake("docs", "block_called_differently"), ", ".join(sorted(blocks)))
    missing = [status for status in STATUSES if status not in words_of(blocks["order_status"])]
    if missing:
        return with_detail(known_mistake("docs", "block_misses_a_status"), ", ".join(missing))
    if unexplained := unexplained_in(blocks["order_status"]):
        return with_detail(known_mistake("docs", "block_without_meanings"), ", ".join(unexplained))
    column = source_status_column(work)
    if column is None or not (column.description or "").strip():
        return known_mistake("docs", "block_not_used")
    if not column.doc_blocks:
        return known_mistake("docs", "text_in_place_of_the_block")
    remarks = [] if described_sources(work) else ["A source deserves a description of its own, too: where does it come from?"]
    return Verdict(
        True,
        "What a status means is written once, and shown wherever it is used. Change the block, and every page changes.",
        remarks=(*remarks, *spelling_remarks(work, project)),
    )


def check_marts(work: Work) -> Verdict:
    files = {name: path.relative_to(work.project).as_posix() for name, path in work.model_files().items()}
    if not any(name in files for name in MARTS) and not any(path.startswith("models/marts/") for path in files.values()):
        raise NotStarted("There is nothing in `models/marts` yet.")
    if left := [name for name in OLD_NAMES if name in files and OLD_NAMES[name] in files]:
        return with_detail(known_mistake("marts", "left_behind"), ", ".join(files[name] for name in left))
    for name in MARTS:
        if name not in files:
            close = [other for other in get_close_matches(name, files, 3, 0.6) if other not in reference.models()]
            if close:
                return with_detail(known_mistake("marts", "misnamed_mart"), f"{close[0]}, expected {name}")
            return with_detail(known_mistake("marts", "mart_missing"), name)
    for name, folder in MARTS.items():
        if str(PurePosixPath(files[name]).parent) != folder:
            return with_detail(known_mistake("marts", "mart_in_the_wrong_folder"), f"{files[name]}, expected {folder}/{name}.sql")
    for name, (folder, _) in STAGING.items():
        if name in files and str(PurePosixPath(files[name]).parent) != folder:
            mistake = "staging_not_sorted" if files[name] == f"models/staging/{name}.sql" else "staging_in_the_wrong_folder"
            return with_detail(known_mistake("marts", mistake), f"{files[name]}, expected {folder}/{name}.sql")
    try:
        project = compile_project(work, "marts")
    except DoesNotRun as error:
        raise refs_not_changed(error) from error
    for name in MARTS:
        model = next((model for model in project.models if model.name == name), None)
        if model and any(relation.startswith('"raw"') for relation in model.reads):
            return with_detail(known_mistake("marts", "mart_reads_a_source"), files[name])
    mart = next((model for model in project.models if model.name == "dim_customers"), None)
    if mart and "fct_orders" not in ancestors_of(mart, project.models):
        return known_mistake("marts", "dim_customers_not_on_fct_orders")
    for check in (check_orders, check_customers):
        verdict = check(work)
        if not verdict.passed:
            return verdict
    tests = [test for test in project.tests if test.depends_on & set(MARTS)]
    strays = [finding for finding in project.findings if finding.name == "model_not_there"]
    if old := [finding for finding in strays if any(f"`{name}`" in finding.detail for name in OLD_NAMES)]:
        return from_finding("marts", replace(old[0], name="yaml_names_old_models"))
    if not tests and not strays:
        return known_mistake("marts", "marts_without_tests")
    return judge_data_tests(
        work,
        "marts",
        project,
        tests,
        MART_FAULTS,
        "Everything is where others look for it, each mart says what it promises, and the project builds from its sources up.",
        old_relations(work) + mart_description_remarks(work),
    )


def what_dbt_does_not_read(work: Work, key: str) -> str:
    file = yaml_outside_models(work.project, key)
    return f" There is `{file}`, but dbt looks for such files in `models` only." if file else ""


# -- sources -----------------------------------------------------------------------------------------------


def source_not_in_raw(sources: list[Any]) -> Verdict | None:
    for source in sources:
        table = f"{source.schema}.{source.identifier}"
        if source.database != "raw":
            return with_detail(known_mistake("sources", "database_missing"), source.relation_name.replace('"', ""))
        if table not in RAW_TABLES:
            close = get_close_matches(table, RAW_TABLES, 1, 0.5)
            meant = f"{table}, did you mean {close[0]}?" if close else table
            return with_detail(known_mistake("sources", "table_not_in_raw"), meant)
    declared = {f"{source.schema}.{source.identifier}" for source in sources}
    if missing := [table for table in RAW_TABLES if table not in declared]:
        return with_detail(known_mistake("sources", "source_missing"), missing[0])
    return None


def staging_not_on_sources(work: Work, project: Compiled) -> Verdict | None:
    known = {source.relation_name for source in work.manifest.sources.values()}
    for model in project.models:
        for table in reads_of(project.twin.connection, model.sql).tables:
            relation = '"' + '"."'.join(table) + '"'
            if table[0] == "raw" and not (relation in known and relation in model.reads):
                return with_detail(known_mistake("sources", "still_hard_coded"), f"{'.'.join(table)} in {model.path}")
    for name, (_, table) in STAGING.items():
        model = next((model for model in project.models if model.name == name), None)
        if model is not None and not any(relation in known for relation in model.reads):
            return with_detail(known_mistake("sources", "staging_without_source"), f"{model.path}, expected source for raw.{table}")
    return None


def staging_not_right(project: Compiled) -> Verdict | None:
    """A staging model that returns something else than before the refactoring."""
    for model in project.models:
        if model.name in STAGING:
            twin = project.twin
            twin.fill(twin.small_shop)
            expected = twin.rows_of(reference.relation(model.name))
            returned = twin.run(model.sql)
            key = expected.columns[0]
            if difference := compare(returned, expected, key):
                words = describe(difference, returned, expected, key)
                verdict = known_mistake("sources", "staging_changed")
                return replace(
                    verdict, message=f"{verdict.message} In `{model.name}`: {words}", counterexample=side_by_side(returned, expected, key)
                )
    return None


def freshness_problem(sources: list[Any], findings: list[Finding]) -> Verdict | None:
    orders = next(source for source in sources if f"{source.schema}.{source.identifier}" == "jaffle_shop.orders")
    limits = {name: hours_of(getattr(orders.freshness, name, None)) for name in ("warn_after", "error_after")}
    swallowed = [finding for finding in findings if finding.name == "freshness_one_level_too_high"]
    if limits == {"warn_after": None, "error_after": None}:
        return from_finding("sources", swallowed[0]) if swallowed else known_mistake("sources", "freshness_forgotten")
    if not orders.loaded_at_field and not orders.loaded_at_query:
        return known_mistake("sources", "loaded_at_field_missing")
    if orders.loaded_at_field and "_etl_loaded_at" not in orders.loaded_at_field.lower():
        return with_detail(known_mistake("sources", "loaded_at_another_column"), orders.loaded_at_field)
    if limits == {"warn_after": ERROR_HOURS, "error_after": WARN_HOURS}:
        return known_mistake("sources", "warn_and_error_swapped")
    if limits != {"warn_after": WARN_HOURS, "error_after": ERROR_HOURS}:
        seen = ", ".join(f"{name} {'never' if hours is None else f'{hours:g} hours'}" for name, hours in limits.items())
        return with_detail(known_mistake("sources", "freshness_limits"), seen)
    return None


def hours_of(limit: Any) -> float | None:
    if limit is None or limit.count is None or limit.period is None:
        return None
    return limit.count * HOURS_IN[str(getattr(limit.period, "value", limit.period))]


# -- docs and marts ----------------------------------------------------------------------------------------


def words_of(text: str) -> set[str]:
    return set("".join(letter if letter.isalnum() or letter == "_" else " " for letter in text.lower().replace("\\_", "_")).split())


def unexplained_in(block: str) -> list[str]:
    """Return the statuses next to which, up to the next one on either side, there is no word of explanation."""
    text = TODO_OR_COMMENT.sub("", block.lower().replace("\\_", "_"))
    parts = re.split(rf"\b({'|'.join(sorted(STATUSES, key=len, reverse=True))})\b", text)
    explained = {status: False for status in STATUSES}
    for before, status, after in zip(parts[::2], parts[1::2], parts[2::2]):
        explained[status] |= bool(WORD.search(before) or WORD.search(after))
    return [status for status in STATUSES if not explained[status]]


TODO_OR_COMMENT = re.compile(r"<!--.*?-->|^[^\n]*\btodo\b[^\n]*$", re.DOTALL | re.MULTILINE)
WORD = re.compile(r"[^\W\d_]{2}")


def source_status_column(work: Work) -> Any:
    """Return the column `status` of the source's orders, or of a model of orders where there is no such source."""
    sources = [source for source in work.manifest.sources.values() if source.identifier == "orders"]
    models = [node for node in work.manifest.nodes.values() if node.name in ("stg_orders", "orders", "fct_orders")]
    return next((node.columns["status"] for node in sources or models if "status" in node.columns), None)


def described_sources(work: Work) -> bool:
    return all(source.source_description for source in work.manifest.sources.values())


def old_relations(work: Work) -> tuple[str, ...]:
    old = sorted(name for name in work.built if name in OLD_NAMES and name not in work.model_files())
    if not old:
        return ()
    return (
        f"The warehouse still holds {listed(old)}, as built before: dbt never drops what it no longer builds. Whoever reads "
        f"them reads old numbers. Away with them: {' '.join(f'`%sql drop table {name}`' for name in old)}.",
    )


def mart_description_remarks(work: Work) -> tuple[str, ...]:
    orders = next((node for node in work.manifest.nodes.values() if node.name == "fct_orders"), None)
    column = orders.columns.get("status") if orders else None
    if column is None or not column.doc_blocks:
        return ("The `status` of `fct_orders` is the same as that of the source: `doc('order_status')` describes it, too.",)
    return ()


def refs_not_changed(error: DoesNotRun) -> DoesNotRun:
    """Return the refusal in the words of the known mistake, where a ref asks for a mart's old name."""
    if any(f"node named '{name}'" in error.trouble.said for name in OLD_NAMES):
        mistake = misconception_named("marts", "refs_not_changed")
        return DoesNotRun(replace(error.trouble, meaning=mistake.words), mistake.name)
    return error


EXERCISES = (
    Exercise(
        name="tests",
        group=GROUP,
        aim="promises about the data that dbt checks",
        begin="Describe your staging models in `stg_jaffle_shop.yml` and `stg_stripe.yml`, with `data_tests:` below their columns.",
        hints=(
            "Go through the columns others rely on: which may never be empty, which never repeat, which point at another "
            "model, which have a few known values?",
            "`unique` and `not_null` for each id; `accepted_values` for each status; `not_null` and `relationships` for each "
            "column that points at another model.",
            "`- relationships:`, below it `arguments:`, below that `to: ref('stg_customers')` and `field: customer_id`; in the "
            "same way `accepted_values` with `values: ['placed', ...]`.",
        ),
        reason="A key needs two tests, because `unique` says nothing of NULL, and a pointer needs two, because `relationships` "
        "passes over NULL. Values are worth a test where code depends on them, as `orders` does on `success`.",
        check=check_tests,
    ),
    Exercise(
        name="sources",
        group=GROUP,
        aim="raw tables that dbt knows, tests, and watches",
        begin="Declare `jaffle_shop` and `stripe` below `sources:` in a YAML file, then let the staging models read `source(...)`.",
        hints=(
            "What has dbt to know of a raw table to find it? Its database, its schema, its name. The source's name is the schema.",
            "`database: raw` belongs to each source. Tests go to the raw columns (`id`, `user_id`, `orderid`); freshness to the "
            "table `orders`. Then replace `raw.stripe.payment` by `source('stripe', 'payment')`.",
            "Below `- name: orders`: `config:`, and in it `loaded_at_field: _etl_loaded_at`, `freshness:`, and in that "
            "`warn_after: {count: 12, period: hour}` and `error_after: {count: 24, period: hour}`.",
        ),
        reason="Raw tables are named in one file only: when they move, one line changes. Their tests say whether the loader's data "
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
            "In `src_jaffle_shop.yml`, at the column `status` of `orders`: `description: \"{{ doc('order_status') }}\"`.",
        ),
        reason="A description that is copied is wrong in one place before long. The block is written once and shown everywhere, and dbt "
        "stops when it is gone.",
        check=check_docs,
    ),
    Exercise(
        name="marts",
        group=GROUP,
        aim="everything where others look for it",
        begin="Move the models with `%dbtmove` into `models/marts/core` and `models/staging/...`, as the tree in the notebook shows.",
        hints=(
            "Ten files move, two of them to a new name. What refers to the old names?",
            "`customers` becomes `dim_customers` and `orders` becomes `fct_orders`. `ref('orders')` in `dim_customers` has to follow. "
            "YAML knows a model by its name, wherever the file lies.",
            "`%dbtmove models/orders.sql models/marts/core/fct_orders.sql`, and so on. Then `core.yml` with the columns and tests of "
            "both marts, and `%dbt build`.",
        ),
        reason="Folders are the DAG: staging by source, marts by who reads them. `dim_` and `fct_` tell a reader what to expect, things "
        "or events, before opening the file.",
        check=check_marts,
    ),
)
