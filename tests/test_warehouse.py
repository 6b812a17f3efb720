"""The files DuckDB owns: built when missing, rebuilt when damaged, shared by notebooks and terminals."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from notebook import Cells

from workshop.course.raw_tables import ORDERS, RAW_TABLES
from workshop.dbt_project.files import create_project
from workshop.dbt_project.raw_database import ensure_fresh_raw, ensure_raw
from workshop.dbt_project.warehouse import WarehouseTrouble, open_warehouse
from workshop.places import STARTER

pytestmark = pytest.mark.slow

PAYMENTS = "select count(*) from raw.stripe.payment"


def rows(connection: duckdb.DuckDBPyConnection, query: str = PAYMENTS) -> int:
    return connection.execute(query).fetchone()[0]


def opened(project: Path) -> tuple[duckdb.DuckDBPyConnection, Path]:
    return open_warehouse(project, "one", ensure_raw(project, RAW_TABLES))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "jaffle_shop", STARTER)
    return tmp_path / "jaffle_shop"


# -- raw -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rubbish", [b"", b"this is no database", bytes(20_000)])
def test_damaged_raw_is_built_again(project: Path, rubbish: bytes) -> None:
    raw = ensure_raw(project, RAW_TABLES)
    raw.write_bytes(rubbish)
    connection, _ = opened(project)
    assert rows(connection) == 143
    connection.close()


@pytest.mark.parametrize("statement", ["drop table stripe.payment", "delete from stripe.payment where id > 100"])
def test_half_built_raw_is_built_again(project: Path, statement: str) -> None:
    raw = ensure_raw(project, RAW_TABLES)
    with duckdb.connect(str(raw)) as half:
        half.execute(statement)
    connection, _ = opened(project)
    assert rows(connection) == 143
    connection.close()


@pytest.mark.parametrize("place", [0, 5, 4096, 100_000, 333_333, 500_000, 700_001, 900_000, -1])
def test_one_damaged_byte_of_raw_is_noticed(project: Path, place: int) -> None:
    raw = ensure_raw(project, RAW_TABLES)
    content = bytearray(raw.read_bytes())
    content[place] ^= 0x55
    raw.write_bytes(content)
    assert ensure_raw(project, RAW_TABLES).read_bytes() != content
    whole = raw.stat().st_mtime_ns
    assert ensure_raw(project, RAW_TABLES).stat().st_mtime_ns == whole


@pytest.mark.parametrize(("hours", "is_loaded_again"), [(7, False), (9, True)])
def test_raw_is_loaded_again_on_the_next_day(project: Path, hours: float, is_loaded_again: bool) -> None:
    raw = ensure_raw(project, RAW_TABLES)
    then = raw.stat().st_mtime - hours * 3600
    os.utime(raw, (then, then))
    assert (ensure_fresh_raw(project, RAW_TABLES).stat().st_mtime != then) is is_loaded_again


def test_whole_raw_is_left_alone(project: Path) -> None:
    built = ensure_raw(project, RAW_TABLES).stat().st_mtime_ns
    assert ensure_raw(project, RAW_TABLES).stat().st_mtime_ns == built


def test_failed_build_leaves_nothing_behind(project: Path) -> None:
    without_a_file = replace(ORDERS, name="stripe.refund", file=Path("refunds.csv"))
    with pytest.raises((duckdb.Error, OSError)):
        ensure_raw(project, (*RAW_TABLES, without_a_file))
    assert not list((project / "warehouses").glob("raw*"))


# -- a notebook's warehouse --------------------------------------------------------------------------------------


def test_damaged_warehouse_is_set_aside(project: Path) -> None:
    connection, path = opened(project)
    connection.close()
    path.write_bytes(b"this is no database")
    connection, again = opened(project)
    assert again == path and rows(connection) == 143
    connection.close()
    [kept] = path.parent.glob("damaged-*")
    assert kept.read_bytes() == b"this is no database"


def test_same_notebook_twice_has_two_warehouses(project: Path) -> None:
    ensure_raw(project, RAW_TABLES)
    with other_process(HOLD, project) as other:
        connection, path = opened(project)
        assert path.parent.name == "one-2" and rows(connection) == 143
        connection.execute("create table mine as select 1")
        connection.close()
        other.communicate("done\n")
    connection, path = opened(project)
    assert path.parent.name == "one"
    connection.close()


def test_all_warehouses_in_use(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workshop.dbt_project.warehouse.connect_unless_locked", lambda path: None)
    with pytest.raises(WarehouseTrouble, match="Shut down kernels that you no longer need"):
        opened(project)


HOLD = """
import sys
from pathlib import Path
from workshop.dbt_project.warehouse import open_warehouse
project = Path(sys.argv[1])
connection, path = open_warehouse(project, "one", project / "warehouses/raw.duckdb")
print("open", flush=True)
sys.stdin.readline()
"""

RUN_FOR_EVER = """
import sys
from pathlib import Path
from workshop.dbt_project.commands import run_dbt
from workshop.dbt_project.warehouse import open_warehouse
project = Path(sys.argv[1])
connection, path = open_warehouse(project, "working_group_1", project / "warehouses/raw.duckdb")
begins = "START sql table model main.endless"
run_dbt(project, ["run"], lambda text: print("building" if begins in text else "", flush=True), path)
"""

NEVER = "select count(*) from range(10000000000) as a(i), range(1000000000) as b(j) where hash(i, j) = 0"


def other_process(code: str, project: Path) -> subprocess.Popen:
    """Start `code` in another Python, and wait for the first line in which it says something."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(project)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    while (line := process.stdout.readline()) and not line.strip():
        pass
    assert line, "it ended before it was ready"
    return process


def test_kernel_killed_while_dbt_builds(learner: Cells) -> None:
    learner.restart()  # lets go of the warehouse
    learner.write("models/endless.sql", NEVER)
    with other_process(RUN_FOR_EVER, learner.project) as other:
        os.kill(other.pid, signal.SIGKILL)
    (learner.project / "models/endless.sql").unlink()
    learner.run("%workgroup 1")
    assert "PASS=3" in learner.run("%dbt run")
    assert "120" in learner.run("%%sql\nselect count(*) from {{ ref('stg_orders') }}")


def test_terminal_builds_while_a_notebook_is_open(learner: Cells) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WORKSHOP_")}
    dbt = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt, "build"], cwd=learner.project, env=environment, capture_output=True, text=True, check=False
    )
    assert "PASS=3" in done.stdout, done.stdout
    assert "143" in learner.run(f"%%sql\n{PAYMENTS}")
    assert (learner.project / "warehouses/terminal/warehouse.duckdb").exists()
