"""`workshop doctor`: is this computer ready for the workshop? For the day before, one line for each thing.

Nothing outside the standard library is imported before it is known to be there: this has to speak where an
installation is broken.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workshop.classroom.lab import QUIET, lab_environment
from workshop.classroom.no_network import without_network
from workshop.places import NOTEBOOKS, PROJECT_NAME, ROOT, STARTER

MEGABYTE = 10**6
SPACE_NEEDED = 500 * MEGABYTE
SECONDS_FOR_LAB = 20
INSTALL = "Run `pip install -r requirements.txt` again, with the pip of this workshop's .venv."


class NotReady(Exception):
    """Something is missing; the message says what was seen and what to do."""


def run_doctor() -> int:
    """Print a line for each thing that the workshop needs. Returns 0 where all is well, 1 where something is to do."""
    checks: tuple[Callable[[Path], str], ...] = (
        python,
        packages,
        free_space,
        folder_is_writable,
        duckdb_locks,
        jupyterlab_starts,
        dbt_builds,
    )
    ready = True
    try:
        with tempfile.TemporaryDirectory(dir=NOTEBOOKS, prefix=".doctor-", ignore_cleanup_errors=True) as folder:
            for check in checks:
                ready = said(check, Path(folder)) and ready
    except OSError as error:
        ready = said(cant_write, error)
    except KeyboardInterrupt:
        print("You stopped it.")
        return 1
    print("You are ready." if ready else "Do what is said above, then run this again.")
    return 0 if ready else 1


def said(check: Callable[[Any], str], subject: Any) -> bool:
    """Print what a check finds, in one line. Returns whether it is well."""
    try:
        print(f"ok     {check(subject)}", flush=True)
        return True
    except NotReady as trouble:
        print(f"TO DO  {trouble}", flush=True)
    except Exception as error:
        print(
            f"TO DO  {check.__name__.replace('_', ' ')}: {' '.join(str(error).split()) or type(error).__name__}. "
            f"{INSTALL}",
            flush=True,
        )
    return False


# -- the checks: each returns what is well, or raises NotReady -------------------------------------------------


def python(_: Path) -> str:
    found = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise NotReady(f"This is {found}. Install Python 3.11, 3.12 or 3.13, and make .venv again with it.")
    return found


def packages(_: Path) -> str:
    from packaging.requirements import Requirement

    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line[:1].isalnum()]
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    others = [other for pin in here if (other := another_version(pin))]
    if others:
        more = f", and {len(others) - 1} more" if len(others) > 1 else ""
        raise NotReady(f"{others[0]}{more}. {INSTALL}")
    return f"{len(here)} packages, as locked in requirements.txt"


def free_space(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < SPACE_NEEDED:
        raise NotReady(
            f"Only {free // MEGABYTE} MB are free on this disk. Free at least {SPACE_NEEDED // MEGABYTE} MB."
        )
    return f"{free // MEGABYTE} MB are free"


def folder_is_writable(folder: Path) -> str:
    (folder / "é and a space.txt").write_text("é", encoding="utf-8")
    return "you may write into this folder"


def cant_write(error: OSError) -> str:
    raise NotReady(
        f"You may not write into {NOTEBOOKS}: {error.strerror or error}. Move the workshop into a folder of your own."
    )


def duckdb_locks(folder: Path) -> str:
    """A second process has to be refused. Some network drives let it in, and two notebooks would spoil a warehouse."""
    import duckdb

    path = folder / "lock.duckdb"
    with duckdb.connect(str(path)):
        second = [sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1])", str(path)]
        done = subprocess.run(second, capture_output=True, text=True, timeout=SECONDS_FOR_LAB, check=False)
    if done.returncode == 0:
        raise NotReady(
            "This folder lets two programs write one DuckDB file, as some network drives do. Move the workshop to a "
            "disk of this computer."
        )
    from workshop.dbt_project.warehouse import is_lock

    if not is_lock(RuntimeError(done.stderr)):
        raise NotReady(f"DuckDB does not run in a second program. {INSTALL}")
    return "DuckDB locks its files here"


def jupyterlab_starts(folder: Path) -> str:
    port = free_port()
    options = [
        "--no-browser",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        "--allow-root",
    ]
    with (folder / "lab.log").open("w+", encoding="utf-8", errors="replace") as log:
        lab = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *QUIET, *options],
            env=lab_environment(),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        try:
            if not answers(port, lab):
                log.seek(0)
                last = " ".join((log.read().strip().splitlines() or ["it said nothing"])[-1].split())
                raise NotReady(
                    f"JupyterLab did not answer within {SECONDS_FOR_LAB} seconds; its last words: {last} {INSTALL}"
                )
        finally:
            stop(lab)
    return "JupyterLab starts and answers"


def dbt_builds(folder: Path) -> str:
    from workshop.course.raw_tables import RAW_TABLES
    from workshop.dbt_project.commands import run_dbt
    from workshop.dbt_project.files import create_project
    from workshop.dbt_project.raw_database import ensure_raw

    project = folder / PROJECT_NAME
    create_project(project, STARTER)
    ensure_raw(project, RAW_TABLES)
    with without_network() as wanted:
        run = run_dbt(project, ["build"], lambda _: None)
    if wanted:
        raise NotReady(f"dbt wanted to reach {min(wanted)}; it should need no network. {INSTALL}")
    if not run.succeeded:
        raise NotReady(
            f"dbt does not build the project that you begin with. {' '.join(str(run.trouble or '').split())} {INSTALL}"
        )
    return f"dbt builds {len(run.results)} models, and needs no network"


# -- how -------------------------------------------------------------------------------------------------------


def another_version(pin: Any) -> str | None:
    """Return the words for a package that is not here as it is pinned, or None. `pin` is a Requirement."""
    try:
        installed = version(pin.name)
    except PackageNotFoundError:
        return f"{pin.name} is missing"
    return (
        None
        if pin.specifier.contains(installed, prereleases=True)
        else f"{pin.name} is {installed}, not {str(pin.specifier).removeprefix('==')}"
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def answers(port: int, lab: "subprocess.Popen[bytes]") -> bool:
    """Ask JupyterLab's API until it answers; False where it ends, or is silent for too long."""
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({})
    )  # a company's proxy knows nothing of this computer
    until = time.monotonic() + SECONDS_FOR_LAB
    while time.monotonic() < until and lab.poll() is None:
        with suppress(OSError), direct.open(f"http://127.0.0.1:{port}/api", timeout=2) as answer:
            return bool(answer.status == 200)
        time.sleep(0.2)
    return False


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
