"""Codespaces and Binder install what the README installs, and start what is there."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp
from packaging.specifiers import SpecifierSet

from workshop.__main__ import make_parser
from workshop.classroom.doctor import answers, free_port
from workshop.places import ROOT

pytestmark = pytest.mark.slow

CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_installs_as_the_readme_does() -> None:
    assert f"\n{CONTAINER['postCreateCommand']} && .venv/bin/workshop lab\n" in README


def test_it_starts_the_lab_on_the_port_that_it_forwards() -> None:
    program, *words = shlex.split(CONTAINER["postAttachCommand"])
    options, rest = make_parser().parse_known_args(words)
    assert program == ".venv/bin/workshop" and options.run.__name__ == "run_lab"
    [port] = CONTAINER["forwardPorts"]
    assert f"--port={port}" in rest and list(CONTAINER["portsAttributes"]) == [str(port)]


def test_the_command_starts_a_lab_that_answers(tmp_path: Path) -> None:
    [forwarded], port = CONTAINER["forwardPorts"], free_port()
    program, *words = shlex.split(CONTAINER["postAttachCommand"].replace(str(forwarded), str(port)))
    command = [str(Path(sys.executable).with_name(Path(program).name)), *words, "--allow-root"]
    lab = subprocess.Popen(
        command,
        env=os.environ | {"HOME": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert answers(port, lab)
    finally:
        os.killpg(lab.pid, signal.SIGKILL)
        lab.wait()


def test_the_lab_answers_under_the_address_of_a_codespace_only() -> None:
    [pattern] = [
        word.partition("=")[2]
        for word in shlex.split(CONTAINER["postAttachCommand"])
        if word.startswith("--ServerApp.allow_origin_pat=")
    ]
    assert "allow_origin_pat" in ServerApp.class_trait_names()
    assert re.match(pattern, "https://fuzzy-space-8888.app.github.dev")
    assert not re.match(pattern, "https://app-github-dev.example.org")


def test_the_kernel_of_the_editor_is_that_of_the_install() -> None:
    interpreter = CONTAINER["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert interpreter.endswith("/.venv/bin/python") and "venv .venv" in CONTAINER["postCreateCommand"]


def test_both_use_one_python_that_the_package_allows() -> None:
    binder = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert CONTAINER["image"].endswith(f"python:{binder}")
    allowed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert f"{binder}.0" in SpecifierSet(allowed)


def test_binder_finds_nothing_that_comes_before_requirements() -> None:
    before = ("Dockerfile", "environment.yml", "Pipfile", "Pipfile.lock", "setup.py", "binder", ".binder")
    assert not [name for name in before if (ROOT / name).exists()]
