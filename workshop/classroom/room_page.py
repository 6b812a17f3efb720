"""The room as a table for the terminal, and as one page that needs nothing else."""

import unicodedata
from html import escape
from itertools import groupby

from workshop.classroom.people import Person, Room
from workshop.course.groups import EXERCISES, GROUPS
from workshop.course.reference import reference
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM

WORDS = {
    PASSED: "done",
    NOT_YET: "not yet",
    DOES_NOT_RUN: "does not run",
    NOT_STARTED: "not started",
    WORKSHOP_PROBLEM: "our mistake",
}
NOBODY = "Nobody has checked in yet. Ask for the line that %progress shows."


def table(room: Room) -> str:
    """Return the room in plain text: a table a group, a row a person, a column an exercise."""
    if not room.people:
        return NOBODY
    return "\n\n".join(
        group_table(room, group.number) for group in GROUPS if any(step_in(each, group.number) for each in room.people)
    ) + rest(room)


def page(room: Room, refresh: float | None = None) -> str:
    """Return the room as one HTML page without scripts or anything from elsewhere.

    refresh: the seconds after which the browser reads it again, or None for never
    """
    again = f'<meta http-equiv="refresh" content="{refresh:g}">' if refresh else ""
    body = (
        f"<p>{NOBODY}</p>"
        if not room.people
        else f"<table>{head(room)}<tbody>{''.join(row(room, each) for each in room.people)}</tbody></table>"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{again}'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><title>The room</title><style>{STYLE}</style></head>'
        f"<body><h1>The room <small>{counted(len(room.people), 'person', 'people')}</small></h1>{body}</body></html>\n"
    )


# -- the terminal ----------------------------------------------------------------------------------------------


def group_table(room: Room, group: int) -> str:
    names = [exercise.name for exercise in EXERCISES if exercise.group == group]
    lines = [[f"WG{group}", *names, *(["heard of"] if room.from_chat else [])]]
    for person in room.people:
        cells = [WORDS[person.steps[name].outcome] if name in person.steps else "-" for name in names]
        lines.append([person.name, *cells, *([ago(person.heard)] if room.from_chat else [])])
    lines.append(["done", *(f"{room.done(name)} of {len(room.people)}" for name in names)])
    widths = [max(width(line[index]) for line in lines if index < len(line)) for index in range(len(lines[0]))]
    shown = [
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=False)).rstrip()
        for line in lines
    ]
    mistakes = [
        f"most frequent at {name}: {room.mistakes[name][0]} ({room.mistakes[name][1]})"
        for name in names
        if name in room.mistakes
    ]
    return "\n".join(shown + mistakes)


def rest(room: Room) -> str:
    """Return the remarks, a line each."""
    return "".join(f"\n{person.name}: {', '.join(person.remarks)}" for person in room.people if person.remarks)


def step_in(person: Person, group: int) -> bool:
    return any(exercise.name in person.steps for exercise in EXERCISES if exercise.group == group)


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def ago(seconds: int | None) -> str:
    if seconds is None:
        return "unknown"
    minutes = seconds // 60
    if minutes < 1:
        return "now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min ago"


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# -- the page --------------------------------------------------------------------------------------------------


def head(room: Room) -> str:
    groups = "".join(
        f'<th scope="colgroup" colspan="{len(list(each))}">WG{number}</th>'
        for number, each in groupby(EXERCISES, lambda each: each.group)
    )
    names = "".join(f'<th scope="col">{escape(exercise.name).replace("_", "_<wbr>")}</th>' for exercise in EXERCISES)
    done = "".join(f"<td>{room.done(exercise.name)} of {len(room.people)}</td>" for exercise in EXERCISES)
    mistakes = "".join(f"<td>{most_frequent(room, exercise.name)}</td>" for exercise in EXERCISES)
    end = "<td></td>" if room.from_chat else ""
    return (
        f"<thead><tr><th></th>{groups}{end}</tr>"
        f'<tr><th scope="col">who</th>{names}{"<th scope=col>heard of</th>" if room.from_chat else ""}</tr>'
        f'<tr class="sums"><th scope="row">done</th>{done}{end}</tr>'
        f'<tr class="sums"><th scope="row">most frequent mistake</th>{mistakes}{end}</tr></thead>'
    )


def most_frequent(room: Room, exercise: str) -> str:
    if exercise not in room.mistakes:
        return ""
    name, number = room.mistakes[exercise]
    return f"{titled(exercise, name)} <b>{number}×</b>"


def row(room: Room, person: Person) -> str:
    remarks = f"<small>{escape(', '.join(person.remarks))}</small>" if person.remarks else ""
    cells = "".join(cell(person, exercise.name) for exercise in EXERCISES)
    heard = f"<td>{ago(person.heard)}</td>" if room.from_chat else ""
    return f'<tr><th scope="row"><bdi>{escape(person.name)}</bdi>{remarks}</th>{cells}{heard}</tr>'


def cell(person: Person, exercise: str) -> str:
    step = person.steps.get(exercise)
    if not step:
        return "<td></td>"
    mistake = f"<small>{titled(exercise, step.misconception)}</small>" if step.misconception else ""
    return f'<td class="{step.outcome}">{WORDS[step.outcome]}{mistake}</td>'


def titled(exercise: str, mistake: str) -> str:
    """Return a mistake's title, or its name where this version does not know it."""
    known = reference().find_mistake(exercise, mistake)
    return escape(known.title) if known else escape(mistake).replace("_", "_<wbr>")


STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #bbb; --passed: #b9e4bd; --not_yet: #ffd9a0;
        --does_not_run: #ffb9b3; --not_started: #e7e7e7; --workshop_problem: #b5dcf5; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f2f2f2; --paper: #161616; --line: #555; --passed: #1d5a26; --not_yet: #7a4a00;
          --does_not_run: #84201a; --not_started: #333; --workshop_problem: #0b4c75; } }
body { margin: 1rem; font: 20px/1.35 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4em; margin: 0 0 .6rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid var(--line); padding: .3em .5em; text-align: left; vertical-align: top; }
tbody th { max-width: 14em; overflow-wrap: anywhere; }
thead th { background: var(--paper); }
.sums { font-weight: normal; }
small { display: block; font-size: .75em; font-weight: normal; }
h1 small { display: inline; margin-left: 1em; }
""" + "".join(f".{outcome} {{ background: var(--{outcome}); }}\n" for outcome in WORDS)
