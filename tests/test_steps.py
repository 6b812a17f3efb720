"""Where a learner is: the step that a word without a name means, the strip that shows it, and hints that are folded."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from notebook import Cells

from workshop.course.groups import find_exercise, find_group
from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits
from workshop.judging.exercise import Feedback
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM, Verdict
from workshop.notebook.cards import feedback_card
from workshop.notebook.hints import folded_hints, split_number
from workshop.notebook.steps import strip_card

ORDERS = find_exercise("orders")


def feedbacks(*outcomes: str) -> list[Feedback]:
    steps = find_group(1).exercises
    return [Feedback(step, Verdict(outcome, "")) for step, outcome in zip(steps, outcomes, strict=True)]


# -- the strip -------------------------------------------------------------------------------------------------


def test_the_strip_says_in_words_what_it_shows() -> None:
    card = strip_card(feedbacks(PASSED, PASSED, NOT_YET, PASSED, NOT_STARTED))
    assert card.text == (
        "Working group 1: 3 of 5 steps done: "
        "✓ inspect_payments, ✓ stg_payments, ▸ grain (you are here), ✓ orders, ○ customers"
    )
    assert 'aria-label="Working group 1: 3 of 5 steps done"' in card.html
    items = re.findall(r"<li.*?</li>", card.html)
    words = [re.sub(r"<[^>]+>", "", item) for item in items]
    assert words == [
        "✓inspect_payments, done",
        "✓stg_payments, done",
        "▸grain, you are here",
        "✓orders, done",
        "○customers, to come",
    ]
    assert [number for number, item in enumerate(items) if 'aria-current="step"' in item] == [2]
    assert all(f'title="{step.aim}"' in item for step, item in zip(find_group(1).exercises, items, strict=True))


def test_nobody_is_anywhere_when_all_is_done() -> None:
    card = strip_card(feedbacks(*[PASSED] * 5))
    assert "5 of 5" in card.text and "here" not in card.text and "aria-current" not in card.html


# -- folded hints ----------------------------------------------------------------------------------------------


class Folds(HTMLParser):
    """How deep each text stands in `<details>`, and whether one of them is open from the start."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth, self.texts, self.is_open = 0, {}, False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "details"
        self.is_open |= tag == "details" and "open" in dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "details"

    def handle_data(self, data: str) -> None:
        self.texts[data.strip()] = self.depth


@pytest.mark.parametrize("outcome", [NOT_YET, NOT_STARTED])
def test_the_hints_are_folded_one_inside_the_other(outcome: str) -> None:
    feedback = Feedback(ORDERS, Verdict(outcome, "Words."))
    folds = Folds(feedback_card(feedback, hints=folded_hints(feedback, 0)).html)
    assert [folds.texts[f"Hint {number} of 3"] for number in (1, 2, 3)] == [1, 2, 3]
    assert folds.texts["%solution orders"] == 3 and folds.texts["Words."] == 0 and not folds.is_open


def test_the_next_hint_is_the_one_behind_those_that_were_asked_for() -> None:
    feedback = Feedback(ORDERS, Verdict(NOT_YET, ""))
    html, text = folded_hints(feedback, 2)
    assert "Hint 3 of 3" in html and "Hint 2" not in html and text == "A hint: `%hint orders`"
    html, text = folded_hints(feedback, 3)
    assert "<details" not in html and "%solution orders" in html and "%solution orders" in text


@pytest.mark.parametrize("outcome", [PASSED, DOES_NOT_RUN, WORKSHOP_PROBLEM])
def test_no_hint_where_none_helps(outcome: str) -> None:
    assert folded_hints(Feedback(ORDERS, Verdict(outcome, "")), 0) == ("", "")


def test_hints_are_escaped() -> None:
    exercise = replace(ORDERS, hints=("<script>", "b", "c"))
    assert "<script>" not in folded_hints(Feedback(exercise, Verdict(NOT_YET, "")), 0)[0]


@pytest.mark.parametrize(
    ("line", "parts"),
    [("", ("", None)), ("tests", ("tests", None)), ("tests 3", ("tests", 3)), ("2", ("", 2)), ("a -1", ("a", -1))],
)
def test_a_number_behind_a_name(line: str, parts: tuple[str, int | None]) -> None:
    assert split_number(line) == parts
    assert split_number("--3") == ("--3", None) and split_number("tests ²") == ("tests ²", None)


# -- words without a name --------------------------------------------------------------------------------------


@pytest.fixture
def at_grain(learner: Cells) -> Cells:
    for name in ("inspect_payments", "stg_payments"):
        apply_edits(learner.project, list(answers()[name].edits))
    return learner


@pytest.mark.slow
def test_without_a_name_it_is_the_step_that_one_is_at(at_grain: Cells) -> None:
    shown = at_grain.run("%check")
    assert "grain: not started" in shown and "▸ grain (you are here)" in shown
    assert "Hint 1 of 3 for `grain`" in at_grain.run("%hint")
    assert "Hint 2 of 3 for `grain`" in at_grain.run("%hint")
    assert "The answer to `grain`" in at_grain.run("%solution")
    apply_edits(at_grain.project, list(answers()["grain"].edits))
    assert "orders: not started" in at_grain.run("%check")


@pytest.mark.slow
def test_a_hint_has_a_number(at_grain: Cells) -> None:
    assert "Hint 3 of 3 for `tests`" in at_grain.run("%hint tests 3")
    assert "Hint 2 of 3 for `grain`" in at_grain.run("%hint 2")
    assert "Hint 3 of 3 for `grain`" in at_grain.run("%hint")
    for number in ("0", "4", "-1"):
        assert f"There is no hint {number}: `tests` has hints 1 to 3." in at_grain.run(f"%hint tests {number}")
    assert "Did you mean tests?" in at_grain.run("%hint test 3")


@pytest.mark.slow
def test_with_everything_done_it_says_where_to_go_on(at_grain: Cells) -> None:
    for step in find_group(1).exercises:
        apply_edits(at_grain.project, list(answers()[step.name].edits))
    for word in ("%check", "%hint", "%solution"):
        assert "Every step of working group 1 passes, and `%workgroup 2` goes on." in at_grain.run(word)
    assert "5 of 5 steps done" in at_grain.run("%progress")


@pytest.mark.slow
def test_a_step_that_has_no_end_holds_up_no_other(at_grain: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.notebook.steps.SECONDS_FOR_THE_OTHERS", 0.3)
    at_grain.write(
        "models/orders.sql", "select count(*) as n from range(10000000000) as a(i), range(9000000000) as b(j)"
    )
    shown = at_grain.run("%check inspect_payments")
    assert "inspect_payments: right" in shown and "steps done" not in shown
