"""What protects a learner and an instructor, and would be missed too late."""

import json
import string
from pathlib import Path

import pytest
from notebook import Cells

from workshop.classroom.grading import as_dict
from workshop.course.groups import find_exercise
from workshop.judging.counterexample import Counterexample
from workshop.judging.exercise import Feedback
from workshop.judging.verdict import NOT_YET, PASSED, WORKSHOP_PROBLEM, Verdict
from workshop.notebook.cards import feedback_card, note_card, tables_card
from workshop.notebook.tables import Table

EVIL = "<img src=x onerror=alert(1)>"


# -- cards ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict(NOT_YET, EVIL),
        Verdict(NOT_YET, "no", title=EVIL),
        Verdict(PASSED, "yes", remarks=(EVIL,)),
        Verdict(WORKSHOP_PROBLEM, "oh", details=EVIL),
        Verdict(NOT_YET, "no", counterexample=Counterexample({EVIL: [{"a": 1}]})),
        Verdict(NOT_YET, "no", counterexample=Counterexample({"in": [{EVIL: 1}]}, [{EVIL: 1}], [{EVIL: 2}])),
        Verdict(NOT_YET, "no", counterexample=Counterexample({"in": [{"a": EVIL}]}, [{"a": EVIL}], [{"a": 2}])),
    ],
)
def test_a_learners_words_are_text_in_a_card_never_html(verdict: Verdict) -> None:
    card = feedback_card(Feedback(find_exercise("orders"), verdict))
    assert "<img" not in card.html and "&lt;img" in card.html and EVIL in card.text


def test_a_models_rows_are_text_in_a_card() -> None:
    html = tables_card(EVIL, [Table(EVIL, [{EVIL: EVIL}])]).html + note_card(EVIL).html
    assert "<img" not in html and html.count("&lt;img") == 5


def test_what_is_graded_is_text_in_json() -> None:
    odd = 'a "quote", a \\ and \u202e\x00 and\nlines'
    verdict = Verdict(NOT_YET, odd, counterexample=Counterexample({odd: [{odd: odd}]}, [{odd: float("nan")}]))
    written = json.dumps(as_dict(Feedback(find_exercise("orders"), verdict), odd), ensure_ascii=False)
    assert json.loads(written)["message"] == json.loads(written)["project"] == odd


# -- the notebook's warehouse --------------------------------------------------------------------------------


def test_extensions_do_not_install_themselves(learner: Cells) -> None:
    assert "False" in learner.run("%%sql\nselect current_setting('autoinstall_known_extensions') as answer")


# -- where a project may be ----------------------------------------------------------------------------------

ODD_FOLDERS = ["C#", "a ' b", 'a " b', "100%20", "; drop", "{{ x }}", "é ☃ 🦆", "a$HOME`b`", "<&>|*"]


@pytest.mark.slow
@pytest.mark.parametrize("folder", ODD_FOLDERS)
def test_a_project_works_below_any_folder(cells: Cells, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    (cells.folder / folder).mkdir()
    monkeypatch.chdir(cells.folder / folder)
    cells.restart()
    assert "Working group 1" in cells.run("%workgroup 1")
    assert "PASS=1" in cells.run("%dbt run --select stg_orders")
    assert "120" in cells.run("%%sql\nselect count(*) from {{ ref('stg_orders') }}")
    (Path.cwd() / "jaffle_shop/models/staging/stg_payments.sql").write_text("select 1 as payment_id")
    assert "not yet" in cells.run("%check stg_payments")


@pytest.mark.parametrize("character", [each for each in string.punctuation if each != "/"])
def test_the_first_cell_works_below_any_folder_or_says_what_to_do(
    cells: Cells, monkeypatch: pytest.MonkeyPatch, character: str
) -> None:
    (cells.folder / f"a{character}b").mkdir()
    monkeypatch.chdir(cells.folder / f"a{character}b")
    cells.restart()
    shown = cells.run("%workgroup 1")
    if character in "?\\":
        assert f"a folder with `{character}` in its name. Rename that folder" in shown
    else:
        assert "Working group 1" in shown
