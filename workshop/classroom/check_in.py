"""Where a learner is, in one line for the chat: written for `%progress`, read again for `workshop room`.

    WG1 4/5: inspect_payments, stg_payments, grain, orders done; customers: not yet (payments_joined_again_multiply)

People read it as it is. A line that was quoted, wrapped, cut or edited by hand is read as far as it can be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from workshop.judging.exercise import Feedback
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM, Verdict

WORDS = {
    NOT_YET: "not yet",
    DOES_NOT_RUN: "does not run",
    NOT_STARTED: "not started",
    WORKSHOP_PROBLEM: "workshop problem",
}


@dataclass(frozen=True)
class Step:
    """Where somebody is with one exercise: one of the outcomes of a verdict, and the known mistake if there is one."""

    exercise: str
    outcome: str
    misconception: str | None = None


@dataclass(frozen=True)
class CheckIn:
    """One group's line; the steps are in its order, each exercise once."""

    group: int
    steps: tuple[Step, ...]


def check_in_line(feedbacks: list[Feedback], here: int) -> str:
    """Return one line a group, such as "WG1 2/5: inspect_payments, stg_payments done; grain: not yet".

    here: the group that somebody is in; of the others only those are named in which something was done or tried
    """
    groups = [(number, list(group)) for number, group in groupby(feedbacks, lambda each: each.exercise.group)]
    begun = [number for number, group in groups if any(each.verdict.outcome != NOT_STARTED for each in group)]
    return "\n".join(group_line(number, group) for number, group in groups if number == here or number in begun)


def parse_check_in(text: str) -> list[CheckIn]:
    """Return the check-ins anywhere in a chat message, in their order; none where there is none. Never raises.

    The names count, not the numbers before them. Names need not be those of an exercise: another version of the
    workshop may have written them. What stands behind a check-in is left out.
    """
    text = on_one_line(text)
    heads = list(HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    found = [
        CheckIn(int(head["group"]), once(steps_in(text[head.end() : end])))
        for head, end in zip(heads, ends, strict=False)
    ]
    return [each for each in found if each.steps]


# -- writing ---------------------------------------------------------------------------------------------------


def group_line(number: int, feedbacks: list[Feedback]) -> str:
    done = [each.exercise.name for each in feedbacks if each.verdict.has_passed]
    waiting = [f"{each.exercise.name}: {state(each.verdict)}" for each in feedbacks if not each.verdict.has_passed]
    parts = [f"{', '.join(done)} done"] if done else []
    return f"WG{number} {len(done)}/{len(feedbacks)}: {'; '.join(parts + waiting)}"


def state(verdict: Verdict) -> str:
    mistake = f" ({verdict.misconception})" if verdict.misconception else ""
    return f"{WORDS.get(verdict.outcome, 'not yet')}{mistake}"


# -- reading ---------------------------------------------------------------------------------------------------

INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)  # among them the marks that turn text around
NAME = r"[a-z][a-z0-9_]{0,79}"
# Spaces are single here, so nobody can make these slow.
HEAD = re.compile(r"\bwg ?(?P<group>[0-9]{1,3})\b ?(?:[0-9]{1,3} ?/ ?[0-9]{1,3}\b)? ?:?", re.IGNORECASE | re.ASCII)
DONE = re.compile(rf"(?P<names>(?!(?:not|all)\b){NAME}(?: ?, ?{NAME})*) done\b", re.IGNORECASE | re.ASCII)
WAITING = re.compile(
    rf"(?P<name>{NAME}) ?: ?(?P<state>not yet|does not run|not started|workshop problem|"
    rf"done)\b(?: ?\( ?(?P<mistake>{NAME}) ?\))?",
    re.IGNORECASE | re.ASCII,
)
BETWEEN = re.compile("[ ,.]*")
OUTCOMES = {words: outcome for outcome, words in WORDS.items()} | {"done": PASSED}


def on_one_line(text: str) -> str:
    """Return `text` on one line, without the marks of a quotation; a name that a line's end cut in two is whole."""
    lines = (line.strip(" \t>") for line in INVISIBLE.sub("", text).splitlines())
    joined = "\n".join(line for line in lines if line).replace("_\n", "_").replace("\n_", "_")
    return " ".join(joined.split())


def steps_in(body: str) -> Iterator[Step]:
    """Give the steps that stand between semicolons, or commas where somebody wrote these."""
    for part in body.split(";"):
        at = behind_separators(part, 0)
        if done := DONE.match(part, at):
            yield from (Step(name.strip().lower(), PASSED) for name in done["names"].split(","))
            at = behind_separators(part, done.end())
        while waiting := WAITING.match(part, at):
            yield Step(
                waiting["name"].lower(),
                OUTCOMES[waiting["state"].lower()],
                waiting["mistake"] and waiting["mistake"].lower(),
            )
            at = behind_separators(part, waiting.end())


def behind_separators(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def once(steps: Iterator[Step]) -> tuple[Step, ...]:
    """Return each exercise's last step."""
    return tuple({step.exercise: step for step in steps}.values())
