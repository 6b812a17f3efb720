"""Open JupyterLab on a working group, and nothing else: no news, no update check, no call to the outside."""

from __future__ import annotations  # an older Python is to come as far as the sentence about it

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from workshop.places import JUPYTER_CONFIG, NOTEBOOKS, WAREHOUSES, project_beside

QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def open_lab(options: list[str], present: bool = False) -> int:
    """Run JupyterLab on the notebook of the group that one is in, until it is stopped. Returns its exit code.

    options: go to JupyterLab

    present: for a shared screen; large, light, nothing at the sides. The settings and the layout of whoever presents
    are neither used nor changed: JupyterLab keeps its own in a temporary folder until it is stopped.
    """
    quiet = [*QUIET, "--LabApp.custom_css=True"] if present else QUIET
    notebook = NOTEBOOKS / f"working_group_{group_of(project_beside(NOTEBOOKS))}.ipynb"
    command = [sys.executable, "-m", "jupyterlab", *quiet, str(notebook), *options]
    with tempfile.TemporaryDirectory(prefix="workshop-", ignore_cleanup_errors=True) as folder:
        environment = lab_environment()
        if present:
            environment = presenting(environment, Path(folder))
        try:
            return subprocess.run(command, env=environment, check=False).returncode
        except KeyboardInterrupt:
            return 0


def group_of(project: Path) -> int:
    """Return the number of the group that a learner with this project is in.

    It is the last one in which a step passes, or the one behind it where all of its steps do. It is the first where
    nothing passes, or where the project can't be judged.
    """
    if not project.is_dir():
        return 1
    try:
        from workshop.course.groups import GROUPS
        from workshop.course.raw_tables import RAW_TABLES
        from workshop.dbt_project.work import Work
        from workshop.judging.exercise import Exercise, try_exercise

        work = Work(project, tables=RAW_TABLES)

        def passes(step: Exercise) -> bool:
            return try_exercise(step, work).verdict.has_passed

        # Nobody is to wait for dbt where it can be seen without: in a group whose notebook was never run, nothing is
        # passed; and a step that is not begun is seen at once, so a group is looked at from its end.
        run_once = [group for group in GROUPS if (project / WAREHOUSES / f"working_group_{group.number}").is_dir()]
        for group in reversed(run_once):
            if all(passes(step) for step in reversed(group.exercises)):
                return min(group.number + 1, GROUPS[-1].number)
            if any(passes(step) for step in group.exercises):
                return group.number
        return 1
    except Exception:  # whatever it is: JupyterLab is to open, and to say it there
        return 1


def lab_environment() -> dict[str, str]:
    """Return the environment in which JupyterLab runs for a learner."""
    bin_folder = str(Path(sys.executable).parent)
    return os.environ | {
        "PATH": joined(bin_folder, os.environ.get("PATH")),  # so that a terminal in JupyterLab finds dbt
        # Defaults under the learner's own JupyterLab settings, which stay as they are.
        "JUPYTER_CONFIG_PATH": joined(str(JUPYTER_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH")),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def presenting(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """Return the environment for a shared screen; settings and layout are kept in `folder`."""
    settings = folder / "settings"
    for plugin, values in LARGE_AND_LIGHT.items():
        write_json(settings / f"{plugin.replace(':', '/')}.jupyterlab-settings", values)
    write_json(folder / "workspaces" / WORKSPACE_FILE, NOTHING_AT_THE_SIDES)
    custom, config = folder / "custom", folder / "config"
    write_json(
        config / "jupyter_server_config.json",
        {"ServerApp": {"tornado_settings": {"static_custom_path": [str(custom)]}}},
    )
    custom.mkdir()
    (custom / "custom.css").write_text(ROOM_FOR_LARGE_NUMBERS, encoding="utf-8")
    return environment | {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_PATH": joined(str(config), environment["JUPYTER_CONFIG_PATH"]),
    }


# As if chosen in JupyterLab's settings: it takes sizes from there only, and not from defaults.
LARGE_AND_LIGHT = {
    "@jupyterlab/apputils-extension:themes": {
        "theme": "JupyterLab Light",
        "adaptive-theme": False,
        "overrides": {"code-font-size": "20px", "content-font-size1": "20px", "ui-font-size1": "16px"},
    },
    "@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineNumbers": True, "lineWrap": False}},
}
# The number of a cell is as large as code, and there is no setting for the column in which it stands.
ROOM_FOR_LARGE_NUMBERS = "body { --jp-cell-prompt-width: 90px; }\n"
# JupyterLab's own file of the workspace "default": the name and a part of its hash.
WORKSPACE_FILE = "default-37a8.jupyterlab-workspace"
NOTHING_AT_THE_SIDES = {
    "data": {"layout-restorer:data": {"main": {}, "left": {"collapsed": True}, "right": {"collapsed": True}}},
    "metadata": {"id": "default"},
}


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def joined(*folders: str | None) -> str:
    return os.pathsep.join(filter(None, folders))
