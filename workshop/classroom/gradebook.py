"""`workshop grade`: many projects judged, as lines, JSON, a table for a gradebook, and a page."""

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workshop.classroom.grading import Graded, NotSafe, asked_for, grade_projects
from workshop.classroom.people import Room, room_of_graded
from workshop.classroom.room import write_page
from workshop.classroom.sandbox.hearing import clean
from workshop.course.groups import UnknownName
from workshop.judging.exercise import Exercise
from workshop.judging.verdict import PASSED
from workshop.places import PROJECT_NAME

BAD_USE = 2


def run_grade(options: argparse.Namespace) -> int:
    """Judge the projects as the words behind `workshop grade` say. Returns the exit code."""
    missing = [str(project) for project in options.project if not project.is_dir()]
    if missing:
        print(f"There is no folder {clean(', '.join(missing))}. Name the folders of dbt projects.", file=sys.stderr)
        return BAD_USE
    if options.page and not options.page.parent.is_dir():
        print(f"There is no folder {options.page.parent} to write {options.page.name} into.", file=sys.stderr)
        return BAD_USE
    try:
        exercises = asked_for(options.exercise, options.group)
        graded = list(shown(grade_projects(options.project, exercises, options.trust), options))
        if options.page:
            write_page(room_of(graded), options.page)
    except (UnknownName, NotSafe) as error:
        print(error, file=sys.stderr)
        return BAD_USE
    except OSError as error:
        print(f"{options.page} could not be written: {error.strerror or error}.", file=sys.stderr)
        return BAD_USE
    except KeyboardInterrupt:
        print("You stopped it.", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps([each for one in graded for each in one.feedback], indent=2, ensure_ascii=False))
    if options.csv:
        print(as_csv(graded, exercises), end="")
    return 0 if all(each["outcome"] == PASSED for one in graded for each in one.feedback) else 1


def as_csv(graded: Sequence[Graded], exercises: Sequence[Exercise]) -> str:
    """Return a table with a row a project and a column an exercise, as spreadsheets and gradebooks read it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["project", "passed", "of", *(exercise.name for exercise in exercises), "remarks"])
    for one in graded:
        passed = sum(each["outcome"] == PASSED for each in one.feedback)
        cells = [outcome_of(each) for each in one.feedback]
        table.writerow([cell(one.project), passed, len(one.feedback), *cells, cell(" ".join(one.remarks))])
    return text.getvalue()


# -- how ---------------------------------------------------------------------------------------------------


def shown(graded: Iterator[Graded], options: argparse.Namespace) -> Iterator[Graded]:
    """Give each project when it is judged, and print its lines where nothing else is printed."""
    for number, one in enumerate(graded, 1):
        if len(options.project) > 1 and sys.stderr.isatty():
            print(f"{number} of {len(options.project)}: {clean(str(one.project))}", file=sys.stderr)
        if not options.json and not options.csv:
            lines = [f"{clean(str(one.project))}: {each['exercise']}: {outcome_of(each)}" for each in one.feedback]
            print("\n".join([*lines, *(f"{clean(str(one.project))}: {remark}" for remark in one.remarks)]), flush=True)
        yield one


def outcome_of(feedback: dict[str, Any]) -> str:
    mistake = f" ({feedback['misconception']})" if feedback["misconception"] else ""
    return f"{feedback['outcome'].replace('_', ' ')}{mistake}"


def cell(value: object) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = clean(str(value)).replace("\n", " ").replace("\t", " ")
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def room_of(graded: Sequence[Graded]) -> Room:
    return room_of_graded((name_of(one.project), one) for one in graded)


def name_of(project: Path) -> str:
    """Return whose project it is: most are called the same, and lie in a folder of somebody's name."""
    path = project.resolve()
    return path.parent.name if path.name == PROJECT_NAME else path.name
