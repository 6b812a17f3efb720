"""dbt in process: the learner's own commands, and quiet compilation for the checks.

Importing dbt takes seconds, so it begins in the background with `warm_up` and everything here waits
for it. An invocation then takes a fraction of a second, where `dbt` as a subprocess takes five or more.
"""

import atexit
import gc
import importlib
import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from workshop.dbt_project.trouble import Trouble, did_you_mean, explain
from workshop.places import PROJECT_NAME, RAW_DATABASE, TERMINAL_WAREHOUSE, WAREHOUSE_FILE

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
    trouble: why it failed or did nothing, in words, or None; a failed test is no trouble
    """

    succeeded: bool
    results: list[Any]
    trouble: Trouble | None = None


def run_dbt(project: Path, words: list[str], show: Callable[[str], None], warehouse: Path | None = None) -> Run:
    """Run the dbt command `words` (such as ["run", "--select", "orders"]) on the learner's project.

    Each line that dbt would print goes to `show` while dbt runs, without a newline.

    warehouse: the file to build in; without it the one that a terminal uses, as profiles.yml says
    """
    if "--version" in words or words[:1] == ["-v"]:
        # `dbt --version` asks the internet for newer versions.
        show(f"dbt-core {version('dbt-core')}, dbt-duckdb {version('dbt-duckdb')}, duckdb {duckdb.__version__}")
        return Run(True, [])
    for file in ("dbt_project.yml", "profiles.yml"):
        if not (project / file).is_file():
            return Run(False, [], Trouble(f"There is no {file} in your project.", MISSING_FILE))
    if words[:1] == ["init"]:
        return Run(
            False,
            [],
            Trouble("`dbt init` begins a new project.", "You have one already: the folder beside this notebook."),
        )
    where = ["--project-dir", str(project), "--profiles-dir", str(project)]
    quiet = ["--log-level", "none", "--log-path", str(project / "logs")]

    unmatched = []

    def show_event(event: Any) -> None:
        if event.info.name == "NoNodesForSelectionCriteria":
            unmatched.append(event.data.spec_raw)
        if event.info.level in SHOWN_LEVELS and event.info.name not in HIDDEN_EVENTS:
            text = event.info.msg.replace(str(project), project.name)
            show(f"{event.info.ts.ToDatetime():%H:%M:%S}  {text}" if text else "")

    if not words or words[-1] in ("-h", "--help"):
        return invoke([*words, "--help"] if not words else words)
    names = tuple(path.stem for path in project.glob("models/**/*.sql"))
    with told_in_the_environment(project, warehouse):
        run = invoke([*quiet, *words, *where], callback=show_event, names=names)
    if not run.succeeded and not run.results:  # it came no further than reading the files
        forget_parsed(project / "target")
    return replace(run, trouble=run.trouble or unmatched_trouble(unmatched, names))


def parse(project: Path) -> tuple[Any | None, Trouble | None]:
    """Return the manifest of `project` as its files are now, or None and why dbt can't read them.

    Nothing is written into the project.
    """
    target = scratch_of(project) / "target"
    run = invoke(["parse", "--no-write-json", *outside_of(project)])
    if not run.succeeded and forget_parsed(target):
        run = invoke(["parse", "--no-write-json", *outside_of(project)])
    if not run.succeeded:
        forget_parsed(target)
    return (run.results[0], None) if run.succeeded else (None, run.trouble)


def compile_models(project: Path, manifest: Any, select: list[str]) -> Run:
    """Compile nodes of a manifest fresh from `parse`, all of them or those selected; the results carry `compiled_code`.

    Nothing is written into the project or its warehouses.
    """
    words = ["compile", "--no-write-json", "--no-populate-cache", *(["--select", *select] if select else [])]
    return invoke([*words, *outside_of(project)], manifest=manifest)


def warm_up(project: Path | None = None) -> None:
    """Start importing dbt in the background, and read `project` once, so that the first check is fast."""
    threading.Thread(target=load_dbt, args=(project,), name="dbt-warm-up", daemon=True).start()


MISSING_FILE = "Run the first cell of the notebook again (`%workgroup`): it brings back what is missing."


# -- how ---------------------------------------------------------------------------------------------------

dbt_lock = threading.RLock()


def load_dbt(project: Path | None = None) -> None:
    # Whatever goes wrong here goes wrong again in the next command, which says so in words.
    with dbt_lock, suppress(Exception):
        importlib.import_module("dbt.cli.main")
        if project is not None:
            importlib.import_module("dbt.adapters.duckdb")
            parse(project)


def forget_parsed(target: Path) -> bool:
    """Make dbt read all files again, and return whether it remembered any.

    After some mistakes, such as one model described twice, dbt 1.11's partial parsing goes on complaining when they
    are mended.
    """
    with suppress(OSError):
        (target / "partial_parse.msgpack").unlink()
        return True
    return False


def unmatched_trouble(unmatched: list[str], names: tuple[str, ...]) -> Trouble | None:
    """Return the trouble with a name behind --select that no model has, or None."""
    for spec in unmatched:
        name = re.sub(r"^(@|\d*\+)|\+\d*$", "", spec)  # without the signs for parents and children
        if name not in names:
            return Trouble(
                f"There is nothing called {name} in your project.",
                f"Look at the name behind --select.{did_you_mean(name, names)}",
            )
    return None


def invoke(
    words: list[str], callback: Callable[[Any], None] | None = None, manifest: Any = None, names: tuple[str, ...] = ()
) -> Run:
    """Run dbt and return what it did. `names` of models that exist are for a "did you mean"."""
    with dbt_lock, kept_working_folder():
        from dbt import deprecations
        from dbt.cli.main import dbtRunner

        deprecations.reset_deprecations()  # else each command repeats the notices of all before it
        result = dbtRunner(manifest=manifest, callbacks=[callback] if callback else []).invoke(words)
        keep_out_of_garbage_collection()
    results = listed(result.result)
    trouble = explain(result.exception, names=names) if result.exception else None
    for node_result in results:
        failed = getattr(node_result, "status", "") == "error" and node_result.message  # stale data has none
        if trouble is None and not result.success and failed:
            trouble = explain(node_result.message, node_result.node, names)
    return Run(bool(result.success), results, trouble)


@cache
def keep_out_of_garbage_collection() -> None:
    """dbt stays for as long as the process does. To look through its half million objects for garbage, again and again,
    would take a tenth of each check.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # else DuckDB's binding complains of leaks when Python ends


def listed(result: Any) -> list[Any]:
    if result is None or isinstance(result, bool):
        return []
    if hasattr(result, "results"):
        return list(result.results)
    return list(result) if isinstance(result, list) else [result]


@contextmanager
def told_in_the_environment(project: Path, warehouse: Path | None) -> Iterator[None]:
    """Tell profiles.yml where to build, for this command only: `!dbt` in a cell is another process and may not build there."""
    told = {"WORKSHOP_RAW": str(project / RAW_DATABASE)}
    told["WORKSHOP_WAREHOUSE"] = str(warehouse or project / TERMINAL_WAREHOUSE / WAREHOUSE_FILE)
    before = {name: os.environ.get(name) for name in told}
    os.environ |= told
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


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
