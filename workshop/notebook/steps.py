"""Which step of a working group somebody is at: the first that does not pass, and a strip that shows it."""

from collections.abc import Sequence
from html import escape

from workshop.course.groups import GROUPS, find_group
from workshop.dbt_project.limits import TooLong, limited
from workshop.dbt_project.work import Work
from workshop.judging.exercise import Exercise, Feedback, try_exercises
from workshop.judging.verdict import NOT_STARTED
from workshop.notebook.cards import VOICES, Card

SECONDS_FOR_THE_OTHERS = 3  # of computing; the verdict that was asked for is on the screen by then

DONE, HERE, TO_COME = "done", "you are here", "to come"
MARKS = {DONE: "✓", HERE: "▸", TO_COME: "○"}
STRIP = "display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 0; padding: 0;"
BELOW = "margin: -4px 0 4px; padding: 2px 14px 4px;"
STEP = "display: inline-flex; align-items: baseline; gap: 5px; margin: 0; padding: 0 0 1px; font-size: 90%;"
GREEN = "color: var(--jp-success-color1, #2e7d32); font-weight: 700;"
PALE = "color: var(--jp-content-font-color2, #616161);"
STANDS_OUT = "font-weight: 700; border-bottom: 2px solid currentColor;"
UNSEEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;"


class AllPassed(Exception):
    """There is no step that somebody could be at; the message says what to do."""


def step_of(group: int, work: Work) -> Exercise:
    """Return the step that somebody is at, the first that does not pass. Raises AllPassed where all of them do."""
    group_steps = find_group(group).exercises
    at = first_open(try_exercises(group_steps, work))
    if at is None:
        names = ", ".join(f"`{step.name}`" for step in group_steps)
        raise AllPassed(
            f"Every step of working group {group} passes{onward(group)}. Name one to see it again: {names}."
        )
    return at


def first_open(feedbacks: Sequence[Feedback]) -> Exercise | None:
    """Return the first exercise that has not passed, or None where all have."""
    return next((each.exercise for each in feedbacks if not each.verdict.has_passed), None)


def strip_below(feedback: Feedback, work: Work) -> Card | None:
    """Return the strip of the group below the card of one of its steps, or None where another step has no end."""
    steps = find_group(feedback.exercise.group).exercises
    try:
        with limited(SECONDS_FOR_THE_OTHERS):
            others = try_exercises([step for step in steps if step is not feedback.exercise], work)
    except TooLong:
        return None
    feedbacks = sorted([feedback, *others], key=lambda each: steps.index(each.exercise))
    return strip_card(feedbacks, feedback.verdict.outcome)


def strip_card(feedbacks: Sequence[Feedback], outcome: str = NOT_STARTED) -> Card:
    """Return the steps of one working group in a row: which are done, where one is, and which are to come.

    feedbacks: on all of its exercises, in their order
    outcome: that of the card above, of which the bar goes on here
    """
    at = first_open(feedbacks)
    states = [(each.exercise, state(each, at)) for each in feedbacks]
    done = sum(each.verdict.has_passed for each in feedbacks)
    label = f"Working group {feedbacks[0].exercise.group}: {done} of {len(states)} steps done"
    items = "".join(step_html(step, at_it) for step, at_it in states)
    bar = f"{BELOW} border-left: 5px solid {VOICES[outcome][2]};"
    html = f'<div style="{bar}"><ol aria-label="{label}" style="{STRIP}">{items}</ol></div>'
    said = [f"{MARKS[at_it]} {step.name}{' (you are here)' if at_it == HERE else ''}" for step, at_it in states]
    return Card(html, f"{label}: {', '.join(said)}")


# -- how ---------------------------------------------------------------------------------------------------


def onward(group: int) -> str:
    return f", and `%workgroup {group + 1}` goes on" if group < GROUPS[-1].number else ""


def state(feedback: Feedback, at: Exercise | None) -> str:
    if feedback.verdict.has_passed:
        return DONE
    return HERE if feedback.exercise is at else TO_COME


def step_html(step: Exercise, at_it: str) -> str:
    """Return one step; its aim is shown where the mouse rests on it."""
    current = ' aria-current="step"' if at_it == HERE else ""
    look = STEP + {DONE: "", HERE: STANDS_OUT, TO_COME: PALE}[at_it]
    mark = f'<span aria-hidden="true" style="{GREEN if at_it == DONE else ""}">{MARKS[at_it]}</span>'
    words = f'{escape(step.name)}<span style="{UNSEEN}">, {at_it}</span>'
    return f'<li{current} title="{escape(step.aim)}" style="{look}">{mark}{words}</li>'
