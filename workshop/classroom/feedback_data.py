"""Feedback as data, for whoever reads it with a program."""

from collections.abc import Mapping, Sequence
from typing import Any

from workshop.judging.counterexample import Counterexample, Row
from workshop.judging.exercise import Feedback
from workshop.judging.values import plain


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
