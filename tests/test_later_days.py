"""What the loader brings on later days: the files, the raw database, `%load_raw --day`."""

import csv
import os
import re
import runpy
import time
from pathlib import Path

import duckdb
import pytest
from notebook import Cells, fingerprint

from workshop.course.raw_tables import ORDERS, PAYMENTS, RAW_TABLES
from workshop.dbt_project.raw_database import (
    HOURS_OF_A_SESSION,
    build_raw,
    day_loaded,
    days_of,
    ensure_fresh_raw,
    ensure_raw,
)
from workshop.places import DATA

README = (DATA / "README.md").read_text(encoding="utf-8")
FINANCE = {2: 1953.68, 3: 2017.66, 1: 1845.98}
SUCCESSFUL = "select sum(amount) / 100 from raw.stripe.payment where status = 'success'"
LATER = re.findall(r"^\| (\d) \| (\w+?)s? ([\d, ]+) \|", README, re.MULTILINE)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as raw (read_only)")
        return connection.execute(sql).fetchall()


def test_the_generator_writes_the_files_that_are_there(tmp_path: Path) -> None:
    runpy.run_path(str(DATA / "make_data.py"))["main"](tmp_path)
    written = fingerprint(tmp_path)
    assert len(written) == 9
    assert written == {name: each for name, each in fingerprint(DATA).items() if name.endswith(".csv")}


@pytest.mark.parametrize("day", FINANCE)
def test_a_day_has_finances_number_and_no_row_points_at_nobody(tmp_path: Path, day: int) -> None:
    raw = tmp_path / "raw.duckdb"
    build_raw(raw, RAW_TABLES, day=day)
    assert day_loaded(raw, RAW_TABLES) == day
    assert rows(raw, SUCCESSFUL) == [(pytest.approx(FINANCE[day]),)]
    assert (
        rows(raw, "select * from raw.stripe.payment where orderid not in (select id from raw.jaffle_shop.orders)") == []
    )
    assert f"{FINANCE[day]} on day {day}" in README


@pytest.mark.parametrize("day", range(2, days_of(RAW_TABLES) + 1))
def test_each_row_of_a_later_day_is_explained(day: int) -> None:
    explained = {(kind, int(id)) for of, kind, ids in LATER if of == str(day) for id in ids.split(",")}
    brought = set()
    for table in RAW_TABLES:
        with table.later_files[day - 2].open(encoding="utf-8") as lines:
            brought |= {(table.row, int(row["id"])) for row in csv.DictReader(lines)}
    assert explained == brought


def test_a_row_takes_the_place_of_the_one_with_its_key_and_one_comes_again_unchanged(tmp_path: Path) -> None:
    raw = {day: tmp_path / f"{day}.duckdb" for day in (1, 2, 3)}
    for day, path in raw.items():
        build_raw(path, RAW_TABLES, day=day)
    statuses = [rows(raw[day], "select status from raw.jaffle_shop.orders where id = 10") for day in raw]
    assert statuses == [[("shipped",)], [("completed",)], [("return_pending",)]]
    first = "select * exclude (_etl_loaded_at) from raw.jaffle_shop.orders where id = 1"
    assert rows(raw[1], first) == rows(raw[2], first)
    newest = "select max(_etl_loaded_at) from raw.jaffle_shop.orders"
    assert rows(raw[2], f"{newest} where id = 1") == rows(raw[2], newest)
    assert rows(raw[2], f"{newest} where id = 2") < rows(raw[2], newest)


def test_late_rows_are_as_old_as_they_should_be() -> None:
    """One with the newest date of the day before, one with an older one, on each day."""
    newest = max(row["created"] for row in dicts(PAYMENTS.file))
    for file in PAYMENTS.later_files:
        known = {row["id"] for row in dicts(PAYMENTS.file)}
        dates = [row["created"] for row in dicts(file) if row["id"] not in known]
        assert any(date == newest for date in dates) and any(date < newest for date in dates)
        newest = max(dates)


def dicts(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_the_day_stays_when_it_is_loaded_afresh_and_a_damaged_one_begins_anew(tmp_path: Path) -> None:
    raw = ensure_raw(tmp_path, RAW_TABLES)
    build_raw(raw, RAW_TABLES, day=3)
    assert day_loaded(ensure_raw(tmp_path, RAW_TABLES), RAW_TABLES) == 3
    long_ago = time.time() - (HOURS_OF_A_SESSION + 1) * 3600
    os.utime(raw, (long_ago, long_ago))
    before = rows(raw, "select max(_etl_loaded_at) from raw.jaffle_shop.orders")
    assert day_loaded(ensure_fresh_raw(tmp_path, RAW_TABLES), RAW_TABLES) == 3
    assert rows(raw, "select max(_etl_loaded_at) from raw.jaffle_shop.orders") >= before
    assert raw.stat().st_mtime > long_ago + 3600
    raw.write_bytes(b"no database")
    assert day_loaded(raw, RAW_TABLES) is None
    assert day_loaded(ensure_raw(tmp_path, RAW_TABLES), RAW_TABLES) == 1


def test_a_raw_database_that_lacks_rows_is_of_no_day(tmp_path: Path) -> None:
    raw = ensure_raw(tmp_path, RAW_TABLES)
    with duckdb.connect(str(raw)) as connection:
        connection.execute(f"delete from {ORDERS.name} where id = 5")
    assert day_loaded(raw, RAW_TABLES) is None


def test_a_learner_loads_day_2_and_goes_back(learner: Cells) -> None:
    paypal = "%sql select count(*) as n from raw.stripe.payment where paymentmethod = 'paypal'"
    assert "0" in learner.run(paypal)
    shown = learner.run("%load_raw --day 2")
    assert "day 2" in shown and "%load_raw --day 1" in shown
    assert "1" in learner.run(paypal)
    assert "18 hours old" in learner.run("%load_raw 18")
    assert "1" in learner.run(paypal)  # the day stays
    assert "day 3" in learner.run("%load_raw --day=3 30")
    assert "day" not in learner.run("%load_raw --day 1")
    assert "0" in learner.run(paypal)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--day 9", "days 1 to 3"),
        ("--day", "Which day?"),
        ("--day two", "two is no day"),
        ("--day 0", "0 is no day"),
        ("--day -1", "-1 is no day"),
        ("tomorrow", "not a number of hours"),
        ("inf", "from 0 to"),
        ("nan", "not a number of hours"),
        ("-3", "from 0 to"),
        ("1e300", "from 0 to"),
    ],
)
def test_a_load_that_can_not_be_is_refused_in_a_sentence(learner: Cells, line: str, said: str) -> None:
    before = rows_of_raw(learner)
    shown = learner.run(f"%load_raw {line}")
    assert "UsageError" in shown and said in shown
    assert rows_of_raw(learner) == before


def rows_of_raw(learner: Cells) -> str:
    return learner.run("%sql select count(*) as n, max(_etl_loaded_at) as newest from raw.jaffle_shop.orders")
