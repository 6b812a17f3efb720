"""The working groups in order, and how to find an exercise by its name."""

from difflib import get_close_matches

from workshop.course import working_group_1, working_group_2, working_group_3
from workshop.course.group import Group
from workshop.judging.exercise import Exercise

GROUPS = (
    working_group_1.WORKING_GROUP,
    working_group_2.WORKING_GROUP,
    working_group_3.WORKING_GROUP,
)
EXERCISES = tuple(exercise for group in GROUPS for exercise in group.exercises)


class UnknownName(LookupError):
    """There is no such group or exercise; the message says what there is."""


def find_exercise(name: str) -> Exercise:
    """Return the exercise called `name`. Raises UnknownName, with a "did you mean" where one is near."""
    wanted = name.strip().lower().removesuffix(".sql")
    names = [exercise.name for exercise in EXERCISES]
    if wanted in names:
        return EXERCISES[names.index(wanted)]
    close = get_close_matches(wanted, names, 1, 0.5)
    said = f"There is no exercise {name}." if wanted else "Which exercise?"
    raise UnknownName(f"{said} " + (f"Did you mean {close[0]}?" if close else f"There are {', '.join(names)}."))


def find_group(number: str | int) -> Group:
    """Return the group with this number. Raises UnknownName."""
    for group in GROUPS:
        if str(group.number) == str(number).strip():
            return group
    numbers = ", ".join(str(group.number) for group in GROUPS)
    said = f"There is no working group {number}." if number else "Which working group?"
    raise UnknownName(f"{said} There is {numbers}.")
