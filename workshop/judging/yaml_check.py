"""Judge what stands in YAML: what dbt refuses, what it swallows, and data tests by breaking the data."""

from dataclasses import dataclass, replace
from typing import Any

from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.work import DoesNotRun, Model, Work
from workshop.dbt_project.yaml_lint import Finding, deprecated_arguments, lint
from workshop.judging.counterexample import Counterexample
from workshop.judging.exercise import Verdict, known_mistake
from workshop.judging.faults import (
    Caught,
    DataTest,
    Fault,
    compiled_tests,
    failing_on_clean_data,
    inject,
    rows_of,
)
from workshop.judging.misconception import misconception_named
from workshop.judging.model import build_models
from workshop.judging.twin import Built, Twin


@dataclass(frozen=True)
class Compiled:
    """A project that dbt can read: its models and data tests, in a twin that holds them.

    built: what stands for each model in the twin
    """

    models: list[Model]
    tests: list[DataTest]
    findings: list[Finding]
    twin: Twin
    built: dict[str, Built]


def compile_project(work: Work, exercise: str) -> Compiled:
    """Compile all models and tests and build them in a twin.

    Raises DoesNotRun: in the words of a known mistake where one is found in the file that dbt complains about.
    """
    findings = lint(work.project)
    try:
        models, results = work.compiled()
    except DoesNotRun as error:
        raise explained(exercise, error, findings) from error
    twin = Twin()
    built = build_models(twin, models)
    return Compiled(models, compiled_tests(results, work.manifest), findings, twin, built)


REFUSED_BY_DBT = (
    "tab_in_yaml unquoted_jinja indentation not_a_mapping tests_and_data_tests hyphen_in_test_name test_misspelt two_tests_on_one_dash "
    "period_in_the_plural doc_not_there docs_never_closed described_twice sources_misspelt tables_misspelt "
    "freshness_one_level_too_high test_on_the_model"
).split()


def explained(exercise: str, error: DoesNotRun, findings: list[Finding]) -> DoesNotRun:
    """Return dbt's refusal in the words of the known mistake that causes it, with file and line, if there is one."""
    causes = [finding for finding in findings if finding.name in REFUSED_BY_DBT]
    in_file = [finding for finding in causes if finding.file == error.trouble.file]
    for finding in in_file or causes:
        words = misconception_named(exercise, finding.name)
        if words:
            detail = f"{finding.detail[:1].upper()}{finding.detail[1:]}. " if finding.detail else ""
            return DoesNotRun(
                Trouble(error.trouble.said, f"{detail}{words.words}", finding.file, finding.line), finding.name
            )
    return error


def swallowed_by_dbt(exercise: str, findings: list[Finding]) -> Verdict | None:
    """Where nothing is there because dbt ignored it, the verdict that says so in place of "not started"."""
    known = findings_about(exercise, findings)
    return from_finding(exercise, known[0]) if known else None


def findings_about(exercise: str, findings: list[Finding]) -> list[Finding]:
    """Return the findings for which the exercise has words, in files that describe what it is about."""
    subject = "sources" if exercise == "sources" else "models"
    known = [finding for finding in findings if misconception_named(exercise, finding.name)]
    return [finding for finding in known if not finding.about or subject in finding.about]


def from_finding(exercise: str, finding: Finding, **more: Any) -> Verdict:
    mistake = misconception_named(exercise, finding.name)
    detail = f": {finding.detail}" if finding.detail else ""
    return Verdict(False, f"{mistake.words} See {finding.place}{detail}", mistake.title, mistake.name, **more)


def with_detail(verdict: Verdict, detail: str) -> Verdict:
    return replace(verdict, message=f"{verdict.message} Here it is: `{detail}`.")


# -- data tests, judged by breaking the data ---------------------------------------------------------------


def judge_data_tests(
    work: Work,
    exercise: str,
    project: Compiled,
    tests: list[DataTest],
    faults: tuple[Fault, ...],
    praise: str,
    remarks: tuple[str, ...] = (),
) -> Verdict:
    swallowed = findings_about(exercise, project.findings)
    for finding in swallowed:
        if finding.name in ("to_without_ref", "model_not_there"):
            return from_finding(exercise, finding)
    try:
        failing = failing_on_clean_data(project.twin, project.tests)
        caught = tuple(inject(project.twin, project.built, tests, faults))
    except DoesNotRun as error:
        raise explained_test(exercise, error, project.findings) from error
    if failing:
        test, rows = failing[0]
        verdict = known_mistake(exercise, mistake_of_failing(test))
        return replace(
            verdict,
            message=f"On the data as it is, `{test.name}` fails. {verdict.message}",
            counterexample=Counterexample(
                {f"what {test.name} complains about": rows.as_dicts()}, [], [], frozenset(), frozenset()
            ),
        )
    slipped = [each for each in caught if not each.by]
    if slipped:
        return slipped_through(exercise, project, swallowed, slipped, caught)
    warning = sorted(test.name for test in tests if test.warns_only)
    if warning:
        remarks += (f"{listed(warning)} only warn: dbt goes on building when they fail.",)
    return Verdict(True, praise, remarks=remarks + spelling_remarks(work, project), faults=caught)


def slipped_through(
    exercise: str, project: Compiled, swallowed: list[Finding], slipped: list[Caught], caught: tuple[Caught, ...]
) -> Verdict:
    fault = slipped[0].fault
    rows = rows_of(project.twin, project.built, fault)
    shown = Counterexample({fault.relation: rows}, [], [], frozenset(), frozenset())
    sentence = f"{fault.sentence}, and all your tests stay green."
    if swallowed:
        verdict = from_finding(exercise, swallowed[0])
    else:
        of_payments = [each for each in caught if "payment" in each.fault.relation]
        if of_payments and len(slipped) == len(of_payments) and all(not each.by for each in of_payments):
            name = "payments_without_tests"
        else:
            name = next(forgotten for part, forgotten in FORGOTTEN.items() if part in fault.name)
        verdict = known_mistake(exercise, name)
    return replace(verdict, message=f"{sentence} {verdict.message}", counterexample=shown, faults=caught)


FORGOTTEN = {
    "repeated": "unique_forgotten",
    "unknown": "accepted_values_forgotten",
    "without": "not_null_forgotten",
    "of_nobody": "relationships_forgotten",
    "of_no_order": "relationships_forgotten",
}


def mistake_of_failing(test: DataTest) -> str:
    """Return the known mistake behind a test that fails on clean data, by the kind of the test."""
    kinds = {
        "unique": "unique_on_the_wrong_column",
        "not_null": "not_null_where_null_is_right",
        "accepted_values": "accepted_value_missing",
        "relationships": "relationships_to_the_wrong_column",
    }
    return kinds.get(test.kind, "test_fails_on_clean_data")


def explained_test(exercise: str, error: DoesNotRun, findings: list[Finding]) -> DoesNotRun:
    for finding in findings:
        if finding.name in REFUSED_BY_DBT and misconception_named(exercise, finding.name):
            return explained(exercise, error, findings)
    mistake = misconception_named(exercise, "column_not_there")
    if "not found" in error.trouble.said or "does not have a column" in error.trouble.said:
        return DoesNotRun(replace(error.trouble, meaning=f"{error.trouble.meaning} {mistake.words}"), mistake.name)
    return error


def spelling_remarks(work: Work, project: Compiled) -> tuple[str, ...]:
    remarks = [
        f"dbt passes over something in {each.place}: {each.detail}"
        for each in project.findings
        if each.name == "key_misspelt"
    ]
    if found := deprecated_arguments(work.project):
        places = listed(sorted({each.file for each in found}))
        remarks.append(
            f"dbt calls one spelling deprecated ({places}): the arguments of a test belong under `arguments:`. It works for now."
        )
    return tuple(remarks)


def listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
