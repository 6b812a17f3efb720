"""Catching up makes everything before an exercise pass, keeps what is right, and never loses a byte."""

import shutil
from pathlib import Path

import pytest

from workshop.course import backup as module
from workshop.course.catch_up import Outcome, catch_up
from workshop.course.groups import EXERCISES, find_exercise
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.undo import undo
from workshop.dbt_project.files import ProjectTrouble, create_project
from workshop.dbt_project.warehouse import connect_unless_locked
from workshop.dbt_project.work import Work
from workshop.judging.exercise import try_exercise
from workshop.notebook.catch_up_words import caught_up
from workshop.places import STARTER

pytestmark = pytest.mark.slow

MINE = "-- mine\nselect * from {{ ref('stg_orders') }}\n"
RIGHT = """-- mine, and right
select
    id as payment_id,
    orderid as order_id,
    paymentmethod as payment_method,
    status,
    amount * 0.01 as amount,
    created as created_at,
    amount as amount_in_cents

from raw.stripe.payment
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "jaffle_shop", STARTER)
    return tmp_path / "jaffle_shop"


def level(project: Path, name: str) -> Outcome:
    return catch_up(project, find_exercise(name))


def passing(project: Path) -> list[str]:
    return [each.name for each in EXERCISES if try_exercise(each, Work(project, tables=RAW_TABLES)).verdict.has_passed]


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a project or backup, without what dbt and DuckDB make."""
    made = {"warehouses", "package-lock.yml", "dbt_packages"}
    found = (path for path in folder.rglob("*") if path.is_file() and not made.intersection(path.parts))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_from_nothing_to_the_last_exercise_and_back(project: Path) -> None:
    before = contents(project)
    outcome = level(project, EXERCISES[-1].name)
    assert outcome.stuck is None
    assert passing(project) == [each.name for each in EXERCISES[:-1]]
    undo(project)
    assert contents(project) == before


def test_what_is_right_is_kept_and_what_is_wrong_is_backed_up(project: Path) -> None:
    (project / "models/staging/stg_payments.sql").write_text(RIGHT)
    (project / "models/orders.sql").write_text(MINE)
    outcome = level(project, "customers")
    assert (project / "models/staging/stg_payments.sql").read_text() == RIGHT
    assert (outcome.backup / "files/models/orders.sql").read_text() == MINE
    assert outcome.kept == ("stg_payments",)
    assert outcome.replaced == ("models/orders.sql",)
    for word in ("orders.sql", outcome.backup.name, "stg_payments", "--undo"):
        assert word in caught_up("customers", outcome)


def test_a_second_time_changes_nothing(project: Path) -> None:
    level(project, "stg_payments")
    before = contents(project.parent)
    outcome = level(project, "stg_payments")
    assert (outcome.done, outcome.backup) == ((), None)
    assert "level already" in caught_up("stg_payments", outcome)
    assert contents(project.parent) == before


def test_undo_brings_back_and_keeps_what_was_changed_since(project: Path) -> None:
    (project / "models/orders.sql").write_text(MINE)
    level(project, "customers")
    (project / "models/orders.sql").write_text("-- written after catching up\n")
    backup = undo(project).backup
    assert (project / "models/orders.sql").read_text() == MINE
    assert (backup / "changed_since/models/orders.sql").read_text() == "-- written after catching up\n"


def test_undo_leaves_a_new_file_that_was_changed_since(project: Path) -> None:
    level(project, "stg_payments")
    (project / "notes/inspect_payments.yml").write_text("one_row_per: mine\n")
    undo(project)
    assert (project / "notes/inspect_payments.yml").read_text() == "one_row_per: mine\n"


def test_undo_twice_is_a_sentence(project: Path) -> None:
    level(project, "stg_payments")
    undo(project)
    with pytest.raises(ProjectTrouble, match="no catch-up to undo"):
        undo(project)


def test_a_file_that_dbt_cannot_read_is_set_aside(project: Path) -> None:
    (project / "models/broken.sql").write_text("select * from {{ ref('stg_orders' }}\n")
    outcome = level(project, "grain")
    assert outcome.stuck is None
    assert not (project / "models/broken.sql").exists()
    assert (outcome.backup / "files/models/broken.sql").read_text() == "select * from {{ ref('stg_orders' }}\n"


def test_a_broken_project_file_becomes_the_starters(project: Path) -> None:
    (project / "dbt_project.yml").write_text("name: [jaffle_shop\n")
    outcome = level(project, "grain")
    assert outcome.stuck is None
    assert (outcome.backup / "files/dbt_project.yml").read_text() == "name: [jaffle_shop\n"


def test_models_that_were_moved_already_are_found_where_they_are(project: Path) -> None:
    (project / "models/marts/core").mkdir(parents=True)
    (project / "models/marts/core/fct_orders.sql").write_text(MINE)
    (project / "models/customers.sql").unlink()
    (project / "models/staging/shop").mkdir()
    shutil.move(project / "models/staging/stg_orders.sql", project / "models/staging/shop/stg_orders.sql")
    outcome = level(project, "customers")
    assert outcome.stuck is None
    assert not (project / "models/orders.sql").exists()
    assert (project / "models/staging/shop/stg_orders.sql").exists()


@pytest.mark.parametrize("write", range(1, 6))
def test_a_kernel_killed_half_way_loses_nothing(project: Path, write: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop before the `write`-th change to the project; then undo brings all of it back."""
    (project / "models/staging/stg_payments.sql").write_text("-- mine\nselect 1 as payment_id\n")
    (project / "models/orders.sql").write_text(MINE)
    before = contents(project)
    real, count = module.write_file, iter(range(1, 100))

    def killed(path: Path, text: str) -> bool:
        if path.name != module.LOG and next(count) == write:
            raise SystemExit("killed")
        return real(path, text)

    monkeypatch.setattr(module, "write_file", killed)
    with pytest.raises(SystemExit):
        level(project, "tests")
    monkeypatch.undo()
    undo(project)
    assert contents(project) == before


def test_a_full_disk_stops_before_anything_is_replaced(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "models/orders.sql").write_text(MINE)
    (project / "notes").mkdir()
    before = contents(project)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "copy_whole", full)
    with pytest.raises(ProjectTrouble, match="could not be written or copied: No space left on device"):
        level(project, "customers")
    assert contents(project)["models/orders.sql"] == before["models/orders.sql"]


def test_two_at_once_do_not_meet(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "connect_unless_locked", lambda path: None)
    with pytest.raises(ProjectTrouble, match="Another notebook is catching up"):
        level(project, "customers")


def test_the_lock_is_one_that_another_process_sees(project: Path) -> None:
    import subprocess
    import sys

    with module.only_one(project):
        code = (
            "from pathlib import Path; from workshop.dbt_project.warehouse import connect_unless_locked; "
            f"print(connect_unless_locked(Path({str(project)!r}) / 'warehouses/catch_up.duckdb'))"
        )
        assert (
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "None\n"
        )
    assert connect_unless_locked(project / "warehouses/catch_up.duckdb")


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    create_project(tmp_path / "elsewhere", STARTER)
    (tmp_path / "jaffle_shop").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    return tmp_path / "jaffle_shop"


def test_a_project_that_is_a_link(linked: Path) -> None:
    outcome = level(linked, "stg_payments")
    assert outcome.backup.parent == linked.parent
    assert (linked.parent / "elsewhere/notes/inspect_payments.yml").exists()
    undo(linked)
    assert linked.is_symlink()
    assert not (linked / "notes/inspect_payments.yml").exists()
