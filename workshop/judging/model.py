"""Judge a model by what it returns: in a twin of the warehouse, against the answer, by column, grain and value.

A wrong model is named (which known mistake returns the same?) and shown (on which smallest shop?).
"""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial

from workshop.dbt_project.files import tidy
from workshop.dbt_project.model import Model
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.work import NotStarted, Work
from workshop.judging.explanation import hard_coded, praise, show, show_on_everything
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.recognition import recognise
from workshop.judging.reference import Reference
from workshop.judging.refusal import told_in_full
from workshop.judging.remembered import memory_for
from workshop.judging.silent_slips import silent_slips
from workshop.judging.trial import set_up
from workshop.judging.verdict import Verdict, not_yet


def judge_model(work: Work, answer: ModelAnswer, reference: Reference) -> Verdict:
    """Return the verdict on the learner's model: compile, run, compare, name, show. Raises NotStarted, DoesNotRun."""
    models = tuple(compiled(work, answer, reference))
    memory = memory_for(work.memory, (model.sql for model in models))
    return memory.find((answer, reference, models), partial(judge_compiled, models, answer, reference))


def judge_compiled(models: Sequence[Model], answer: ModelAnswer, reference: Reference) -> Verdict:
    """Return the verdict on the last of the compiled models, which depends on nothing else. Raises DoesNotRun."""
    trial = set_up(models, answer, reference)
    if tables := trial.hard_coded_tables():
        return hard_coded(reference.mistake(answer.of_exercise, "hard_coded_table"), tables)
    finding = trial.compare()
    if not finding.difference and not trial.is_built_on(answer.built_on):
        return not_yet(reference.mistake(answer.of_exercise, f"not_built_on_{answer.built_on[0].name}"))
    if not finding.difference:
        return praise(finding, trial.model, answer)
    recognised = recognise(finding, trial.on_everything, answer, reference)
    slips = silent_slips(trial.model, reference)
    if finding.part is trial.right.raw.whole:
        return with_slips(show_on_everything(finding, recognised, answer), slips)
    return with_slips(show(finding, trial.shrink(finding, recognised.aspects), recognised, answer), slips)


def with_slips(verdict: Verdict, slips: str) -> Verdict:
    return verdict.adding(slips) if slips else verdict


def compiled(work: Work, answer: ModelAnswer, reference: Reference) -> Sequence[Model]:
    """Return the models that the answer's model is built on, parents first, and itself last.

    Raises NotStarted where it has no file, an empty one, or the starter's; DoesNotRun.
    """
    name, files = answer.name_among(work.model_files), work.model_files
    if name not in files:
        close = get_close_matches(name, files.keys() - reference.starter.keys(), 1, 0.75)
        hint = f" There is a `{close[0]}.sql`: is that it? The name counts, letter by letter." if close else ""
        raise NotStarted(f"There is no model `{name}` in your project yet.{hint}")
    text = files[name].read_text(encoding="utf-8", errors="replace")
    if not without_comments(text).strip():
        raise NotStarted(f"`{name}.sql` is there, and still empty.")
    if reference.starter.get(name) == tidy(text):
        raise NotStarted(f"`{name}.sql` is as the starter project has it.")
    with told_in_full(work, reference):
        return work.with_ancestors(name)
