"""README and CONTRIBUTING say what is so: their paths, words, commands and examples are tried."""

import re
import shlex
from pathlib import Path

import pytest
from nbclient import NotebookClient

from workshop.__main__ import main, make_parser
from workshop.course.answers import take_out_answers
from workshop.course.groups import EXERCISES, GROUPS
from workshop.dbt_project.files import create_project
from workshop.judging.misconception import read_misconception
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM
from workshop.notebook.magics import WorkshopMagics
from workshop.places import ROOT, STARTER

PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}
README, CONTRIBUTING = PAGES.values()

FENCE = re.compile(r"^(`{3,})(?P<language>\w+)[^\n]*\n(?P<text>.*?)^\1$", re.MULTILINE | re.DOTALL)
IN_BACKTICKS = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LOOKS_LIKE_PATH = re.compile(r"[.\w<>/-]*(/|\.(md|txt|toml|py|ipynb))[.\w<>/-]*|LICENSE")
NOT_OURS = {"sql", "load_ext"}  # JupySQL's and IPython's own


def blocks(text: str, language: str) -> list[str]:
    return [block["text"] for block in FENCE.finditer(text) if block["language"] == language]


def code_spans(text: str) -> list[str]:
    return IN_BACKTICKS.findall(FENCE.sub("", text))


def commands(text: str, language: str = "bash") -> list[str]:
    return [
        command.strip(" ()")
        for block in blocks(text, language)
        for command in re.split(r"&&|;|\n", block)
        if command.strip()
    ]


def workshop_commands(text: str) -> list[list[str]]:
    """Each `workshop ...` and `python -m workshop ...`, as the words behind it."""
    found = [*commands(text), *commands(text, "powershell"), *code_spans(text)]
    behind = [re.fullmatch(r"(?:\S*python3? -m |\.venv\S+[/\\])?workshop (\w.*)", command) for command in found]
    return [shlex.split(match[1]) for match in behind if match]


# -- paths and links -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_each_path_is_there(page: str) -> None:
    paths = [span for span in code_spans(PAGES[page]) if LOOKS_LIKE_PATH.fullmatch(span)]
    assert len(paths) > 5
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for path in paths:
        pattern = re.sub(r"<\w+>", "*", path)
        made_on_first_use = {f"{Path(path).name}/", f"{Path(path).parts[0]}/"} & {*ignored}
        assert any(ROOT.glob(pattern)) or made_on_first_use, path


@pytest.mark.parametrize("page", PAGES)
def test_each_link_into_the_repository_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[page]):
        assert target.startswith("https://") or (ROOT / target).is_file(), target


# -- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_each_magic_and_each_exercise_behind_it_is_there(page: str) -> None:
    exercises = {exercise.name for exercise in EXERCISES}
    magics = WorkshopMagics.magics
    used = re.findall(r"(?<![\w%])(%%?)([a-z_]+)(?: ([a-z_]+)\b)?", PAGES[page])
    assert used
    for percents, magic, word in used:
        assert magic in NOT_OURS or magic in magics["cell" if percents == "%%" else "line"], magic
        if word and magic in ("check", "hint", "solution", "catch_up"):
            assert word in exercises


def test_the_readme_names_every_group_and_every_outcome() -> None:
    for group in GROUPS:
        assert f"{group.number}. {group.title}\n" in README
    for outcome in (PASSED, NOT_YET, DOES_NOT_RUN, NOT_STARTED, WORKSHOP_PROBLEM):
        assert f"`{outcome}`" in README


# -- commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [words for text in PAGES.values() for words in workshop_commands(text)], ids=" ".join)
def test_each_command_is_one(words: list[str]) -> None:
    options, rest = make_parser().parse_known_args(words)
    assert not rest
    if options.run.__name__ == "run_grade":
        assert options.exercise in {None, *(exercise.name for exercise in EXERCISES)}
        assert options.group in {None, *(group.number for group in GROUPS)}


def test_there_are_commands_to_parse() -> None:
    assert {"lab", "grade"} <= {words[0] for words in workshop_commands(README)}
    assert {"build"} <= {words[0] for words in workshop_commands(CONTRIBUTING)}


def test_the_exit_codes_of_grade_are_those_of_the_readme(answered_folder: Path, tmp_path: Path) -> None:
    create_project(tmp_path / "jaffle_shop", STARTER)
    assert main(["grade", "--trust", str(answered_folder), "--group", "1"]) == 0
    assert main(["grade", "--trust", str(tmp_path / "jaffle_shop"), "--group", "1"]) == 1
    assert main(["grade", "--trust", str(tmp_path / "nowhere")]) == 2
    assert main(["grade", "--trust", str(tmp_path / "jaffle_shop"), "--exercise", "unheard_of"]) == 2


def test_the_check_of_the_build_is_clean() -> None:
    assert main(["build", "--check"]) == 0


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    lines = [line.replace('"', "").replace("$venv", ".venv").replace(" -q ", " ") for line in script.splitlines()]
    test_command = next(block for block in blocks(README, "bash") if "pytest" in block)
    for command in test_command.strip().split(" && "):
        assert command in lines


def test_windows_gets_the_same_two_commands() -> None:
    unix = [block.strip() for block in blocks(README, "bash")[:2]]
    windows = blocks(README, "powershell")[0].splitlines()
    assert [as_unix(line) for line in windows] == unix


def as_unix(line: str) -> str:
    return line.replace("py -m", "python3 -m").replace("; ", " && ").replace("\\", "/").replace("Scripts", "bin")


# -- examples --------------------------------------------------------------------------------------------------


def test_the_answer_markers_are_those_of_the_build() -> None:
    cell = next(block for block in blocks(CONTRIBUTING, "sql") if "answer" in block)
    for sign in ("--", "#"):
        source = cell.replace("--", sign).splitlines(keepends=True)
        notebook = {"cells": [{"cell_type": "code", "source": source, "metadata": {}}], "metadata": {}}
        learners = "".join(take_out_answers(notebook, "example")["cells"][0]["source"])
        assert learners.splitlines()[1:] == [f"{sign} TODO: turn cents into dollars"]
    assert "`-- TODO: turn cents into dollars`" in CONTRIBUTING


def test_the_example_of_a_misconception_is_one(tmp_path: Path) -> None:
    path = tmp_path / "stg_payments" / "example.md"
    path.parent.mkdir()
    path.write_text(blocks(CONTRIBUTING, "markdown")[0], encoding="utf-8")
    example = read_misconception(path)
    assert example.exercise in {exercise.name for exercise in EXERCISES}
    assert example.title == "Amounts are still in cents"
    assert "raw.stripe.payment" in example.model("stg_payments")


def test_the_command_that_runs_a_solution_names_a_notebook_and_settings_that_are_there() -> None:
    *_, command, _ = commands(CONTRIBUTING)[:4]
    settings = re.findall(r"--NotebookClient\.(\w+)=", command)
    assert "jupyter execute" in command and settings
    assert all(NotebookClient.class_traits().get(name) for name in settings)
    assert (ROOT / "solutions" / command.split()[-1]).is_file()
