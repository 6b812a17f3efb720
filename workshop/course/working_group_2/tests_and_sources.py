"""Judge what a project promises about its data: tests of models, and sources with their tests and freshness."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import reference
from workshop.course.working_group_2.layout import STAGING, source_faults, staging_faults
from workshop.dbt_project.sql_tree import reads_of
from workshop.dbt_project.work import NotStarted, Work
from workshop.dbt_project.yaml_files import yaml_outside_models
from workshop.judging.comparison import compare
from workshop.judging.counterexample import side_by_side
from workshop.judging.difference_words import describe
from workshop.judging.findings import from_finding
from workshop.judging.project_trial import ProjectTrial, set_up_project
from workshop.judging.promises import judge_data_tests, spelling_remarks, swallowed_by_dbt
from workshop.judging.twin import content_of, right_models
from workshop.judging.verdict import Verdict, not_yet

WARN_HOURS, ERROR_HOURS = 12, 24
HOURS_IN = {"minute": 1 / 60, "hour": 1, "day": 24}


def check_tests(work: Work) -> Verdict:
    trial = set_up_project(work, "tests", reference())
    tests = [test for test in trial.tests if any(name in reference().models for name in test.depends_on)]
    if not tests:
        if swallowed := swallowed_by_dbt(trial, "models"):
            return swallowed
        raise NotStarted(f"Your models have no tests yet.{what_dbt_does_not_read(work, 'models')}")
    praise = (
        "Each of these breaks in the data would have been noticed, and by a test that says which promise was broken."
    )
    verdict = judge_data_tests(trial, tests, staging_faults(), praise)
    return verdict.remarking(*spelling_remarks(work, trial))


def check_sources(work: Work) -> Verdict:
    trial = set_up_project(work, "sources", reference())
    sources = list(work.manifest.sources.values())
    if not sources:
        if swallowed := swallowed_by_dbt(trial, "sources"):
            return swallowed
        raise NotStarted(f"Your project declares no sources yet.{what_dbt_does_not_read(work, 'sources')}")
    problem = (
        source_not_in_raw(sources)
        or staging_not_on_sources(work, trial)
        or staging_not_right(trial)
        or freshness_problem(sources, trial)
    )
    if problem:
        return problem
    tests = [test for test in trial.tests if any("." in name for name in test.depends_on)]
    praise = (
        "Now dbt knows where your project begins: it draws it, tests it before anything is built on it, and tells you "
        "when the loader has stopped."
    )
    verdict = judge_data_tests(trial, tests, source_faults(), praise, about="sources")
    return verdict.remarking(*spelling_remarks(work, trial))


def what_dbt_does_not_read(work: Work, key: str) -> str:
    file = yaml_outside_models(work.project, key)
    return f" There is `{file}`, but dbt looks for such files in `models` only." if file else ""


# -- sources -----------------------------------------------------------------------------------------------


def named(mistake: str, detail: str = "") -> Verdict:
    return not_yet(reference().mistake("sources", mistake), detail)


def source_not_in_raw(sources: Sequence[Any]) -> Verdict | None:
    raw_tables = [table.name for table in RAW_TABLES]
    for source in sources:
        table = f"{source.schema}.{source.identifier}"
        if source.database != "raw":
            return named("database_missing", source.relation_name.replace('"', ""))
        if table not in raw_tables:
            close = get_close_matches(table, raw_tables, 1, 0.5)
            return named("table_not_in_raw", f"{table}, did you mean {close[0]}?" if close else table)
    declared = {f"{source.schema}.{source.identifier}" for source in sources}
    if missing := [table for table in raw_tables if table not in declared]:
        return named("source_missing", missing[0])
    return None


def staging_not_on_sources(work: Work, trial: ProjectTrial) -> Verdict | None:
    known = {source.relation_name for source in work.manifest.sources.values()}
    for model in trial.models:
        for table in reads_of(model.sql).tables:
            relation = '"' + '"."'.join(table) + '"'
            if table[0] == "raw" and not (relation in known and relation in model.reads):
                return named("still_hard_coded", f"{'.'.join(table)} in {model.path}")
    for name, (_, staged, _) in STAGING.items():
        staging = trial.model(name)
        if staging and not any(relation in known for relation in staging.reads):
            return named("staging_without_source", f"{staging.path}, expected source for {staged.relation}")
    return None


def staging_not_right(trial: ProjectTrial) -> Verdict | None:
    """A staging model that returns something else than before the refactoring."""
    twin, right = trial.patient.twin, right_models(reference())
    for model in trial.models:
        if model.name in STAGING:
            twin.fill(twin.raw.small)
            returned, expected = twin.run(model.sql), right.run(content_of(model.name), twin.raw.small)
            key = expected.columns[0]
            if difference := compare(returned, expected, key):
                words = describe(difference, returned, expected, key)
                verdict = named("staging_changed").adding(f"In `{model.name}`: {words}")
                return replace(verdict, counterexample=side_by_side(returned, expected, key))
    return None


def freshness_problem(sources: Sequence[Any], trial: ProjectTrial) -> Verdict | None:
    orders = next(source for source in sources if f"{source.schema}.{source.identifier}" == "jaffle_shop.orders")
    limits = {name: hours_of(getattr(orders.freshness, name, None)) for name in ("warn_after", "error_after")}
    if limits == {"warn_after": None, "error_after": None}:
        swallowed = [finding for finding in trial.findings if finding.name == "freshness_one_level_too_high"]
        return (
            from_finding(swallowed[0], reference().mistake("sources", swallowed[0].name))
            if swallowed
            else named("freshness_forgotten")
        )
    if not orders.loaded_at_field and not orders.loaded_at_query:
        return named("loaded_at_field_missing")
    if orders.loaded_at_field and "_etl_loaded_at" not in orders.loaded_at_field.lower():
        return named("loaded_at_another_column", orders.loaded_at_field)
    if limits == {"warn_after": ERROR_HOURS, "error_after": WARN_HOURS}:
        return named("warn_and_error_swapped")
    if limits != {"warn_after": WARN_HOURS, "error_after": ERROR_HOURS}:
        seen = [f"{name} {'never' if hours is None else f'{hours:g} hours'}" for name, hours in limits.items()]
        return named("freshness_limits", ", ".join(seen))
    return None


def hours_of(limit: Any) -> float | None:
    if limit is None or limit.count is None or limit.period is None:
        return None
    return float(limit.count * HOURS_IN[str(getattr(limit.period, "value", limit.period))])
