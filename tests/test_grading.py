"""The same verdicts from outside a notebook: `workshop.grade()` and `python -m workshop grade`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from notebook import fingerprint

import workshop
from workshop.__main__ import main
from workshop.course.groups import EXERCISES, find_group
from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits, create_project
from workshop.places import STARTER

pytestmark = pytest.mark.slow

KEYS = ["project", "exercise", "group", "outcome", "misconception", "message", "remarks", "counterexample"]
IN_CENTS = (
    "select id as payment_id, orderid as order_id, paymentmethod as payment_method, status, amount, "
    "created as created_at from raw.stripe.payment"
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which nothing is done yet."""
    project = tmp_path_factory.mktemp("Proyecto de análisis") / "jaffle_shop"
    create_project(project, STARTER)
    return project


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose payments are still in cents."""
    project = tmp_path_factory.mktemp("wrong") / "jaffle_shop"
    create_project(project, STARTER)
    (project / "models/staging/stg_payments.sql").write_text(IN_CENTS)
    return project


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every answer of group 1."""
    project = tmp_path_factory.mktemp("right") / "jaffle_shop"
    create_project(project, STARTER)
    for exercise in find_group(1).exercises:
        apply_edits(project, list(answers()[exercise.name].edits))
    return project


def test_one_dict_an_exercise(fresh: Path) -> None:
    found = workshop.grade(fresh, trust=True)
    assert [each["exercise"] for each in found] == [exercise.name for exercise in EXERCISES]
    assert all(list(each)[: len(KEYS)] == KEYS and each["project"] == str(fresh) for each in found)


def test_wrong_answer_is_named_and_shown(wrong: Path) -> None:
    [found] = workshop.grade(wrong, "stg_payments", trust=True)
    assert found["outcome"] == "not_yet" and found["misconception"]
    assert set(found["counterexample"]) == {"inputs", "returned", "expected"}
    assert found["counterexample"]["returned"][0]["amount"] == 100 * found["counterexample"]["expected"][0]["amount"]
    json.dumps(found)


def test_grading_writes_nothing(right: Path) -> None:
    before = fingerprint(right)
    assert [each["outcome"] for each in workshop.grade(right, trust=True)[:5]] == ["passed"] * 5
    assert fingerprint(right) == before


def test_unknown_exercise(fresh: Path) -> None:
    with pytest.raises(LookupError, match=r"There is no exercise stg_payment\. Did you mean stg_payments"):
        workshop.grade(fresh, "stg_payment", trust=True)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="nowhere is not a folder"):
        workshop.grade(tmp_path / "nowhere", trust=True)


def test_folder_that_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/orders.sql").write_text("select 1")
    [found] = workshop.grade(tmp_path, "orders", trust=True)
    assert found["outcome"] == "does_not_run" and "There is no dbt_project.yml" in found["message"]


# -- the command -----------------------------------------------------------------------------------------------


def test_all_passed_is_exit_code_0(right: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "--trust", str(right), "--exercise", "orders"]) == 0
    assert capsys.readouterr().out == f"{right}: orders: passed\n"


def test_not_passed_is_exit_code_1(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", "--trust", str(fresh), "--group", "1"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(find_group(1).exercises) and all(line.endswith(": not started") for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--exercise", "stg_payment"], "Did you mean stg_payments?"),
        (["--group", "9"], "There is no working group 9"),
        (["nowhere"], "There is no folder nowhere"),
    ],
)
def test_bad_use_is_exit_code_2(fresh: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", str(fresh), *words]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and shown.out == ""


def test_unknown_option_is_exit_code_2(fresh: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["grade", str(fresh), "--jsn"])
    assert raised.value.code == 2


def test_two_projects_at_once_as_json(fresh: Path, wrong: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "workshop",
        "grade",
        str(fresh),
        str(wrong),
        "--exercise",
        "stg_payments",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1 and done.stderr == ""
    assert [(each["project"], each["outcome"]) for each in json.loads(done.stdout)] == [
        (str(fresh), "not_started"),
        (str(wrong), "not_yet"),
    ]
