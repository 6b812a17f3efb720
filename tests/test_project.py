"""The learner's project on disk: made once, never overwritten, never left half written."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from notebook import fingerprint

from workshop.dbt_project.files import (
    Edit,
    ProjectTrouble,
    apply_edits,
    create_project,
    move_file,
    path_in_project,
    tidy,
    write_file,
)
from workshop.places import STARTER


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "jaffle_shop", STARTER)
    return tmp_path / "jaffle_shop"


def test_new_project_is_the_starter(tmp_path: Path) -> None:
    assert create_project(tmp_path / "jaffle_shop", STARTER)
    assert fingerprint(tmp_path / "jaffle_shop") == fingerprint(STARTER)


def test_project_is_never_overwritten(project: Path) -> None:
    (project / "models/customers.sql").write_text("mine")
    (project / "models/staging/stg_orders.sql").unlink()
    before = fingerprint(project)
    assert not create_project(project, STARTER)
    assert fingerprint(project) == before


@pytest.mark.parametrize("name", ["dbt_project.yml", "profiles.yml", ".gitignore", "models"])
def test_missing_part_comes_back(project: Path, name: str) -> None:
    shutil.rmtree(project / name) if name == "models" else (project / name).unlink()
    create_project(project, STARTER)
    assert fingerprint(project) == fingerprint(STARTER)


def test_full_disk_leaves_no_half_made_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", no_space)
        with pytest.raises(OSError, match="No space left"):
            create_project(tmp_path / "jaffle_shop", STARTER)
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".tmp", ".yml")]
    create_project(tmp_path / "jaffle_shop", STARTER)
    assert fingerprint(tmp_path / "jaffle_shop") == fingerprint(STARTER)


def test_writing_tells_whether_anything_changed(project: Path) -> None:
    assert write_file(project / "models/a.sql", "select 1")
    assert not write_file(project / "models/a.sql", "\ufeffselect 1\r\n")
    assert write_file(project / "models/a.sql", "select 2")


def test_full_disk_keeps_the_old_text(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project / "models/customers.sql"
    before = fingerprint(project)
    monkeypatch.setattr(os, "replace", no_space)
    with pytest.raises(ProjectTrouble, match=r"customers\.sql was not saved: No space left .* Nothing is lost"):
        write_file(path, "select 1")
    assert fingerprint(project) == before


def test_tidy_text() -> None:
    assert tidy("\ufeffselect 1,\r\n2\r3\n\n\n") == "select 1,\n2\n3\n"


def test_moving_a_file(project: Path) -> None:
    text = (project / "models/customers.sql").read_bytes()
    new = move_file(project, "models/customers.sql", "models/marts/core/dim_customers.sql")
    assert new.read_bytes() == text and not (project / "models/customers.sql").exists()


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("models/nothing.sql", "models/a.sql", "There is no file models/nothing.sql"),
        ("models/customers.sql", "models/staging/stg_orders.sql", "exists already. Nothing was moved"),
        ("models/customers.sql", "models/customers.yml", "ends in .yml; here it has to be .sql"),
        ("models/customers.sql", "../customers.sql", "leads out of your dbt project"),
        ("../jaffle_shop.sql", "models/a.sql", "leads out of your dbt project"),
        ("models/customers.sql", "models", "has no suffix"),
    ],
)
def test_move_that_is_refused(project: Path, source: str, target: str, said: str) -> None:
    before = fingerprint(project)
    with pytest.raises(ProjectTrouble, match=said):
        move_file(project, source, target)
    assert fingerprint(project) == before


def test_paths_as_learners_type_them(project: Path) -> None:
    expected = project / "models/staging/stg_payments.sql"
    for typed in (
        "models/staging/stg_payments.sql",
        " 'models/staging/stg_payments.sql' ",
        "models\\staging\\stg_payments.sql",
        "./models/staging/stg_payments.sql",
    ):
        assert path_in_project(project, typed, (".sql",)) == expected


def test_character_that_cannot_be_seen(project: Path) -> None:
    with pytest.raises(ProjectTrouble, match="can't be seen"):
        path_in_project(project, "models/a\0.sql", (".sql",))


def test_edits_in_order(project: Path) -> None:
    apply_edits(
        project,
        [
            Edit("models/a.sql", "select 1"),
            Edit("models/a.sql", moved_to="models/b.sql"),
            Edit("models/a.sql", "select 2"),
        ],
    )
    assert (project / "models/b.sql").read_text() == "select 1\n"
    assert (project / "models/a.sql").read_text() == "select 2\n"


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
