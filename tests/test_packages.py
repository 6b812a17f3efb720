"""Packages: ours is installed from its folder, without a network, and whatever is wrong with one is said in words."""

import os
import shutil
import time
from pathlib import Path

import pytest

from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project import package_troubles
from workshop.dbt_project.commands import install_packages, run_dbt
from workshop.dbt_project.files import create_project
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.packages import installed
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.places import STARTER, WORKSHOP_UTILS

OURS = "packages:\n  - local: ../workshop_utils\n"
ASKS = (
    "{% set ids = workshop_utils.get_column_values(ref('stg_customers'), 'customer_id', 'customer_id') %}\n"
    "select {{ ids | length }} as n, {{ ids[0] }} as first_id from {{ ref('stg_customers') }} limit 1"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "Mis cuadernos de análisis" / "jaffle_shop"
    create_project(project, STARTER)
    return project


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_troubles, "answers", lambda host: False)


def dbt(project: Path, *words: str) -> Run:
    return run_dbt(project, list(words), lambda _: None)


def name(project: Path, packages: str) -> None:
    (project / "packages.yml").write_text(packages, encoding="utf-8")


def said_of(project: Path) -> str:
    """Return what a check says of a project that dbt can't read."""
    with pytest.raises(DoesNotRun) as caught:
        Work(project, tables=RAW_TABLES).compiled()
    return str(caught.value)


def test_ours_lies_beside_each_project_and_installs_in_a_folder_with_spaces(project: Path) -> None:
    assert (project.parent / "workshop_utils/README.md").read_bytes() == (WORKSHOP_UTILS / "README.md").read_bytes()
    name(project, OURS)
    assert dbt(project, "deps").succeeded
    (project / "models/asks.sql").write_text(ASKS, encoding="utf-8")
    assert (
        Work(project, tables=RAW_TABLES).with_ancestors("asks")[-1].sql.startswith("\nselect 100 as n, 1 as first_id")
    )


def test_what_a_learner_changed_in_it_stays(project: Path) -> None:
    (project.parent / "workshop_utils/README.md").write_text("mine", encoding="utf-8")
    create_project(project, STARTER)
    assert (project.parent / "workshop_utils/README.md").read_text(encoding="utf-8") == "mine"


def test_before_deps_every_command_stops_and_says_so_once(project: Path) -> None:
    name(project, OURS)
    for command in ("run", "test", "build", "ls", "compile"):
        trouble = dbt(project, command).trouble
        assert trouble and "`packages.yml` names the package workshop_utils" in trouble.said
        assert "%dbt deps" in trouble.meaning
    assert "%dbt deps" in said_of(project)
    install_packages(project)
    assert installed(project) == {"workshop_utils"}
    assert dbt(project, "ls").succeeded


def test_packages_that_were_deleted_are_told(project: Path) -> None:
    name(project, OURS)
    install_packages(project)
    shutil.rmtree(project / "dbt_packages")
    assert "it is not installed" in said_of(project)


def test_a_link_that_leads_nowhere_is_told_and_deps_mends_it(project: Path) -> None:
    name(project, OURS)
    install_packages(project)
    moved = project.parent.with_name("moved")
    os.replace(project.parent, moved)
    project = moved / "jaffle_shop"
    if (project / "dbt_packages/workshop_utils").is_symlink():  # Windows copies
        assert "leads nowhere" in said_of(project)
    assert dbt(project, "deps").succeeded
    assert dbt(project, "ls").succeeded


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        (
            "packages:\n  - git: https://github.com/dbt-labs/dbt-utils.git\n    revision: 1.3.0\n",
            "github.com does not answer",
        ),
        ("packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n", "hub.getdbt.com does not answer"),
        ("packages:\n  - local: ../nowhere\n", "../nowhere is not there"),
        ("packages:\n  - local: models\n", "models has no dbt_project.yml"),
    ],
)
def test_what_deps_can_not_fetch_is_told_at_once(project: Path, packages: str, said: str) -> None:
    name(project, packages)
    begun = time.monotonic()
    run = dbt(project, "deps")
    assert time.monotonic() - begun < 1
    assert run.trouble and said in run.trouble.said and run.trouble.file == "packages.yml"
    assert "- local: ../workshop_utils" in run.trouble.meaning
    assert not (project / "dbt_packages").exists() and not (project / "package-lock.yml").exists()


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ("packages:\n  local: ../workshop_utils\n", "no list of packages"),
        ("package:\n  - local: ../workshop_utils\n", "no list of packages"),
        ("packages:\n  - loacl: ../workshop_utils\n", "does not understand"),
        ("packages:\n  - ../workshop_utils\n", "does not understand"),
        ("packages:\n\t- local: ../workshop_utils\n", "can't be read"),
        ("- local: ../workshop_utils\n", "no list of packages"),
    ],
)
def test_a_packages_file_of_another_shape_is_told_with_the_right_one(project: Path, packages: str, said: str) -> None:
    name(project, packages)
    for words in (str(dbt(project, "deps").trouble), str(dbt(project, "ls").trouble), said_of(project)):
        assert said in words and "  - local: ../workshop_utils" in words


def test_a_package_that_needs_another_dbt_is_named(project: Path) -> None:
    other = project.parent / "other"
    other.mkdir()
    (other / "dbt_project.yml").write_text(
        'name: other\nversion: "1"\nconfig-version: 2\nrequire-dbt-version: ">=2.0.0"\n'
    )
    name(project, "packages:\n  - local: ../other\n")
    assert dbt(project, "deps").succeeded
    assert "The package other needs dbt >=2.0.0" in said_of(project)


def test_an_empty_packages_file_is_none(project: Path) -> None:
    name(project, "")
    assert dbt(project, "ls").succeeded


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("get_column_values('stg_customers', 'customer_id')", "the table is a text"),
        ("get_column_values(ref('stg_customers'), customer_id)", "which column"),
    ],
)
def test_our_macro_says_what_it_was_not_given(project: Path, call: str, said: str) -> None:
    name(project, OURS)
    install_packages(project)
    (project / "models/asks.sql").write_text(f"select {{{{ workshop_utils.{call} }}}} as n", encoding="utf-8")
    words = said_of(project)
    assert said in words and "asks.sql" in words


def test_our_macro_takes_a_default_where_the_table_is_not_there(project: Path) -> None:
    name(project, OURS)
    install_packages(project)
    gone = "api.Relation.create(database='warehouse', schema='main', identifier='gone')"
    (project / "models/asks.sql").write_text(
        f"select '{{{{ workshop_utils.get_column_values({gone}, 'a', default=['x']) | join }}}}' as a", encoding="utf-8"
    )
    assert Work(project, tables=RAW_TABLES).with_ancestors("asks")[-1].sql == "select 'x' as a"
    (project / "models/asks.sql").write_text(f"select '{{{{ workshop_utils.get_column_values({gone}, 'a') }}}}' as a")
    assert "is not in the warehouse yet" in said_of(project)
