"""What was judged before is not judged again; whatever changes is seen, and what may be another thing is forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import pytest
from conftest import Answered, put_back

from workshop.course.groups import find_exercise
from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project import aside, limits
from workshop.dbt_project.memory import Memory
from workshop.dbt_project.model import Model
from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.judging import breaking, model
from workshop.judging.breaking import Patient
from workshop.judging.data_tests import DataTest
from workshop.judging.deadline import TooSlow
from workshop.judging.exercise import Exercise, try_exercise, try_exercises
from workshop.judging.faults import Caught, Fault
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.reference import Reference
from workshop.judging.trial import Trial
from workshop.judging.verdict import NOT_STARTED, PASSED, Verdict

FILES = {
    "models/a.sql": "select 1 as a",
    "models/a.yml": "models:\n  - name: a\n    config: {tags: [x]}\n    columns: [{name: a, data_tests: [unique]}]\n",
    "models/src.yml": "sources:\n  - name: s\n    tables: [{name: t}]\n",
    "models/words.md": "{% docs a %}x{% enddocs %}",
    "macros/m.sql": "{% macro m() %}1{% endmacro %}",
    "tests/one.sql": "select 1 where false",
    "tests/generic/two.sql": "{% test two(model) %}select 1 where false{% endtest %}",
    "seeds/s.csv": "a\n1\n",
    "notes/grain.yml": "rows: 1\n",
    "packages.yml": "packages:\n  - local: ../p\n",
    "dbt_packages/p/macros/p.sql": "{% macro p() %}1{% endmacro %}",
    "package-lock.yml": "packages: []\n",
    "dbt_project.yml": "name: x\n",
    "profiles.yml": "x:\n  target: dev\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        write(tmp_path / "project" / path, text)
    return tmp_path / "project"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Counted:
    """An exercise that counts how often it is judged."""

    def __init__(self, check: Callable[[Work], Verdict] = lambda work: Verdict(PASSED, "")) -> None:
        self.times, self.check, self.memory = 0, check, Memory(10)
        self.exercise = Exercise("a", 1, "", "", ("", "", ""), "", self.judge)

    def judge(self, work: Work) -> Verdict:
        self.times += 1
        return self.check(work)

    def on(self, project: Path, built: frozenset[str] = frozenset()) -> Verdict:
        work = Work(project, built, tables=RAW_TABLES, memory=self.memory)
        return try_exercise(self.exercise, work).verdict


# -- what is seen ------------------------------------------------------------------------------------------


def test_the_same_files_are_judged_once(project: Path) -> None:
    counted = Counted()
    assert counted.on(project) is counted.on(project)
    write(project / "models/a.sql", FILES["models/a.sql"])
    write(project / "target/manifest.json", "{}")
    counted.on(project)
    assert counted.times == 1


@pytest.mark.parametrize("file", FILES)
def test_a_change_in_any_file_is_seen_and_its_end_too(project: Path, file: str) -> None:
    counted = Counted()
    counted.on(project)
    write(project / file, f"{FILES[file]} ")
    counted.on(project)
    assert counted.times == 2
    write(project / file, FILES[file])
    counted.on(project)
    assert counted.times == 2


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_goes_or_moves_is_seen(project: Path, file: str) -> None:
    counted = Counted()
    counted.on(project)
    (project / file).rename(project / f"{file}.old")
    counted.on(project)
    (project / f"{file}.old").unlink()
    counted.on(project)
    assert counted.times == 3


def test_a_package_that_is_a_link_is_looked_into(project: Path, tmp_path: Path) -> None:
    counted = Counted()
    write(tmp_path / "q/macros/q.sql", "{% macro q() %}1{% endmacro %}")
    (project / "dbt_packages/q").symlink_to(tmp_path / "q")
    (tmp_path / "q/again").symlink_to(tmp_path / "q")
    counted.on(project)
    write(tmp_path / "q/macros/q.sql", "{% macro q() %}2{% endmacro %}")
    counted.on(project)
    assert counted.times == 2


def test_other_raw_data_and_other_relations_are_seen(project: Path) -> None:
    counted = Counted()
    counted.on(project)
    counted.on(project, frozenset({"orders"}))
    fewer = replace(RAW_TABLES[0], columns={})
    for tables in (RAW_TABLES[:1], [fewer]):
        try_exercise(counted.exercise, Work(project, tables=tables, memory=counted.memory))
    assert counted.times == 4


# -- what is not remembered --------------------------------------------------------------------------------


def test_raw_data_in_a_file_may_change_at_any_time(project: Path) -> None:
    counted = Counted()
    for _ in range(2):
        try_exercise(counted.exercise, Work(project, memory=counted.memory))
    assert counted.times == 2


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("models/a.sql", "select now() as a"),
        ("models/a.sql", "select current_date as a"),
        ("models/a.sql", "select random() as a"),
        ("models/a.sql", "select {{ env_var('HOME') }} as a"),
        ("macros/m.sql", "{% macro m() %}{{ modules.datetime.date.today() }}{% endmacro %}"),
        ("macros/m.sql", "{% macro m() %}{{ run_started_at }}{% endmacro %}"),
        ("dbt_project.yml", "name: x\nmodel-paths: ['../elsewhere']\n"),
        ("dbt_project.yml", "name: x\nmodel-paths: [/elsewhere]\n"),
        ("seeds/s.csv", "a\n" + "1\n" * 3_000_000),
    ],
)
def test_what_does_not_stand_in_the_files_is_asked_each_time(project: Path, file: str, text: str) -> None:
    counted = Counted()
    write(project / file, text)
    for _ in range(2):
        counted.on(project)
    assert counted.times == 2


def refuses(error: BaseException) -> Callable[[Work], Verdict]:
    def check(_: Work) -> Verdict:
        raise error

    return check


def meets_a_query_without_end(_: Work) -> Verdict:
    with pytest.raises(TimeoutError):
        aside.aside(lambda: burn(0.3), lambda: None, seconds=0.01)
    return Verdict(PASSED, "")


def is_over_meanwhile(_: Work) -> Verdict:
    for limit in limits.current:
        limit.reason = limits.TooLong
    return Verdict(PASSED, "")


def burn(seconds: float) -> None:
    began = process_time()
    while process_time() - began < seconds:
        pass


@pytest.mark.parametrize(
    "check",
    [
        refuses(RuntimeError("our fault")),
        refuses(TooSlow("stopped after 5 seconds")),
        refuses(limits.TooLong()),
        refuses(MemoryError()),
        refuses(DoesNotRun(Trouble("dbt stopped.", ""))),
        meets_a_query_without_end,
        is_over_meanwhile,
    ],
)
def test_what_may_be_another_thing_next_time_is_not_remembered(project: Path, check: Callable[[Work], Verdict]) -> None:
    counted = Counted(check)
    for _ in range(2):
        counted.on(project)
    assert counted.times == 2


def test_an_interrupt_is_not_remembered(project: Path) -> None:
    counted = Counted(refuses(KeyboardInterrupt()))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            counted.on(project)
    assert counted.times == 2


def test_not_started_is_remembered(project: Path) -> None:
    counted = Counted(refuses(NotStarted("Nothing there.")))
    assert counted.on(project).outcome == counted.on(project).outcome == NOT_STARTED
    assert counted.times == 1


def test_what_changes_while_it_is_judged_is_not_remembered(project: Path) -> None:
    def check(work: Work) -> Verdict:
        write(project / "models/a.sql", "select 2 as a")
        return Verdict(PASSED, "")

    counted = Counted(check)
    counted.on(project)
    write(project / "models/a.sql", FILES["models/a.sql"])
    counted.on(project)
    assert counted.times == 2


def test_work_without_a_memory_is_judged_each_time(project: Path) -> None:
    counted = Counted()
    for _ in range(2):
        try_exercise(counted.exercise, Work(project, tables=RAW_TABLES))
    assert counted.times == 2


def test_what_was_not_asked_for_longest_is_forgotten() -> None:
    memory = Memory(2)
    for key in ("a", "b", "a", "c"):
        memory.find(key, str)
    assert [memory.has(key) for key in ("a", "b", "c")] == [True, False, True]


# -- the exercises of the course ---------------------------------------------------------------------------

STG_PAYMENTS, STG_YAML = "models/staging/stg_payments.sql", "models/staging/stg_stripe.yml"
GROUP_1 = ("stg_payments", "orders", "customers")


@dataclass(frozen=True)
class Change:
    """A change in a file: `old` becomes `new`; without `old`, the file is new."""

    path: str
    old: str
    new: str

    def make(self, project: Path) -> None:
        file = project / self.path
        text = file.read_text(encoding="utf-8") if self.old else ""
        assert self.old in text
        write(file, text.replace(self.old, self.new, 1) if self.old else self.new)


def verdicts(project: Path, exercises: Sequence[str], memory: Memory | None) -> list[Verdict]:
    work = Work(project, tables=RAW_TABLES, memory=memory)
    return [each.verdict for each in try_exercises([find_exercise(name) for name in exercises], work)]


@pytest.fixture(scope="module")
def judged_once(answered: Answered) -> tuple[Path, Memory]:
    project, memory = answered("tests"), Memory(200)
    assert all(verdict.has_passed for verdict in verdicts(project, (*GROUP_1, "tests"), memory))
    return project, memory


@pytest.fixture
def tested(judged_once: tuple[Path, Memory]) -> tuple[Path, Memory]:
    """A project whose staging models have tests, and a memory of it that holds nothing else."""
    project, first = judged_once
    memory = Memory(first.most)
    memory.kept.update(first.kept)
    return project, memory


MODELS_ANEW = {
    "YAML": (Change("models/mine.yml", "", "models:\n  - name: orders\n    description: mine\n"), ()),
    "a macro that nobody calls": (Change("macros/mine.sql", "", "{% macro mine() %}1{% endmacro %}"), ()),
    "the last model": (Change("models/customers.sql", "select", "select -- mine\n"), ("customers",)),
    "a model in the middle": (Change("models/orders.sql", "select", "select -- mine\n"), ("orders", "customers")),
    "staging": (Change(STG_PAYMENTS, "100", "10"), GROUP_1),
    "how models are built": (Change("dbt_project.yml", "materialized: table", "schema: other"), GROUP_1),
    "a new name": (Change("models/mine.sql", "", "select 1 as a"), GROUP_1),
}


@pytest.mark.parametrize("what", MODELS_ANEW)
def test_models_are_judged_anew_where_they_or_what_they_are_built_on_has_changed(
    tested: tuple[Path, Memory], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project, memory), (change, expected), judged = tested, MODELS_ANEW[what], []
    set_up = model.set_up

    def counted(models: Sequence[Model], answer: ModelAnswer, reference: Reference) -> Trial:
        judged.append(answer.name)
        return set_up(models, answer, reference)

    with put_back(project):
        change.make(project)
        monkeypatch.setattr(model, "set_up", counted)
        remembered = verdicts(project, GROUP_1, memory)
        assert judged == [*expected]
        monkeypatch.undo()
        assert remembered == verdicts(project, GROUP_1, None)


PAYMENTS, ALL = {"stg_payments"}, {"stg_customers", "stg_orders", "stg_payments"}
FAULTS_ANEW: dict[str, tuple[Change, set[str]]] = {
    "a note": (Change("notes/mine.yml", "", "orders: 1"), set()),
    "a description": (Change(STG_YAML, "models:\n", "models: # mine\n"), set()),
    "a test that goes": (Change(STG_YAML, "- unique\n", ""), PAYMENTS),
    "how a test counts": (Change(STG_YAML, "- unique", "- unique: {config: {limit: 1}}"), PAYMENTS),
    "a generic test": (
        Change("tests/generic/u.sql", "", "{% test unique(model, column_name) %}select 1 where false{% endtest %}"),
        ALL,
    ),
    "a model that the tests of the others read": (
        Change("models/staging/stg_orders.sql", "status", "upper(status) as status"),
        ALL,
    ),
}


@pytest.mark.parametrize("what", FAULTS_ANEW)
def test_faults_are_put_in_anew_where_a_test_or_a_model_has_changed(
    tested: tuple[Path, Memory], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project, memory), (change, expected), tried = tested, FAULTS_ANEW[what], set()
    catch = breaking.catch

    def counted(patient: Patient, fault: Fault, tests: Sequence[DataTest]) -> Caught:
        tried.add(fault.relation)
        return catch(patient, fault, tests)

    with put_back(project):
        change.make(project)
        monkeypatch.setattr(breaking, "catch", counted)
        remembered = verdicts(project, ["tests"], memory)
        assert tried == expected
        monkeypatch.undo()
        assert remembered == verdicts(project, ["tests"], None)
