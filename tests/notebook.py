"""A notebook as a learner meets it: cells go in, text comes out; in this process, which is fast, or in a kernel."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jupyter_client.manager import KernelManager
from traitlets.config import Config

from workshop.notebook import magics
from workshop.notebook.sql_cells import store

SECONDS = 60  # the most that any one cell may take before a test gives up on it


class Kernel:
    """A real kernel in `folder`, for what needs one: interrupting it, killing it, having two."""

    def __init__(self, folder: Path) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=SECONDS)

    def run(self, cell: str) -> str:
        """Run one cell and return all that it shows. A traceback fails the test."""
        return self.until_done(self.begin(cell))

    def begin(self, cell: str, until: str | None = None) -> str:
        """Send one cell, wait until it has shown the words `until`, and return what it is known by."""
        cell_id = self.client.execute(cell)
        shown = ""
        while until is not None and until not in shown:
            shown += text_of(self.next_message(cell_id))
        return cell_id

    def until_done(self, cell_id: str, seconds: float = SECONDS) -> str:
        """Return what a cell shows from now on. Raises queue.Empty where it is silent for `seconds`."""
        shown = ""
        while (message := self.next_message(cell_id, seconds))["content"].get("execution_state") != "idle":
            shown += text_of(message)
        assert "Traceback" not in shown, shown
        return shown

    def is_silent(self, cell_id: str, seconds: float) -> bool:
        """Tell whether a cell shows nothing, and does not end, for `seconds`."""
        try:
            self.next_message(cell_id, seconds)
        except Empty:
            return True
        return False

    def next_message(self, cell_id: str, seconds: float = SECONDS) -> dict[str, Any]:
        while True:
            message = self.client.get_iopub_msg(timeout=seconds)
            if message["parent_header"].get("msg_id") == cell_id:
                return message

    def interrupt(self) -> None:
        self.manager.interrupt_kernel()

    def kill(self) -> None:
        """End the kernel at once, as a crash does."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def text_of(message: dict[str, Any]) -> str:
    content = message["content"]
    if message["msg_type"] == "error":
        return f"{content['ename']}: {content['evalue']}\n" + "\n".join(content["traceback"])
    return content.get("text") or content.get("data", {}).get("text/plain", "")


@pytest.fixture(scope="session")
def ipython(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """One IPython for the session; `Cells` makes it as new for each test."""
    os.environ["IPYTHONDIR"] = str(tmp_path_factory.mktemp("ipython"))
    yield InteractiveShell.instance(config=Config({"HistoryManager": {"hist_file": ":memory:"}}))
    InteractiveShell.clear_instance()


class Cells:
    """What a learner sees of a kernel: cells go in, text comes out. It begins as after a kernel restart."""

    def __init__(self, ipython: InteractiveShell, folder: Path) -> None:
        self.ipython, self.folder = ipython, folder
        self.project = folder / "jaffle_shop"
        self.restart()

    def restart(self) -> None:
        """Forget everything but the files."""
        registry = self.ipython.magics_manager
        old = registry.registry.pop("WorkshopMagics", None)
        if old and old.session.connection is not None:
            old.session.connection.close()
        for name in ("sql", "workshop"):
            self.ipython.extension_manager.loaded.discard(name)
        for kind in registry.magics.values():
            for name in ("sql", "sqlplot", "sqlcmd"):
                kind.pop(name, None)
        store.clear()
        for name in ("warehouse", "ref", "source"):
            self.ipython.user_ns.pop(name, None)
        self.run("%load_ext workshop")

    def run(self, cell: str) -> str:
        """Run one cell and return all that it shows. A traceback fails the test."""
        with capture_output() as captured:
            self.ipython.run_cell(cell)
        shown = [output.data.get("text/plain", "") for output in captured.outputs]
        text = re.sub(r"\x1b\[[\d;]*m", "", captured.stdout + captured.stderr + "\n".join(shown))
        assert "Traceback" not in text, text
        return text

    def write(self, path: str, text: str) -> None:
        """Write a file of the project, as the file editor does."""
        (self.project / path).parent.mkdir(parents=True, exist_ok=True)
        (self.project / path).write_text(text, encoding="utf-8")


@pytest.fixture
def cells(ipython: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    """The cells of a notebook in an empty folder, with the extension loaded and nothing else."""
    yield from cells_in(tmp_path, ipython, monkeypatch)


@pytest.fixture(scope="session")
def learner_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with spaces and accents. dbt reads a project it knows much faster, so many tests share this one."""
    return tmp_path_factory.mktemp("Mis cuadernos de análisis")


@pytest.fixture
def learner(learner_folder: Path, ipython: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    """The cells of a notebook behind `%workgroup 1`, on a project that is as it was at first."""
    project = learner_folder / "jaffle_shop"
    for name in ("models", "notes", "macros", "tests"):
        shutil.rmtree(project / name, ignore_errors=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        (project / name).unlink(missing_ok=True)
    for cells in cells_in(learner_folder, ipython, monkeypatch):
        cells.run("%workgroup 1")
        yield cells


def cells_in(folder: Path, ipython: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cells]:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(magics, "warm_up", lambda project: None)
    cells = Cells(ipython, folder)
    yield cells
    cells.restart()


def fingerprint(folder: Path) -> dict[str, str]:
    """Return a hash of every file below `folder`, by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
