"""The learner's own dbt commands: the same words and the same output as in a terminal, in this process."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from workshop.dbt_project.invocation import Run, forget_parsed, invoke
from workshop.dbt_project.limits import limited
from workshop.dbt_project.macro_files import with_macro_file
from workshop.dbt_project.package_troubles import deps_trouble, packages_trouble
from workshop.dbt_project.packages import needs_installing
from workshop.dbt_project.readable import unreadable
from workshop.dbt_project.trouble import Trouble, did_you_mean
from workshop.places import RAW_DATABASE, TERMINAL_WAREHOUSE, WAREHOUSE_FILE

SHOWN_LEVELS = ("info", "warn", "error")
HIDDEN_EVENTS = ("MainEncounteredError", "MainStackTrace")  # we say these in our own words
DOCS = "`%dbt docs generate --static` shows the same page below the cell. In a terminal, `dbt docs serve` works."
OFFLINE = "The workshop works without a network. Remove it, or use a package on your disk: `local: ../a_package`."
MISSING_FILE = "Run the first cell of the notebook again (`%workgroup`): it brings back what is missing."


def run_dbt(
    project: Path,
    words: Sequence[str],
    show: Callable[[str], None],
    warehouse: Path | None = None,
    raw_tables: Sequence[str] = (),
) -> Run:
    """Run the dbt command `words` (such as ["run", "--select", "orders"]) on the learner's project.

    Each line that dbt would print goes to `show` while dbt runs, without a newline.

    warehouse: the file to build in; without it the one that a terminal uses, as profiles.yml says
    raw_tables: the names of the raw tables, to be told to whoever misspells one
    """
    words = list(words)
    if "--version" in words or words[:1] == ["-v"]:
        # `dbt --version` asks the internet for newer versions.
        show(f"dbt-core {version('dbt-core')}, dbt-duckdb {version('dbt-duckdb')}, duckdb {duckdb.__version__}")
        return Run(True, [])
    if trouble := refused(project, words):
        return Run(False, [], trouble=trouble)
    if not words or words[-1] in ("-h", "--help"):
        return invoke(words or ["--help"])
    with limited(), path_from_project(project):
        return run_and_show(project, words, show, warehouse, raw_tables)


# -- how ---------------------------------------------------------------------------------------------------


def run_and_show(
    project: Path, words: list[str], show: Callable[[str], None], warehouse: Path | None, raw_tables: Sequence[str]
) -> Run:
    models = tuple(path.stem for path in project.glob("models/**/*.sql"))
    printer = Printer(project, show)
    where = ["--project-dir", str(project), "--profiles-dir", str(project)]
    quiet = ["--log-level", "none", "--log-path", str(project / "logs")]
    with told_in_the_environment(project, warehouse):
        run = invoke([*quiet, *words, *where], callback=printer.show_event, names=(*models, *raw_tables))
    if not run.succeeded and not run.results:  # it came no further than reading the files
        forget_parsed(project / "target")
        if trouble := packages_trouble(project):
            return replace(run, trouble=trouble)
    if run.trouble:
        return replace(run, trouble=with_macro_file(run.trouble, project))
    return replace(run, trouble=unmatched_trouble(printer.unmatched, models))


def install_packages(project: Path) -> None:
    """Install what `packages.yml` names, as `dbt deps` does, where it is not there yet and needs no network.

    Where that fails, nothing is said here: the next command says it.
    """
    if needs_installing(project):
        run_dbt(project, ["deps"], lambda _: None)


def refused(project: Path, words: Sequence[str]) -> Trouble | None:
    for file in ("dbt_project.yml", "profiles.yml"):
        if not (project / file).is_file():
            return Trouble(f"There is no {file} in your project.", MISSING_FILE)
    if words[:1] == ["init"]:
        return Trouble("`dbt init` begins a new project.", "You have one already: the folder beside this notebook.")
    if ("docs", "serve") in pairwise(words):
        return Trouble("`dbt docs serve` runs until it is stopped, so no other cell would run.", DOCS)
    if words[:1] == ["deps"] and (trouble := deps_trouble(project)):
        return trouble
    return unreadable(project)


class Printer:
    """Shows dbt's events as its own logger would, and remembers what --select did not find."""

    def __init__(self, project: Path, show: Callable[[str], None]) -> None:
        self.project, self.show = project, show
        self.unmatched: list[str] = []

    def show_event(self, event: Any) -> None:
        if event.info.name == "NoNodesForSelectionCriteria":
            self.unmatched.append(event.data.spec_raw)
        if event.info.level in SHOWN_LEVELS and event.info.name not in HIDDEN_EVENTS:
            text = event.info.msg.replace(str(self.project), self.project.name)
            self.show(f"{event.info.ts.ToDatetime():%H:%M:%S}  {text}" if text else "")


def unmatched_trouble(unmatched: Sequence[str], names: Sequence[str]) -> Trouble | None:
    """Return the trouble with a name behind --select that no model has, or None."""
    for spec in unmatched:
        name = re.sub(r"^(@|\d*\+)|\+\d*$", "", spec)  # without the signs for parents and children
        if name not in names:
            return Trouble(
                f"There is nothing called {name} in your project.",
                f"Look at the name behind --select.{did_you_mean(name, names)}",
            )
    return None


@contextmanager
def path_from_project(project: Path) -> Iterator[None]:
    """Inside, the project is the working folder."""
    before = Path.cwd()
    os.chdir(project)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def told_in_the_environment(project: Path, warehouse: Path | None) -> Iterator[None]:
    """Tell profiles.yml where to build, for this command only.

    `!dbt` in a cell is another process and may not build there.
    """
    # From the project on: dbt-duckdb takes `#` and `?` in a path for parts of a web address.
    told = {"WORKSHOP_RAW": RAW_DATABASE}
    told["WORKSHOP_WAREHOUSE"] = os.path.relpath(warehouse or project / TERMINAL_WAREHOUSE / WAREHOUSE_FILE, project)
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
