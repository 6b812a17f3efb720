"""An exercise, and the way to try it: whatever happens, one Feedback comes back."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from workshop.dbt_project.limits import BYTES_MORE, SECONDS_FOR_A_CHECK, TooLong, file_at_work, limited
from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.judging.deadline import TooSlow
from workshop.judging.remembered import is_remembered, remembered
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, WORKSHOP_PROBLEM, Verdict


@dataclass(frozen=True)
class Exercise:
    """One thing to do.

    name: as in `%check NAME`
    group: the number of its working group
    aim: what the learner is after, in a few words
    begin: where to begin, shown while nothing is there
    hints: three, from a nudge to nearly code; Markdown
    reason: why the answer is as it is, shown once it is there, and with the solution; Markdown
    check: judges work; raises NotStarted or DoesNotRun where there is nothing to judge
    """

    name: str
    group: int
    aim: str
    begin: str
    hints: tuple[str, str, str]
    reason: str
    check: Callable[[Work], Verdict]


@dataclass(frozen=True)
class Feedback:
    """The verdict on somebody's work in one exercise."""

    exercise: Exercise
    verdict: Verdict


def try_exercises(exercises: Sequence[Exercise], work: Work) -> list[Feedback]:
    """Judge `work` in several exercises. dbt compiles the project once for all of them, where it can."""
    return list(try_exercises_one_by_one(exercises, work))


def try_exercises_one_by_one(exercises: Sequence[Exercise], work: Work) -> Iterator[Feedback]:
    """Give what `try_exercises` returns, each feedback as soon as it is there."""
    if len([each for each in exercises if not is_known(each, work)]) > 1:
        # Then one by one: what is broken may not concern all of them.
        with suppress(Exception), limited(SECONDS_FOR_A_CHECK, BYTES_MORE):
            work.demand_readable()
            work.compiled()
    for exercise in exercises:
        yield try_exercise(exercise, work)


def try_exercise(exercise: Exercise, work: Work) -> Feedback:
    """Judge `work`. Changes nothing, shows nothing, raises nothing but KeyboardInterrupt."""
    return Feedback(exercise, judge(exercise, work))


def judge(exercise: Exercise, work: Work) -> Verdict:
    try:
        with limited(SECONDS_FOR_A_CHECK, BYTES_MORE):
            work.demand_readable()
            return remembered(work, exercise.name, partial(said_of, exercise, work))
    except DoesNotRun as error:
        elsewhere = other_file(error.trouble.file, exercise, work)
        return Verdict(DOES_NOT_RUN, str(error), error.trouble.said, error.misconception, elsewhere=elsewhere)
    except (TooLong, TooSlow, MemoryError) as error:
        trouble = stopped(error)
        return Verdict(DOES_NOT_RUN, str(trouble), trouble.said)
    except Exception as error:  # whatever it is, it is our fault and is called ours
        return Verdict(
            WORKSHOP_PROBLEM,
            f"The check itself failed ({type(error).__name__}). This is our mistake, not yours: your files are as they "
            "were. Go on with the next step, and show the details below to whoever runs the workshop.",
            details=traceback.format_exc(),
        )


def said_of(exercise: Exercise, work: Work) -> Verdict:
    """Return what the check says. What it raises may be another thing next time, and is not remembered."""
    try:
        return exercise.check(work)
    except NotStarted as error:
        return Verdict(NOT_STARTED, f"{error} {exercise.begin}")


def is_known(exercise: Exercise, work: Work) -> bool:
    with suppress(DoesNotRun):
        work.demand_readable()
        return is_remembered(work, exercise.name)
    return False


def other_file(file: str, exercise: Exercise, work: Work) -> str:
    """Return the file at fault where the exercise is a model in another one, else ""."""
    own = work.model_files.get(exercise.name)
    return file if file and own and own.name != PurePosixPath(file).name else ""


def stopped(error: Exception) -> Trouble:
    """Return why a check was ended before its end."""
    file = file_at_work(error)
    if isinstance(error, MemoryError):
        return Trouble("The check was stopped because it needed too much memory.", SOMETHING_GROWS, file)
    return Trouble(f"The check was stopped after {SECONDS_FOR_A_CHECK} seconds.", SOMETHING_GROWS, file)


SOMETHING_GROWS = (
    "The project is small, so something in it has no end: look for a loop in Jinja, a macro that calls itself, or a "
    "join that multiplies rows."
)
