"""Open JupyterLab on a working group, and nothing else: no news, no update check, no call to the outside."""

import os
import subprocess
import sys
from pathlib import Path

from workshop.places import JUPYTER_CONFIG, NOTEBOOKS

QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def open_lab(options: list[str], present: bool = False) -> int:
    """Run JupyterLab on the first notebook until it is stopped; `options` go to JupyterLab. Returns its exit code."""
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": bin_folder + os.pathsep + os.environ.get("PATH", ""),  # so that a terminal in JupyterLab finds dbt
        # Defaults under the learner's own JupyterLab settings, which stay as they are.
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [str(JUPYTER_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH")])),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [sys.executable, "-m", "jupyterlab", *QUIET, str(NOTEBOOKS / "working_group_1.ipynb"), *options]
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0
