"""What is taken from a stranger: their files, what is said of them, and how it is written down."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workshop.classroom.gradebook import as_csv
from workshop.classroom.grading import Graded, asked_for
from workshop.classroom.sandbox.as_data import compilation_from, freshness_from, run_from
from workshop.classroom.sandbox.confinement import can_filter
from workshop.classroom.sandbox.copying import TooMuch, copy_project
from workshop.classroom.sandbox.hearing import clean, feedback_from
from workshop.classroom.sandbox.walls import FOR_DBT, macos_profile, walled
from workshop.places import COURSE, SOLUTIONS, WORKSHOP_UTILS

GOOD = {"exercise": "orders", "outcome": "not_yet", "message": "no"}


def heard(**told: object) -> dict[str, object]:
    return feedback_from([json.dumps(GOOD | told)], ["orders"]).get("orders", {})


@pytest.mark.parametrize(
    ("told", "name", "kept"),
    [
        ({"misconception": "no_such_mistake"}, "misconception", None),
        ({"misconception": ["x"]}, "misconception", None),
        ({"misconception": "hard_coded_table"}, "misconception", "hard_coded_table"),
        ({"message": 7}, "message", ""),
        ({"message": "a\x1b[2Jb\u202ec\x9bd\ne"}, "message", "a[2Jbcd\ne"),
        ({"remarks": "many"}, "remarks", []),
        ({"remarks": ["a", 7, {}]}, "remarks", ["a", "", ""]),
        ({"counterexample": [1]}, "counterexample", None),
        (
            {"counterexample": {"returned": [{"a": 10**40, "b": [1], "c": None, "d": 1.5}], "inputs": 3, "more": 1}},
            "counterexample",
            {"inputs": {}, "returned": [{"a": str(10**40), "b": "", "c": None, "d": 1.5}], "expected": []},
        ),
        ({"group": 99}, "group", 1),
    ],
)
def test_of_what_is_said_only_what_is_expected_is_kept(told: dict[str, object], name: str, kept: object) -> None:
    assert heard(**told)[name] == kept


def test_what_nobody_asked_for_is_dropped() -> None:
    assert set(heard(details="x", more=1, project="../../etc")) == {
        *("exercise", "group", "outcome", "misconception", "message", "remarks", "counterexample")
    }
    assert heard(outcome="excellent") == heard(exercise="customers") == heard(exercise=["orders"]) == {}
    assert feedback_from(["{", "[" * 100_000, "7", "null"], ["orders"]) == {}


def test_the_first_word_on_an_exercise_counts() -> None:
    lines = [json.dumps(GOOD), json.dumps(GOOD | {"outcome": "passed"})]
    assert feedback_from(lines, ["orders"])["orders"]["outcome"] == "not_yet"


def test_long_words_are_cut() -> None:
    assert len(clean("x" * 10**6)) < 10_000


@pytest.mark.parametrize(
    "text", ["", "7", "[]", "{}", '{"run": 1, "nodes": []}', '{"run": {}, "nodes": [1]}', "[" * 10**5]
)
def test_what_dbt_never_says_is_no_compilation(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compilation_from(text)


def test_what_is_told_of_a_run_has_its_types() -> None:
    told = {"succeeded": "yes", "manifest": {"nodes": [], "docs": 7}, "trouble": {"said": 7, "line": "x"}}
    run = run_from(json.dumps(told))
    assert run.succeeded is False and run.manifest.nodes == {} and run.manifest.docs == {}
    assert run.trouble and run.trouble.said == "7" and run.trouble.line is None
    assert freshness_from('{"statuses": [1]}').statuses == {}


# -- files -------------------------------------------------------------------------------------------------


def test_a_project_is_copied_without_what_dbt_makes(tmp_path: Path) -> None:
    for file in ("models/a.sql", "target/x.json", "warehouses/raw.duckdb", ".git/config", "models/target/b.sql"):
        (tmp_path / "one" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "one" / file).write_text(file)
    assert copy_project(tmp_path / "one", tmp_path / "two") == []
    copied = {path.relative_to(tmp_path / "two").as_posix() for path in (tmp_path / "two").rglob("*") if path.is_file()}
    assert copied == {"models/a.sql", "models/target/b.sql"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFO")
def test_what_is_no_plain_file_is_left_out_and_named(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.mkdir()
    (one / "link.sql").symlink_to("/etc/hostname")
    (one / "folder").symlink_to("/etc")
    os.mkfifo(one / "fifo.sql")
    with (one / "large.sql").open("wb") as file:
        file.truncate(10**7)
    [said] = copy_project(one, tmp_path / "two")
    assert all(f"`{name}`" in said for name in ("link.sql", "folder", "fifo.sql", "large.sql"))
    assert list((tmp_path / "two").iterdir()) == []


@pytest.mark.parametrize("is_linked", [True, False])
def test_the_package_beside_each_project_is_installed(tmp_path: Path, is_linked: bool) -> None:
    one = tmp_path / "one"
    (one / "dbt_packages").mkdir(parents=True)
    (one / "packages.yml").write_text("packages:\n  - local: ../workshop_utils\n")
    if is_linked:
        (one / "dbt_packages/workshop_utils").symlink_to("../../gone")
    assert copy_project(one, tmp_path / "two", WORKSHOP_UTILS) == []
    there = tmp_path / "two/dbt_packages/workshop_utils"
    assert (there / "dbt_project.yml").is_file() and not there.is_symlink()


def test_a_packages_file_that_no_reader_ends_with_is_copied_unread(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one/packages.yml").write_text("packages: " + "[" * 100_000)
    assert copy_project(tmp_path / "one", tmp_path / "two", WORKSHOP_UTILS) == []


def test_a_package_that_nobody_names_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    assert copy_project(tmp_path / "one", tmp_path / "two", WORKSHOP_UTILS) == []
    assert list((tmp_path / "two").iterdir()) == []


def test_too_many_files_are_refused_before_one_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.classroom.sandbox.copying.MOST_ENTRIES", 3)
    (tmp_path / "one").mkdir()
    for number in range(4):
        (tmp_path / "one" / str(number)).write_text("x")
    with pytest.raises(TooMuch, match="more than 3 files"):
        copy_project(tmp_path / "one", tmp_path / "two")
    assert not (tmp_path / "two").exists()


# -- walls -------------------------------------------------------------------------------------------------


def test_dbts_side_sees_no_answers() -> None:
    assert not any(path in (COURSE, SOLUTIONS, *COURSE.parents, *SOLUTIONS.parents) for path in FOR_DBT)
    command = walled([], FOR_DBT, Path("/nowhere"), Path("/scratch"))
    assert {"--unshare-all", "--die-with-parent", "--new-session", "--clearenv"} <= set(command)
    assert not {"--bind", "--dev-bind", "--share-net"} & set(command)


def test_the_profile_for_macos_denies_what_it_does_not_name() -> None:
    profile = macos_profile(FOR_DBT, Path('/a "room"'), Path("/scratch"))
    assert "(deny default)" in profile and "network" not in profile and "process-fork" not in profile
    assert r'(subpath "/a \"room\"")' in profile and profile.count("(") == profile.count(")")


# -- the gradebook -----------------------------------------------------------------------------------------


def test_no_spreadsheet_takes_a_folder_for_a_formula() -> None:
    exercises = asked_for("orders", None)
    told = {"exercise": "orders", "outcome": "not_yet", "misconception": "hard_coded_table"}
    text = as_csv([Graded(Path('=cmd|"x"!A1'), [told], ["+1\n2"])], exercises)
    assert list(csv.reader(io.StringIO(text))) == [
        ["project", "passed", "of", "orders", "remarks"],
        ['\'=cmd|"x"!A1', "0", "1", "not yet (hard_coded_table)", "'+1 2"],
    ]


GIVEN_UP = """
import ctypes, os, resource, signal, socket, subprocess, sys, threading
from workshop.classroom.sandbox.confinement import confine
other = os.getppid()
confine()
for call in (
    os.fork,
    lambda: os.kill(other, 0),
    lambda: os.execv(sys.executable, [sys.executable]),
    lambda: subprocess.run([sys.executable, "-c", ""]),
    lambda: resource.prlimit(other, resource.RLIMIT_NOFILE),
    lambda: socket.socket(),
):
    try:
        print("did", call())
    except PermissionError:
        pass
resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))
signal.pthread_kill(threading.main_thread().ident, 0)
thread = threading.Thread(target=print, args=("threads work",))
thread.start()
thread.join()
"""


@pytest.mark.skipif(not can_filter(), reason="The system calls of this machine are not known.")
def test_who_is_confined_starts_signals_and_calls_nobody() -> None:
    done = subprocess.run([sys.executable, "-c", GIVEN_UP], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == "threads work\n", done.stdout + done.stderr
