"""Whatever a project holds, a check ends; and an interrupt always comes through."""

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Answered, put_back, verdict_on
from notebook import Cells

from workshop.dbt_project import aside as aside_module
from workshop.dbt_project import limits, readable
from workshop.dbt_project.aside import StillRunning, aside
from workshop.dbt_project.dbt_patches import is_absurd
from workshop.dbt_project.files import create_project
from workshop.dbt_project.limits import TooLong, limited, not_counted
from workshop.dbt_project.readable import unreadable
from workshop.judging.verdict import DOES_NOT_RUN, PASSED
from workshop.places import STARTER

MODEL = "models/staging/stg_payments.sql"
LOOP = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}select 1 as payment_id"


def compute(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def swallow(interrupts: int) -> None:
    """Work on for as long as `interrupts` are swallowed, and then for ever."""
    for _ in range(interrupts):
        with suppress(KeyboardInterrupt):
            compute(300)
    compute(300)


# -- time and memory -----------------------------------------------------------------------------------------


def test_work_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TooLong), limited(0.2):
        compute(30)


def test_work_in_time_is_left_alone_and_everything_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT), resource.getrlimit(resource.RLIMIT_AS), threading.active_count()
    with limited(30, limits.BYTES_MORE):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), resource.getrlimit(resource.RLIMIT_AS), threading.active_count()) == before


def test_a_limit_swallowed_is_raised_all_the_same() -> None:
    with pytest.raises(TooLong), limited(0.2):
        swallow(2)


def test_what_does_not_count_is_not_counted() -> None:
    with limited(0.3), not_counted():
        compute(0.6)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to it")
def test_memory_that_is_not_given() -> None:
    with pytest.raises(MemoryError), limited(memory=200_000_000):
        bytearray(1_000_000_000)
    bytearray(1_000_000_000)


# -- interrupts ----------------------------------------------------------------------------------------------


def interrupt_soon() -> None:
    threading.Timer(0.1, lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)).start()


def test_an_interrupt_swallowed_is_raised_again_until_the_work_ends() -> None:
    interrupt_soon()
    with pytest.raises(KeyboardInterrupt), limited():
        swallow(2)


def test_an_interrupt_swallowed_at_the_end_is_raised_behind_it() -> None:
    interrupt_soon()
    with pytest.raises(KeyboardInterrupt), limited(), suppress(KeyboardInterrupt):
        compute(30)


# -- work aside ----------------------------------------------------------------------------------------------


def test_aside_gives_back_what_comes_of_it() -> None:
    assert aside(lambda: 42, stop=lambda: None, seconds=30) == 42
    with pytest.raises(ZeroDivisionError):
        aside(lambda: 1 / 0, stop=lambda: None)


def test_aside_is_asked_to_stop() -> None:
    stopped = threading.Event()
    with pytest.raises(TimeoutError) as raised:
        aside(lambda: [compute(0.01) for _ in iter(stopped.is_set, True)], stopped.set, seconds=0.1)
    assert not isinstance(raised.value, StillRunning)


def test_aside_is_left_alone_where_it_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside_module, "SECONDS_TO_STOP", 0.01)
    over = threading.Event()
    with pytest.raises(StillRunning):
        aside(lambda: [compute(0.01) for _ in iter(over.is_set, True)], stop=lambda: None, seconds=0.1)
    over.set()


def test_an_interrupt_comes_through_while_something_is_done_aside() -> None:
    interrupt_soon()
    over = threading.Event()
    with pytest.raises(KeyboardInterrupt), limited():
        aside(over.wait, over.set)


# -- Jinja ---------------------------------------------------------------------------------------------------


def test_a_loop_in_jinja_is_stopped_and_told_with_its_file(answered: Answered, monkeypatch: pytest.MonkeyPatch) -> None:
    project = answered("orders")
    verdict_on(project, "stg_payments")  # dbt is there now
    with put_back(project), monkeypatch.context() as patched:
        patched.setattr("workshop.judging.exercise.SECONDS_FOR_A_CHECK", 1)
        (project / MODEL).write_text(LOOP)
        verdict = verdict_on(project, "stg_payments")
    assert verdict.outcome == DOES_NOT_RUN and f"stopped after 1 seconds. ({MODEL})" in verdict.message
    assert verdict_on(project, "stg_payments").outcome == PASSED


@pytest.mark.parametrize("absurd", ["{{ 10 ** (10 ** 9) }}", "{{ 'a' * 10 ** 10 }}", "{{ 10 ** 10 * [1] }}"])
def test_numbers_without_end_are_refused(answered: Answered, absurd: str) -> None:
    project = answered("orders")
    with put_back(project):
        (project / MODEL).write_text(f"select {absurd}")
        verdict = verdict_on(project, "stg_payments")
    assert verdict.outcome == DOES_NOT_RUN and "far too large" in verdict.message and MODEL in verdict.message


@pytest.mark.parametrize(
    ("operator", "left", "right", "absurd"),
    [
        ("**", 10, 9, False),
        ("**", 2, 10**9, True),
        ("**", 2.5, 10, False),
        ("**", 10, -2, False),
        ("*", 100, 10**9, False),
        ("*", 2**60000, 2**60000, True),
        ("*", "-", 80, False),
        ("*", 10**9, ["a"], True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_absurd(operator: str, left: object, right: object, absurd: bool) -> None:
    assert is_absurd(operator, left, right) is absurd


# -- files ---------------------------------------------------------------------------------------------------


def a_gigabyte(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**9)


def anchors(path: Path) -> None:
    levels = "".join(f"a{number + 1}: &a{number + 1} [{', '.join([f'*a{number}'] * 9)}]\n" for number in range(9))
    path.write_text(f"a0: &a0 [lol]\n{levels}")


ODD: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "pipe": ("models/pipe.sql", os.mkfifo, "no file that one can read to its end"),
    "device": ("models/zero.sql", lambda path: path.symlink_to("/dev/zero"), "leads out of your dbt project"),
    "notes": ("notes/grain.yml", os.mkfifo, "no file that one can read to its end"),
    "gigabyte": ("models/large.md", a_gigabyte, "too large: 1,000 MB"),
    "project": ("dbt_project.yml", a_gigabyte, "too large"),
    "anchors": ("models/a.yml", anchors, "stands for more than 100,000 entries"),
    "holds itself": ("models/b.yml", lambda path: path.write_text("a: &a [*a]"), "more than 100,000 entries"),
    "dangling": (
        "models/gone.sql",
        lambda path: path.symlink_to("nowhere.sql"),
        "a link to something that is not there",
    ),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_file_that_nobody_should_read_is_named(learner: Cells, odd: str) -> None:
    file, make, said = ODD[odd]
    path = learner.project / file
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    make(path)
    for cell in ("%check grain", "%check sources", f"%%sqlmodel {MODEL}\nselect 1", "%dbt run", "%lineage"):
        shown = learner.run(cell)
        assert said in shown and file in shown and "our mistake" not in shown, (cell, shown)


def test_a_file_that_one_may_not_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_project(tmp_path, STARTER)
    assert unreadable(tmp_path) is None
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("stg_orders.sql"))
    assert "You may not read `models/staging/stg_orders.sql`" in str(unreadable(tmp_path))


def test_very_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_project(tmp_path, STARTER)
    monkeypatch.setattr(readable, "MOST_FILES", 50)
    for number in range(60):
        (tmp_path / f"models/m{number}.sql").touch()
    assert "There are more than" in str(unreadable(tmp_path))


def test_what_dbt_does_not_read_may_be_anything(tmp_path: Path) -> None:
    create_project(tmp_path, STARTER)
    for folder in ("target", ".git", "warehouses"):
        (tmp_path / folder).mkdir(exist_ok=True)
        os.mkfifo(tmp_path / folder / "pipe.sql")
    (tmp_path / "models/around").symlink_to("..")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "models/anchors.yml").write_text("a: &a [1, 2]\nb: *a\n")
    assert unreadable(tmp_path) is None


def test_models_that_are_somewhere_else_are_refused(learner: Cells) -> None:
    models, elsewhere = learner.project / "models", learner.folder / "elsewhere"
    models.rename(elsewhere)
    models.symlink_to(elsewhere)
    try:
        for cell in ("%check orders", "%dbt run", "%lineage"):
            assert "`models` is a link that leads out of your dbt project" in learner.run(cell)
        assert "leads out of your dbt project" in learner.run(f"%%sqlmodel {MODEL}\nselect 1")
        assert not (elsewhere / "staging/stg_payments.sql").exists()
    finally:
        models.unlink()
        elsewhere.rename(models)


def test_a_folder_that_is_called_like_a_model(learner: Cells) -> None:
    (learner.project / MODEL).mkdir()
    assert "not started" in learner.run("%check stg_payments")
    assert "n0" in learner.run("%lineage")


# -- dbt's own ways out --------------------------------------------------------------------------------------


def test_dbts_variables_in_the_shell_do_not_reach_in(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "TARGET",
        "PROFILE",
        "PROJECT_DIR",
        "PROFILES_DIR",
        "TARGET_PATH",
        "VARS",
        "LOG_FORMAT",
        "FAVOR_STATE",
    ):
        monkeypatch.setenv(f"DBT_{name}", "nowhere")
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "true")
    assert "PASS=1" in learner.run("%dbt run --select stg_orders")
    learner.write(MODEL, "select 1 as payment_id")
    assert "not yet" in learner.run("%check stg_payments")
    assert os.environ["DBT_TARGET"] == "nowhere"


@pytest.mark.parametrize("words", ["docs serve", "--quiet docs serve --port 8080"])
def test_serving_docs_is_answered_at_once(learner: Cells, words: str) -> None:
    assert "runs until it is stopped" in learner.run(f"%dbt {words}")


@pytest.mark.parametrize("package", ["package: dbt-labs/dbt_utils", "git: https://example.com/a.git"])
def test_packages_from_the_internet_are_refused_at_once(learner: Cells, package: str) -> None:
    learner.write("packages.yml", f"packages:\n  - {package}\n    version: 1.0.0\n")
    shown = learner.run("%dbt deps")
    (learner.project / "packages.yml").unlink()
    assert "from the internet" in shown and package.split(": ", 1)[1] in shown
