"""Whatever state a project is in, catching up makes it pass, keeps what passed, loses nothing, and can be undone."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from catch_up_states import State, states

from workshop.course.backup_log import digests_in
from workshop.course.catch_up import Outcome, bring_level
from workshop.course.groups import EXERCISES
from workshop.course.our_files import canonical, our_texts
from workshop.course.reference import renamed
from workshop.course.undo import undo
from workshop.dbt_project.declared import MODEL, SOURCE_CALL, declared_by
from workshop.dbt_project.new_names import with_new_names
from workshop.dbt_project.work import Work
from workshop.judging.exercise import Exercise, Feedback, try_exercises
from workshop.notebook.catch_up_words import caught_up, undone

pytestmark = pytest.mark.slow

STATES = states()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One place for all states, because dbt reads a project that it knows much faster."""
    return tmp_path_factory.mktemp("states")


@pytest.fixture
def project(folder: Path) -> Iterator[Path]:
    yield folder / "jaffle_shop"
    shutil.rmtree(folder)


def test_there_are_enough_states() -> None:
    assert len(STATES) >= 200


@pytest.fixture
def seen_when_looked_at(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The files of the project each time that a catch-up tries all exercises: its last word is on the last ones."""
    seen = []

    def trying(exercises: Sequence[Exercise], work: Work) -> list[Feedback]:
        seen.append(digests_in(project))
        return try_exercises(exercises, work)

    monkeypatch.setattr("workshop.course.catch_up.try_exercises", trying)
    return seen


@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_level_from(state: State, project: Path, seen_when_looked_at: list[dict[str, str]]) -> None:
    for path, content in state.files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(content)
    before = digests_in(project)
    exercises = EXERCISES[: state.before]
    outcome = bring_level(project, exercises)

    after = digests_in(project)
    assert seen_when_looked_at[-1] == after
    assert outcome.stuck is None, outcome.stuck
    assert {*outcome.done, *outcome.kept} == {each.name for each in exercises}
    assert (after != before) == (outcome.backup is not None)

    kept = set(digests_in(outcome.backup / "files").values()) if outcome.backup else set()
    assert set(before.values()) <= set(after.values()) | kept
    assert texts_of(state.files, outcome) <= texts_now(project)
    assert entries_of(state.files, outcome) <= entries_now(project)
    assert under_both_names(after) <= under_both_names(before)
    words = caught_up("next", outcome)
    assert all(f"`{name}`" in words for name in {*before} - {*after})

    if outcome.backup:
        assert "took" not in undone(undo(project))
    assert digests_in(project) == before


# -- what passed, and has to be there afterwards -----------------------------------------------------------


def texts_of(files: dict[str, bytes], outcome: Outcome) -> set[str]:
    """Return the learner's own SQL of models that passed, by what stays the same when a name in it changes."""
    staging = {"stg_orders", "stg_customers", "stg_payments"} if "sources" in outcome.kept else set()
    right = {*outcome.kept, *staging, *(renamed().get(name, name) for name in outcome.kept)}
    if "macro" in outcome.done:  # whose answer is in this model as well as in the macro
        right -= {"stg_payments"}
    found = set()
    for path, content in files.items():
        names = {name for kind, name in declared_by(path, "") if kind == MODEL}
        text = content.decode(errors="replace")
        if names & right and canonical(path, text) not in our_texts() and path not in outcome.set_aside:
            found.add(without_names(path, text))
    return found


def texts_now(project: Path) -> set[str]:
    return {without_names(str(path), path.read_text(errors="replace")) for path in project.glob("models/**/*.sql")}


def without_names(path: str, text: str) -> str:
    """Return SQL in which models have their last names, and sources those of their raw tables."""
    text = SOURCE_CALL.sub(lambda match: f"source('{match[1]}', '{match[2]}')", text)
    for schema, table in (("jaffle_shop", "customers"), ("jaffle_shop", "orders"), ("stripe", "payment")):
        text = text.replace(f"{{{{ source('{schema}', '{table}') }}}}", f"raw.{schema}.{table}")
    return with_new_names(path, text.replace("\r\n", "\n").strip(), renamed(), renamed())


def under_both_names(paths: Iterable[str]) -> set[str]:
    """Return the models that are there by their old name and by their new one: a half move that was not completed."""
    models = {name for path in paths for kind, name in declared_by(path, "") if kind == MODEL}
    return {old for old, new in renamed().items() if {old, new} <= models}


def entries_of(files: dict[str, bytes], outcome: Outcome) -> set[tuple[str, ...]]:
    """Return the learner's entries in YAML, where what they are for passed."""
    keys = {"models": "tests" in outcome.kept, "sources": "sources" in outcome.kept}
    wrong = set() if "own_test" in outcome.kept else {"not_negative"}
    texts = [
        content for path, content in files.items() if path.endswith((".yml", ".yaml")) and path not in outcome.set_aside
    ]
    return (
        {
            entry
            for text in texts
            for entry in entries_in(text)
            if keys.get(entry[0]) and not any(name in entry[3] for name in wrong)
        }
        if any(keys.values())
        else set()
    )


def entries_now(project: Path) -> set[tuple[str, ...]]:
    paths = [*project.glob("models/**/*.yml"), *project.glob("models/**/*.yaml")]
    return {entry for path in paths for entry in entries_in(path.read_bytes())}


def entries_in(text: bytes) -> Iterator[tuple[str, ...]]:
    """Give each test on a column of a staging model or source: where it stands, and all of it."""
    try:
        root = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    tables = (
        {
            "models": (root or {}).get("models") or [],
            "sources": [table for source in (root or {}).get("sources") or [] for table in source.get("tables") or []],
        }
        if isinstance(root, dict)
        else {}
    )
    for key, entries in tables.items():
        for entry in entries if isinstance(entries, list) else []:
            columns = entry.get("columns") if isinstance(entry, dict) else None
            for column in columns if isinstance(columns, list) else []:
                for test in [*(column.get("tests") or []), *(column.get("data_tests") or [])]:
                    name = renamed().get(entry["name"], entry["name"])
                    yield key, name, column["name"], with_new_names("", str(test), renamed(), {})
