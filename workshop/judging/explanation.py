"""A finding, put into words: praise where a model is right, and else its mistake and the rows that show it."""

from collections.abc import Mapping
from dataclasses import replace

from workshop.dbt_project.model import Model
from workshop.dbt_project.sql_text import has_comma_before_from
from workshop.judging.counterexample import Counterexample, side_by_side
from workshop.judging.difference_words import describe
from workshop.judging.misconception import Misconception
from workshop.judging.model_answer import Finding, ModelAnswer
from workshop.judging.recognition import Recognised
from workshop.judging.verdict import NOT_YET, PASSED, Verdict, not_yet


def show(finding: Finding, smallest: Finding | None, recognised: Recognised, answer: ModelAnswer) -> Verdict:
    """Return the verdict on a model that differs, in the words of the known mistake or in words about the rows shown.

    smallest: the finding on as few rows as show it, or None where no row does
    """
    shown = counterexample(smallest, answer) if smallest else None
    if recognised.mistake is None:
        return unknown(smallest or finding, shown, answer)
    remarks = () if recognised.is_all else ("There is more to mend: check again when this is done.",)
    return replace(not_yet(recognised.mistake), remarks=remarks, counterexample=shown)


def show_on_everything(finding: Finding, recognised: Recognised, answer: ModelAnswer) -> Verdict:
    """Return the verdict on a model that differs on the whole raw data only."""
    verdict = show(finding, finding, recognised, answer)
    few_and_all = "A few rows come out right, and the whole raw data does not."
    title = verdict.title if recognised.mistake else "Not on all of the data"
    return replace(verdict, title=title, message=f"{few_and_all} {verdict.message}")


def hard_coded(mistake: Misconception, tables: Mapping[str, str]) -> Verdict:
    """Return the verdict on a model that names tables without dbt's knowing.

    tables: each with the model to be named in its place, or ""
    """
    found = [f"`{table}`{f', where `{in_ref(model)}` belongs' if model else ''}" for table, model in tables.items()]
    return not_yet(mistake).adding(f"Here it is: {'; '.join(found)}.")


def praise(finding: Finding, model: Model, answer: ModelAnswer) -> Verdict:
    """Return "right", with remarks on what is accepted and odd."""
    remarks = [finding.expectation.remark] if finding.expectation.remark else []
    if extra := [name for name in finding.returned.columns if name not in finding.expected.columns]:
        remarks.append(
            f"You return more columns than were asked for ({', '.join(f'`{name}`' for name in extra)}). That is fine; "
            "each column of a model is a promise that somebody will build on."
        )
    if not model.path.startswith(f"{answer.folder}/"):
        remarks.append(f"The file is `{model.path}`; others of its kind are in `{answer.folder}`.")
    if has_comma_before_from(model.sql):
        remarks.append("There is a comma right before `from`. DuckDB forgives it; most other warehouses do not.")
    return Verdict(PASSED, answer.praise, remarks=tuple(remarks))


# -- how ---------------------------------------------------------------------------------------------------


def in_ref(model: str) -> str:
    return f"{{{{ ref('{model}') }}}}"


def unknown(finding: Finding, shown: Counterexample | None, answer: ModelAnswer) -> Verdict:
    words = describe(finding.difference, finding.returned, finding.expected, answer.key)
    return Verdict(NOT_YET, words, "Not what was expected", counterexample=shown)


def counterexample(finding: Finding, answer: ModelAnswer) -> Counterexample:
    inputs = {name: rows.as_dicts() for name, rows in finding.inputs.items()}
    return side_by_side(finding.returned, finding.expected, answer.key, inputs)
