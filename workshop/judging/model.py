"""Judge a model by what it returns: in a twin of the warehouse, against the answer, by column, grain and value.

A wrong model is named (which known mistake returns the same?) and shown (on which smallest shop?).
"""

from collections.abc import Sequence

from workshop.dbt_project.sql_text import has_comma_before_from
from workshop.dbt_project.work import Work
from workshop.judging.expectations import Finding, ModelAnswer, compare_with_answer
from workshop.judging.explanation import show
from workshop.judging.recognition import recognise
from workshop.judging.reference import Reference
from workshop.judging.right_models import content_of, right_models
from workshop.judging.trial import Trial, set_up
from workshop.judging.verdict import PASSED, Verdict, not_yet


def judge_model(work: Work, answer: ModelAnswer, reference: Reference) -> Verdict:
    """Return the verdict on the learner's model. Raises NotStarted, DoesNotRun."""
    trial = set_up(work, name_now(work, answer), reference)
    if tables := trial.hard_coded_tables(answer.may_read):
        return hard_coded(tables, answer, reference)
    finding = compare_with_answer(trial, answer)
    if finding.difference:
        return show(trial, answer, finding, recognise(finding, answer, reference))
    return praise(trial, answer, finding)


def name_now(work: Work, answer: ModelAnswer) -> str:
    """Return what the model is called in this project: a later exercise may have renamed it."""
    is_renamed = answer.later_name in work.model_files and answer.name not in work.model_files
    return answer.later_name if is_renamed and answer.later_name else answer.name


def hard_coded(tables: Sequence[str], answer: ModelAnswer, reference: Reference) -> Verdict:
    verdict = not_yet(reference.mistake(answer.name, "hard_coded_table"))
    return verdict.adding(f"Here it is: {', '.join(f'`{table}`' for table in tables)}.")


def praise(trial: Trial, answer: ModelAnswer, finding: Finding) -> Verdict:
    """Return "right", with remarks on what is accepted and odd."""
    remarks = [finding.expected.remark] if finding.expected.remark else []
    right = right_models(trial.reference)
    wanted = right.result(content_of(answer.name), right.raw.small).columns
    if extra := [name for name in trial.run(right.raw.small).columns if name not in wanted]:
        remarks.append(
            f"You return more columns than were asked for ({', '.join(f'`{name}`' for name in extra)}). That is fine; "
            "each column of a model is a promise that somebody will build on."
        )
    if not trial.model.path.startswith(f"{answer.folder}/"):
        remarks.append(f"The file is `{trial.model.path}`; others of its kind are in `{answer.folder}`.")
    if has_comma_before_from(trial.model.sql):
        remarks.append("There is a comma right before `from`. DuckDB forgives it; most other warehouses do not.")
    return Verdict(PASSED, answer.praise, remarks=tuple(remarks))
