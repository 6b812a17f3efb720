"""`%dbtmove`: files go where they are told, all of them or none, and nothing is overwritten."""

from pathlib import Path

import pytest
from IPython.core.error import UsageError
from notebook import fingerprint

from workshop.course.answers import edits_of
from workshop.dbt_project.files import Edit, ProjectTrouble, create_project
from workshop.notebook import moving
from workshop.notebook.moving import move
from workshop.places import STARTER


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "jaffle_shop", STARTER)
    return tmp_path / "jaffle_shop"


@pytest.mark.parametrize(
    "folder", ["models/marts/core", "models/marts/core/", "./models/marts//core", "models/staging"]
)
def test_a_file_goes_into_a_folder(project: Path, folder: str) -> None:
    text = (project / "models/customers.sql").read_text()
    shown = move(project, ["models/customers.sql", folder])
    new = "models/staging" if folder == "models/staging" else "models/marts/core"
    assert shown == f"`models/customers.sql` is now `{new}/customers.sql`."
    assert (project / new / "customers.sql").read_text() == text and not (project / "models/customers.sql").exists()


def test_several_files_and_a_pattern(project: Path) -> None:
    move(project, ["models/staging/*.sql", "models/customers.sql", "models/all"])
    names = sorted(path.name for path in (project / "models/all").iterdir())
    assert names == ["customers.sql", "stg_customers.sql", "stg_orders.sql"]


@pytest.mark.parametrize("files", ["a.sql, b.sql", "a.sql,b.sql", "a.sql , b.sql", "a.sql, b.sql,"])
def test_commas_between_files_do_no_harm(project: Path, files: str) -> None:
    for name in ("a.sql", "b.sql"):
        (project / name).write_text("select 1 as a")
    move(project, [*files.split(), "models/all"])
    assert sorted(path.name for path in (project / "models/all").iterdir()) == ["a.sql", "b.sql"]


def test_a_folder_named_as_the_file_is_taken_where_it_is_marked_as_one(project: Path) -> None:
    move(project, ["models/customers.sql", "models/all_customers/"])
    assert (project / "models/all_customers/customers.sql").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["models/customers.sql"], "with a space between"),
        (["models/a.sql", "models/b"], "There is no file models/a.sql"),
        (["models/*.txt", "models/b"], "No file in your project is called"),
        (["models/customers.sql", "models"], "is there already"),
        (["models/customers.sql", "models/marts/dim_customers"], "models/marts/dim_customers.sql for the name"),
        (["models/customers.sql", "dim_customers"], "Is dim_customers a folder, or the file's new name"),
        (["models/customers.sql,", ","], "with a space between"),
        (["models/customers.sql", "models/staging/stg_orders.sql"], "exists already"),
        (["models/customers.sql", "models/x.yml"], "ends in .yml"),
        (["models/customers.sql", "../elsewhere"], "leads out"),
        (["models/customers.sql", "/tmp/elsewhere"], "absolute path"),
        (["../*.sql", "models/b"], "leads out"),
        (["/tmp/*.sql", "models/b"], "leads out"),
        (["models/customers.sql", "target"], "belongs to dbt"),
        (["profiles.yml", "../x"], "leads out"),
        (["models/staging/*.sql", "models/b.sql"], "need a folder"),
        (["models/customers.sql", "models/staging/stg_orders.sql", "models/nothing.sql", "models/b"], "no file"),
        (["models/customers.sql", "models/customers.sql", "models/b"], "the same name"),
    ],
)
def test_what_cannot_be_moved_stays_and_nothing_else_moves(project: Path, words: list[str], said: str) -> None:
    before = fingerprint(project)
    with pytest.raises((UsageError, ProjectTrouble), match=said):
        move(project, words)
    assert fingerprint(project) == before


def test_files_of_one_name_do_not_overwrite_each_other(project: Path) -> None:
    (project / "models/staging/customers.sql").write_text("select 2 as a")
    before = fingerprint(project)
    with pytest.raises(ProjectTrouble, match="the same name"):
        move(project, ["models/customers.sql", "models/staging/customers.sql", "models/b"])
    assert fingerprint(project) == before


def test_a_disk_that_fails_halfway_puts_all_of_it_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(project)
    works = moving.move_file

    def fails_at_the_second(project: Path, old: str, new: str) -> Path:
        if "orders" in old:
            raise ProjectTrouble("No space left.")
        return works(project, old, new)

    monkeypatch.setattr(moving, "move_file", fails_at_the_second)
    with pytest.raises(ProjectTrouble, match="No space left"):
        move(project, ["models/staging/*.sql", "models/b"])
    assert fingerprint(project) == before


def test_a_new_name_is_told_with_who_says_the_old_one(project: Path) -> None:
    (project / "models/a.yml").write_text("models:\n  - name: stg_orders\n  - name: stg_orders_too\n")
    (project / "models/b.yml").write_text("models:\n  - name: stg_orders_too\n")
    (project / "models/c.yml").write_text("sources:\n  - name: raw\n    tables:\n      - name: stg_orders\n")
    (project / "models/d.yml").write_text("models: [")
    shown = move(project, ["models/staging/stg_orders.sql", "models/staging/stg_order.sql"])
    assert "`ref('stg_orders')` is now `ref('stg_order')`. The old one is still in `models/customers.sql`." in shown
    assert "The model is still called `stg_orders` in `models/a.yml`." in shown


def test_an_answer_moves_as_the_magic_does() -> None:
    cell = "%dbtmove models/a.sql models/b.yml models/marts/core\n%dbtmove models/c.sql models/marts/d.sql"
    assert edits_of(cell) == [
        Edit("models/a.sql", moved_to="models/marts/core/a.sql"),
        Edit("models/b.yml", moved_to="models/marts/core/b.yml"),
        Edit("models/c.sql", moved_to="models/marts/d.sql"),
    ]
