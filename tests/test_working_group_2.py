"""Group 2: the guide's own YAML, what dbt swallows, freshness, docs, marts, and bad input."""

import re
from pathlib import Path

import pytest
from conftest import Answered, put_back, verdict_on
from notebook import Cells

from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import answers
from workshop.dbt_project import commands
from workshop.dbt_project.files import apply_edits
from workshop.dbt_project.raw_database import build_raw, ensure_raw
from workshop.dbt_project.work import Work
from workshop.dbt_project.yaml_files import LARGEST_FILE
from workshop.dbt_project.yaml_lint import lint
from workshop.judging.data_tests import compiled_tests
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, PASSED

pytestmark = pytest.mark.slow

SEED = Path(__file__).parent / "seed"


# -- the guide ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "exercise", "folder"),
    [
        ("stg_jaffle_shop.yml", "tests", "models/staging/jaffle_shop"),
        ("src_jaffle_shop.yml", "sources", "models/staging/jaffle_shop"),
        ("src_jaffle_shop.yml", "docs", "models/staging/jaffle_shop"),
        ("core.yml", "marts", "models/marts/core"),
    ],
)
def test_the_guides_yaml_passes_with_a_remark(answered_folder: Path, file: str, exercise: str, folder: str) -> None:
    with put_back(answered_folder):
        (answered_folder / folder / file).write_bytes((SEED / file).read_bytes())
        found = verdict_on(answered_folder, exercise)
    assert found.outcome == PASSED, found.message
    assert any("deprecated" in remark for remark in found.remarks)


def test_our_own_answers_build_without_a_warning(answered_folder: Path) -> None:
    with put_back(answered_folder):
        ensure_raw(answered_folder, RAW_TABLES)
        lines: list[str] = []
        run = commands.run_dbt(answered_folder, ["--warn-error", "build", "--no-partial-parse"], lines.append)
    assert run.succeeded, "\n".join(lines)
    [passed] = re.findall(r"PASS=(\d+) WARN=0 ERROR=0", "\n".join(lines))
    assert int(passed) >= 34


# -- freshness ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "word"), [(1, "PASS"), (18, "WARN"), (30, "ERROR STALE")])
@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Tokyo"])
def test_a_load_grows_old_in_every_time_zone(
    answered: Answered, hours: int, word: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    project = answered("sources")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with put_back(project):
            build_raw(ensure_raw(project, RAW_TABLES), RAW_TABLES, hours)
            lines: list[str] = []
            commands.run_dbt(project, ["source", "freshness"], lines.append)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert any(f"1 of 1 {word} freshness" in line for line in lines), lines


def test_load_raw_makes_the_load_old_and_fresh_again(learner: Cells) -> None:
    age = "%sql select round(epoch(now()::timestamp - max(_etl_loaded_at)) / 3600) as hours from raw.jaffle_shop.orders"
    learner.run("%config SqlMagic.autopandas = False")
    assert "18 hours old" in learner.run("%load_raw 18")
    old = learner.run(age)
    assert "1 hour old" in learner.run("%load_raw")
    assert old != learner.run(age)
    assert "not a number" in learner.run("%load_raw yesterday")


# -- what dbt swallows or words badly ------------------------------------------------------------------------

MODEL = "version: 2\nmodels:\n  - name: stg_orders\n    columns:\n      - name: order_id\n"


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        (MODEL.replace("columns", "colums"), "columns_misspelt", 4),
        (MODEL + "        data_test: [unique]\n", "tests_misspelt", 6),
        (MODEL + "        unit_test: [unique]\n", "tests_misspelt", 6),
        (MODEL.replace("stg_orders", "stg_order"), "model_not_there", 3),
        (MODEL + "        data_tests:\n          - unique, not_null\n", "two_tests_on_one_dash", 7),
        (MODEL + "        data_tests:\n          - not-null\n", "hyphen_in_test_name", 7),
        (MODEL.replace("    columns:", "    data_tests: [unique]\n    columns:"), "test_on_the_model", 4),
        (
            MODEL + "        data_tests:\n          - relationships: {to: stg_customers, field: id}\n",
            "to_without_ref",
            7,
        ),
        (MODEL + "        tests: [unique]\n        data_tests: [unique]\n", "tests_and_data_tests", 5),
        (MODEL + "        data_tests: [unique]\n        data_tests: [not_null]\n", "key_twice", 7),
        (MODEL + "\tdata_tests: [unique]\n", "tab_in_yaml", 6),
        (MODEL + "        description: {{ doc('x') }}\n", "unquoted_jinja", 6),
        (MODEL + "        description: \"{{ doc('x') }}\"\n", "doc_not_there", 6),
        (MODEL + "       data_tests: [unique]\n", "indentation", 6),
        ("- a\n- b\n", "not_a_mapping", 1),
        ("5\n", "not_a_mapping", 1),
    ],
)
def test_a_slip_is_found_on_its_line(tmp_path: Path, text: str, name: str, line: int) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/stg_orders.sql").write_text("select 1")
    (tmp_path / "models/x.yml").write_text(text)
    found = [(finding.name, finding.line) for finding in lint(tmp_path)]
    assert found[0] == (name, line)
    assert {other for other, _ in found[1:]} <= {"doc_not_there"}


@pytest.mark.parametrize("name", ["tests", "sources", "docs", "marts"])
def test_no_slip_is_found_in_the_answers(answered: Answered, name: str) -> None:
    assert lint(answered(name)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet\n",
        "version: 2\n",
        "models:\n",
        "anchors:\n  - &id {name: id}\n",
    ],
)
def test_odd_yaml_is_no_slip_and_no_crash(tmp_path: Path, text: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/x.yml").write_text(text)
    assert lint(tmp_path) == []


def test_lists_of_something_else_are_another_shape_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/x.yml").write_text("models: [1, 2]\nsources: {a: b}\n")
    assert {finding.name for finding in lint(tmp_path)} == {"another_shape"}


def test_a_file_that_nobody_wrote_by_hand_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/x.yml").write_text("- a\n" * LARGEST_FILE)
    assert lint(tmp_path) == []


@pytest.mark.parametrize("text", ["- a\n- b\n", "5\n", "version: 2\nmodels:\n\t- name: stg_orders\n"])
def test_yaml_that_dbt_refuses_is_shown_by_its_file(answered: Answered, text: str) -> None:
    project = answered("tests")
    with put_back(project):
        (project / "models/x.yml").write_text(text)
        found = verdict_on(project, "tests")
    assert found.outcome == DOES_NOT_RUN
    assert "models/x.yml" in found.message
    assert "Traceback" not in found.message


@pytest.mark.parametrize(
    ("yaml", "meaning"),
    [
        (
            "models:\n  - name: stg_customers\n    columns:\n      customer_id:\n        data_tests: [unique]\n",
            "Below `columns:` stands a list: `- name: customer_id`",
        ),
        (
            "models:\n  - name: stg_customers\n    columns:\n      - name: customer_id\n        data_tests: unique\n",
            "a dash and a space",
        ),
        ("models:\n  - name: stg_customers\n    columns:\n      - customer_id\n", "`- name: customer_id`"),
        ("models:\n  - stg_customers\n", "`- name: stg_customers`"),
        ("models:\n  name: stg_customers\n", "A dash is missing: `- name: stg_customers`"),
        ("models:\n  - name: stg_customers\n    description: [a, b]\n", "into quotes"),
        ("models:\n  - name: stg_customers\n    columns:\n      - name: 5\n", "`name:` takes text"),
        ("sources:\n  - name: stripe\n    tags: {a: 1}\n    tables: [{name: payment}]\n", "`tags:` takes a list"),
        ("sources:\n  - name: stripe\n    tables: payment\n", "a dash and a space"),
    ],
)
def test_yaml_of_another_shape_is_explained_by_its_file(answered: Answered, yaml: str, meaning: str) -> None:
    project = answered("customers")
    with put_back(project):
        (project / "models/staging/mine.yml").write_text(f"version: 2\n{yaml}")
        found = verdict_on(project, "tests")
        assert found.outcome == DOES_NOT_RUN
        assert "models/staging/mine.yml" in found.message and meaning in found.message
        assert re.search(r"\bline [3-9]\b", found.message)
        assert "dbt_project.yml" not in found.message and "original_file_path" not in found.message
        assert len(found.title) < 160, found.title


def test_a_slip_of_one_file_is_not_told_in_the_words_of_another(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        changed(project, "models/staging/stg_jaffle_shop.yml", "          - unique\n", "          - unqiue\n")
        changed(project, "models/staging/stg_stripe.yml", "- name: status", "- name: status\n        description: [a]")
        found = verdict_on(project, "tests")
    assert found.outcome == DOES_NOT_RUN
    assert "`description:` takes text" in found.message and "unqiue" not in found.message


def test_a_pointer_that_only_duckdb_refuses_is_told_with_its_line(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        changed(project, "models/staging/stg_jaffle_shop.yml", "to: ref('stg_customers')", "to: ref('stg_customers'")
        found = verdict_on(project, "tests")
    assert found.outcome == DOES_NOT_RUN
    assert "models/staging/stg_jaffle_shop.yml, line 29" in found.message and "Round brackets" in found.message


def test_a_mended_slip_passes_at_once(answered: Answered) -> None:
    """dbt's partial parsing goes on complaining of a model described twice when one description is gone."""
    project = answered("tests")
    with put_back(project):
        (project / "models/x.yml").write_text(MODEL)
        assert verdict_on(project, "tests").misconception == "described_twice"
        (project / "models/x.yml").unlink()
        assert verdict_on(project, "tests").outcome == PASSED


def test_an_empty_yaml_cell_saves_nothing(learner: Cells) -> None:
    assert "Nothing is saved" in learner.run("%%dbtfile models/x.yml\n\n")
    assert not (learner.project / "models/x.yml").exists()


# -- marts -------------------------------------------------------------------------------------------------


def test_old_tables_in_the_warehouse_are_pointed_out(answered_folder: Path) -> None:
    found = verdict_on(answered_folder, "marts", frozenset({"orders", "fct_orders", "customers"}))
    assert found.outcome == PASSED
    assert any("`customers`, `orders`" in remark and "drop table" in remark for remark in found.remarks)
    assert not any("drop table" in remark for remark in verdict_on(answered_folder, "marts").remarks)


def test_an_earlier_exercise_still_passes_when_its_model_is_renamed(answered_folder: Path) -> None:
    for exercise in ("orders", "customers", "tests", "sources", "docs"):
        assert verdict_on(answered_folder, exercise).outcome == PASSED


def test_a_wrong_mart_is_named_as_in_group_1(answered_folder: Path) -> None:
    with put_back(answered_folder):
        file = answered_folder / "models/marts/core/fct_orders.sql"
        file.write_text(file.read_text().replace("case when status = 'success' then amount end", "amount"))
        assert verdict_on(answered_folder, "marts").misconception == "status_filter_forgotten"


def test_group_2_is_not_started_in_a_group_1_project(answered: Answered) -> None:
    outcomes = {name: verdict_on(answered("customers"), name).outcome for name in ("tests", "sources", "docs", "marts")}
    assert set(outcomes.values()) == {NOT_STARTED}


def test_a_slip_in_the_tests_is_not_blamed_on_the_sources(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        file = project / "models/staging/stg_stripe.yml"
        file.write_text(file.read_text().replace("columns:", "colums:"))
        assert verdict_on(project, "tests").misconception == "columns_misspelt"
        assert verdict_on(project, "sources").outcome == NOT_STARTED
        (project / "models/staging/src.yml").write_text(
            "version: 2\nsorces:\n  - name: stripe\n    tables:\n      - name: payment\n"
        )
        assert verdict_on(project, "sources").misconception == "sources_misspelt"


def test_yaml_where_dbt_does_not_look_is_named(answered: Answered) -> None:
    project = answered("customers")
    with put_back(project):
        (project / "staging").mkdir(exist_ok=True)
        (project / "staging/stg_orders.yml").write_text("version: 2\nmodels:\n  - name: stg_orders\n")
        assert "There is `staging/stg_orders.yml`" in verdict_on(project, "tests").message
        assert "staging/stg_orders.yml" not in verdict_on(project, "sources").message


# -- in the notebook ---------------------------------------------------------------------------------------


def test_workgroup_2_names_what_is_missing_and_the_line_that_helps(learner: Cells) -> None:
    shown = learner.run("%workgroup 2")
    assert "`orders`" in shown and "%catch_up tests" in shown
    assert "You are level" in learner.run("%catch_up tests")
    assert "catch_up" not in learner.run("%workgroup 2")


def test_catch_up_undo_in_the_notebook(cells: Cells) -> None:
    cells.run("%workgroup 1")
    cells.run("%catch_up stg_payments")
    assert "taken back" in cells.run("%catch_up --undo")
    assert "no catch-up to undo" in cells.run("%catch_up --undo")
    assert "Did you mean" in cells.run("%catch_up stg_paymnts")


def test_docs_are_made_for_a_look_without_a_network(learner: Cells) -> None:
    learner.run("%dbt run")
    assert "The docs are in jaffle_shop/target/static_index.html" in learner.run("%dbt docs generate --static")
    page = (learner.project / "target/static_index.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link)[^>]+(src|href)=[\"']https?://", page)


def test_dbt_in_a_shell_beside_the_notebook_does_not_meet_its_lock(learner: Cells) -> None:
    """`!dbt` in a cell is another process: it has to build in the terminal's warehouse."""
    import os

    learner.run("%dbt ls")
    assert "WORKSHOP_WAREHOUSE" not in os.environ


def test_the_moves_of_the_answer_lose_nothing(answered: Answered) -> None:
    project = answered("docs")
    with put_back(project):
        before = sorted(path.name for path in project.glob("models/**/*") if path.is_file())
        apply_edits(project, [edit for edit in answers()["marts"].edits if edit.moved_to])
        after = sorted(path.name for path in project.glob("models/**/*") if path.is_file())
        renamed = {"orders.sql": "fct_orders.sql", "customers.sql": "dim_customers.sql"}
        assert after == sorted(renamed.get(name, name) for name in before)


# -- what must not be green ------------------------------------------------------------------------------------


def changed(project: Path, file: str, old: str, new: str) -> None:
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


STAGED = "models/staging/jaffle_shop/stg_orders.sql"


def test_raw_behind_a_source_in_a_comment_is_still_hard_coded(answered_folder: Path) -> None:
    with put_back(answered_folder):
        source = "{{ source('jaffle_shop', 'orders') }}"
        changed(answered_folder, STAGED, source, f"raw.jaffle_shop.orders -- {source}")
        for exercise in ("sources", "marts"):
            found = verdict_on(answered_folder, exercise)
            assert found.misconception == "still_hard_coded" and "raw.jaffle_shop.orders" in found.message


@pytest.mark.parametrize("exercise", ["sources", "marts"])
def test_a_model_that_does_not_run_is_told_with_its_line(answered: Answered, exercise: str) -> None:
    project = answered("marts")
    with put_back(project):
        changed(project, "models/staging/stripe/stg_payments.sql", "status,\n", "status,,\n")
        found = verdict_on(project, exercise)
    assert found.outcome == DOES_NOT_RUN
    assert "models/staging/stripe/stg_payments.sql, line" in found.message


def test_a_model_of_ones_own_that_does_not_run_is_told_too(answered_folder: Path) -> None:
    with put_back(answered_folder):
        (answered_folder / "models/marts/mine.sql").write_text(
            "select nothing_of_the_kind from {{ ref('fct_orders') }}"
        )
        found = verdict_on(answered_folder, "marts")
    assert found.outcome == DOES_NOT_RUN and "models/marts/mine.sql" in found.message


def test_a_wrong_staging_model_does_not_hide_behind_right_marts(answered_folder: Path) -> None:
    with put_back(answered_folder):
        changed(answered_folder, STAGED, "order_date,", "order_date + interval 1 day as order_date,")
        assert verdict_on(answered_folder, "marts").misconception == "staging_changed"


def test_a_test_that_points_at_a_renamed_model_is_named(answered_folder: Path) -> None:
    with put_back(answered_folder):
        changed(answered_folder, "models/staging/stripe/stg_stripe.yml", "ref('stg_orders')", "ref('orders')")
        assert verdict_on(answered_folder, "marts").misconception == "test_points_at_an_old_model"
        found = verdict_on(answered_folder, "tests")
        assert "did you mean `fct_orders`" in found.message
        assert found.misconception == "to_not_there"


@pytest.mark.parametrize(
    "meaning", ["TODO", "tbd", "...", "**TBD**", "the status of the order", "-"], ids=lambda meaning: meaning
)
def test_a_block_whose_meanings_are_all_the_same_explains_nothing(answered_folder: Path, meaning: str) -> None:
    lines = [f"| {status} | {meaning} |" for status in ("placed", "shipped", "completed", "return_pending", "returned")]
    with put_back(answered_folder):
        block = answered_folder / "models/staging/jaffle_shop/jaffle_shop.md"
        block.write_text(
            "{% docs order_status %}\n| status | meaning |\n|---|---|\n" + "\n".join(lines) + "\n{% enddocs %}\n"
        )
        assert verdict_on(answered_folder, "docs").misconception == "block_without_meanings"


@pytest.mark.parametrize(
    ("loaded_at", "mistake"),
    [
        ("loaded_at_field: cast(_etl_loaded_at as varchar)", "freshness_does_not_run"),
        ("loaded_at_field: _etl_loaded_at_", "freshness_does_not_run"),
        ("loaded_at_field: _etl_loaded_at + interval 10 hour", "freshness_of_something_else"),
        ("loaded_at_query: select now()", "freshness_of_something_else"),
    ],
)
def test_freshness_is_what_dbt_makes_of_it(answered: Answered, loaded_at: str, mistake: str) -> None:
    project = answered("sources")
    with put_back(project):
        changed(project, "models/staging/src_jaffle_shop.yml", "loaded_at_field: _etl_loaded_at", loaded_at)
        assert verdict_on(project, "sources").misconception == mistake


@pytest.mark.parametrize(
    "loaded_at", ["loaded_at_field: _etl_loaded_at::timestamp", "loaded_at_field: cast(_etl_loaded_at as timestamp)"]
)
def test_a_cast_that_changes_nothing_is_right(answered: Answered, loaded_at: str) -> None:
    project = answered("sources")
    with put_back(project):
        changed(project, "models/staging/src_jaffle_shop.yml", "loaded_at_field: _etl_loaded_at", loaded_at)
        assert verdict_on(project, "sources").outcome == PASSED


# -- the sentence that fits ------------------------------------------------------------------------------------

SOURCES = "models/staging/src_jaffle_shop.yml"
TO_CUSTOMERS = "to: source('jaffle_shop', 'customers')\n                    field: id"
TO_STG_CUSTOMERS = "to: ref('stg_customers')\n                    field: customer_id"


def test_of_two_tests_of_a_source_the_right_one_counts(answered: Answered) -> None:
    """What a model holds is asked too, and does no harm where the raw tables are asked as well."""
    project = answered("sources")
    another = "\n              - relationships:\n                  arguments:\n                    "
    with put_back(project):
        changed(project, SOURCES, TO_CUSTOMERS, TO_CUSTOMERS + another + TO_STG_CUSTOMERS)
        assert verdict_on(project, "sources").outcome == PASSED


def test_a_test_of_a_source_bears_the_name_of_the_source(answered: Answered) -> None:
    project = answered("sources")
    with put_back(project):
        changed(project, SOURCES, TO_CUSTOMERS, TO_STG_CUSTOMERS)
        work = Work(project, tables=RAW_TABLES)
        _, nodes = work.compiled()
        labels = [test.label for test in compiled_tests(nodes, work.manifest)]
    assert "relationships: jaffle_shop.orders.user_id" in labels


def test_a_look_into_a_model_built_on_the_tested_one_is_pointed_out(answered: Answered) -> None:
    project = answered("tests")
    with put_back(project):
        changed(project, "models/staging/stg_jaffle_shop.yml", "ref('stg_customers')", "ref('customers')")
        found = verdict_on(project, "tests")
    assert found.outcome == PASSED
    assert any("`stg_orders` is looked up in `customers`, which is built on it" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("list_says", "data_says"),
    [("return pending", "return_pending"), ("Placed", "placed"), ("sent", "shipped")],
)
def test_a_value_written_otherwise_is_told_with_the_one_that_is_meant(
    answered: Answered, list_says: str, data_says: str
) -> None:
    project = answered("tests")
    with put_back(project):
        changed(project, "models/staging/stg_jaffle_shop.yml", f"'{data_says}'", f"'{list_says}'")
        found = verdict_on(project, "tests")
    assert found.misconception == "accepted_value_misspelt"
    assert f"`{list_says}`, the data says `{data_says}`" in found.message


def test_a_missing_database_is_not_taken_for_another_one(answered: Answered) -> None:
    project = answered("sources")
    for line, mistake in (("", "database_missing"), ("    database: jaffle_shop\n", "another_database")):
        with put_back(project):
            changed(project, SOURCES, "    database: raw\n", line)
            assert verdict_on(project, "sources").misconception == mistake


def test_the_file_in_which_the_source_is_declared_is_told(answered: Answered) -> None:
    project = answered("docs")
    with put_back(project):
        changed(project, SOURCES, "            description: \"{{ doc('order_status') }}\"\n", "")
        (project / SOURCES).rename(project / "models/staging/schema.yml")
        found = verdict_on(project, "docs")
    assert found.misconception == "block_not_used"
    assert "`models/staging/schema.yml`" in found.message and "src_jaffle_shop" not in found.message


def test_a_mart_without_a_description_is_pointed_out(answered_folder: Path) -> None:
    with put_back(answered_folder):
        changed(answered_folder, "models/marts/core/core.yml", "    description: One record per order\n", "")
        found = verdict_on(answered_folder, "marts")
    assert found.outcome == PASSED
    assert any("`fct_orders` has no `description:`" in remark for remark in found.remarks)
