"""Where a learner is, in one line for the chat."""

from itertools import groupby

from workshop.feedback import DOES_NOT_RUN, NOT_STARTED, PASSED, WORKSHOP_PROBLEM, Feedback

WORDS = {DOES_NOT_RUN: "does not run", NOT_STARTED: "not started", WORKSHOP_PROBLEM: "workshop problem"}


def check_in_line(feedbacks: list[Feedback]) -> str:
    """Return one line a group, such as "WG1 2/5: inspect_payments, stg_payments done; grain: not yet"."""
    return "\n".join(group_line(number, list(group)) for number, group in groupby(feedbacks, lambda each: each.group))


def group_line(number: int, feedbacks: list[Feedback]) -> str:
    done = [each.exercise for each in feedbacks if each.outcome == PASSED]
    waiting = [f"{each.exercise}: {state(each)}" for each in feedbacks if each.outcome != PASSED]
    parts = [f"{', '.join(done)} done"] if done else []
    return f"WG{number} {len(done)}/{len(feedbacks)}: {'; '.join(parts + waiting)}"


def state(feedback: Feedback) -> str:
    mistake = f" ({feedback.misconception})" if feedback.misconception else ""
    return f"{WORDS.get(feedback.outcome, 'not yet')}{mistake}"
