"""A hands-on analytics engineering workshop: real dbt on real DuckDB, in JupyterLab.

In a notebook, `%load_ext workshop` brings the magics. From outside, `workshop.grade(project)` judges a project.
"""

from __future__ import annotations  # an older Python is to come as far as the sentence about it

from pathlib import Path
from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext workshop`."""
    from workshop.notebook.magics import load

    load(shell)


def grade(project: str | Path, exercise: str | None = None, trust: bool = False) -> list[dict[str, Any]]:
    """Judge a dbt project from outside a notebook; nothing is written into it.

    project: its folder
    exercise: the name of one exercise, or None for all
    trust: judge it with no sandbox; only for a project whose author may do on this computer what you may do

    Returns one dict an exercise, with `project`, `exercise`, `group`, `outcome`, `misconception`, `message`,
    `remarks` and `counterexample`, as `python -m workshop grade --json` prints them.
    Raises LookupError where there is no such exercise, NotADirectoryError where there is no such folder, RuntimeError
    where this computer has no sandbox and nobody is trusted.
    """
    from workshop.classroom.grading import grade_project

    return grade_project(Path(project), exercise, trust=trust)
