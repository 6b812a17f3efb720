"""Bring a learner level: do everything before an exercise, replace only what is missing or wrong, lose nothing."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workshop.course.backup import Keeper, digest, digest_of, only_one
from workshop.course.groups import EXERCISES
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import answers, reference, renamed
from workshop.dbt_project.commands import install_packages
from workshop.dbt_project.files import Edit, create_project
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.exercise import Exercise, Feedback, try_exercise, try_exercises
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED
from workshop.places import STARTER

MOST_BROKEN_FILES = 20


@dataclass(frozen=True)
class Outcome:
    """What a catch-up did.

    done: exercises whose answers were filled in; kept: those that were right already
    replaced: files of the learner's that were copied to `backup` first, relative to the project
    added: files that were not there before
    stuck: the feedback of an exercise that still does not pass, or None
    """

    done: tuple[str, ...]
    kept: tuple[str, ...]
    replaced: tuple[str, ...]
    added: tuple[str, ...]
    backup: Path | None
    stuck: Feedback | None = None


def catch_up(project: Path, exercise: Exercise) -> Outcome:
    """Make every exercise before `exercise` pass. Raises ProjectTrouble where a file can't be written or read."""
    before = EXERCISES[: EXERCISES.index(exercise)]
    with only_one(project):
        create_project(project, STARTER)
        install_packages(project)
        keeper = Keeper(project)
        work = Work(project, tables=RAW_TABLES)
        feedbacks = try_exercises(before, work)
        done = {feedback.exercise.name for feedback in feedbacks if feedback.verdict.outcome == NOT_STARTED}
        if done:  # all of them before the next look: each takes a while
            for each in before:
                if each.name in done:
                    fill_in_blanks(project, each, keeper)
            work = Work(project, tables=RAW_TABLES)
            feedbacks = try_exercises(before, work)
        for number, each in [
            *enumerate(before)
        ] * 2:  # an answer may replace something that an earlier one was built on
            if not feedbacks[number].verdict.has_passed:
                work = fill_in(project, each, work, keeper)
                done.add(each.name)
                feedbacks = try_exercises(before, work)
    filled_in, kept = (tuple(each.name for each in before if (each.name in done) is wanted) for wanted in (True, False))
    stuck = next((feedback for feedback in feedbacks if not feedback.verdict.has_passed), None)
    return Outcome(
        filled_in, kept, tuple(keeper.replaced), tuple(keeper.added), keeper.folder if keeper.log else None, stuck
    )


# -- doing one exercise --------------------------------------------------------------------------------------


def fill_in(project: Path, exercise: Exercise, work: Work, keeper: "Keeper") -> Work:
    """Make the answer's edits until the exercise passes: where nobody has written first, then one file at a time.

    Returns the work as it is then.
    """
    work = make_readable(project, exercise, work, keeper)
    if fill_in_blanks(project, exercise, keeper):
        work = Work(project, tables=RAW_TABLES)
    for edit in edits_of(project, exercise):
        if try_exercise(exercise, work).verdict.has_passed:
            break
        if keeper.make(edit):
            install_packages(project)
            work = Work(project, tables=RAW_TABLES)
    return work


def fill_in_blanks(project: Path, exercise: Exercise, keeper: "Keeper") -> bool:
    """Make the answer's edits of files that are not there or that nobody has touched. Tell whether anything changed."""
    made = [keeper.make(edit) for edit in edits_of(project, exercise) if is_untouched(project / edit.path)]
    install_packages(project)
    return any(made)


def edits_of(project: Path, exercise: Exercise) -> list[Edit]:
    return [located(project, edit) for edit in answers()[exercise.name].edits]


def is_untouched(path: Path) -> bool:
    """Tell whether there is no such file, or its text is the starter's or that of an answer."""
    return not path.is_file() or digest(path) in digests_of_our_texts()


@cache
def digests_of_our_texts() -> set[str]:
    edits = (edit for answer in answers().values() for edit in answer.edits)
    return {digest(path) for path in STARTER.rglob("*") if path.is_file()} | {
        digest_of(edit.text) for edit in edits if edit.text
    }


def make_readable(project: Path, exercise: Exercise, work: Work, keeper: "Keeper") -> Work:
    """Set aside, one by one, files that stop dbt from reading the project at all; the starter's own are put back.

    Returns the work as it is then.
    """
    for _ in range(MOST_BROKEN_FILES):
        if try_exercise(exercise, work).verdict.outcome != DOES_NOT_RUN:
            break
        culprit = culprit_of(work)
        if culprit is None:
            break
        original = STARTER / culprit
        if original.is_file():
            keeper.make(Edit(culprit, original.read_text(encoding="utf-8")))
        else:
            keeper.remove(culprit)
        work = Work(project, tables=RAW_TABLES)
    return work


def culprit_of(work: Work) -> str | None:
    """Return the file that dbt names when it can't read the project, or None."""
    is_readable = False
    try:
        is_readable = bool(work.manifest)
        work.compiled()
    except DoesNotRun as error:
        file = error.trouble.file
        if file and (work.project / file).is_file():
            return file
        if not is_readable and not file.startswith("models/"):
            return "dbt_project.yml"
    return None


def located(project: Path, edit: Edit) -> Edit:
    """Return the edit for where the file is in this project: it may have been moved or renamed by a later exercise."""
    if (project / edit.path).exists() or edit.moved_to:
        return edit
    name = edit.path.rpartition("/")[2]
    stem, text = name.removesuffix(".sql"), edit.text
    later = renamed().get(stem)
    if later and any(project.glob(f"models/**/{later}.sql")):
        name, text = f"{later}.sql", reference().models[later]
    elsewhere = sorted(project.glob(f"models/**/{name}")) if edit.path.startswith("models/") else []
    path = elsewhere[0].relative_to(project).as_posix() if len(elsewhere) == 1 else edit.path
    return Edit(path, text)
