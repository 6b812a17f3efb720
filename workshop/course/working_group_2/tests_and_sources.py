"""Judge what a project promises about its data: tests of models, and sources with their tests and freshness."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from workshop.course import reference
from workshop.course.working_group_2.layout import STAGING
from workshop.dbt_project.sql_tree import reads_of
from workshop.dbt_project.warehouse import RAW_TABLES
from workshop.dbt_project.work import NotStarted, Work
from workshop.dbt_project.yaml_lint import Finding, yaml_outside_models
from workshop.judging.comparison import compare, describe
from workshop.judging.counterexample import side_by_side
from workshop.judging.exercise import Verdict, known_mistake
from workshop.judging.faults import SOURCE_FAULTS, STAGING_FAULTS
from workshop.judging.yaml_check import (
    Compiled,
    compile_project,
    from_finding,
    judge_data_tests,
    swallowed_by_dbt,
    with_detail,
)

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
            return with_detail(
                known_mistake("sources", "staging_without_source"), f"{model.path}, expected source for raw.{table}"
            )
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
                    verdict,
                    message=f"{verdict.message} In `{model.name}`: {words}",
                    counterexample=side_by_side(returned, expected, key),
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
