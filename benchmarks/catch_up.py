"""How long `%catch_up` takes from each state of the tests: `.venv/bin/python benchmarks/catch_up.py [part of a name]`.

A learner's kernel has dbt loaded and has read the project once, so one state that does not count comes first. The
exit code is 1 where the median is above 2 s or the worst above 6 s. These are meant for a quiet machine with two cores.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from catch_up_states import State, states

from workshop.course.catch_up import bring_level
from workshop.course.groups import EXERCISES
from workshop.dbt_project.work import Work

MEDIAN, WORST, SHOWN = 2, 6, 10


def main() -> int:
    """Measure, print the slowest and the median, and return the exit code."""
    wanted = " ".join(sys.argv[1:])
    chosen = [state for state in states() if wanted in state.name]
    seconds_of(chosen[0])
    measured = sorted(((seconds_of(state), state.name) for state in chosen), reverse=True)
    for seconds, name in measured[:SHOWN]:
        print(f"{seconds:6.2f} s  {name}")
    middle, worst = median(seconds for seconds, _ in measured), measured[0][0]
    print(f"{len(measured)} states: median {middle:.2f} s, at most {MEDIAN}; worst {worst:.2f} s, at most {WORST}")
    return 0 if middle <= MEDIAN and worst <= WORST else 1


def seconds_of(state: State) -> float:
    """Return how long one catch-up takes in a kernel that has read the project before."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "jaffle_shop"
        for path, content in state.files.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(content)
        warmed(project)
        began = time.perf_counter()
        bring_level(project, EXERCISES[: state.before])
        return time.perf_counter() - began


def warmed(project: Path) -> None:
    """Read the project once, as the first cell of a notebook does."""
    try:
        _ = Work(project).manifest
    except Exception:  # it may be one that dbt can't read
        return


if __name__ == "__main__":
    sys.exit(main())
