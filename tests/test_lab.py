"""How `workshop lab` starts JupyterLab: quiet for learners, large for a shared screen, nobody's settings touched."""

import json
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from jupyterlab.commands import get_app_dir
from jupyterlab_server.workspaces_handler import slugify

from workshop.__main__ import main
from workshop.classroom.lab import LARGE_AND_LIGHT, NOTHING_AT_THE_SIDES, WORKSPACE_FILE
from workshop.places import JUPYTER_CONFIG


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
