"""Whatever a learner types, a sentence comes back, and nothing is lost."""

import errno
import os
import resource
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import Answered, put_back, verdict_on
from notebook import Cells, fingerprint

from workshop.judging.verdict import DOES_NOT_RUN, PASSED

pytestmark = pytest.mark.slow

MODEL = "models/staging/stg_payments.sql"
MILLION = "select i, repeat('x', 100) as text from range(1000000) as numbers(i)"


# -- SQL -------------------------------------------------------------------------------------------------------


def test_sql_that_does_not_parse(learner: Cells) -> None:
    shown = learner.run("%%sql\nselct 1")
    assert 'syntax error at or near "selct"' in shown and "1 | selct 1\n" in shown
    assert "Did you mean `select`?" in shown and "snippets" not in shown


def test_model_that_does_not_parse(learner: Cells) -> None:
    shown = learner.run(f"%%sqlmodel {MODEL}\nselct 1")
    assert f"`{MODEL}` is saved" in shown and "line 1" in shown
    assert "Did you mean `select`?" in shown and "YAML" not in shown


def test_unknown_column(learner: Cells) -> None:
    shown = learner.run("%%sql\nselect orderidd from raw.stripe.payment")
    assert 'column "orderidd" not found' in shown and "Did you mean `orderid`?" in shown


def test_unknown_column_in_a_model(learner: Cells) -> None:
    shown = learner.run(f"%%sqlmodel {MODEL}\nselect orderidd from raw.stripe.payment")
    assert f"({MODEL}, line 1)" in shown and "Did you mean `orderid`?" in shown


def test_a_result_that_is_cut_off_says_so_without_the_name_of_a_setting(learner: Cells) -> None:
    shown = learner.run("%%sql\nselect * from raw.stripe.payment")
    assert "The first 20 rows; there are more." in shown and "displaylimit" not in shown


def test_a_plot_of_a_saved_query_that_does_not_run_sends_to_its_cell(learner: Cells) -> None:
    learner.run("%%sql --save failed\nselect paymentmehod as payment_method from raw.stripe.payment")
    shown = learner.run("%sqlplot bar --table failed --column payment_method")
    assert "the query that is saved as `failed`, and that does not run. Mend the cell with `--save failed`" in shown
    learner.run("%%sql --save failed\nselect paymentmethod as payment_method from raw.stripe.payment")
    assert "Mend the cell" not in learner.run("%sqlplot bar --table failed --column payment_methd")


def test_unknown_table_of_raw(learner: Cells) -> None:
    shown = learner.run("%%sql\nselect * from raw.stripe.paymnt")
    assert "Did you mean `raw.stripe.payment`?" in shown
    assert "--select paymnt" not in learner.run(f"%%sqlmodel {MODEL}\nselect * from raw.stripe.paymnt")


def test_ref_of_a_misspelt_model(learner: Cells) -> None:
    learner.run("%dbt run --quiet --select stg_orders")
    assert "Did you mean stg_orders?" in learner.run("%%sql\nselect * from {{ ref('stg_order') }}")
    assert "Did you mean `stg_orders`?" in learner.run(f"%%sqlmodel {MODEL}\nselect * from {{{{ ref('stg_order') }}}}")
    shown = learner.run("%dbt run")
    assert "depends on a node named 'stg_order'" in shown and "Did you mean `stg_orders`?" in shown


def test_ref_of_a_model_that_is_not_built(learner: Cells) -> None:
    learner.write("models/never_built.sql", "select 1 as one")
    shown = learner.run(f"%%sqlmodel {MODEL}\nselect * from {{{{ ref('never_built') }}}}")
    assert "is saved" in shown and "`%dbt run --select never_built`" in shown


@pytest.mark.parametrize(
    "unclosed", ["select * from {{ ref('stg_orders') ", "{% if true %}select 1", "select 1 {# never"]
)
def test_unclosed_jinja_tag(learner: Cells, unclosed: str) -> None:
    shown = learner.run(f"%%sqlmodel {MODEL}\n{unclosed}")
    assert f"`{MODEL}` is saved" in shown and "The Jinja is not closed" in shown
    assert (learner.project / MODEL).read_text() == unclosed.strip("\n") + "\n"


def test_unclosed_jinja_tag_in_a_query(learner: Cells) -> None:
    assert "The Jinja is not closed" in learner.run("%%sql\nselect * from {{ ref('stg_orders') ")


def test_ref_and_source_with_too_few_names(learner: Cells) -> None:
    assert "`ref` takes one name" in learner.run("%%sql\nselect * from {{ ref() }}")
    assert "`source` takes two" in learner.run("%%sql\nselect * from {{ source('stripe') }}")


def test_trailing_semicolon(learner: Cells) -> None:
    assert "| 1 |" in learner.run("%%sql\nselect 1;")
    assert "The model ends in a semicolon" in learner.run(f"%%sqlmodel {MODEL}\nselect 1;")
    assert "Remove the semicolon" in learner.run("%dbt run --select stg_payments")


def test_two_statements(learner: Cells) -> None:
    assert "There are two statements" in learner.run(f"%%sqlmodel {MODEL}\nselect 1; select 2")
    assert "! stg_payments: does not run" in learner.run("%check stg_payments")


@pytest.mark.parametrize("cell", ["%%sql", "%%sql\n", "%%sql\n-- nothing but a comment\n"])
def test_empty_query(learner: Cells, cell: str) -> None:
    assert "There is no query here yet" in learner.run(cell)


@pytest.mark.parametrize("body", ["", "\n", "\n\n  -- TODO: nothing yet\n"])
def test_empty_model_is_not_saved(learner: Cells, body: str) -> None:
    assert "Nothing is saved yet" in learner.run(f"%%sqlmodel {MODEL}{body}")
    assert not (learner.project / MODEL).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "drop table raw.stripe.payment",
        "delete from raw.stripe.payment",
        "insert into raw.stripe.payment from raw.stripe.payment",
    ],
)
def test_raw_is_read_only(learner: Cells, statement: str) -> None:
    assert "`raw` is read-only" in learner.run(f"%%sql\n{statement}")
    assert "never changes what is in `raw`" in learner.run(f"%%sqlmodel {MODEL}\n{statement}")
    assert "143" in learner.run("%%sql\nselect count(*) from raw.stripe.payment")


def test_detached_raw_comes_back_with_the_first_cell(learner: Cells) -> None:
    learner.run("%%sql\ndetach raw")
    assert "run the first cell" in learner.run("%%sql\nselect * from raw.stripe.payment")
    learner.run("%workgroup 1")
    assert "143" in learner.run("%%sql\nselect count(*) from raw.stripe.payment")


def test_million_rows_stay_in_the_warehouse(learner: Cells) -> None:
    learner.run(f"%%sqlmodel {MODEL}\nselect 1")  # dbt itself takes more
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert learner.run(f"%%sql\n{MILLION}").count("xxx |") == 20
    assert learner.run(f"%%sqlmodel {MODEL}\n{MILLION}").count("xxx\n") == 9
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB; the rows alone are 110 MB


def test_windows_line_ends_and_byte_order_mark(learner: Cells) -> None:
    learner.run(f"%%sqlmodel {MODEL}\n\ufeffselect 1 as one,\r\n2 as two\r\n")
    assert (learner.project / MODEL).read_bytes() == b"select 1 as one,\n2 as two\n"
    (learner.project / MODEL).write_bytes("\ufeffselect 3 as three\r\n".encode())  # as an editor on Windows does
    assert "PASS=1" in learner.run("%dbt run --select stg_payments")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("(", "never closed"),
        ("'", "never closed"),
        ("select '", "never closed"),
        ("$$", "DuckDB can't read this SQL"),
        ("((", "2 brackets are opened and never closed"),
    ],
)
def test_model_that_is_hardly_begun(learner: Cells, body: str, words: str) -> None:
    shown = learner.run(f"%%sqlmodel {MODEL}\n{body}")
    assert f"`{MODEL}` is saved" in shown and words in shown
    assert "! stg_payments: does not run" in learner.run("%check stg_payments")


@pytest.mark.parametrize("cell", ["%%sql '", "%%sql\n'", "%sql '", '%%sql "\nselect 1'])
@pytest.mark.parametrize("has_saved", [False, True])
def test_query_with_one_quote(learner: Cells, cell: str, has_saved: bool) -> None:
    if has_saved:  # JupySQL looks for saved queries in all that come after
        learner.run("%%sql --save one\nselect 1 as one")
    assert learner.run(cell).strip()


@pytest.mark.parametrize("hours", ["inf", "nan", "-5", "1e999", "-inf", "1e9"])
def test_hours_that_nobody_can_wait(learner: Cells, hours: str) -> None:
    shown = learner.run(f"%load_raw {hours}")
    assert f"{hours} is not a number of hours" in shown or f"{hours} hours can't be" in shown


def test_a_list_as_a_key(learner: Cells) -> None:
    shown = learner.run("%%dbtfile models/schema.yml\n? [a, b]\n: c\n")
    assert "is saved" in shown and "(models/schema.yml, line 1)" in shown
    for cell in ("%check sources", "%check tests", "%dbt parse"):
        shown = learner.run(cell)
        assert "models/schema.yml, line 1" in shown and "our mistake" not in shown


@pytest.mark.parametrize("mistake", ["status,,", "status,, --", "(select", "coalesce(status", "status status2 status3"])
@pytest.mark.parametrize("exercise", ["tests", "sources", "docs", "marts"])
def test_a_model_that_does_not_run_is_told_wherever_it_is_met(answered: Answered, exercise: str, mistake: str) -> None:
    project = answered("marts")
    [model] = project.glob("models/**/stg_payments.sql")
    with put_back(project):
        model.write_text(model.read_text().replace("    status,", f"    {mistake},", 1))
        verdict = verdict_on(project, exercise)
    assert verdict.outcome in (DOES_NOT_RUN, PASSED), verdict.details
    if exercise != "docs":  # which is about words only
        assert verdict.outcome == DOES_NOT_RUN and "stg_payments.sql, line" in verdict.message, verdict.message


# -- paths -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "Which file?"),
        ("/tmp/stg_payments.sql", "is an absolute path"),
        ("C:\\stg_payments.sql", "is an absolute path"),
        ("../stg_payments.sql", "leads out of your dbt project"),
        ("models/../../stg_payments.sql", "leads out of your dbt project"),
        ("models/outside/stg_payments.sql", "leads out of your dbt project"),
        ("models/stg_payments.yml", "ends in .yml; here it has to be .sql"),
        ("models/stg_payments.SQL", "ends in .SQL; here it has to be .sql"),
        ("models/stg_payments", "has no suffix"),
        ("models/stg payments.sql", "There is a space in the path"),
        ("stg_payments.sql", "is not in models/"),
        ("target/stg_payments.sql", "is not in models/"),
    ],
)
def test_path_that_is_not_a_model(learner: Cells, path: str, said: str) -> None:
    (learner.project / "models/outside").symlink_to(learner.folder)
    before = fingerprint(learner.folder)
    assert said in learner.run(f"%%sqlmodel {path}\nselect 1")
    assert fingerprint(learner.folder) == before


def test_file_in_a_folder_that_belongs_to_dbt(learner: Cells) -> None:
    assert "belongs to dbt" in learner.run("%%dbtfile warehouses/notes.md\nabc")


def test_yaml_that_cannot_be_read(learner: Cells) -> None:
    shown = learner.run("%%dbtfile models/schema.yml\nmodels:\n  - name: a: b\n")
    assert "`models/schema.yml` is saved" in shown and "(models/schema.yml, line 2)" in shown
    assert "(models/schema.yml, line 2)" in learner.run("%dbt run")


def test_model_file_with_a_space_in_its_name(learner: Cells) -> None:
    learner.write("models/my orders.sql", "select 1")
    assert "The file of `my orders` has a space in its name" in learner.run("%dbt run")


# -- disk ------------------------------------------------------------------------------------------------------


def test_full_disk_keeps_what_was_there(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    learner.run(f"%%sqlmodel {MODEL}\nselect 1 as before")
    monkeypatch.setattr(os, "replace", refuse(errno.ENOSPC))
    shown = learner.run(f"%%sqlmodel {MODEL}\nselect 2 as after")
    assert "was not saved: No space left on device" in shown and "your text is still in the cell" in shown
    assert (learner.project / MODEL).read_text() == "select 1 as before\n"
    assert not list(learner.project.glob("models/**/*.tmp"))


def test_folder_that_cannot_be_written(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_text", refuse(errno.EACCES))
    assert "was not saved: Permission denied" in learner.run("%%dbtfile notes/grain.yml\na: 1")


def test_move_on_a_full_disk(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", refuse(errno.ENOSPC))
    assert "was not moved: No space left" in learner.run("%dbtmove models/customers.sql models/marts/dim_customers.sql")
    assert (learner.project / "models/customers.sql").exists()


def test_project_that_cannot_be_made(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse(errno.ENOSPC))
        assert "could not be made" in cells.run("%workgroup 1")
    assert "Your dbt project is in the folder" in cells.run("%workgroup 1")
    assert (cells.project / "models/staging/stg_orders.sql").exists()


def test_raw_that_is_loaded_on_a_full_disk(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse(errno.ENOSPC))
        shown = learner.run("%load_raw 18")
    assert "is as it was: No space left on device" in shown and "another notebook" not in shown
    assert "143" in learner.run("%%sql\nselect count(*) from raw.stripe.payment")


def test_raw_that_duckdb_has_no_space_for(learner: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise duckdb.IOException("IO Error: Could not write all bytes to file raw.duckdb: wanted=4096 wrote=0")

    monkeypatch.setattr("workshop.dbt_project.raw_database.load_raw_tables", fail)
    assert "is as it was: No space left on device" in learner.run("%load_raw 18")


def test_first_cell_without_a_free_byte(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")])

    monkeypatch.setattr(shutil, "copytree", fail)
    shown = cells.run("%workgroup 1")
    assert "could not be made in" in shown and "No space left on device. Check the free space" in shown
    assert "[" not in shown


@pytest.mark.parametrize("error", [MemoryError, duckdb.OutOfMemoryException])
def test_first_cell_without_memory(cells: Cells, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail(*_: object) -> None:
        raise error("failed to allocate")

    monkeypatch.setattr("workshop.notebook.session.open_warehouse", fail)
    assert "There is not enough memory" in cells.run("%workgroup 1")


def refuse(number: int) -> object:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


# -- a project that was broken by hand ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: jaffle_shop\n", "name: [jaffle_shop\n", "not valid YAML"),
        ("profile: jaffle_shop", "profile: jaffle_shopp", "profile jaffle_shopp"),
        ("name: jaffle_shop\n", "", "dbt_project.yml"),
        ("models:\n", "modells:\n", "dbt_project.yml"),
    ],
)
def test_broken_dbt_project_yml(learner: Cells, old: str, new: str, said: str) -> None:
    file = learner.project / "dbt_project.yml"
    file.write_text(file.read_text().replace(old, new, 1))
    shown = learner.run("%dbt run")
    assert said in shown and "dbt_project.yml" in shown and "Read the message closely" not in shown


def test_deleted_dbt_project_yml_comes_back(learner: Cells) -> None:
    (learner.project / "dbt_project.yml").unlink()
    assert "There is no dbt_project.yml" in learner.run("%dbt run")
    learner.write(MODEL, "select 1 as one")
    assert "There is no dbt_project.yml" in learner.run("%check stg_payments")
    learner.run("%workgroup 1")
    assert "not yet" in learner.run("%check stg_payments")


def test_deleted_profiles_yml_comes_back(learner: Cells) -> None:
    (learner.project / "profiles.yml").unlink()
    assert "There is no profiles.yml" in learner.run("%dbt run")
    learner.run("%workgroup 1")
    assert "PASS=1" in learner.run("%dbt run --select stg_orders")


@pytest.mark.parametrize(
    "text", ["jaffle_shop: [", "jaffle_shop:\n  target: dev\n  outputs:\n    prod: {type: duckdb}\n"]
)
def test_broken_profiles_yml(learner: Cells, text: str) -> None:
    learner.write("profiles.yml", text)
    shown = learner.run("%dbt run")
    assert "profiles.yml" in shown and "Read the message closely" not in shown
