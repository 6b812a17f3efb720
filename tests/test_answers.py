"""Answers in a solution notebook: found, taken out, and refused where the markers are wrong."""

from pathlib import Path
from typing import Any

import pytest

from workshop.__main__ import main
from workshop.course.answers import BadMarkers, list_answers, take_out_answers, untouched_bodies, write_notebook
from workshop.course.build import build
from workshop.dbt_project.files import Edit

MODEL = """%%sqlmodel models/a.sql
select
    -- answer: turn cents into dollars
    amount / 100 as amount
    -- end answer
from payments"""


def notebook(*sources: str) -> dict[str, Any]:
    """Return a notebook of a title and code cells, as they are after a run."""
    code = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "execution_count": number,
            "outputs": ["seen"],
            "source": source.splitlines(True),
        }
        for number, source in enumerate(sources)
    ]
    return {
        "cells": [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Title"]}, *code],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def source_of(notebook: dict[str, Any], cell: int) -> str:
    return "".join(notebook["cells"][cell]["source"])


def test_answer_becomes_its_todo() -> None:
    learner = take_out_answers(notebook(MODEL), "one.ipynb")
    assert (
        source_of(learner, 1) == "%%sqlmodel models/a.sql\nselect\n    -- TODO: turn cents into dollars\nfrom payments"
    )


def test_outputs_and_counts_go_and_ids_stay() -> None:
    learner = take_out_answers(notebook(MODEL), "one.ipynb")
    assert learner["cells"][1]["outputs"] == [] and learner["cells"][1]["execution_count"] is None
    assert [cell["id"] for cell in learner["cells"]] == ["title", "c0"]


def test_solution_is_not_changed() -> None:
    solution = notebook(MODEL)
    before = write_notebook(solution)
    take_out_answers(solution, "one.ipynb")
    assert write_notebook(solution) == before


def test_answer_belongs_to_the_next_check() -> None:
    [answer] = list_answers(notebook(MODEL, "%check a"), "one.ipynb")
    assert answer.exercise == "a"
    assert answer.edits == (Edit("models/a.sql", "select\n    amount / 100 as amount\nfrom payments\n"),)
    assert "answer:" not in answer.cells[0]


def test_move_is_an_edit() -> None:
    cell = "# answer: move it\n%dbtmove models/a.sql models/marts/b.sql\n# end answer"
    [answer] = list_answers(notebook(f"# Where does it belong?\n{cell}", "%check a"), "one.ipynb")
    assert answer.edits == (Edit("models/a.sql", moved_to="models/marts/b.sql"),)


def test_untouched_body_is_what_a_learner_finds() -> None:
    assert untouched_bodies(notebook(MODEL), "one.ipynb") == {
        "select\n    -- TODO: turn cents into dollars\nfrom payments"
    }


@pytest.mark.parametrize(
    ("source", "where", "said"),
    [
        ("-- answer: too early\nselect 1\n-- end answer", "line 1", "can't start on the first line"),
        ("%%sql\n-- answer: one\n-- answer: two\n-- end answer", "line 3", "starts inside the one of line 2"),
        ("%%sql\n-- answer: one\nselect 1", "line 2", "never ends"),
        ("%%sql\nselect 1\n-- end answer", "line 3", "ends that never started"),
        ("%%sql\n-- answer\nselect 1\n-- end answer", "line 2", "write `-- answer: what to do`"),
        ("%%sql\n-- Answer: one\nselect 1\n-- end answer", "line 2", "write `-- answer: what to do`"),
        ("%%sql\n-- answer: one\nselect 1\n-- end answer.", "line 4", "write `-- answer: what to do`"),
        ("%%sql\n// answer: one\nselect 1", "line 2", "write `-- answer: what to do`"),
    ],
)
def test_bad_markers(source: str, where: str, said: str) -> None:
    with pytest.raises(BadMarkers) as raised:
        take_out_answers(notebook("%load_ext workshop", source), "one.ipynb")
    assert str(raised.value).startswith(f"one.ipynb, cell 3, {where}: ") and said in str(raised.value)


def test_answer_behind_the_last_check() -> None:
    with pytest.raises(BadMarkers, match=r"one\.ipynb: .* belongs to no exercise"):
        list_answers(notebook("%check a", MODEL), "one.ipynb")


def test_bad_markers_stop_the_build_before_anything_is_written(tmp_path: Path) -> None:
    write(tmp_path / "solutions/a.ipynb", notebook(MODEL))
    write(tmp_path / "solutions/b.ipynb", notebook("%%sql\n-- end answer"))
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(BadMarkers, match=r"b\.ipynb, cell 2, line 2"):
        build(tmp_path / "solutions", tmp_path / "notebooks")
    assert not list((tmp_path / "notebooks").iterdir())


def test_build_writes_what_is_stale_and_removes_what_has_no_solution(tmp_path: Path) -> None:
    write(tmp_path / "solutions/a.ipynb", notebook(MODEL))
    write(tmp_path / "notebooks/orphan.ipynb", notebook())
    folders = (tmp_path / "solutions", tmp_path / "notebooks")
    assert build(*folders, check_only=True) == ["a.ipynb", "orphan.ipynb"]
    assert build(*folders) == ["a.ipynb", "orphan.ipynb"]
    assert build(*folders) == []
    assert [path.name for path in (tmp_path / "notebooks").iterdir()] == ["a.ipynb"]


def test_build_command_names_the_notebook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(check_only: bool) -> list[str]:
        raise BadMarkers("one.ipynb, cell 3, line 2: this answer never ends.")

    monkeypatch.setattr("workshop.course.build.build", fail)
    assert main(["build"]) == 1
    assert capsys.readouterr().err == "one.ipynb, cell 3, line 2: this answer never ends.\n"


def test_build_check_fails_on_a_stale_notebook(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("workshop.course.build.build", lambda check_only: ["one.ipynb"])
    assert main(["build", "--check"]) == 1
    assert "Stale: one.ipynb. Run `python -m workshop build`." in capsys.readouterr().err


def write(path: Path, notebook: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(write_notebook(notebook), encoding="utf-8")
