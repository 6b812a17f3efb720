"""The commands: `workshop lab` and `doctor` for learners, `room` and `grade` for instructors, `build` for maintainers.

Each imports what it needs when it runs, so that `doctor` can speak where packages are missing.
"""

from __future__ import annotations  # an older Python is to come as far as the sentence about it

import argparse
import sys
from pathlib import Path

from workshop.classroom.lab import open_lab

TRUST = "judge with no sandbox; only for projects of people who may do on this computer what you may do"
BAD_USE = 2
OLDEST, NEWEST = (3, 11), (3, 13)  # as in pyproject.toml


def main(words: list[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 fine, 1 not fine, 2 bad use."""
    is_doctor = (sys.argv[1:] if words is None else words)[:1] == ["doctor"]  # who says so itself, with the rest
    if (wrong := wrong_python(sys.version_info[:2])) and not is_doctor:
        print(wrong, file=sys.stderr)
        return BAD_USE
    parser = make_parser()
    options, rest = parser.parse_known_args(words)
    if rest and options.run is not run_lab:
        parser.error(f"I don't know {rest[0]}.")
    options.rest = rest
    return int(options.run(options))


def wrong_python(version: tuple[int, ...]) -> str:
    """Return what to do where this Python can't run the workshop, or ""."""
    if OLDEST <= version <= NEWEST:
        return ""
    return (
        f"This is Python {version[0]}.{version[1]}, and the workshop needs 3.11, 3.12 or 3.13. Install one of these, "
        "remove the folder .venv and make it again, or let uv bring its own Python: README.md says how."
    )


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="workshop", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on the notebook of your group; options such as --port go to JupyterLab",
        allow_abbrev=False,
    )
    lab.add_argument("--present", action="store_true", help="for a shared screen: large, light, nothing at the sides")
    lab.set_defaults(run=run_lab)
    grade = commands.add_parser("grade", help="judge dbt projects with the workshop's checks")
    grade.add_argument("project", nargs="+", type=Path, help="the folder of a dbt project")
    grade.add_argument("--group", type=int, help="only the exercises of this working group")
    grade.add_argument("--exercise", help="only this exercise")
    form = grade.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a list of objects")
    form.add_argument("--csv", action="store_true", help="print a table, a row a project and a column an exercise")
    grade.add_argument("--page", type=Path, metavar="FILE", help="write a page like that of `room` as well")
    grade.add_argument("--trust", action="store_true", help=TRUST)
    grade.set_defaults(run=run_grade)
    room = commands.add_parser("room", help="show who is where, from the check-in lines in a saved chat")
    room.add_argument(
        "chat", nargs="?", type=Path, metavar="CHAT", help="the text file that Zoom saved, or lines pasted together"
    )
    room.add_argument("--html", type=Path, metavar="FILE", help="write a page for a second screen as well")
    room.add_argument("--watch", action="store_true", help="follow the chat until Ctrl-C")
    room.add_argument(
        "--projects", type=Path, metavar="DIR", help="judge the project in each folder of DIR, with no chat"
    )
    room.add_argument("--trust", action="store_true", help=TRUST)
    room.set_defaults(run=run_room)
    doctor = commands.add_parser(
        "doctor", help="look whether this computer is ready for the workshop; takes half a minute"
    )
    doctor.set_defaults(run=run_doctor)
    builder = commands.add_parser("build", help="make the learners' notebooks from the solutions")
    builder.add_argument("--check", action="store_true", help="write nothing; fail where a notebook is stale")
    builder.set_defaults(run=run_build)
    return parser


def run_lab(options: argparse.Namespace) -> int:
    return open_lab(options.rest, options.present)


def run_doctor(options: argparse.Namespace) -> int:
    from workshop.classroom.doctor import run_doctor

    return run_doctor()


def run_room(options: argparse.Namespace) -> int:
    from workshop.classroom.room import run_room

    return run_room(options)


def run_grade(options: argparse.Namespace) -> int:
    from workshop.classroom.gradebook import run_grade

    return run_grade(options)


def run_build(options: argparse.Namespace) -> int:
    from workshop.course.answers import BadMarkers
    from workshop.course.build import build

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
