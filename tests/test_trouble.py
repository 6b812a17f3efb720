"""What dbt and DuckDB say, as they say it, and what a learner reads."""

from dataclasses import replace
from pathlib import Path

import pytest

from workshop.dbt_project.trouble import explain, explain_in_project

UNREADABLE_YAML = """Parsing Error
  Error reading jaffle_shop: staging/schema.yml - Runtime Error
    Syntax error near line 5
    ------------------------------
    5  |      tests: c

    Raw Error:
    ------------------------------
    while parsing a block mapping
      in "<unicode string>", line 2, column 5
    did not find expected key
      in "<unicode string>", line 5, column 6"""

UNREADABLE_PROJECT = """Runtime Error
  Syntax error near line 17
  ------------------------------
  17 | \tbad: 1

  Raw Error:
  ------------------------------
  while scanning a plain scalar
    in "<unicode string>", line 15, column 22
  found a tab character that violates indentation
    in "<unicode string>", line 17, column 1"""


@pytest.mark.parametrize(
    ("message", "meaning"),
    [
        ('Parser Error: syntax error at or near "selct"\n\nLINE 1: selct 1', "DuckDB can't read this SQL"),
        ('Parser Error: syntax error at or near ";"\n\nLINE 5: select 1;', "Remove the semicolon"),
        (
            'Parser Error: syntax error at or near "drop"\n\nLINE 5: drop table x',
            "A model is one `select`, not a `drop`",
        ),
        ("Parser Error: syntax error at end of input", "DuckDB can't read this SQL"),
        (UNREADABLE_YAML, "This is not valid YAML"),
        (UNREADABLE_PROJECT, "This is not valid YAML"),
        ("unexpected end of template, expected 'end of print statement'.", "The Jinja is not closed"),
        ("Missing end of comment tag", "The Jinja is not closed"),
        ("'reff' is undefined", "Jinja does not know `reff`"),
        ("Found a cycle: model.jaffle_shop.a", "A model reads from itself"),
        (
            'Cannot execute statement of type "DROP" on database "raw" which is attached in read-only mode!',
            "`raw` is read-only",
        ),
        (
            'IO Error: Could not set lock on file "x.duckdb": Conflicting lock is held',
            "Another program has this warehouse open",
        ),
        ("IO Error: Could not write file: No space left on device", "The disk is full"),
        ("'utf-8' codec can't decode byte 0xff in position 8", "not saved as UTF-8"),
        ("TransactionContext Error: Current transaction is aborted (please ROLLBACK)", "Run `%sql rollback`"),
        ("Connection Error: Connection already closed!", "Run the first cell"),
        ("at path ['enabled']: 'maybe' is not of type 'boolean'", "The setting `enabled`"),
        ("Interrupted!", "You stopped it"),
    ],
)
def test_meaning(message: str, meaning: str) -> None:
    assert meaning in explain(message).meaning


@pytest.mark.parametrize(
    ("message", "place"),
    [
        (UNREADABLE_YAML, ("models/staging/schema.yml", 5)),
        (UNREADABLE_PROJECT, ("dbt_project.yml", 17)),
        ("Runtime Error\n  dbt_project.yml does not parse to a dictionary", ("dbt_project.yml", None)),
        (
            "Compilation Error in model a (models/marts/a.sql)\n  unexpected '}'\n    line 7\n",
            ("models/marts/a.sql", 7),
        ),
        ("Compilation Error in model a (models\\marts\\a.sql)\n  wrong", ("models/marts/a.sql", None)),
    ],
)
def test_place(message: str, place: tuple[str, int | None]) -> None:
    trouble = explain(message)
    assert (trouble.file, trouble.line) == place


def test_first_line_is_what_happened_and_not_a_heading() -> None:
    said = explain("Runtime Error in model a (models/a.sql)\n  Binder Error: no such thing\n  LINE 5: x").said
    assert said == "Binder Error: no such thing"


def test_did_you_mean_a_model() -> None:
    message = "Model 'model.jaffle_shop.a' (models/a.sql) depends on a node named 'stg_order' which was not found"
    assert explain(message, names=("customers", "stg_orders")).meaning.endswith("Did you mean `stg_orders`?")
    assert "Did you mean" not in explain(message, names=("customers",)).meaning


def test_did_you_mean_a_column() -> None:
    message = (
        'Binder Error: Referenced column "ordr_id" not found in FROM clause!\n'
        '  Candidate bindings: "order_id", "order_date"'
    )
    assert explain(message).meaning.endswith("Did you mean `order_id`?")


def test_did_you_mean_a_table() -> None:
    message = 'Catalog Error: Table with name stg_order does not exist!\n  Did you mean "stg_orders"?'
    assert explain(message).meaning.endswith("Did you mean `stg_orders`?")


def test_did_you_mean_a_command() -> None:
    assert explain("No such command 'bulid'.").meaning.endswith("Did you mean `build`?")


def test_trouble_reads_as_message_place_and_meaning() -> None:
    text = str(explain("Compilation Error in model a (models/a.sql)\n  'reff' is undefined\n    line 3"))
    assert text.startswith("'reff' is undefined (models/a.sql, line 3)\n\nJinja does not know `reff`.")


def test_where_nothing_is_known_the_whole_sentence_is_shown() -> None:
    assert str(explain("Runtime Error\n  Something that nobody\n  has seen before")) == (
        "Something that nobody has seen before"
    )


def test_a_file_outside_of_the_project_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "project/models").mkdir(parents=True)
    (tmp_path / "secret.sql").write_text("select reff from nowhere")
    for file in ("../secret.sql", str(tmp_path / "secret.sql")):
        trouble = replace(explain("'reff' is undefined\n    line 1"), file=file)
        assert explain_in_project(trouble, tmp_path / "project") == trouble
