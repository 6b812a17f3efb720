"""The commands: `workshop lab` for learners, `workshop grade` for instructors, `workshop build` for maintainers."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from workshop.answers import BadMarkers
from workshop.build import build
from workshop.curriculum import UnknownName
from workshop.lab import open_lab

BAD_USE = 2


def main(words: list[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 fine, 1 not fine, 2 bad use."""
    parser = make_parser()
    options, rest = parser.parse_known_args(words)
    if rest and options.run is not run_lab:
        parser.error(f"I don't know {rest[0]}.")
    options.rest = rest
    return options.run(options)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="workshop", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lab = commands.add_parser("lab", help="open JupyterLab on the first notebook; options such as --port go to JupyterLab")
    lab.set_defaults(run=run_lab)
    grade = commands.add_parser("grade", help="judge dbt projects with the workshop's checks")
    grade.add_argument("project", nargs="+", type=Path, help="the folder of a dbt project")
    grade.add_argument("--group", type=int, help="only the exercises of this working group")
    grade.add_argument("--exercise", help="only this exercise")
    grade.add_argument("--json", action="store_true", help="print a list of objects")
    grade.set_defaults(run=run_grade)
    builder = commands.add_parser("build", help="make the learners' notebooks from the solutions")
    builder.add_argument("--check", action="store_true", help="write nothing; fail where a notebook is stale")
    builder.set_defaults(run=run_build)
    return parser


def run_lab(options: argparse.Namespace) -> int:
    return open_lab(options.rest)


def run_grade(options: argparse.Namespace) -> int:
    from workshop.grading import grade_project

    found: list[dict[str, Any]] = []
    try:
        for project in options.project:
            found += grade_project(project, options.exercise, options.group)
    except (UnknownName, NotADirectoryError) as error:
        print(error, file=sys.stderr)
        return BAD_USE
    if options.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print("\n".join(as_line(each) for each in found))
    return 0 if all(each["outcome"] == "passed" for each in found) else 1


def as_line(graded: dict[str, Any]) -> str:
    mistake = f" ({graded['misconception']})" if graded["misconception"] else ""
    return f"{graded['project']}: {graded['exercise']}: {graded['outcome'].replace('_', ' ')}{mistake}"


def run_build(options: argparse.Namespace) -> int:
    try:
        stale = build(check_only=options.check)
    except BadMarkers as error:
        print(error, file=sys.stderr)
        return 1
    if options.check and stale:
        print(f"Stale: {', '.join(stale)}. Run `python -m workshop build`.", file=sys.stderr)
        return 1
    print(f"Written: {', '.join(stale)}." if stale else "Everything is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
