"""The check-in line: what `%progress` writes, `workshop room` reads again, whatever a chat did to it."""

from itertools import product

import pytest

from workshop.classroom.check_in import Step, check_in_line, parse_check_in
from workshop.course.groups import EXERCISES, find_group
from workshop.judging.exercise import Exercise, Feedback
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM, Verdict

LINE = (
    "WG1 4/5: inspect_payments, stg_payments, grain, orders done; customers: not yet (payments_joined_again_multiply)"
)
STEPS = [
    *(Step(name, PASSED) for name in ("inspect_payments", "stg_payments", "grain", "orders")),
    Step("customers", NOT_YET, "payments_joined_again_multiply"),
]
STATES = [
    (PASSED, None),
    (NOT_YET, None),
    (NOT_YET, "many_to_one"),
    (DOES_NOT_RUN, None),
    (DOES_NOT_RUN, "tab_in_yaml"),
    (NOT_STARTED, None),
    (WORKSHOP_PROBLEM, None),
]


def feedback(name: str, group: int, outcome: str, misconception: str | None = None) -> Feedback:
    verdict = Verdict(outcome, "", misconception=misconception)
    return Feedback(Exercise(name, group, "", "", ("", "", ""), "", lambda _: verdict), verdict)


def steps_of(text: str) -> list[Step]:
    [found] = parse_check_in(text)
    assert found.group == 1
    return list(found.steps)


def test_the_line_is_as_documented() -> None:
    feedbacks = [feedback(step.exercise, 1, step.outcome, step.misconception) for step in STEPS]
    assert check_in_line(feedbacks, here=1) == LINE
    assert steps_of(LINE) == STEPS


def test_a_group_that_nobody_has_begun_is_named_only_by_those_who_are_in_it() -> None:
    begun = {"inspect_payments": PASSED}
    feedbacks = [feedback(each.name, each.group, begun.get(each.name, NOT_STARTED)) for each in EXERCISES]
    assert [line[:3] for line in check_in_line(feedbacks, here=1).splitlines()] == ["WG1"]
    assert [line[:3] for line in check_in_line(feedbacks, here=2).splitlines()] == ["WG1", "WG2"]


def test_what_is_written_is_read_again_for_all_outcomes_of_four_exercises() -> None:
    names = [exercise.name for exercise in find_group(1).exercises][:4]
    for states in product(STATES, repeat=4):
        steps = [Step(name, *state) for name, state in zip(names, states, strict=True)]
        line = check_in_line([feedback(step.exercise, 1, step.outcome, step.misconception) for step in steps], here=1)
        assert sorted(steps_of(line), key=str) == sorted(steps, key=str), line


def test_a_line_for_each_group_even_when_copied_as_one() -> None:
    written = check_in_line([feedback(exercise.name, exercise.group, PASSED) for exercise in EXERCISES], here=1)
    for text in (written, written.replace("\n", " ")):
        found = parse_check_in(text)
        assert [(each.group, step.exercise) for each in found for step in each.steps] == [
            (each.group, each.name) for each in EXERCISES
        ]


@pytest.mark.parametrize(
    "text",
    [
        f"> {LINE}",
        f"“{LINE}” and now?",
        f"here is mine: {LINE}, I don't see why; any idea?",
        f"**{LINE}**",
        LINE.upper(),
        LINE.lower(),
        LINE.replace("4/5", "5/5"),
        LINE.replace(" 4/5:", ""),
        LINE.replace(" ", "\n"),
        LINE.replace(" ", "\r\n\t"),
        LINE.replace(" ", "\n> "),
        LINE.replace("_", "_\n"),
        LINE.replace("_", "\n\t_"),
        LINE.replace(" ", "\u00a0"),
        f"\u200f\ufeff{LINE}\u202e",
        LINE.replace("; ", " ; "),
        LINE + "; my_own_idea: splendid",
    ],
)
def test_what_a_chat_does_to_a_line(text: str) -> None:
    assert steps_of(text) == STEPS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WG1 1/5: grain: not yet, orders: not started", [Step("grain", NOT_YET), Step("orders", NOT_STARTED)]),
        ("WG1 0/9: from_the_future: not yet (new_mistake)", [Step("from_the_future", NOT_YET, "new_mistake")]),
        ("wg 1: grain: done; orders: does  not run", [Step("grain", PASSED), Step("orders", DOES_NOT_RUN)]),
        ("WG1 1/2: grain done; grain: not yet", [Step("grain", NOT_YET)]),
        ("WG1 1/2: grain done; customers: not y", [Step("grain", PASSED)]),
        ("WG1 0/1: grain: not yet (<b>x</b>)", [Step("grain", NOT_YET)]),
    ],
)
def test_the_names_count(text: str, expected: list[Step]) -> None:
    assert steps_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "WG1",
        "WG1 5/5:",
        "WG1 is great, I am not done; all done",
        "WG1 4/5: inspect_payments, stg_pay...",
        "wg²: grain done",
        "WG1111111 0/1: grain: not yet",
        "FWG1 0/1: grain: not yet",
        "\x00\ud800;;;:::",
        "WG٣ 0/1: grain: not yet",
        "WG1 0/1: grain: not ſtarted",
    ],
)
def test_what_is_no_check_in(text: str) -> None:
    assert parse_check_in(text) == []


def test_no_prefix_and_no_odd_repetition_breaks_it() -> None:
    for length in range(len(LINE)):
        assert all(
            step in STEPS or step.misconception is None for each in parse_check_in(LINE[:length]) for step in each.steps
        )
    for text in (
        "WG1 " * 20000,
        "WG1: " + "a," * 50000,
        "WG1" + " " * 100000,
        "\n" * 100000,
        "_\n" * 50000,
        "WG1: " + "a: not yet " * 10000,
    ):
        parse_check_in(text)
