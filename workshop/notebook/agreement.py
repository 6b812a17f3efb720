"""One sentence where the warehouse and the project's files don't agree, with the command that brings them level."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import ParamSpec

import duckdb

from workshop.course.reference import answers
from workshop.dbt_project.agreement import Behind, Why, disagreements, left_over
from workshop.dbt_project.files import ProjectTrouble
from workshop.dbt_project.model import Model, ancestors_of
from workshop.dbt_project.words import listed
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.exercise import Exercise
from workshop.notebook.session import Session

MOST_NAMES = 3

P = ParamSpec("P")


def or_nothing(say: Callable[P, str]) -> Callable[P, str]:
    """Where the project or the warehouse can't be read, nothing is said: somebody else says why."""

    @wraps(say)
    def run(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            return say(*args, **kwargs)
        except (DoesNotRun, ProjectTrouble, duckdb.Error):
            return ""

    return run


@or_nothing
def of_model(session: Session, work: Work, name: str) -> str:
    """Return what is to be said of a model and all that it is built on, or ""."""
    return said_of(session, work.with_ancestors(name), work, [name])


@or_nothing
def of_exercise(session: Session, work: Work, exercise: Exercise) -> str:
    """Return what is to be said of the models that an exercise is about, or ""."""
    edits = [edit for edit in answers()[exercise.name].edits if edit.path.startswith("models/")]
    if not edits or not session.is_open:
        return ""
    if exercise.name in work.model_files:
        return of_model(session, work, exercise.name)
    moved = {stem(edit.path) for edit in edits if edit.moved_to}
    old = [name for name in leftovers(session, work) if name in moved]
    return " ".join(filter(None, [of_models(session, work), sentence_on_leftovers(old)]))


@or_nothing
def of_query(session: Session, query: str) -> str:
    """Return what is to be said of the models that a query names, or ""."""
    work = Work(session.project)
    words = set(re.findall(r"\w+", query))
    said = sentence_on_leftovers([name for name in leftovers(session, work) if name in words])
    if named := [name for name in work.model_files if name in words]:
        models = work.compiled()[0]
        wanted = {
            name for model in models if model.name in named for name in (*ancestors_of(model, models), model.name)
        }
        behind_them = said_of(session, [model for model in models if model.name in wanted], work, named)
        said = " ".join(filter(None, [behind_them, said]))
    return said


@or_nothing
def of_models(session: Session, work: Work) -> str:
    """Return what is to be said of all models, or ""."""
    found = behind_in(session, work, work.compiled()[0])
    return sentence(found, f"%dbt run --select {found[0].model}+" if len(found) == 1 else "%dbt run")


def behind(session: Session, work: Work) -> set[str]:
    """Return the names of the models that are behind in this notebook's warehouse; none where that is not known."""
    try:
        return {each.model for each in behind_in(session, work, work.compiled()[0])}
    except (DoesNotRun, ProjectTrouble, duckdb.Error):
        return set()


def behind_in(session: Session, work: Work, models: Sequence[Model]) -> list[Behind]:
    """Return which of the models are behind in this notebook's warehouse. Raises DoesNotRun, ProjectTrouble."""
    session.demand_open()
    return disagreements(models, work.manifest, session.builds(), session.relations(), session.raw_stamp())


def leftovers(session: Session, work: Work) -> list[str]:
    """Return the names of what is in the warehouse, built by dbt, and of which the model is gone."""
    return left_over(session.builds(), session.relations(), work.model_files)


def sentence_on_leftovers(names: Sequence[str]) -> str:
    """Return what is to be said of tables whose models are gone, or ""."""
    if not names:
        return ""
    verb, it = ("is", "it") if len(names) == 1 else ("are", "them")
    return f"{some_of(names)} {verb} still in the warehouse, as last built: no model makes {it} any more."


# -- how ---------------------------------------------------------------------------------------------------


def said_of(session: Session, models: Sequence[Model], work: Work, names: list[str]) -> str:
    """Return what is to be said of models, parents first, where those with these `names` are wanted."""
    found = behind_in(session, work, models)
    parents = "" if [each.model for each in found] == names else "+"
    return sentence(found, f"%dbt run --select {' '.join(parents + name for name in names)}")


def sentence(found: Sequence[Behind], command: str) -> str:
    """Return why models are behind, and the command; of several reasons, the one from which the others follow."""
    said = "; ".join(filter(None, map(clause, *by_reason(found)))) if found else ""
    return f"{said[0].upper()}{said[1:]}: `{command}`." if said else ""


def by_reason(found: Sequence[Behind]) -> tuple[list[Why], list[list[Behind]]]:
    groups = {why: [each for each in found if each.why is why] for why in Why}
    own = [why for why in (Why.NOT_BUILT, Why.CHANGED) if groups[why]]
    reasons = own or [next(why for why in Why if groups[why])]
    return reasons, [groups[why] for why in reasons]


def clause(why: Why, found: Sequence[Behind]) -> str:
    names = [each.model for each in found]
    was, they = ("was", "it was") if len(names) == 1 else ("were", "they were")
    match why:
        case Why.NOT_BUILT:
            return f"{some_of(names)} {'is' if len(names) == 1 else 'are'} not in this notebook's warehouse yet"
        case Why.CHANGED:
            return f"{some_of(names)} {was} changed since {they} built"
        case Why.READS_CHANGED:
            return f"{some_of(names)} {was} built before `{found[0].because}` was changed"
        case Why.RAW_LOADED:
            return f"the raw data was loaded again since {some_of(names)} {was} built"


def some_of(names: Iterable[str]) -> str:
    """Return names as code; the many behind the third are counted."""
    names = list(names)
    if len(names) > MOST_NAMES + 1:
        return f"{listed(names[:MOST_NAMES], last='')} and {len(names) - MOST_NAMES} more"
    return listed(names)


def stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]
