"""Fixtures that more than one file of tests needs."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from dbt_common.tests import enable_test_caching
from notebook import cells, ipython, learner, learner_folder  # noqa: F401 - fixtures
from xdist.scheduler import LoadScopeScheduling

from workshop.course.groups import EXERCISES, find_exercise
from workshop.course.raw_tables import RAW_TABLES
from workshop.course.reference import answers
from workshop.dbt_project.commands import install_packages
from workshop.dbt_project.files import Edit, apply_edits, create_project, write_file
from workshop.dbt_project.model import Model, ancestors_of
from workshop.dbt_project.work import Work
from workshop.judging.exercise import try_exercise
from workshop.judging.misconception import Misconception
from workshop.judging.verdict import Verdict
from workshop.places import STARTER

enable_test_caching()  # dbt parses its own 500 macros once a process, and not once a project


class ByFile(LoadScopeScheduling):
    """What one worker runs, in order: the tests of a file, and all solutions, because they share a project.

    The two largest files are cut by exercise.
    """

    def _split_scope(self, nodeid: str) -> str:
        if ".ipynb" in nodeid:
            return "solutions"
        file = nodeid.split("::")[0]
        exercise = (
            re.search(r"\[(\w+)/", nodeid)
            if file.endswith(("test_misconceptions.py", "test_alternatives.py"))
            else None
        )
        return f"{file} {exercise.group(1)}" if exercise else file


LONGEST_FIRST = (
    "catch_up_states test_sandbox.py browser slips solutions magics working_group_2 notebooks misconceptions "
    "alternatives guide agreement bad_input mutants warehouse"
).split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest in one piece, so that no worker waits for the other at the end."""

    def place(item: pytest.Item) -> int:
        file = item.nodeid.split("::")[0]
        return next((number for number, name in enumerate(LONGEST_FIRST) if name in file), len(LONGEST_FIRST))

    items.sort(key=place)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


Answered = Callable[[str], Path]


def verdict_on(project: Path, exercise: str, built: frozenset[str] = frozenset()) -> Verdict:
    """Return the verdict on a project in one exercise; `built` are the relations in the notebook's warehouse."""
    return try_exercise(find_exercise(exercise), Work(project, built, tables=RAW_TABLES)).verdict


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Answered:
    """Gives the project in which an exercise is done, and for one of group 1 the whole group.

    Each is made once, because dbt reads a project that it knows much faster: change it within `put_back` only.
    """
    folders: dict[str, Path] = {}

    def project_for(exercise: str) -> Path:
        last = "customers" if find_exercise(exercise).group == 1 else exercise
        if last not in folders:
            folders[last] = tmp_path_factory.mktemp(last) / "jaffle_shop"
            create_project(folders[last], STARTER)
            for answer in answers().values():
                apply_edits(folders[last], list(answer.edits))
                install_packages(folders[last])
                if answer.exercise == last:
                    break
        return folders[last]

    return project_for


@pytest.fixture(scope="session")
def answered_folder(answered: Answered) -> Path:
    """The project with every answer in it; not to be changed."""
    return answered(EXERCISES[-1].name)


class CompiledBefore(Work):
    """The work of somebody who wrote one model, compiled together with what others wrote in its place."""

    def __init__(self, project: Path, model: Model, ancestors: list[Model], file: Path) -> None:
        super().__init__(project)
        self.lineage = [*ancestors, model]
        self.model_files = {**self.model_files, model.name: file}

    def with_ancestors(self, name: str) -> list[Model]:
        assert name == self.lineage[-1].name
        return self.lineage


InPlaceOfTheAnswer = Callable[[Sequence[Misconception]], Callable[[Misconception], Verdict]]


@pytest.fixture(scope="session")
def in_place_of_the_answer(answered: Answered, tmp_path_factory: pytest.TempPathFactory) -> InPlaceOfTheAnswer:
    """Takes mistakes or other right ways; gives what the check says where one of them takes the place of the answer.

    Those that write a model of group 1, and nothing else, are compiled in one go: dbt would read and compile as many
    projects otherwise, and most of a test would be waiting for that.
    """

    def verdicts(written: Sequence[Misconception]) -> Callable[[Misconception], Verdict]:
        @cache
        def together(exercise: str) -> dict[str, Work]:
            alike = [each for each in written if each.exercise == exercise and writes_one_model(each)]
            return compile_together(answered(exercise), tmp_path_factory.mktemp("together"), alike)

        @cache
        def verdict(each: Misconception) -> Verdict:
            if writes_one_model(each):
                return try_exercise(find_exercise(each.exercise), together(each.exercise)[named(each)]).verdict
            project = answered(each.exercise)
            with put_back(project):
                put_in_place_of_the_answer(project, each.edits)
                return verdict_on(project, each.exercise)

        return verdict

    return verdicts


def compile_together(answered: Path, folder: Path, written: Sequence[Misconception]) -> dict[str, Work]:
    project = folder / "jaffle_shop"
    shutil.copytree(answered, project)
    files = {named(each): project / f"models/written/{each.exercise}_{each.name}.sql" for each in written}
    for each in written:
        write_file(files[named(each)], each.edits[0].text)
    models, _ = Work(project).compiled()
    by_name = {model.name: model for model in models}
    found: dict[str, Work] = {}
    for each in written:
        right, model = by_name[each.exercise], by_name[files[named(each)].stem]
        mine = replace(model, name=right.name, relation=right.relation, path=each.edits[0].path)
        ancestors = [other for other in models if other.name in ancestors_of(model, models)]
        found[named(each)] = CompiledBefore(project, mine, ancestors, files[named(each)])
    return found


def writes_one_model(each: Misconception) -> bool:
    """Tell whether a mistake, or another right way, is nothing but the file of its exercise's model."""
    [edit, *others] = each.edits
    return not others and edit.moved_to is None and edit.path.endswith(f"/{each.exercise}.sql")


def named(each: Misconception) -> str:
    return f"{each.exercise}/{each.name}"


@contextmanager
def put_back(folder: Path) -> Iterator[None]:
    """Whatever happens to the files of `folder` inside is undone."""
    kept = {path: path.read_bytes() for path in files_in(folder)}
    try:
        yield
    finally:
        for path in files_in(folder) - kept.keys():
            path.unlink()
        for path, content in kept.items():
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def put_in_place_of_the_answer(project: Path, edits: tuple[Edit, ...]) -> None:
    """Make the edits in `project`; a model of theirs takes the place of the one of that name, wherever that lies."""
    for edit in edits:
        if edit.path.endswith(".sql") and edit.moved_to is None:
            for path in project.glob(f"models/**/{Path(edit.path).name}"):
                path.unlink()
    apply_edits(project, list(edits))
