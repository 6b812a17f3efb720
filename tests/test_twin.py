"""What SQL can do in a twin, and to whoever is judged next: nothing."""

from pathlib import Path

import duckdb
import pytest
from conftest import Answered, put_back, verdict_on

from workshop.course.raw_tables import RAW_TABLES
from workshop.judging import deadline
from workshop.judging.deadline import NeverEnds, TooSlow
from workshop.judging.raw_data import raw_data
from workshop.judging.twin import NotOneSelect, Twin
from workshop.judging.verdict import DOES_NOT_RUN, PASSED

CLOSES = "select 1 as one) as a; truncate raw.stripe.payment; select * from (select 2 as two"


@pytest.fixture
def twin() -> Twin:
    return Twin(raw_data(tuple(RAW_TABLES)))


def payments(twin: Twin) -> int:
    [(count,)] = twin.run("select count(*) from raw.stripe.payment").rows
    return int(count)


# -- one select ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        CLOSES,
        "select 1); drop schema raw.stripe cascade; select * from (select 1",
        "select 1); set memory_limit = '9GB'; select * from (select 1",
        "select 1) as a; create macro abs(x) as 0; select (1",
        "select 1); commit; select * from (select 1",
        "select 1) -- \n;drop table raw.stripe.payment; select * from (select 1",
    ],
)
def test_more_than_a_select_is_refused_before_any_of_it_runs(twin: Twin, sql: str) -> None:
    with pytest.raises(NotOneSelect):
        twin.run(sql)
    with pytest.raises(NotOneSelect):
        twin.define('"warehouse"."main"."parent"', sql)
    with pytest.raises(duckdb.ParserException):
        twin.define('"warehouse"."main"."a" as select 1; drop table raw.stripe.payment; --"', "select 1")
    assert payments(twin) == 143


@pytest.mark.parametrize(
    "change", ["insert into raw.stripe.payment from raw.stripe.payment", "delete from raw.stripe.payment"]
)
def test_a_cte_changes_nothing(twin: Twin, change: str) -> None:
    with pytest.raises(duckdb.Error):
        twin.run(f"with changed as ({change} returning *) select * from changed")
    assert payments(twin) == 143


@pytest.mark.parametrize(
    "sql",
    [
        "pivot (from raw.stripe.payment) on status using sum(amount) group by orderid",
        "from raw.stripe.payment",
        "values (1)",
    ],
)
def test_every_way_to_write_a_select_runs(twin: Twin, sql: str) -> None:
    assert twin.run(f"{sql} -- a comment").rows


def test_a_parent_that_closes_our_parenthesis_is_told_with_its_file(answered: Answered) -> None:
    project = answered("orders")
    with put_back(project):
        (project / "models/extra.sql").write_text(CLOSES)
        orders = project / "models/orders.sql"
        orders.write_text(f"{orders.read_text().rstrip()}\n-- {{{{ ref('extra') }}}}\n")
        verdict = verdict_on(project, "orders")
    assert verdict.outcome == DOES_NOT_RUN and "models/extra.sql" in verdict.message
    assert verdict_on(project, "orders").outcome == PASSED


# -- what it may do to the computer --------------------------------------------------------------------------


def test_no_file_is_read_or_written(twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for select in (f"from read_text('{tmp_path}/secret.csv')", f"from '{tmp_path}/secret.csv'", "from glob('/*')"):
        with pytest.raises(duckdb.PermissionException):
            twin.run(select)
    with pytest.raises(duckdb.PermissionException):
        twin.connection.execute(f"copy (select 1) to '{tmp_path}/written.csv'")
    assert not (tmp_path / "written.csv").exists()


def test_memory_is_limited_and_does_not_go_on_on_the_disk(twin: Twin) -> None:
    settings = twin.run("select current_setting('memory_limit'), current_setting('temp_directory')").rows
    assert settings == (("953.6 MiB", ""),)


@pytest.mark.parametrize(
    "setting",
    [
        "enable_external_access",
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "allow_community_extensions",
    ],
)
def test_what_is_switched_off(twin: Twin, setting: str) -> None:
    assert twin.run(f"select current_setting('{setting}')").rows == ((False,),)


@pytest.mark.parametrize(
    "change",
    ["set memory_limit = '9GB'", "set autoinstall_known_extensions = true", "set threads = 4"],
)
def test_settings_are_locked(twin: Twin, change: str) -> None:
    with pytest.raises(duckdb.Error, match="locked"):
        twin.connection.execute(change)


# -- its end -------------------------------------------------------------------------------------------------


def test_nothing_is_handed_on(twin: Twin) -> None:
    database = twin.ending.peek()[2][0]
    twin.connection.execute(
        "create temp table payment as select 1 as one; set variable mine = 42; create macro main.double(x) as 2 * x; "
        "create schema reference; create table reference.orders as select 1 as one; use raw.stripe; "
        "begin; truncate raw.stripe.payment"
    )
    twin.ending()
    other = Twin(twin.raw)
    assert other.ending.peek()[2][0] is database  # else this proves nothing
    assert payments(other) == 143
    assert other.run("select current_database() || current_schema(), getvariable('mine')").rows == (
        ("warehousemain", None),
    )
    for select in ("from payment", "select main.double(1)", "from reference.orders"):
        with pytest.raises(duckdb.CatalogException):
            other.run(select)


def test_whatever_was_stopped_is_not_handed_on(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS_FOR_A_QUERY", 0.1)
    with pytest.raises(TooSlow):
        twin.run("select count(*) from range(10000000000) as a(i), range(1000000000) as b(j) where hash(i, j) = 0")
    assert not twin.ending.alive


def test_a_function_that_can_t_be_stopped_is_left_alone(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS_FOR_A_QUERY", 0.01)
    monkeypatch.setattr("workshop.dbt_project.aside.SECONDS_TO_STOP", 0.01)
    with pytest.raises(NeverEnds, match=r"stopped after 0\.01 seconds"):
        twin.run("select levenshtein(repeat('ab', 10000), repeat('ba', 10000)) as distance")
    with pytest.raises(NeverEnds):
        twin.fill(twin.raw.small)
    with pytest.raises(NeverEnds):
        twin.run("select 1")


def test_rows_of_very_long_texts_are_refused(twin: Twin) -> None:
    with pytest.raises(TooSlow, match="more than 20 million letters"):
        twin.run("select repeat('x', 200000) from range(1000)")
