"""What a judge said of a stranger's project, taken apart: only what is expected is kept, and only as it is expected."""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workshop.course.groups import find_exercise
from workshop.course.reference import reference
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM

OUTCOMES = (PASSED, NOT_YET, DOES_NOT_RUN, NOT_STARTED, WORKSHOP_PROBLEM)
LONGEST_TEXT, LONGEST_NAME = 8000, 300
MOST_ROWS, MOST_COLUMNS, MOST_REMARKS, MOST_FAULTS = 60, 100, 20, 200
LARGEST_NUMBER = 10**30

Row = dict[str, Any]


def feedback_from(lines: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what is told of each exercise among `names`, without the project; what can't be understood is left out."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, dict) and told.get("exercise") in names and told.get("outcome") in OUTCOMES:
            found.setdefault(told["exercise"], as_expected(told))
    return found


def clean(told: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text without letters that command a terminal or turn the reading direction, and not too long."""
    text = told if isinstance(told, str) else ""
    shown = "".join(each for each in text[:longest] if each in "\n\t" or unicodedata.category(each) not in UNSEEN)
    return f"{shown} …" if len(text) > longest else shown


# -- how ---------------------------------------------------------------------------------------------------

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def as_expected(told: Mapping[str, Any]) -> dict[str, Any]:
    exercise, mistake, shown = told["exercise"], told.get("misconception"), told.get("counterexample")
    faults = [fault(each) for each in several(told.get("faults"), MOST_FAULTS) if isinstance(each, dict)]
    return {
        "exercise": exercise,
        "group": find_exercise(exercise).group,
        "outcome": told["outcome"],
        "misconception": mistake if is_known(exercise, mistake) else None,
        "message": clean(told.get("message")),
        "remarks": [clean(each) for each in several(told.get("remarks"), MOST_REMARKS)],
        "counterexample": counterexample(shown) if isinstance(shown, dict) else None,
        **({"faults": faults} if faults else {}),
    }


def is_known(exercise: str, mistake: Any) -> bool:
    return isinstance(mistake, str) and reference().find_mistake(exercise, mistake) is not None


def counterexample(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "inputs": named(told.get("inputs"), rows, MOST_COLUMNS),
        "returned": rows(told.get("returned")),
        "expected": rows(told.get("expected")),
    }


def fault(told: Mapping[str, Any]) -> dict[str, Any]:
    caught_by = [clean(each, LONGEST_NAME) for each in several(told.get("caught_by"), MOST_FAULTS)]
    return {"name": clean(told.get("name"), LONGEST_NAME), "caught_by": caught_by}


def rows(told: Any) -> list[Row]:
    return [named(row, value, MOST_COLUMNS) for row in several(told, MOST_ROWS)]


def named(told: Any, of: Callable[[Any], Any], most: int) -> dict[str, Any]:
    pairs = list(told.items())[:most] if isinstance(told, dict) else []
    return {clean(name, LONGEST_NAME): of(each) for name, each in pairs}


def value(told: Any) -> Any:
    if told is None or isinstance(told, bool):
        return told
    if isinstance(told, int | float):
        return told if abs(told) < LARGEST_NUMBER else str(told)[:LONGEST_NAME]
    return clean(told, LONGEST_NAME)


def several(told: Any, most: int) -> list[Any]:
    return told[:most] if isinstance(told, list) else []
