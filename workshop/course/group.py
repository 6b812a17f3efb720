"""A working group, as its folder declares it."""

from dataclasses import dataclass

from workshop.judging.exercise import Exercise


@dataclass(frozen=True)
class Group:
    """A working group: its number, title and exercises in order."""

    number: int
    title: str
    exercises: tuple[Exercise, ...]
