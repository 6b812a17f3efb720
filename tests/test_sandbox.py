"""Projects of people who mean harm: who judges them is as before, and who is judged beside them is judged right."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Answered
from hostile import HOSTILE, Change, secret

from workshop.classroom import grading
from workshop.classroom.grading import Graded, grade_projects
from workshop.classroom.sandbox.walls import why_not
from workshop.course import groups
from workshop.course.groups import find_exercise
from workshop.course.raw_tables import RAW_TABLES
from workshop.judging.reference import relation
from workshop.judging.twin import Twin, raw_data
from workshop.places import PACKAGE

NO_SANDBOX = why_not()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(NO_SANDBOX), reason=str(NO_SANDBOX))]

WORD = "the-word-that-nobody-may-see"
SECONDS = 16.0
SECONDS_AROUND = 8.0  # to copy, to start, to end, on a busy computer
EXERCISES = [find_exercise(name) for name in ("grain", "orders", "sources")]
OUTCOMES = ("passed", "not_yet", "does_not_run", "not_started")


@dataclass(frozen=True)
class Scene:
    """Projects in a folder, and beside them what nobody may touch."""

    folder: Path
    port: int

    @property
    def outside(self) -> Path:
        return self.folder / "outside"

    def mark(self, name: str) -> Path:
        return self.outside / f"mark-{name.replace(' ', '-')}"

    def project(self, name: str, change: Change, good: Path) -> Path:
        project = self.folder / name.replace(" ", "-").replace("'", "")
        shutil.copytree(good, project)
        before = set(project.rglob("*"))
        change(project)
        for path in (path for path in project.rglob("*") if len(before) < 1000 and is_small_file(path)):
            text = path.read_text(encoding="utf-8")
            filled = text.replace("OUTSIDE/mark", str(self.mark(name))).replace("SECRET", secret(project))
            filled = filled.replace("PORT", str(self.port)).replace("PROJECT", str(project))
            filled = filled.replace("GOOD", str(self.folder / "good"))
            if filled != text:
                path.write_text(filled, encoding="utf-8")
        return project


def is_small_file(path: Path) -> bool:
    return (
        path.suffix in (".sql", ".yml", ".md")
        and path.is_file()
        and not path.is_symlink()
        and (0 < path.stat().st_size < 10**6)
    )


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        server.setblocking(False)
        yield server


@pytest.fixture(scope="module")
def good(answered: Answered, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    shutil.copytree(answered("marts"), folder / "good", ignore=shutil.ignore_patterns("warehouses", "target", "logs"))
    (folder / "outside").mkdir()
    (folder / "outside" / "secret.txt").write_text(WORD)
    return folder / "good"


@pytest.fixture(scope="module")
def scene(good: Path, listener: socket.socket) -> Scene:
    return Scene(good.parent, listener.getsockname()[1])


@dataclass
class Judged:
    graded: dict[str, Graded]
    seconds: dict[str, float]
    good: list[Graded]
    before: dict[Path, bytes]


def fingerprint(scene: Scene) -> dict[Path, bytes]:
    kept = [*scene.outside.iterdir(), *(scene.folder / "good").rglob("*"), *PACKAGE.rglob("*.py")]
    return {path: path.read_bytes() for path in kept if path.is_file() and not path.is_symlink()}


@pytest.fixture(scope="module")
def judged(scene: Scene, good: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """All hostile projects graded in one go, and the good one again and again between them."""
    names: list[str | None] = []
    projects: list[Path] = []
    for number, (name, change) in enumerate(HOSTILE.items()):
        if number % 6 == 0:
            names.append(None)
            projects.append(good)
        names.append(name)
        projects.append(scene.project(name, change, good))
    names.append(None)
    projects.append(good)
    before, seconds = fingerprint(scene), dict[str, float]()
    judge = grading.in_courtroom

    def timed(courtroom: Any, project: Path, asked: Any) -> Graded:
        start = time.monotonic()
        courtroom.dbt_ready()
        start = time.monotonic()
        graded = judge(courtroom, project, asked)
        seconds[project.name] = time.monotonic() - start
        return graded

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKSHOP_TEST_SECRET", WORD)
        patch.setattr(grading, "in_courtroom", timed)
        graded = list(grade_projects(projects, EXERCISES, trust=False, seconds=SECONDS))
    pairs = list(zip(names, graded, strict=True))
    by_name = {name: each for name, each in pairs if name is not None}
    times = {name: seconds[each.project.name] for name, each in by_name.items()}
    return Judged(by_name, times, [each for name, each in pairs if name is None], before)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_project_harms_nobody(name: str, judged: Judged, scene: Scene) -> None:
    graded = judged.graded[name]
    assert [each["exercise"] for each in graded.feedback] == [exercise.name for exercise in EXERCISES]
    assert all(each["outcome"] in OUTCOMES and each["message"] for each in graded.feedback), graded.feedback
    told = json.dumps(graded.feedback) + json.dumps(graded.remarks)
    assert WORD not in told and "SEEN" not in told
    assert not scene.mark(name).exists()
    assert judged.seconds[name] < SECONDS + SECONDS_AROUND


def test_whoever_is_judged_beside_them_is_judged_right(judged: Judged) -> None:
    assert len(judged.good) > 9
    for graded in judged.good:
        assert [each["outcome"] for each in graded.feedback] == ["passed"] * 3 and graded.remarks == []


def test_a_whole_project_passes_in_each_exercise(answered_folder: Path) -> None:
    [graded] = grade_projects([answered_folder], groups.EXERCISES, trust=False)
    assert [each["exercise"] for each in graded.feedback if each["outcome"] != "passed"] == []
    assert len(graded.feedback) == len(groups.EXERCISES) and graded.remarks == []


def test_nothing_outside_has_changed(judged: Judged, scene: Scene) -> None:
    assert fingerprint(scene) == judged.before
    assert not list(scene.folder.glob("*/models/x.sql"))


def test_nobody_has_called(judged: Judged, listener: socket.socket) -> None:
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_who_claims_anothers_work_or_a_verdict_has_not_passed(judged: Judged) -> None:
    for name in (
        "models is a link to the neighbour's",
        "a model is a link out",
        "answers in dbt's place",
        "says very much",
    ):
        outcome = {each["exercise"]: each["outcome"] for each in judged.graded[name].feedback}
        assert outcome["orders"] != "passed", name


def test_what_was_not_looked_at_is_said(judged: Judged) -> None:
    remarks = {name: " ".join(graded.remarks) for name, graded in judged.graded.items()}
    assert "`models` is a link to another place" in remarks["models is a link to the neighbour's"]
    assert "`notes/grain.yml` is no file" in remarks["notes are a FIFO"]
    assert "is larger than 5 MB" in remarks["a model of 1 GiB"]
    assert "more than 5000 files" in remarks["100,000 files"]
    assert "Judging was stopped" in remarks["model of long words"] or not remarks["model of long words"]


WOULD_HAPPEN = ("python in a model", "reads a file", "asks the network")


def test_without_walls_all_of_it_would_happen(scene: Scene, good: Path, listener: socket.socket) -> None:
    """These tests can fail: with --trust, what is asserted above is not so."""
    beside = Scene(scene.folder / "trusted", scene.port)
    beside.outside.mkdir(parents=True)
    (beside.outside / "secret.txt").write_text(WORD)
    shutil.copytree(good, beside.folder / "good")
    projects = [beside.project(name, HOSTILE[name], good) for name in WOULD_HAPPEN]
    command = [
        sys.executable,
        "-m",
        "workshop",
        "grade",
        "--trust",
        "--json",
        "--exercise",
        "orders",
        *map(str, projects),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert beside.mark("python in a model").exists()
    assert WORD in done.stdout
    listener.accept()[0].close()


# -- a project does not cheat by it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "select * from {right}",
        "select * from warehouse.reference.orders",
        "select 1); create or replace view x as (select 1",
        "select 1; drop schema raw cascade",
    ],
)
def test_right_models_are_not_in_reach_of_sql(sql: str) -> None:
    with pytest.raises(Exception, match=r"Catalog Error|syntax error|more than one select"):
        Twin(raw_data(RAW_TABLES)).define('"warehouse"."main"."mine"', sql.replace("{right}", relation("orders")))


def test_the_name_of_right_models_is_drawn_by_lot() -> None:
    words = [sys.executable, "-c", "from workshop.judging.reference import relation; print(relation('orders'))"]
    drawn = {subprocess.run(words, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(drawn) == 2 and "" not in drawn


def test_no_sandbox_is_said_and_nothing_is_judged(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(grading.NotSafe, match=r"apt install bubblewrap.*--trust"):
        grade_projects([good], EXERCISES, trust=False)
