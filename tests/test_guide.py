"""The facilitator guide is held to the truth: exercises, magics, links, minutes, numbers, and what it types."""

import re
from pathlib import Path

import duckdb
import pytest
from notebook import Cells

from workshop.course.catch_up import catch_up
from workshop.course.groups import EXERCISES, GROUPS
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import answers, reference
from workshop.dbt_project.commands import install_packages
from workshop.dbt_project.files import apply_edits
from workshop.dbt_project.raw_database import build_raw
from workshop.judging.reference import SCHEMA
from workshop.places import ROOT

pytestmark = pytest.mark.slow

GUIDE = (ROOT / "facilitator_guide.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## Working group (\d+): [^\n]* \((\d+) minutes\)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^### `?([\w -]+?)`? \((\d+) minutes\)\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {int(number): (int(minutes), text) for number, minutes, text in SECTION.findall(GUIDE)}
NUMBERS = re.findall(r"^\| ([\d.]+) \| (.*) \| `(select .*)` \|$", GUIDE, re.MULTILINE)


def steps(group: int) -> list[tuple[str, int, str]]:
    return [(name, int(minutes), text) for name, minutes, text in STEP.findall(SECTIONS[group][1])]


def test_every_exercise_is_a_step_in_its_order() -> None:
    for group in GROUPS:
        names = [name for name, _, _ in steps(group.number)]
        assert [name for name in names if name in {each.name for each in EXERCISES}] == [
            each.name for each in group.exercises
        ]


@pytest.mark.parametrize("group", [group.number for group in GROUPS])
def test_the_minutes_add_up_to_what_the_heading_promises(group: int) -> None:
    promised, _ = SECTIONS[group]
    assert sum(minutes for _, minutes, _ in steps(group)) == promised
    for name, minutes, text in steps(group):
        pauses = sum(int(number) for number in re.findall(r"\((\d+) minutes\)", text))
        assert pauses < minutes, name


@pytest.mark.parametrize("exercise", [exercise.name for exercise in EXERCISES])
def test_a_step_tells_what_to_ask_what_to_look_at_what_goes_wrong_and_when_to_pause(exercise: str) -> None:
    [text] = [text for group in GROUPS for name, _, text in steps(group.number) if name == exercise]
    for word in ("**Ask", "**Look at**", "They get wrong", "**Pause**", f"%check {exercise}"):
        assert word in text
    assert f"misconceptions/{exercise}/" in text


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", GUIDE)
    assert len(links) > 30
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(("number", "about", "query"), NUMBERS, ids=[about for _, about, _ in NUMBERS])
def test_every_number_is_what_the_data_gives(tmp_path: Path, number: str, about: str, query: str) -> None:
    """Of day 1, where no other one is named."""
    named = re.search(r"\bday (\d)", about)
    build_raw(tmp_path / "raw.duckdb", RAW_TABLES, day=int(named.group(1)) if named else 1)
    with duckdb.connect() as connection:
        connection.execute(f"attach ':memory:' as warehouse; attach '{tmp_path / 'raw.duckdb'}' as raw (read_only)")
        connection.execute(f"use warehouse; create schema {SCHEMA}; create schema reference")
        for name, sql in reference().sql.items():
            connection.execute(f"create view {SCHEMA}.{name} as {sql}")
            connection.execute(f"create view reference.{name} as from {SCHEMA}.{name}")
        [found] = connection.execute(query).fetchone()
    assert float(number) == pytest.approx(float(found), abs=0.001)


def test_the_numbers_in_the_text_are_those_of_the_table() -> None:
    table = {float(number) for number, *_ in NUMBERS}
    assert len(table) >= 12
    assert {float(number) for number in re.findall(r"\b\d{4}\.\d\d\b", GUIDE)} <= table


@pytest.mark.parametrize("group", [group.number for group in GROUPS])
def test_what_is_typed_runs(group: int, learner: Cells) -> None:
    """In order, in one notebook; before each step of an exercise, everything before it is done."""
    by_name = {exercise.name: exercise for exercise in EXERCISES}
    before = None
    for name, _, text in steps(group):
        if name in by_name and before is None:
            catch_up(learner.project, by_name[name])
        elif name in by_name:
            apply_edits(learner.project, list(answers()[before].edits))
            install_packages(learner.project)
        before = name if name in by_name else before
        for cell in re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            shown = learner.run(cell)
            assert "UsageError" not in shown, f"{cell}\n{shown}"
            assert "our mistake" not in shown, f"{cell}\n{shown}"


def test_the_commands_exist() -> None:
    from workshop.__main__ import make_parser

    commands = re.findall(r"^\.venv/bin/workshop (.+)$", GUIDE, re.MULTILINE)
    assert {command.split()[0] for command in commands} == {"doctor", "lab", "room"}
    for command in commands:
        make_parser().parse_args(command.split())
