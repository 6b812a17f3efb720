"""A project read and compiled by dbt for a check. Nothing is written into the project or its warehouses."""

import atexit
import importlib
import shutil
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from workshop.dbt_project.invocation import Run, dbt_lock, forget_parsed, invoke
from workshop.places import PROJECT_NAME, WAREHOUSE_FILE


def read_project(project: Path) -> Run:
    """Read `project` as its files are now: the manifest is in the run, or why dbt can't read them."""
    return reading(project, ["parse"])


def compile_project(project: Path, select: Sequence[str], manifest: Any = None) -> Run:
    """Compile all nodes of `project` or those selected; the results carry `compiled_code`.

    manifest: from a run on the same files a moment ago, which saves reading them again
    """
    words = ["compile", "--no-populate-cache", *(["--select", *select] if select else [])]
    if manifest is not None:
        return invoke([*words, *outside_of(project)], manifest=manifest)
    return reading(project, words)


def warm_up(project: Path | None = None) -> None:
    """Start importing dbt in the background, and read `project` once, so that the first check is fast."""
    threading.Thread(target=load_dbt, args=(project,), name="dbt-warm-up", daemon=True).start()


# -- how ---------------------------------------------------------------------------------------------------


def reading(project: Path, words: Sequence[str]) -> Run:
    target = scratch_of(project) / "target"
    run = invoke([*words, *outside_of(project)])
    if run.manifest is None and forget_parsed(target):
        run = invoke([*words, *outside_of(project)])
    if run.manifest is None:
        forget_parsed(target)
    return run


def load_dbt(project: Path | None = None) -> None:
    # Whatever goes wrong here goes wrong again in the next command, which says so in words.
    with dbt_lock, suppress(Exception):
        importlib.import_module("dbt.cli.main")
        if project is not None:
            importlib.import_module("dbt.adapters.duckdb")
            read_project(project)


def outside_of(project: Path) -> list[str]:
    """Options that make dbt read `project` and write everything elsewhere, with a profile of our own."""
    scratch = scratch_of(project)
    return [
        *("--project-dir", str(project), "--profiles-dir", str(scratch), "--profile", PROJECT_NAME),
        *("--target-path", str(scratch / "target"), "--log-path", str(scratch), "--no-write-json"),
        *("--log-level", "none", "--log-level-file", "none"),
    ]


@cache
def scratch_of(project: Path) -> Path:
    """Return a temporary folder for `project`, removed when the process ends.

    Its profile names the same database as the learner's, so that compiled SQL is the same.
    """
    scratch = Path(tempfile.mkdtemp(prefix="workshop-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    profile = (
        f"{PROJECT_NAME}:\n  target: check\n  outputs:\n    check:\n      type: duckdb\n"
        f"      path: '{scratch / WAREHOUSE_FILE}'\n      schema: main\n      threads: 1\n"
    )
    (scratch / "profiles.yml").write_text(profile, encoding="utf-8")
    return scratch
