"""An exercise, and the way to try it: whatever happens, one Feedback comes back."""

import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.judging.counterexample import Counterexample
from workshop.judging.faults import Caught
from workshop.judging.feedback import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM, Feedback
from workshop.judging.misconception import misconception_named


@dataclass(frozen=True)
class Verdict:
    """What a check says of work that runs: passed, or not yet and why."""

    passed: bool
    message: str
    title: str = ""
    misconception: str | None = None
    remarks: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    faults: tuple[Caught, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """One thing to do.

    name: as in `%check NAME`
    aim: what the learner is after, in a few words
    begin: where to begin, shown while nothing is there
    hints: three, from a nudge to nearly code; Markdown
    reason: why the answer is as it is, shown with the solution; Markdown
    check: judges work; raises NotStarted or DoesNotRun where there is nothing to judge
    """

    name: str
    group: int
    aim: str
    begin: str
    hints: tuple[str, str, str]
    reason: str
    check: Callable[[Work], Verdict]


def try_exercises(exercises: Sequence[Exercise], work: Work) -> list[Feedback]:
    """Judge `work` in several exercises. dbt compiles the project once for all of them, where it can."""
    if len(exercises) > 1:
        with suppress(Exception):  # then one by one: what is broken may not concern all of them
            work.compiled()
    return [try_exercise(exercise, work) for exercise in exercises]


def try_exercise(exercise: Exercise, work: Work) -> Feedback:
    """Judge `work`. Changes nothing, shows nothing, raises nothing but KeyboardInterrupt."""
    name, group = exercise.name, exercise.group
    try:
        verdict = exercise.check(work)
    except NotStarted as error:
        return Feedback(name, group, NOT_STARTED, f"{error} {exercise.begin}")
    except DoesNotRun as error:
        return Feedback(name, group, DOES_NOT_RUN, str(error), error.trouble.said, error.misconception)
    except Exception as error:
        return Feedback(
            name,
            group,
            WORKSHOP_PROBLEM,
            f"The check itself failed ({type(error).__name__}). This is our mistake, not yours: your files are as they "
            "were. Go on with the next step, and show the details below to whoever runs the workshop.",
            details=traceback.format_exc(),
        )
    return Feedback(
        name,
        group,
        PASSED if verdict.passed else NOT_YET,
        verdict.message,
        verdict.title,
        verdict.misconception,
        verdict.remarks,
        verdict.counterexample,
        verdict.faults,
    )


def known_mistake(exercise: str, name: str, **more: object) -> Verdict:
    """Return "not yet" in the words of a known mistake; `more` are further fields of Verdict."""
    misconception = misconception_named(exercise, name)
    return Verdict(False, misconception.words, misconception.title, name, **more)  # type: ignore[arg-type, union-attr]
