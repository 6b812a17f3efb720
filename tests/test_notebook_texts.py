"""What the notebooks say: words are explained where they first come, examples run and give nothing away."""

import re
from pathlib import Path

import pytest

from workshop.course.answers import read_notebook
from workshop.course.groups import EXERCISES
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import answers
from workshop.dbt_project.commands import install_packages, run_dbt
from workshop.dbt_project.files import create_project, write_file
from workshop.dbt_project.raw_database import ensure_raw
from workshop.dbt_project.work import Work
from workshop.places import NOTEBOOKS, STARTER

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
TEXTS = {
    f"{path.stem}, {cell['id']}": "".join(cell["source"])
    for path in PATHS
    for cell in read_notebook(path)["cells"]
    if cell["cell_type"] == "markdown"
}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROSE = {name: FENCE.sub("", text) for name, text in TEXTS.items()}
LONGEST_SENTENCE = 26  # words

WORDS = (
    "warehouse schema model view lineage grain YAML ref Jinja CTE "
    "data+test primary+key source freshness docs+block mart staging+model dbt DuckDB loader"
).split()

NEEDED = (
    "left join|case when|coalesce(|with orders as|ref(|source(|doc(|{% docs|{% enddocs|version: 2|models:|sources:|"
    "database:|tables:|columns:|description:|data_tests:|unique|not_null|accepted_values:|relationships:|arguments:|"
    "values:|to:|field:|loaded_at_field:|freshness:|warn_after:|error_after:"
).split("|")


def examples(language: str) -> list[str]:
    return [text for source in TEXTS.values() for found, text in FENCE.findall(source) if found == language]


def sentences(text: str) -> list[str]:
    blocks = re.split(
        r"\n\s*\n|^\s*(?:[-*]|\d\.|\|)", re.sub(r"^#.*$", "", text, flags=re.MULTILINE), flags=re.MULTILINE
    )
    return [sentence for block in blocks for sentence in re.split(r"(?<=[.?!:])\s+", block.strip()) if sentence]


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_explained_where_it_first_comes(word: str) -> None:
    """Emphasis marks the place. Headings, code, and the names of steps may come before it."""
    term = re.escape(word.replace("+", " "))
    without_code = (re.sub(r"`[^`]*`|^#.*$|\(https.*?\)", "", text, flags=re.MULTILINE) for text in PROSE.values())
    found = re.search(rf"(?<!\w)(\*?){term}s?(\*?)(?!\w)", "\n".join(without_code), re.IGNORECASE)
    assert found and found.group(1) and found.group(2), found and found.string[found.start() - 60 : found.end() + 20]


@pytest.mark.parametrize("name", PROSE)
def test_sentences_are_short(name: str) -> None:
    long = [sentence for sentence in sentences(PROSE[name]) if len(sentence.split()) > LONGEST_SENTENCE]
    assert long == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_reason_is_left_to_the_card_of_the_passed_check(exercise: object) -> None:
    told = " ".join(PROSE.values())
    assert [sentence for sentence in sentences(exercise.reason) if sentence in told] == []


def test_all_that_an_answer_needs_is_taught() -> None:
    """A learner knows select, join and group by."""
    answered = "\n".join(edit.text or "" for answer in answers().values() for edit in answer.edits)
    told = "\n".join(TEXTS.values())
    needed = [word for word in NEEDED if word in answered]
    assert len(needed) == len(NEEDED)
    assert [word for word in needed if word not in told] == []


# -- examples ------------------------------------------------------------------------------------------------


def test_yaml_examples_are_what_dbt_reads_without_a_warning(tmp_path: Path) -> None:
    create_project(tmp_path, STARTER)
    ensure_raw(tmp_path, RAW_TABLES)
    write_file(tmp_path / "models/stg_bakers.sql", "select 1 as baker_id")
    write_file(
        tmp_path / "models/stg_shifts.sql",
        "select 1 as shift_date, 'evening' as part_of_day, 1 as baker_id",
    )
    for number, example in enumerate(examples("yaml")):
        write_file(tmp_path / f"models/example_{number}.yml", example)
    lines: list[str] = []
    run = run_dbt(tmp_path, ["--warn-error", "build", "--select", "stg_bakers stg_shifts"], lines.append)
    assert run.succeeded, "\n".join(lines)
    assert any("PASS=5 WARN=0 ERROR=0" in line for line in lines), "\n".join(lines)
    [source] = Work(tmp_path).manifest.sources.values()
    assert (source.freshness.warn_after.count, source.freshness.error_after.count) == (2, 7)
    assert source.loaded_at_field


def test_sql_examples_are_a_model_of_the_starter_and_some_that_compile(tmp_path: Path) -> None:
    tmp_path = tmp_path / "jaffle_shop"  # a package is copied beside it
    create_project(tmp_path, STARTER)
    staging, join, steps, asking, macro, test = examples("sql")
    assert staging == (STARTER / "models/staging/stg_orders.sql").read_text(encoding="utf-8")
    write_file(tmp_path / "models/join.sql", join)
    write_file(tmp_path / "models/steps.sql", steps)
    write_file(tmp_path / "packages.yml", "packages:\n  - local: ../workshop_utils\n")
    write_file(tmp_path / "models/asking.sql", f"{asking}select '{{{{ statuses | join(' ') }}}}' as statuses")
    write_file(tmp_path / "macros/example.sql", macro)
    write_file(tmp_path / "tests/generic/example.sql", test)
    install_packages(tmp_path)
    work = Work(tmp_path, tables=RAW_TABLES)
    assert "placed" in work.with_ancestors("asking")[-1].sql and "shipped" in work.with_ancestors("asking")[-1].sql
    assert [model.name for model in work.with_ancestors("steps")] == ["stg_orders", "steps"]
    assert {model.name for model in work.with_ancestors("join")} == {"stg_customers", "stg_orders", "join"}
    assert {"shout", "test_in_the_past"} <= {each.name for each in work.manifest.macros.values()}


def test_examples_answer_nothing() -> None:
    """What an example describes is nothing that an exercise asks about."""
    answered = "\n".join(edit.text or "" for answer in answers().values() for edit in answer.edits)
    names = re.findall(r"name: (\w+)|_field: (\w+)|(\{count.*\})", "".join(examples("yaml")))
    assert len(names) > 8
    assert [name for found in names for name in found if name and name in answered] == []
