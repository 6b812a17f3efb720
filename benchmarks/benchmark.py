"""How long a learner waits, measured in real notebook kernels: `.venv/bin/python benchmarks/benchmark.py`.

Everything happens in a temporary folder. Warm rows are medians after one run that does not count; a kernel's
first cell is measured in a new kernel each time. Group 3's are until the verdict is on the screen.
The targets are meant for a machine with two cores and nothing
else to do. The exit code is 1 where one is missed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from jupyter_client.manager import start_new_kernel

from workshop.course.groups import find_group
from workshop.course.reference import answers, misconceptions_of
from workshop.dbt_project.commands import install_packages
from workshop.dbt_project.files import apply_edits, create_project
from workshop.places import PROJECT_NAME, STARTER

WARM_RUNS = 7
FRESH_KERNELS = 3
SECONDS_FOR_A_CELL = 120

FIRST_CELL = "%load_ext workshop\n%workgroup 1"
MISTAKE = "join_repeats_orders"
WRONG_IN_GROUP_3 = {
    "pivot": "missing_instead_of_zero",
    "loop": "all_methods_in_each_column",
    "from_data": "methods_not_from_the_data",
    "macro": "divides_whole_numbers",
    "own_test": "zero_is_negative",
}

# The first line that a kernel prints back: its memory now, and at its peak where the system tells (Linux), in MiB.
MEMORY = """
import pathlib, psutil
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
peak = [line.split()[1] for line in lines if line.startswith("VmHWM")]
print(psutil.Process().memory_info().rss / 2**20, int(peak[0]) / 2**10 if peak else "nan")
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: several measurements of one thing, and the most that their median may be."""

    what: str
    measured: list[float]
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def is_met(self) -> bool:
        value = median(self.measured)
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)

    def __str__(self) -> str:
        target = (
            f"<= {self.most:g} {self.unit}" if self.most else f">= {self.least:g} {self.unit}" if self.least else ""
        )
        verdict = ("met" if self.is_met else "MISSED") if target else ""
        spread = f"{min(self.measured):.2f} - {max(self.measured):.2f}" if len(self.measured) > 1 else ""
        return (
            f"{self.what:<52}{median(self.measured):>8.2f} {self.unit:<4}{spread:>16}  {target:<11}{verdict}".rstrip()
        )


def main() -> int:
    """Measure, print one table, and return the exit code."""
    print(f"Python {sys.version.split()[0]} on {sys.platform}, {os.cpu_count()} cores", flush=True)
    rows = [*fresh_kernels(), *warm_cells(), *warm_cells_of_group_2(), *warm_cells_of_group_3()]
    print(f"{'':<52}{'median':>8} {'':<4}{'least - most':>16}  target")
    for row in rows:
        print(row)
    return 0 if all(row.is_met for row in rows) else 1


def fresh_kernels() -> Iterator[Row]:
    """Yield what a new kernel costs: its first cell, dbt behind it, and its memory after a build.

    The first kernel on a project has to read all of it, one after that only what has changed.
    """
    first_cells, ready, again, now, peak = [], [], [], [], []
    for _ in range(FRESH_KERNELS):
        with folder_with_answers() as folder:
            with kernel_in(folder) as run:
                began = time.perf_counter()
                run(FIRST_CELL, "Working group 1")
                first_cells.append(time.perf_counter() - began)
                run("%check orders", "orders: right")
                ready.append(time.perf_counter() - began)
                run("%dbt build", "Completed successfully")
                current, highest = map(float, run(MEMORY, "").split())
                now.append(current)
                peak.append(highest)
            with kernel_in(folder) as run:
                began = time.perf_counter()
                run(FIRST_CELL, "Working group 1")
                run("%check orders", "orders: right")
                again.append(time.perf_counter() - began)
    yield Row("first cell of a new kernel", first_cells, "s", most=2)
    yield Row("  and the verdict of a check right behind it", ready, "s", most=3.5)
    yield Row("  the same after a restart", again, "s")
    yield Row("memory of a kernel after %dbt build", now, "MiB", most=350)
    yield Row("  at its peak", peak, "MiB", most=350)


def warm_cells() -> Iterator[Row]:
    """Yield what each word costs a learner in a kernel that is warm, and what the dbt command line costs."""
    answer, mistake = answers()["orders"], misconceptions_of("orders")[MISTAKE]
    with folder_with_answers() as folder, kernel_in(folder) as run:
        project = folder / PROJECT_NAME
        run(FIRST_CELL, "Working group 1")
        run("%dbt build", "Completed successfully")
        right = times(lambda: run("%check orders", "orders: right"))
        preview = times(lambda: run(answer.cells[0], "its first rows"))
        build = times(lambda: run("%dbt build", "Completed successfully"))
        run_command_line(project, "+orders")  # and what it reads
        command_line = times(lambda: run_command_line(project, "orders"))
        apply_edits(project, list(mistake.edits))
        wrong = times(lambda: run("%check orders", "your model returns"))
    yield Row("%check orders, right", right, "s", most=0.2)
    yield Row("%check orders, wrong, with its counterexample", wrong, "s", most=0.22)
    yield Row("%%sqlmodel models/orders.sql, with its preview", preview, "s")
    yield Row("%dbt build", build, "s")
    yield Row("dbt run --select orders, as a command", command_line, "s")
    yield Row("  that many times as long as the right check", [median(command_line) / median(right)], "x", least=20)


def warm_cells_of_group_2() -> Iterator[Row]:
    """Yield what it costs to judge data tests by breaking the data, with every answer of both groups in the project."""
    with folder_with_answers(groups=(1, 2)) as folder, kernel_in(folder) as run:
        run("%load_ext workshop\n%workgroup 2", "Working group 2")
        for exercise in find_group(2).exercises:
            measured = times(lambda name=exercise.name: run(f"%check {name}", f"{name}: right"))
            breaks_data = exercise.name in ("tests", "sources")
            words = ", right, every fault injected" if breaks_data else ", right"
            yield Row(f"%check {exercise.name}{words}", measured, "s", most=0.45 if breaks_data else None)
        (folder / PROJECT_NAME / "models/staging/stripe/stg_stripe.yml").unlink()
        wrong = times(lambda: run("%check tests", "all your tests stay green"))
        yield Row("%check tests, wrong, with the fault that slipped", wrong, "s", most=0.45)


def warm_cells_of_group_3() -> Iterator[Row]:
    """Yield what the checks of Jinja, macros and a test of one's own cost, right and wrong, with all groups done."""
    with folder_with_answers(groups=(1, 2, 3)) as folder, kernel_in(folder) as run:
        project = folder / PROJECT_NAME
        run("%load_ext workshop\n%workgroup 3", "Working group 3")
        for name in WRONG_IN_GROUP_3:
            yield Row(f"%check {name}, right", waits(run, f"%check {name}", f"{name}: right"), "s", most=1)
        for name, mistake in WRONG_IN_GROUP_3.items():
            before = {path: path.read_text(encoding="utf-8") for path in project.glob("m*/**/*.*") if path.is_file()}
            apply_edits(project, list(misconceptions_of(name)[mistake].edits))
            wrong = waits(run, f"%check {name}", f"{name}: not yet")
            yield Row(f"%check {name}, wrong: {mistake}", wrong, "s", most=1)
            for path, text in before.items():
                path.write_text(text, encoding="utf-8")


# -- how ---------------------------------------------------------------------------------------------------


def times(work: Callable[[], object]) -> list[float]:
    """Return how many seconds each of WARM_RUNS runs took, after one that does not count."""
    work()
    seconds = []
    for _ in range(WARM_RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


def waits(run: Callable[..., str], cell: str, expected: str) -> list[float]:
    """Return after how many seconds the words were on the screen; what the cell does behind them is not counted."""
    seconds: list[float] = []
    times(lambda: run(cell, expected, seconds))
    return seconds[1:]


@contextmanager
def folder_with_answers(groups: tuple[int, ...] = (1,)) -> Iterator[Path]:
    """A temporary folder with a project beside which a notebook could lie, every answer of these groups in it."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        create_project(folder / PROJECT_NAME, STARTER)
        for exercise in [exercise for group in groups for exercise in find_group(group).exercises]:
            apply_edits(folder / PROJECT_NAME, list(answers()[exercise.name].edits))
            install_packages(folder / PROJECT_NAME)
        yield folder


@contextmanager
def kernel_in(folder: Path) -> Iterator[Callable[..., str]]:
    """A new kernel; the function runs a cell in it and returns its output as plain text."""
    manager, client = start_new_kernel(cwd=str(folder), stderr=subprocess.DEVNULL)

    def run(cell: str, expected: str, waited: list[float] | None = None) -> str:
        """Raise RuntimeError where `expected` is not in the output: then the time would be that of something else."""
        parts: list[str] = []

        def keep(message: dict) -> None:
            content = message["content"]
            is_said = expected in "\n".join(parts)
            parts.append(content.get("text", "") + content.get("data", {}).get("text/plain", ""))
            if waited is not None and not is_said and expected in "\n".join(parts):
                waited.append(time.perf_counter() - began)

        began = time.perf_counter()
        reply = client.execute_interactive(cell, timeout=SECONDS_FOR_A_CELL, output_hook=keep)
        output = "\n".join(parts)
        if reply["content"]["status"] != "ok" or expected not in output:
            raise RuntimeError(f"{cell!r} did not answer with {expected!r}:\n{output}")
        return output

    try:
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_command_line(project: Path, select: str) -> None:
    """Build as in a terminal, in the terminal's own warehouse."""
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": bin_folder + os.pathsep + os.environ.get("PATH", "")}
    words = ["dbt", "run", "--select", select]
    subprocess.run(words, cwd=project, env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
