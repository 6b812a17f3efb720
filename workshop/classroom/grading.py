"""The same checks from outside a notebook, and their verdicts as JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workshop.course.groups import EXERCISES, find_exercise, find_group
from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.work import Work
from workshop.judging.counterexample import Counterexample, Row
from workshop.judging.exercise import Feedback, try_exercises
from workshop.judging.values import plain


def grade_project(project: Path, exercise: str | None = None, group: int | None = None) -> list[dict[str, Any]]:
    """Return the feedback of each exercise asked for, as dicts; see `workshop.grade`.

    Raises UnknownName (a LookupError), NotADirectoryError.
    """
    if not project.is_dir():
        raise NotADirectoryError(f"{project} is not a folder. Name the folder of a dbt project.")
    asked = [find_exercise(exercise)] if exercise else find_group(group).exercises if group else EXERCISES
    return [as_dict(feedback, str(project)) for feedback in try_exercises(asked, Work(project, tables=RAW_TABLES))]


def as_dict(feedback: Feedback, project: str) -> dict[str, Any]:
    """Return feedback as `python -m workshop grade --json` prints it; `faults` only where data was broken.

    A fault that slips past in one row is caught by nobody.
    """
    verdict = feedback.verdict
    faults = [
        {"name": each.fault.name, "caught_by": [] if each.missed else sorted(test.name for test in each.by)}
        for each in verdict.faults
    ]
    return {
        "project": project,
        "exercise": feedback.exercise.name,
        "group": feedback.exercise.group,
        "outcome": verdict.outcome,
        "misconception": verdict.misconception,
        "message": verdict.message,
        "remarks": list(verdict.remarks),
        "counterexample": counterexample_as_json(verdict.counterexample) if verdict.counterexample else None,
        **({"faults": faults} if faults else {}),
    }


def counterexample_as_json(shown: Counterexample) -> Mapping[str, Any]:
    return {
        "inputs": {name: rows_as_json(rows) for name, rows in shown.inputs.items()},
        "returned": rows_as_json(shown.returned),
        "expected": rows_as_json(shown.expected),
    }


def rows_as_json(rows: Sequence[Row]) -> list[Row]:
    return [{name: as_json(value) for name, value in row.items()} for row in rows]


def as_json(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value if isinstance(value, str | float | bool | None) else str(value).removesuffix(" 00:00:00")
