"""How `workshop lab` starts JupyterLab: quiet for learners, large for a shared screen, nobody's settings touched."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from jupyterlab.commands import get_app_dir
from jupyterlab_server.workspaces_handler import slugify

from workshop.__main__ import BAD_USE, NEWEST, OLDEST, main, wrong_python
from workshop.classroom import lab
from workshop.classroom.lab import LARGE_AND_LIGHT, NOTHING_AT_THE_SIDES, WORKSPACE_FILE, group_of
from workshop.course.groups import GROUPS
from workshop.course.reference import answers
from workshop.dbt_project.files import apply_edits, create_project
from workshop.places import JUPYTER_CONFIG, ROOT, STARTER


class Started:
    """What JupyterLab would have been started with, and the files that were there at that moment."""

    def __call__(self, command: list[str], env: dict[str, str], check: bool) -> SimpleNamespace:
        self.command, self.env, self.files = command, env, {}
        for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
            folder = Path(env.get(name, "nowhere"))
            self.files |= {
                path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
            }
        return SimpleNamespace(returncode=0)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    monkeypatch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    started = Started()
    monkeypatch.setattr(subprocess, "run", started)
    return started


def test_learners_keep_their_settings_over_our_quiet_defaults(started: Started) -> None:
    assert main(["lab", "--port", "1234"]) == 0
    assert started.command[-2:] == ["--port", "1234"] and "--LabApp.news_url=None" in started.command
    assert started.env["JUPYTER_CONFIG_PATH"] == os.pathsep.join([str(JUPYTER_CONFIG), "mine"])
    assert "JUPYTERLAB_SETTINGS_DIR" not in started.env and not started.files


def test_it_opens_the_notebook_of_the_group(started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "group_of", lambda project: 2)
    assert main(["lab"]) == 0
    assert str(lab.NOTEBOOKS / "working_group_2.ipynb") in started.command


def test_the_group_is_the_last_in_which_something_passes(tmp_path: Path) -> None:
    last = len(GROUPS)
    assert group_of(tmp_path / "nowhere") == 1
    create_project(tmp_path, STARTER)
    for group in GROUPS:
        (tmp_path / "warehouses" / f"working_group_{group.number}").mkdir(parents=True)
    assert group_of(tmp_path) == 1
    for group in GROUPS[:-1]:  # the last one's package would have to be installed
        for each in group.exercises:
            apply_edits(tmp_path, list(answers()[each.name].edits))
        assert group_of(tmp_path) == min(group.number + 1, last)
    (tmp_path / "notes/grain.yml").unlink()  # left out by somebody who went on
    assert group_of(tmp_path) == last
    (tmp_path / "dbt_project.yml").write_text("[")
    assert group_of(tmp_path) == 1


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 14), (4, 0)])
def test_another_python_is_told_what_to_do(version: tuple[int, int], monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    assert main(["lab"]) == BAD_USE
    said = capsys.readouterr().err
    assert (
        f"This is Python {version[0]}.{version[1]}, and the workshop needs 3.11, 3.12 or 3.13." in said and "uv" in said
    )


def test_the_pythons_are_those_of_the_package() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"' in text
    assert not wrong_python(OLDEST) and not wrong_python(NEWEST)


def test_presenting_has_its_own_settings_and_layout_for_as_long_as_it_lasts(started: Started) -> None:
    assert main(["lab", "--present", "--no-browser"]) == 0
    assert started.command[-1] == "--no-browser" and "--present" not in started.command
    themes = json.loads(started.files["@jupyterlab/apputils-extension/themes.jupyterlab-settings"])
    assert themes["theme"] == "JupyterLab Light" and int(themes["overrides"]["code-font-size"].removesuffix("px")) >= 18
    assert json.loads(started.files[WORKSPACE_FILE]) == NOTHING_AT_THE_SIDES
    assert not Path(started.env["JUPYTERLAB_SETTINGS_DIR"]).exists()


def test_the_workspace_is_the_one_that_jupyterlab_opens() -> None:
    assert f"{slugify('default')}.jupyterlab-workspace" == WORKSPACE_FILE


def all_settings() -> list[tuple[str, dict[str, Any]]]:
    defaults = json.loads((JUPYTER_CONFIG / "labconfig/default_setting_overrides.json").read_text(encoding="utf-8"))
    return [*defaults.items(), *LARGE_AND_LIGHT.items()]


@pytest.mark.parametrize(("plugin", "values"), all_settings())
def test_jupyterlab_knows_each_setting(plugin: str, values: dict[str, Any]) -> None:
    schema = json.loads(
        (Path(get_app_dir()) / "schemas" / f"{plugin.replace(':', '/')}.json").read_text(encoding="utf-8")
    )
    assert values.keys() <= schema["properties"].keys()
    jsonschema.validate(values, schema)


def test_ctrl_c_is_a_good_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupted)
    assert main(["lab", "--present"]) == 0
