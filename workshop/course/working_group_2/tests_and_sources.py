"""Judge what a project promises about its data: tests of models, and sources with their tests and freshness."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import reference
from workshop.course.working_group_2.freshness import freshness_problem
from workshop.course.working_group_2.layout import STAGING, source_faults, staging_faults
from workshop.dbt_project.model import ancestors_of
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.sql_tree import parts_of, reads_of
from workshop.dbt_project.work import NotStarted, Work
from workshop.dbt_project.yaml_files import yaml_outside_models
from workshop.judging.comparison import compare
from workshop.judging.counterexample import side_by_side
from workshop.judging.data_tests import DataTest
from workshop.judging.difference_words import describe
from workshop.judging.project_trial import ProjectTrial, set_up_project
from workshop.judging.promises import judge_data_tests, spelling_remarks, swallowed_by_dbt, with_slips
from workshop.judging.twin import content_of, right_models
from workshop.judging.verdict import Verdict, not_yet


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
    verdict = with_slips(judge_data_tests(trial, tests, staging_faults(), praise), trial, "models")
    for model in trial.models:
        if verdict.has_passed and model.name in STAGING:
            trial.rows_of(model)  # raises DoesNotRun: dbt could not run its tests
    return verdict.remarking(*too_late_remarks(trial, tests), *spelling_remarks(work, trial))


def check_sources(work: Work) -> Verdict:
    trial = set_up_project(work, "sources", reference())
    sources = list(work.manifest.sources.values())
    if not sources:
        if swallowed := swallowed_by_dbt(trial, "sources"):
            return swallowed
        raise NotStarted(f"Your project declares no sources yet.{what_dbt_does_not_read(work, 'sources')}")
    problem = (
        source_not_in_raw(sources, {node.database for node in work.manifest.nodes.values()})
        or staging_not_on_sources(work, trial)
        or staging_not_right(trial)
        or freshness_problem(work, trial)
    )
    if problem:
        return with_slips(problem, trial, "sources")
    tests = [test for test in trial.tests if any("." in name for name in test.depends_on)]
    praise = (
        "Now dbt knows where your project begins: it draws it, tests it before anything is built on it, and tells you "
        "when the loader has stopped."
    )
    verdict = judge_data_tests(trial, tests, source_faults(), praise, about="sources")
    if verdict.has_passed:
        verdict = held_by_a_model(trial, tests) or verdict
    verdict = with_slips(verdict, trial, "sources")
    return verdict.remarking(*spelling_remarks(work, trial))


def too_late_remarks(trial: ProjectTrial, tests: Sequence[DataTest]) -> list[str]:
    """Say which tests of a staging model look into a model that is built on it, and so run only when that is there."""
    staging = {model.relation: model.name for model in trial.models if model.name in STAGING}
    found = []
    for test in tests:
        own = staging.get(test.relation)
        others = [other for other in trial.models if other.name in test.depends_on and test.kind == "relationships"]
        for other in others:
            if own in ancestors_of(other, list(trial.models)):
                found.append(
                    f"`{own}` is looked up in `{other.name}`, which is built on it: dbt can run that test only when "
                    f"`{other.name}` is there, on broken data too. A model that comes before is the better one to ask."
                )
    return found


def what_dbt_does_not_read(work: Work, key: str) -> str:
    file = yaml_outside_models(work.project, key)
    return f" There is `{file}`, but dbt looks for such files in `models` only." if file else ""


# -- sources -----------------------------------------------------------------------------------------------


def named(mistake: str, detail: str = "") -> Verdict:
    return not_yet(reference().mistake("sources", mistake), detail)


def source_not_in_raw(sources: Sequence[Any], built_in: Set[str | None]) -> Verdict | None:
    """Compare what is declared with the raw tables; to DuckDB, capitals are the same.

    built_in: the databases in which the models are, where dbt looks for a source that names none
    """
    raw_tables = [table.name for table in RAW_TABLES]
    for source in sources:
        if source.database.lower() != "raw":
            mistake = "database_missing" if source.database in built_in else "another_database"
            return named(mistake, source.relation_name.replace('"', ""))
        table = table_of(source)
        if table not in raw_tables:
            close = get_close_matches(table, raw_tables, 1, 0.5)
            return named("table_not_in_raw", f"{table}, did you mean {close[0]}?" if close else table)
    declared = {table_of(source) for source in sources}
    if missing := [table for table in raw_tables if table not in declared]:
        return named("source_missing", missing[0])
    return None


def held_by_a_model(trial: ProjectTrial, tests: Sequence[DataTest]) -> Verdict | None:
    """Return what is wrong where only a look into a model tells that a raw table is broken."""
    into_models = [test for test in tests if test.is_of_a_source and test.kind == "relationships" and into_model(test)]
    others = [test for test in tests if test not in into_models]
    if into_models and not judge_data_tests(trial, others, source_faults(), "", about="sources").has_passed:
        return named("source_test_on_a_model", into_models[0].name)
    return None


def into_model(test: DataTest) -> bool:
    return any("." not in name for name in test.depends_on)


def staging_not_on_sources(work: Work, trial: ProjectTrial) -> Verdict | None:
    """Return what is wrong where a model names a raw table itself, or a staging model reads no source."""
    known = {parts_of(source.relation_name) for source in work.manifest.sources.values()}
    for model in trial.models:
        reads = {parts_of(relation) for relation in model.reads}
        for table in reads_of(model.sql).tables:
            if table[0] == "raw" and not (table in known and table in reads):
                return named("still_hard_coded", f"{'.'.join(table)} in {model.path}")
        if written := written_out(work.project / model.path):
            return named("still_hard_coded", f"{written} in {model.path}")
    for name, (_, staged, _) in STAGING.items():
        staging = trial.model(name)
        if staging and not known & {parts_of(relation) for relation in staging.reads}:
            return named("staging_without_source", f"{staging.path}, expected source for {staged.relation}")
    return None


def written_out(file: Path) -> str | None:
    """Return a raw table that a model's file names itself; its source() may stand beside, in a comment."""
    text = without_comments(file.read_text(encoding="utf-8", errors="replace"))
    found = WRITTEN_OUT.search(JINJA.sub(" ", text))
    return re.sub(r'[\s"]', "", found.group()) if found else None


WRITTEN_OUT = re.compile(r'(?<![\w."])"?raw"?\s*\.\s*"?\w+"?\s*\.\s*"?\w+"?', re.IGNORECASE)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def staging_not_right(trial: ProjectTrial) -> Verdict | None:
    """Return what is wrong where a staging model returns something else than before. Raises DoesNotRun."""
    right = right_models(reference())
    for model in trial.models:
        if model.name in STAGING:
            returned, expected = trial.rows_of(model), right.run(content_of(model.name), right.raw.small)
            key = expected.columns[0]
            if difference := compare(returned, expected, key):
                words = describe(difference, returned, expected, key)
                verdict = named("staging_changed").adding(f"In `{model.name}`: {words}")
                return replace(verdict, counterexample=side_by_side(returned, expected, key))
    return None


def table_of(source: Any) -> str:
    return f"{source.schema}.{source.identifier}".lower()
