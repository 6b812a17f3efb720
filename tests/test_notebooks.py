"""The notebooks that learners open: made from the solutions, unanswered, and running from top to bottom."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbval.plugin import get_sanitize_patterns

from workshop import grade
from workshop.course.build import build
from workshop.course.groups import EXERCISES
from workshop.dbt_project.files import create_project
from workshop.places import NOTEBOOKS, SOLUTIONS, STARTER

pytestmark = pytest.mark.slow

LEARNER_NOTEBOOKS = sorted(NOTEBOOKS.glob("*.ipynb"))
SEED = Path(__file__).parent / "seed"


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_notebooks_are_what_the_solutions_give() -> None:
    assert build(check_only=True) == []
    assert names(LEARNER_NOTEBOOKS) == names(sorted(SOLUTIONS.glob("*.ipynb")))


@pytest.mark.parametrize("path", LEARNER_NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_has_no_outputs_and_the_ids_of_its_solution(path: Path) -> None:
    learner, solution = (
        json.loads((folder / path.name).read_text(encoding="utf-8")) for folder in (NOTEBOOKS, SOLUTIONS)
    )
    code = [cell for cell in learner["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    assert [cell["id"] for cell in learner["cells"]] == [cell["id"] for cell in solution["cells"]]


def test_nbval_reads_every_pattern_of_the_sanitizer() -> None:
    """It passes over what it can't read, without a word."""
    text = (Path(__file__).parent / "sanitize.cfg").read_text(encoding="utf-8")
    assert len(get_sanitize_patterns(text)) == text.count("regex:")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Path, Path], subprocess.Popen]:
    """Every learner notebook, alone in a folder with spaces and accents, and the pytest that runs them all."""
    folders = {path: tmp_path_factory.mktemp("Área de trabajo") for path in LEARNER_NOTEBOOKS}
    copies = [shutil.copy(path, folder) for path, folder in folders.items()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WORKSHOP_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider", *copies]
    where = tmp_path_factory.mktemp("elsewhere")
    return folders, subprocess.Popen(command, cwd=where, env=environment, stdout=subprocess.PIPE, text=True)


def test_untouched_notebooks_run_and_pass_nothing(untouched: tuple[dict[Path, Path], subprocess.Popen]) -> None:
    folders, process = untouched
    shown, _ = process.communicate()
    assert process.returncode == 0, shown
    for folder in folders.values():
        outcomes = {each["exercise"]: each["outcome"] for each in grade(folder / "jaffle_shop")}
        assert not {"passed", "does_not_run", "workshop_problem"} & set(outcomes.values()), outcomes


def test_the_guide_s_own_models_pass(tmp_path: Path) -> None:
    create_project(tmp_path, STARTER)
    shutil.copy(SEED / "stg_payments.sql", tmp_path / "models/staging")
    shutil.copy(SEED / "orders.sql", tmp_path / "models")
    shutil.copy(SEED / "customers.sql", tmp_path / "models")
    for name in ("stg_payments", "orders", "customers"):
        assert [each["outcome"] for each in grade(tmp_path, name)] == ["passed"]


def test_every_exercise_is_checked_in_its_notebook() -> None:
    for exercise in EXERCISES:
        text = (NOTEBOOKS / f"working_group_{exercise.group}.ipynb").read_text(encoding="utf-8")
        assert f"%check {exercise.name}" in text
