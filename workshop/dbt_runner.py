"""dbt in process: the learner's own commands, and quiet compilation for the checks.

Importing dbt takes seconds, so it begins in the background with `warm_up` and everything here waits
for it. An invocation then takes a fraction of a second, where `dbt` as a subprocess takes five or more.
"""

import atexit
import importlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from workshop.places import PROJECT_NAME, WAREHOUSE_FILE
from workshop.trouble import Trouble, explain

os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

# Half of dbt's import time is spent in this optional dependency of jsonschema, which dbt never uses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

SHOWN_LEVELS = ("info", "warn", "error")
HIDDEN_EVENTS = ("MainEncounteredError", "MainStackTrace")  # we say these in our own words


@dataclass(frozen=True)
class Run:
    """What one dbt command did.

    results: what dbt returned, one object a node, or an empty list
    trouble: why it failed, in words, or None; a failed test is no trouble
    """

    succeeded: bool
    results: list[Any]
    trouble: Trouble | None = None


def run_dbt(project: Path, words: list[str], show: Callable[[str], None]) -> Run:
    """Run the dbt command `words` (such as ["run", "--select", "orders"]) on the learner's project.

    Each line that dbt would print goes to `show` while dbt runs, without a newline.
    """
    if "--version" in words or words[:1] == ["-v"]:
        # `dbt --version` asks the internet for newer versions.
        show(f"dbt-core {version('dbt-core')}, dbt-duckdb {version('dbt-duckdb')}, duckdb {duckdb.__version__}")
        return Run(True, [])
    where = ["--project-dir", str(project), "--profiles-dir", str(project)]
    quiet = ["--log-level", "none", "--log-path", str(project / "logs")]

    def show_event(event: Any) -> None:
        if event.info.level in SHOWN_LEVELS and event.info.name not in HIDDEN_EVENTS:
            show(f"{event.info.ts.ToDatetime():%H:%M:%S}  {event.info.msg}" if event.info.msg else "")

    if not words or words[-1] in ("-h", "--help"):
        return invoke([*words, "--help"] if not words else words)
    return invoke([*quiet, *words, *where], callback=show_event)


def parse(project: Path) -> tuple[Any | None, Trouble | None]:
    """Return the manifest of `project` as its files are now, or None and why dbt can't read them.

    Nothing is written into the project.
    """
    run = invoke(["parse", "--no-write-json", *outside_of(project)])
    return (run.results[0], None) if run.succeeded else (None, run.trouble)


def compile_models(project: Path, manifest: Any, select: list[str]) -> Run:
    """Compile the selected nodes of a manifest fresh from `parse`; the results carry `compiled_code`.

    Nothing is written into the project or its warehouses.
    """
    words = ["compile", "--no-write-json", "--no-populate-cache", "--select", *select]
    return invoke([*words, *outside_of(project)], manifest=manifest)


def warm_up(project: Path | None = None) -> None:
    """Start importing dbt in the background, and read `project` once, so that the first check is fast."""
    threading.Thread(target=load_dbt, args=(project,), name="dbt-warm-up", daemon=True).start()


# -- how ---------------------------------------------------------------------------------------------------

dbt_lock = threading.RLock()


def load_dbt(project: Path | None = None) -> None:
    with dbt_lock:
        importlib.import_module("dbt.cli.main")
        if project is not None:
            importlib.import_module("dbt.adapters.duckdb")
            parse(project)


def invoke(words: list[str], callback: Callable[[Any], None] | None = None, manifest: Any = None) -> Run:
    with dbt_lock, kept_working_folder():
        from dbt.cli.main import dbtRunner

        result = dbtRunner(manifest=manifest, callbacks=[callback] if callback else []).invoke(words)
    results = listed(result.result)
    trouble = explain(result.exception) if result.exception else None
    for node_result in results:
        if trouble is None and not result.success and getattr(node_result, "status", "") == "error":
            trouble = explain(node_result.message, node=node_result.node)
    return Run(bool(result.success), results, trouble)


def listed(result: Any) -> list[Any]:
    if result is None or isinstance(result, bool):
        return []
    if hasattr(result, "results"):
        return list(result.results)
    return list(result) if isinstance(result, list) else [result]


@contextmanager
def kept_working_folder() -> Iterator[None]:
    """Some dbt commands change the working folder of the whole kernel; put it back."""
    folder = Path.cwd()
    try:
        yield
    finally:
        os.chdir(folder)


def outside_of(project: Path) -> list[str]:
    """Options that make dbt read `project` and write everything elsewhere, with a profile of our own."""
    scratch = scratch_of(project)
    return [
        *("--project-dir", str(project), "--profiles-dir", str(scratch), "--profile", PROJECT_NAME),
        *("--target-path", str(scratch / "target"), "--log-path", str(scratch)),
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
