"""The same checks from outside a notebook."""

from pathlib import Path
from typing import Any

from workshop.course.groups import EXERCISES, find_exercise, find_group
from workshop.dbt_project.work import Work
from workshop.judging.exercise import try_exercises


def grade_project(project: Path, exercise: str | None = None, group: int | None = None) -> list[dict[str, Any]]:
    """Return the feedback of each exercise asked for, as dicts; see `workshop.grade`.

    Raises UnknownName (a LookupError), NotADirectoryError.
    """
    if not project.is_dir():
        raise NotADirectoryError(f"{project} is not a folder. Name the folder of a dbt project.")
    asked = [find_exercise(exercise)] if exercise else find_group(group).exercises if group else EXERCISES
    return [feedback.as_dict(str(project)) for feedback in try_exercises(asked, Work(project))]
