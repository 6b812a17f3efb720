"""`workshop doctor` says what is missing and what to do, and leaves nothing behind."""

import re
import shutil
import socket
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from workshop.__main__ import main
from workshop.classroom import doctor
from workshop.classroom.doctor import NotReady
from workshop.dbt_project import commands
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.trouble import Trouble
from workshop.places import NOTEBOOKS

pytestmark = pytest.mark.slow


def test_this_computer_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    before, began = set(NOTEBOOKS.iterdir()), time.perf_counter()
    assert main(["doctor"]) == 0
    assert time.perf_counter() - began < 30
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8 and all(line.startswith("ok ") for line in lines[:-1]) and lines[-1] == "You are ready."
    assert {path for path in set(NOTEBOOKS.iterdir()) - before if path.name.startswith(".doctor")} == set()


def test_what_is_wrong_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("duckdb_locks", "jupyterlab_starts", "dbt_builds"):
        monkeypatch.setattr(doctor, name, lambda folder: 1 / 0)
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "TO DO  This is Python 3.14. Install Python 3.11, 3.12 or 3.13" in shown and shown.count("TO DO") == 4
    assert "division by zero" in shown and "Traceback" not in shown and "You are ready" not in shown


def test_a_package_that_is_missing_or_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "version", lambda name: "0.0.1")
    with pytest.raises(NotReady, match=r"^agate is 0.0.1, not \S+, and \d+ more. Run `pip install"):
        doctor.packages(tmp_path)

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", missing)
    with pytest.raises(NotReady, match=r"^agate is missing, and"):
        doctor.packages(tmp_path)


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=499_900_000))
    with pytest.raises(NotReady, match=r"Only 499 MB are free on this disk\. Free at least 500 MB"):
        doctor.free_space(tmp_path)


def test_a_folder_nobody_may_write_into(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "NOTEBOOKS", NOTEBOOKS / "working_group_1.ipynb")
    assert main(["doctor"]) == 1
    assert "TO DO  You may not write into" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [(0, "", "lets two programs write one DuckDB file"), (1, "No module named duckdb", "does not run in a second")],
)
def test_a_drive_without_locks(
    code: int, words: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=code, stderr=words))
    with pytest.raises(NotReady, match=said):
        doctor.duckdb_locks(tmp_path)


def test_a_jupyterlab_that_ends_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    popen = subprocess.Popen
    broken = [sys.executable, "-c", "import sys; sys.exit('No module named jupyterlab')"]
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: popen(broken, **options))
    with pytest.raises(NotReady, match="its last words: No module named jupyterlab"):
        doctor.jupyterlab_starts(tmp_path)


def test_a_dbt_that_fails_or_calls_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        commands, "run_dbt", lambda *_: Run(False, [], trouble=Trouble("There is no model x.", "Look."))
    )
    with pytest.raises(NotReady, match=r"dbt does not build the project that you begin with\. There is no model x\."):
        doctor.dbt_builds(tmp_path)

    def call_out(*_: Any) -> Run:
        with pytest.raises(OSError, match="lets nothing out"):
            socket.create_connection(("192.0.2.1", 80))
        return Run(True, [])

    monkeypatch.setattr(commands, "run_dbt", call_out)
    with pytest.raises(NotReady, match=re.escape("dbt wanted to reach 192.0.2.1")):
        doctor.dbt_builds(tmp_path)


def test_only_this_computer_can_be_reached_and_afterwards_all_is_as_before() -> None:
    before = (socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo)
    with doctor.without_network() as wanted, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        with socket.socket() as far, pytest.raises(ConnectionRefusedError):
            far.connect_ex(("192.0.2.1", 80))
    assert wanted == {"192.0.2.1"}
    assert (socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo) == before
