"""Projects judged from outside a notebook: other people's behind walls, or without them where somebody trusts them."""

import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop.classroom.feedback_data import as_dict
from workshop.classroom.sandbox.copying import TooMuch
from workshop.classroom.sandbox.courtroom import SECONDS_FOR_A_PROJECT, Courtroom, NoSandbox
from workshop.classroom.sandbox.hearing import clean, feedback_from
from workshop.classroom.sandbox.walls import why_not
from workshop.course.groups import EXERCISES, find_exercise, find_group
from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.work import Work
from workshop.judging.exercise import Exercise, try_exercises
from workshop.judging.verdict import DOES_NOT_RUN, WORKSHOP_PROBLEM

MOST_AT_ONCE = 4


class NotSafe(RuntimeError):
    """There is no sandbox here, and nobody said that the projects can be trusted; the message says what to do."""


@dataclass(frozen=True)
class Graded:
    """A project judged.

    feedback: one dict an exercise, as `workshop.grade` returns them
    remarks: what is to be said of the project as a whole
    """

    project: Path
    feedback: list[dict[str, Any]]
    remarks: list[str] = field(default_factory=list)


def grade_project(
    project: Path, exercise: str | None = None, group: int | None = None, trust: bool = False
) -> list[dict[str, Any]]:
    """Return the feedback of each exercise asked for, as dicts; see `workshop.grade`.

    Raises UnknownName (a LookupError), NotADirectoryError, NotSafe.
    """
    if not project.is_dir():
        raise NotADirectoryError(f"{project} is not a folder. Name the folder of a dbt project.")
    [graded] = grade_projects([project], asked_for(exercise, group), trust)
    return graded.feedback


def asked_for(exercise: str | None, group: int | None) -> Sequence[Exercise]:
    """Return the exercises of a name, or of a group, or all. Raises UnknownName."""
    return [find_exercise(exercise)] if exercise else find_group(group).exercises if group else EXERCISES


def grade_projects(
    projects: Sequence[Path], exercises: Sequence[Exercise], trust: bool, seconds: float = SECONDS_FOR_A_PROJECT
) -> Iterator[Graded]:
    """Give each project judged, in their order; several are judged at once. Whatever one does, the others are judged.

    seconds: how long one project may take in the sandbox
    trust: judge them in this process, one by one, where their Jinja and SQL can do whatever this process can

    Raises NotSafe before the first.
    """
    if trust:
        return (in_this_process(project, exercises) for project in projects)
    if reason := why_not():
        raise NotSafe(reason)
    return behind_walls(projects, [exercise.name for exercise in exercises], seconds)


# -- how ---------------------------------------------------------------------------------------------------


def in_this_process(project: Path, exercises: Sequence[Exercise]) -> Graded:
    try:
        return Graded(
            project,
            [
                as_dict(feedback, str(project))
                for feedback in try_exercises(exercises, Work(project, tables=RAW_TABLES))
            ],
        )
    except Exception as error:
        names = [exercise.name for exercise in exercises]
        return all_alike(project, names, WORKSHOP_PROBLEM, f"This project can't be judged: {type(error).__name__}.")


def behind_walls(projects: Sequence[Path], names: Sequence[str], seconds: float) -> Iterator[Graded]:
    """Each thread has a courtroom, and takes the next project as long as there are any."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(projects)):
        waiting.put(number)
    judged: list[queue.SimpleQueue[Graded]] = [queue.SimpleQueue() for _ in projects]
    is_over = threading.Event()

    def work() -> None:
        courtroom = Courtroom(seconds)
        try:
            while not is_over.is_set():
                number = waiting.get_nowait()
                judged[number].put(in_courtroom(courtroom, projects[number], names))
        except queue.Empty:
            pass
        finally:
            courtroom.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(at_once(), len(projects)))]
    for thread in threads:
        thread.start()
    try:
        for each in judged:
            yield each.get()
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def at_once() -> int:
    return max(1, min(os.cpu_count() or 1, MOST_AT_ONCE))


def in_courtroom(courtroom: Courtroom, project: Path, names: Sequence[str]) -> Graded:
    """Return the project judged, whatever happens."""
    try:
        lines, left_out = courtroom.judge(project, names)
    except TooMuch as error:
        return all_alike(
            project, names, DOES_NOT_RUN, f"This is no dbt project as others are: {error}. Nothing was read."
        )
    except OSError as error:
        said = f"This project can't be read: {error.strerror or type(error).__name__}. Nothing was judged."
        return all_alike(project, names, DOES_NOT_RUN, said)
    except NoSandbox as error:
        return all_alike(project, names, WORKSHOP_PROBLEM, f"{error}. Nothing was judged. Try it once more, alone.")
    except Exception as error:
        return all_alike(project, names, WORKSHOP_PROBLEM, f"This project can't be judged: {type(error).__name__}.")
    found = feedback_from(lines, names)
    left_out = [clean(each) for each in left_out]
    feedback = [found.get(name) or stopped(name) for name in names]
    return Graded(
        project,
        [{"project": str(project), **each, "remarks": [*each["remarks"], *left_out]} for each in feedback],
        left_out + ([STOPPED] if len(found) < len(names) else []),
    )


STOPPED = (
    f"Judging was stopped. It took longer than {SECONDS_FOR_A_PROJECT} seconds, or more memory than a project needs. "
    "Look for SQL or YAML that makes very much of little; if this computer is busy with other things, grade it alone."
)


def stopped(name: str) -> dict[str, Any]:
    return told(name, DOES_NOT_RUN, STOPPED)


def all_alike(project: Path, names: Sequence[str], outcome: str, message: str) -> Graded:
    feedback = [{"project": str(project), **told(name, outcome, message)} for name in names]
    return Graded(project, feedback, [message])


def told(name: str, outcome: str, message: str) -> dict[str, Any]:
    return {
        "exercise": name,
        "group": find_exercise(name).group,
        "outcome": outcome,
        "misconception": None,
        "message": message,
        "remarks": [],
        "counterexample": None,
    }
