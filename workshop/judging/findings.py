"""What a lint finds in a project's YAML, in the words of the known mistakes."""

from collections.abc import Sequence
from dataclasses import replace

from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.work import DoesNotRun
from workshop.dbt_project.yaml_finding import Finding
from workshop.judging.data_tests import TestDoesNotRun
from workshop.judging.misconception import Misconception
from workshop.judging.reference import Reference
from workshop.judging.verdict import Verdict, not_yet

RAW_NAMES_COUNT = (
    "A raw table has the names that the loader gave its columns; yours begin in staging. Look at the columns of the "
    "source, and at `field:` where another source is meant."
)
MENDED_BY_ANOTHER_FILE = ("model_not_there", "to_not_there", "described_twice")
REFUSED_BY_DBT = """
    tab_in_yaml unquoted_jinja indentation not_a_mapping tests_and_data_tests hyphen_in_test_name test_misspelt
    two_tests_on_one_dash period_in_the_plural doc_not_there docs_never_closed described_twice sources_misspelt
    tables_misspelt freshness_one_level_too_high test_on_the_model
""".split()


def explained(exercise: str, error: DoesNotRun, findings: Sequence[Finding], reference: Reference) -> DoesNotRun:
    """Return dbt's refusal in the words of the known mistake that causes it, with file and line, if there is one."""
    causes = [finding for finding in findings if finding.name in REFUSED_BY_DBT]
    in_file = [finding for finding in causes if finding.file == error.trouble.file]
    is_of_yaml = error.trouble.file.endswith((".yml", ".yaml", ".md"))
    if error.trouble.shown and is_of_yaml:  # the slip is known, and another line is told in no words of its own
        causes = in_file = [finding for finding in in_file if finding.line == error.trouble.line]
    for finding in in_file or causes:
        if mistake := reference.find_mistake(exercise, finding.name):
            said = words_of(finding, mistake.words)
            shown = error.trouble.shown if finding.line == error.trouble.line else ""
            trouble = Trouble(error.trouble.said, said, finding.file, finding.line, shown, error.trouble.whole)
            return DoesNotRun(trouble, finding.name)
    return error


def explained_test(exercise: str, error: DoesNotRun, findings: Sequence[Finding], reference: Reference) -> DoesNotRun:
    """Return DuckDB's refusal of a test in the words of the known mistake that causes it, if there is one.

    A test of a raw table has other words than a test of a model: its columns have the names of the loader.
    """
    causes = [finding for finding in findings if finding.name in REFUSED_BY_DBT]
    if any(reference.find_mistake(exercise, finding.name) for finding in causes):
        return explained(exercise, error, findings, reference)
    mistake = reference.find_mistake(exercise, "column_not_there")
    if mistake and ("not found" in error.trouble.said or "does not have a column" in error.trouble.said):
        is_of_a_source = isinstance(error, TestDoesNotRun) and error.test.is_of_a_source
        words = RAW_NAMES_COUNT if is_of_a_source else mistake.words
        trouble = replace(error.trouble, meaning=f"{error.trouble.meaning} {words}")
        return DoesNotRun(trouble, mistake.name)
    if shape := next((finding for finding in findings if finding.name == "another_shape"), None):
        return DoesNotRun(replace(error.trouble, meaning=shape.words, file=shape.file, line=shape.line))
    return error


def findings_about(
    about: str, exercise: str, findings: Sequence[Finding], reference: Reference
) -> list[tuple[Finding, Verdict]]:
    """Return the findings for which there are words, in files that describe `about` ("models" or "sources")."""
    found = []
    for finding in findings:
        mistake = reference.find_mistake(exercise, finding.name)
        if mistake and (not finding.about or about in finding.about):
            found.append((finding, from_finding(finding, mistake)))
    return found


def from_finding(finding: Finding, mistake: Misconception) -> Verdict:
    """Return "not yet" in the words of the mistake that a finding shows, with its place."""
    detail = f": {finding.detail}" if finding.detail else ""
    return not_yet(mistake).adding(f"See {finding.place}{detail}")


def slip_in(file: str, findings: Sequence[Finding], reference: Reference) -> Trouble | None:
    """Return the first thing that a lint finds in a file, and that no other file still to be written can mend."""
    for finding in findings:
        mistake = reference.find_mistake(next(iter(reference.mistake_folders)), finding.name)
        words = words_of(finding, mistake.words if mistake else "")
        if finding.file == file and finding.name not in MENDED_BY_ANOTHER_FILE and words:
            return Trouble("Something in it is not as dbt expects it.", words, finding.file, finding.line)
    return None


def words_of(finding: Finding, otherwise: str) -> str:
    """Return what is said of a finding; `otherwise` where it has no words of its own."""
    return " ".join(filter(None, (sentence(finding.detail), finding.words or otherwise)))


def sentence(detail: str) -> str:
    """Return a detail with a capital at its beginning and a full stop at its end; "" for none."""
    ended = detail if detail.endswith(("?", ".")) else f"{detail}."
    return f"{ended[:1].upper()}{ended[1:]}" if detail else ""
