"""A catch-up that was stopped, killed or refused leaves nothing half done; taken back, it leaves what dbt can read."""

import os
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from workshop.course import backup as module
from workshop.course import catch_up as catching_up
from workshop.course import undo as undoing
from workshop.course.backup import backups_of
from workshop.course.backup_log import digests_in
from workshop.course.catch_up import bring_level, catch_up
from workshop.course.groups import EXERCISES, find_exercise
from workshop.course.reference import answers
from workshop.course.undo import undo
from workshop.dbt_project.declared import declared_in
from workshop.dbt_project.files import ProjectTrouble, apply_edits, create_project
from workshop.notebook.catch_up_words import caught_up, undone
from workshop.places import STARTER

pytestmark = pytest.mark.slow

MINE = "-- mine\nselect * from {{ ref('stg_orders') }}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "jaffle_shop", STARTER)
    return tmp_path / "jaffle_shop"


def twice(project: Path) -> list[str]:
    return [name for (_, name), paths in declared_in(project).items() if len(paths) > 1]


def test_what_the_learner_moved_since_does_not_come_back_beside_itself(project: Path) -> None:
    (project / "models/orders.sql").write_text(MINE)
    before = digests_in(project)
    catch_up(project, find_exercise("marts"))
    apply_edits(project, list(answers()["marts"].edits))
    done = undo(project)
    assert twice(project) == []
    assert undoing.can_be_read(project)
    assert set(before.values()) <= set(digests_in(project).values()) | set(digests_in(done.backup / "files").values())
    assert not (project / "models/customers.sql").exists() or not list(project.glob("models/**/dim_customers.sql"))
    assert all(f"`{path}`" in undone(done) for path in done.left)


def test_a_file_of_ours_that_was_moved_since_is_known_again(project: Path) -> None:
    before = digests_in(project)
    catch_up(project, find_exercise("stg_payments"))
    (project / "notes/mine").mkdir()
    os.replace(project / "notes/inspect_payments.yml", project / "notes/mine/inspect_payments.yml")
    undo(project)
    assert digests_in(project) == before


def test_what_others_were_built_on_since_is_left_and_said(project: Path) -> None:
    catch_up(project, find_exercise("orders"))
    (project / "models/mine.sql").write_text("select * from {{ ref('stg_payments') }}\n")
    done = undo(project)
    assert undoing.can_be_read(project)
    assert (project / "models/staging/stg_payments.sql").exists()
    assert list(done.left) == ["models/staging/stg_payments.sql"]
    assert not (project / "notes/grain.yml").exists()


def test_a_project_that_lacked_something_before_keeps_no_more_than_it_needs(project: Path) -> None:
    catch_up(project, find_exercise("orders"))
    (project / "models/mine.sql").write_text("select * from {{ ref('stg_payments') }}\n")
    (project / "models/off.sql").write_text("{{ config(enabled=false) }}\nselect * from {{ ref('not_written_yet') }}\n")
    done = undo(project)
    assert list(done.left) == ["models/staging/stg_payments.sql"]


def test_what_was_changed_since_is_kept_and_the_card_says_where(project: Path) -> None:
    (project / "models/orders.sql").write_text(MINE)
    catch_up(project, find_exercise("customers"))
    newer = (project / "models/orders.sql").read_text() + "-- newer\n"
    (project / "models/orders.sql").write_text(newer)
    done = undo(project)
    assert (project / "models/orders.sql").read_text() == MINE
    assert (done.backup / "changed_since/models/orders.sql").read_text() == newer
    assert f"`{done.backup.name}/changed_since`" in undone(done) and "`models/orders.sql`" in undone(done)


def test_the_last_one_is_the_last_of_the_log_and_not_of_the_clock(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = iter([datetime(2031, 5, 2, 12), datetime(2031, 5, 1, 12)])

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return next(days)

    monkeypatch.setattr(module, "datetime", Clock)
    catch_up(project, find_exercise("stg_payments"))
    between = digests_in(project)
    catch_up(project, find_exercise("orders"))
    undo(project)
    assert digests_in(project) == between


def test_killed_between_the_log_and_the_second_write_of_a_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests_in(project)
    keeper = module.Keeper(project)
    keeper.write("models/new.sql", "select 1 as a\n")
    monkeypatch.setattr(module, "write_file", lambda *_: (_ for _ in ()).throw(SystemExit("killed")))
    with pytest.raises(SystemExit):
        keeper.write("models/new.sql", "select 2 as a\n")
    undo(project)
    assert digests_in(project) == before


@pytest.mark.parametrize("step", range(1, 12, 2))
def test_an_interrupt_between_two_steps_is_told_and_can_be_taken_back(
    project: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "models/orders.sql").write_text(MINE)
    before = digests_in(project)
    real, count = module.Keeper.note, iter(range(1, 1000))

    def interrupted(self: module.Keeper, *words: object, **more: object) -> None:
        real(self, *words, **more)  # type: ignore[arg-type]
        if next(count) == step:
            raise KeyboardInterrupt

    monkeypatch.setattr(module.Keeper, "note", interrupted)
    outcome = bring_level(project, EXERCISES[:-1])
    monkeypatch.undo()
    words = caught_up("marts", outcome)
    assert "You stopped it" in words and "level" not in words
    changed = {path for path, there in digests_in(project).items() if before.get(path) != there}
    assert all(f"`{path}`" in words for path in changed)
    if changed:
        assert "--undo" in words
        undo(project)
    else:
        assert "Nothing was changed" in words
    assert digests_in(project) == before


def test_an_interrupt_in_the_first_look_changes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catching_up, "try_exercises", interrupted)
    before = digests_in(project)
    assert "Nothing was changed" in caught_up("marts", bring_level(project, EXERCISES[:-1]))
    assert digests_in(project) == before and backups_of(project) == []


def test_half_written_files_of_the_dead_are_swept(project: Path) -> None:
    catch_up(project, find_exercise("stg_payments"))
    [backup] = backups_of(project)
    left = [folder / ".orders.sql.99999999.tmp" for folder in (project, project / "models", backup)]
    alive = project / "models" / f".orders.sql.{os.getppid()}.tmp"
    for path in (*left, alive):
        path.write_text("half")
    undo(project)
    assert [path for path in left[:2] if path.exists()] == [] and alive.exists()
    assert list(project.parent.rglob("*.99999999.tmp")) == []


def test_a_new_start_sweeps_too(project: Path) -> None:
    (project / ".models.99999999.tmp").mkdir()
    (project / ".models.99999999.tmp/a.sql").write_text("half")
    create_project(project, STARTER)
    assert list(project.glob(".models.*")) == []


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        PermissionError(13, "Permission denied"),
        OSError(30, "Read-only file system"),
    ],
)
@pytest.mark.parametrize("way", [lambda project: catch_up(project, find_exercise("orders")), undo])
def test_a_folder_that_can_t_be_written_is_a_sentence(
    project: Path, error: Exception, way: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path) -> None:
        raise error

    monkeypatch.setattr(module, "connect_unless_locked", refused)
    before = digests_in(project)
    cause = str(error).rpartition(": ")[2].partition("]")[2].strip() or getattr(error, "strerror", None) or str(error)
    with pytest.raises(ProjectTrouble) as found:
        way(project)  # type: ignore[operator]
    assert "Nothing was changed" in str(found.value) and cause.rpartition(": ")[2] in str(found.value)
    assert digests_in(project) == before


def test_a_full_disk_is_called_so_and_not_a_cell(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests_in(project)
    real, count = os.replace, iter(range(1, 1000))

    def full(source: object, target: object) -> None:
        if next(count) == 6:
            raise OSError(28, "No space left on device")
        real(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ProjectTrouble, match="No space left on device") as found:
        catch_up(project, find_exercise("tests"))
    assert "cell" not in str(found.value) and "--undo" in str(found.value)
    monkeypatch.undo()
    undo(project)
    assert digests_in(project) == before


@pytest.mark.parametrize("folder", ["models", "models/staging", "notes"])
def test_a_folder_that_is_a_link_out_of_the_project_is_refused(project: Path, folder: str) -> None:
    outside = project.parent / "outside"
    if (project / folder).exists():
        os.replace(project / folder, outside)
    else:
        outside.mkdir()
    (project / folder).symlink_to(outside, target_is_directory=True)
    before = digests_in(outside)
    with pytest.raises(ProjectTrouble, match=f"{folder} is a link that leads out of your dbt project"):
        catch_up(project, find_exercise("marts"))
    assert digests_in(outside) == before and backups_of(project) == []


def test_a_pipe_is_set_aside_and_comes_back(project: Path) -> None:
    os.mkfifo(project / "models/pipe.sql")
    outcome = catch_up(project, find_exercise("stg_payments"))
    assert outcome.stuck is None and "models/pipe.sql" in outcome.set_aside
    undo(project)
    assert (project / "models/pipe.sql").is_fifo()
