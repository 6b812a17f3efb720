"""The hints of an exercise, by `%hint` and folded into the card of a check, and what `%solution` says after them."""

import re

from IPython.core.error import UsageError

from workshop.course.reference import answers
from workshop.judging.exercise import Exercise, Feedback
from workshop.judging.verdict import NOT_STARTED, NOT_YET
from workshop.notebook.cards import markdown

FOLD = "margin: 4px 0;"
SUMMARY = "cursor: pointer; color: var(--jp-content-link-color, #1565c0);"


def split_number(line: str) -> tuple[str, int | None]:
    """Return what was typed behind `%hint` as a name, "" where there is none, and a number. Raises UsageError."""
    *name, last = line.split() or [""]
    if not re.fullmatch(r"[+-]?\d+", last):
        return line, None
    return " ".join(name), int(last)


def hint(exercise: Exercise, number: int) -> str:
    """Return the hint with this number, counted from 1, as Markdown. Raises UsageError where there is none."""
    last = len(exercise.hints)
    if not 1 <= number <= last:
        raise UsageError(f"There is no hint {number}: `{exercise.name}` has hints 1 to {last}.")
    after = f"\n\n{way_to_the_solution(exercise)}" if number == last else ""
    return f"**Hint {number} of {last} for `{exercise.name}`:** {exercise.hints[number - 1]}{after}"


def solution(exercise: Exercise) -> str:
    """Return the answer and the reason for it, as Markdown."""
    cells = "\n\n".join(f"```sql\n{cell}\n```" for cell in answers()[exercise.name].cells)
    return f"**The answer to `{exercise.name}`:**\n\n{cells}\n\n**Why:** {exercise.reason}"


def folded_hints(feedback: Feedback, given: int) -> tuple[str, str]:
    """Return the next hint folded, in HTML, with those behind it folded inside, and one line of text that offers it.

    given: how many hints `%hint` has shown already

    Both are empty where work has passed, or where no hint helps.
    """
    exercise, outcome = feedback.exercise, feedback.verdict.outcome
    if outcome not in (NOT_YET, NOT_STARTED):
        return "", ""
    if given >= len(exercise.hints):
        seen = f"You have seen all hints. `%solution {exercise.name}` shows the answer."
        return markdown(seen), seen
    html = markdown(way_to_the_solution(exercise))
    for number in range(len(exercise.hints), given, -1):
        shown = markdown(exercise.hints[number - 1])
        heading = f"Hint {number} of {len(exercise.hints)}"
        html = f'<details style="{FOLD}"><summary style="{SUMMARY}">{heading}</summary>{shown}{html}</details>'
    return html, f"A hint: `%hint {exercise.name}`"


# -- how ---------------------------------------------------------------------------------------------------


def way_to_the_solution(exercise: Exercise) -> str:
    return f"That was the last hint. `%solution {exercise.name}` shows the answer."
