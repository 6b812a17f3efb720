"""Who is where: from the check-ins in a chat, or from a folder of projects."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workshop.classroom.chat import clean_name, read_messages
from workshop.classroom.check_in import Step, parse_check_in
from workshop.classroom.grading import Graded, grade_projects
from workshop.course.groups import EXERCISES
from workshop.judging.verdict import PASSED
from workshop.places import PROJECT_NAME, WORKSHOP_UTILS

LONGEST_REMARK = 200
KNOWN = frozenset(exercise.name for exercise in EXERCISES)


@dataclass
class Person:
    """One row: somebody's last check-in of each group, or the state of a project.

    heard: seconds between this check-in and the last message of the chat, or None where that is unknown
    """

    name: str
    steps: dict[str, Step] = field(default_factory=dict)
    heard: int | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Room:
    """Everybody, and for each exercise its most frequent open mistake and how many make it."""

    people: list[Person]
    from_chat: bool = True

    @property
    def mistakes(self) -> dict[str, tuple[str, int]]:
        made: dict[str, Counter[str]] = {}
        for person in self.people:
            for step in person.steps.values():
                if step.misconception and step.outcome != PASSED and step.exercise in KNOWN:
                    made.setdefault(step.exercise, Counter())[step.misconception] += 1
        return {name: max(count.items(), key=lambda each: (each[1], each[0])) for name, count in made.items()}

    def done(self, exercise: str) -> int:
        """Return how many have done this exercise."""
        return sum(1 for person in self.people if exercise in person.steps and person.steps[exercise].outcome == PASSED)


def room_of_chat(text: str) -> Room:
    """Return the room as the check-ins in a chat tell it: of each person and group, the last one counts."""
    people: dict[str, Person] = {}
    most_done: Counter[tuple[str, int]] = Counter()
    heard_at: dict[str, int | None] = {}
    messages = read_messages(text)
    for message in messages:
        for check_in in parse_check_in(message.text):
            name = message.name or f"somebody, line {message.line}"
            key = name.casefold()
            person = people.setdefault(key, Person(name))
            heard_at[key] = message.at
            done = sum(1 for step in check_in.steps if step.outcome == PASSED)
            if done < most_done[key, check_in.group]:
                remark(person, "name used twice?")
            most_done[key, check_in.group] = max(done, most_done[key, check_in.group])
            replace_group(person, check_in.group, check_in.steps)
    last = max((message.at for message in messages if message.at is not None), default=None)
    for key, person in people.items():
        at = heard_at[key]
        person.heard = None if at is None or last is None else last - at
    return Room(sorted(people.values(), key=lambda person: in_order(person.name)))


def room_of_projects(folder: Path, trust: bool = False) -> Room:
    """Return the room as the projects in the folders of `folder` are. One that can't be judged says so in its row.

    Raises NotSafe where there is no sandbox to judge them in; with `trust`, they are judged without.
    """
    projects = projects_in(folder)

    def judged() -> Iterator[tuple[str, Graded]]:
        graded = grade_projects(list(projects.values()), EXERCISES, trust)
        for number, (name, each) in enumerate(zip(projects, graded, strict=True), 1):
            print(f"{number} of {len(projects)}: {clean_name(name)}", file=sys.stderr)
            yield name, each

    return room_of_graded(judged())


def room_of_graded(graded: Iterable[tuple[str, Graded]]) -> Room:
    """Return the room as judged projects are, each with a name to show."""
    people = []
    for number, (name, one) in enumerate(graded, 1):
        person = Person(clean_name(name) or f"folder {number}")
        for each in one.feedback:
            person.steps[each["exercise"]] = Step(each["exercise"], each["outcome"], each["misconception"])
        for words in one.remarks:
            remark(person, clean_remark(words))
        people.append(person)
    return Room(people, from_chat=False)


# -- how ---------------------------------------------------------------------------------------------------


def projects_in(folder: Path) -> dict[str, Path]:
    """Return the dbt projects one or two folders below `folder`, by the first folder's name."""
    found: dict[str, Path] = {}
    for each in [path for path in sorted(folder.iterdir()) if path.name != WORKSHOP_UTILS.name]:
        for project in (each, each / PROJECT_NAME):
            if (project / "dbt_project.yml").is_file():
                found.setdefault(each.name, project)
    return found


def clean_remark(words: str) -> str:
    return words if len(words) <= LONGEST_REMARK else f"{words[:LONGEST_REMARK]} …"


def replace_group(person: Person, group: int, steps: tuple[Step, ...]) -> None:
    known = [step for step in steps if step.exercise in KNOWN]
    if len(known) < len(steps):
        remark(person, "another version of the workshop?")
    for exercise in EXERCISES:
        if exercise.group == group and person.steps.get(exercise.name):
            del person.steps[exercise.name]
    person.steps |= {step.exercise: step for step in known}


def remark(person: Person, words: str) -> None:
    if words not in person.remarks:
        person.remarks.append(words)


def in_order(name: str) -> tuple[bool, int, str]:
    """Return what to sort by: names first, then whoever is nobody but a line."""
    is_nobody = name.startswith("somebody, line ")
    number = name.rpartition(" ")[2]
    return is_nobody, int(number) if is_nobody and number.isdecimal() else 0, name.casefold()
