"""A second course, of other tables with other keys, is judged, named, shrunk and broken by the same engine.

That is the proof that `judging` and `dbt_project` know no jaffle. The course is a library: authors write books, which
are known by text and not by number, and the desk lends them. It stands in `tests/library`.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import put_back

from workshop.dbt_project.raw_database import build_raw, ensure_raw
from workshop.dbt_project.raw_table import ForeignKey, KnownValues, RawTable
from workshop.dbt_project.work import NotStarted, Work
from workshop.judging.faults import faults_of
from workshop.judging.model import judge_model
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.project_trial import set_up_project
from workshop.judging.promises import judge_data_tests
from workshop.judging.raw_data import raw_data
from workshop.judging.reference import Reference, parents_first, relation
from workshop.judging.shrinking import shrink
from workshop.judging.verdict import NOT_YET, PASSED, Verdict
from workshop.places import ROOT

LIBRARY = Path(__file__).parent / "library"

AUTHORS = RawTable(
    name="library.authors",
    file=LIBRARY / "data/authors.csv",
    columns={"id": "INTEGER", "name": "VARCHAR"},
    key="id",
    row="author",
    rows="authors",
    is_person=True,
)
BOOKS = RawTable(
    name="library.books",
    file=LIBRARY / "data/books.csv",
    columns={"isbn": "VARCHAR", "author_id": "INTEGER", "shelf": "VARCHAR"},
    key="isbn",
    row="book",
    rows="books",
    promises=(
        ForeignKey("author_id", to="library.authors", verb="is by"),
        KnownValues("shelf", ("novels", "poems", "essays"), unheard_of="cellar"),
    ),
)
LOANS = RawTable(
    name="desk.loans",
    file=LIBRARY / "data/loans.csv",
    columns={"id": "INTEGER", "isbn": "VARCHAR", "days": "INTEGER"},
    key="id",
    row="loan",
    rows="loans",
    promises=(ForeignKey("isbn", to="library.books", verb="is of"),),
    stamp="_loaded_at",
)
TABLES = (LOANS, BOOKS, AUTHORS)  # children first: the engine finds the order itself

RIGHT = """
select author_id, count(loan_id) as loans
from {{ ref('stg_authors') }}
left join {{ ref('stg_books') }} using (author_id)
left join {{ ref('stg_loans') }} using (isbn)
group by author_id
"""
STARTER = {path.stem: path.read_text() for path in (LIBRARY / "project/models").glob("*.sql")}
REFERENCE = Reference(
    TABLES,
    parents_first({"author_loans": RIGHT, **STARTER}),
    STARTER,
    {path.name: path for path in (LIBRARY / "misconceptions").iterdir()},
)
ANSWER = ModelAnswer(
    name="author_loans",
    key="author_id",
    folder="models",
    praise="Everybody is there.",
    inputs={name: relation(name) for name in ("stg_authors", "stg_books", "stg_loans")},
)
MODELS = {"stg_authors": (AUTHORS, {"id": "author_id"}), "stg_books": (BOOKS, {name: name for name in BOOKS.columns})}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("library") / "library"
    shutil.copytree(LIBRARY / "project", project)
    return project


@pytest.fixture
def project(library: Path) -> Iterator[Path]:
    with put_back(library):
        yield library


def verdict_on(project: Path, sql: str) -> Verdict:
    (project / "models/author_loans.sql").write_text(sql)
    return judge_model(Work(project), ANSWER, REFERENCE)


# -- the engine knows no course ------------------------------------------------------------------------------


def test_the_engine_has_no_word_of_this_course() -> None:
    words = re.compile(r"jaffle|stripe|payment|customer", re.IGNORECASE)
    for wing in ("judging", "dbt_project"):
        files = sorted((ROOT / "workshop" / wing).rglob("*"))
        assert len(files) > 10
        assert [
            path for path in files if path.is_file() and path.suffix != ".pyc" and words.search(path.read_text())
        ] == []


# -- a model -------------------------------------------------------------------------------------------------


def test_what_is_not_there_is_not_started(project: Path) -> None:
    with pytest.raises(NotStarted, match="no model `author_loans`"):
        judge_model(Work(project), ANSWER, REFERENCE)


def test_right_is_right_however_it_is_written(project: Path) -> None:
    assert verdict_on(project, RIGHT).outcome == PASSED
    subselect = """
        select author_id, (select count(*) from {{ ref('stg_loans') }} as loans join {{ ref('stg_books') }} as books
            using (isbn) where books.author_id = authors.author_id) as loans
        from {{ ref('stg_authors') }} as authors
    """
    assert verdict_on(project, subselect).outcome == PASSED


def test_a_known_mistake_is_named_and_shown_on_the_smallest_library(project: Path) -> None:
    """Cid, whom nobody reads, will do, and no book and no loan."""
    verdict = verdict_on(project, RIGHT.replace("left join", "join"))
    assert (verdict.outcome, verdict.misconception) == (NOT_YET, "authors_without_loans_lost")
    shown = verdict.counterexample
    assert shown is not None
    assert {name: len(rows) for name, rows in shown.inputs.items()} == {
        "stg_authors": 1,
        "stg_books": 0,
        "stg_loans": 0,
    }
    assert list(shown.expected) == [{"author_id": 3, "loans": 0}] and not shown.returned


def test_an_unknown_mistake_is_shown_with_everything_that_the_rows_point_at(project: Path) -> None:
    """Days in place of loans: it takes a loan, so its book, so its author."""
    verdict = verdict_on(project, RIGHT.replace("count(loan_id)", "coalesce(sum(days), 0)"))
    assert verdict.misconception is None and "`loans` is 20, expected 1" in verdict.message
    assert verdict.counterexample is not None
    assert [len(rows) for rows in verdict.counterexample.inputs.values()] == [1, 1, 1]


def test_a_wrong_parent_is_not_blamed_on_the_model(project: Path) -> None:
    (project / "models/stg_loans.sql").write_text("select id as loan_id, isbn, days from raw.desk.loans where id > 1")
    assert verdict_on(project, RIGHT).outcome == PASSED


# -- shrinking -----------------------------------------------------------------------------------------------


def test_dropping_a_row_drops_whatever_points_at_it_at_any_depth() -> None:
    raw = raw_data(TABLES)
    without = raw.without(raw.whole, "library.authors", 1)
    assert without == {"library.authors": (2, 3, 4), "library.books": ("b-1", "d-1"), "desk.loans": (3, 4)}
    assert raw.without(raw.whole, "desk.loans", 1)["library.books"] == raw.whole["library.books"]


def test_a_part_never_holds_a_row_that_points_at_one_left_out() -> None:
    raw = raw_data(TABLES)
    tried = []

    def goes_wrong(part: dict) -> bool:
        tried.append(part)
        return "d-1" in part["library.books"]

    assert shrink(raw, goes_wrong) == {"library.authors": (4,), "library.books": ("d-1",), "desk.loans": ()}
    for part in tried:
        assert {"a-1": 1, "a-2": 1, "b-1": 2, "d-1": 4}.keys() >= set(part["library.books"])
        assert raw.closed(part) == part


def test_tables_that_point_in_a_circle_are_refused() -> None:
    one = RawTable("a.a", Path(), {"id": "INTEGER"}, "id", "a", "as", promises=(ForeignKey("id", "a.b", "is"),))
    other = RawTable("a.b", Path(), {"id": "INTEGER"}, "id", "b", "bs", promises=(ForeignKey("id", "a.a", "is"),))
    with pytest.raises(ValueError, match="point at each other"):
        raw_data((one, other))


# -- tests of data -------------------------------------------------------------------------------------------

PROMISES = """
version: 2
models:
  - name: stg_authors
    columns:
      - name: author_id
        data_tests: [unique, not_null]
  - name: stg_books
    columns:
      - name: isbn
        data_tests: [unique, not_null]
      - name: author_id
        data_tests:
          - not_null
          - relationships: {arguments: {to: ref('stg_authors'), field: author_id}}
      - name: shelf
        data_tests:
          - accepted_values: {arguments: {values: [novels, poems, essays]}}
"""


def promises_kept(project: Path, yaml: str) -> Verdict:
    (project / "models/library.yml").write_text(yaml)
    trial = set_up_project(Work(project), "promises", REFERENCE)
    raw = raw_data(TABLES)
    faults = [fault for name, (table, columns) in MODELS.items() for fault in faults_of(raw, table, name, columns)]
    return judge_data_tests(trial, trial.tests, faults, "Kept.")


def test_every_way_to_break_the_data_has_a_name_and_a_sentence(project: Path) -> None:
    verdict = promises_kept(project, PROMISES)
    assert verdict.outcome == PASSED
    assert [(each.fault.name, each.fault.sentence) for each in verdict.faults] == [
        ("repeated_author", "Two authors share one id"),
        ("author_without_id", "An author has no id"),
        ("repeated_book", "Two books share one isbn"),
        ("book_without_isbn", "A book has no isbn"),
        ("book_without_author", "A book does not say whose it is"),
        ("book_of_nobody", "A book is by an author who does not exist"),
        ("unknown_book_shelf", "A book has a shelf that nobody has heard of"),
    ]


@pytest.mark.parametrize(
    ("forgotten", "mistake", "said"),
    [
        ("[unique, not_null]", "unique_forgotten", "Two authors share one id"),
        ("          - not_null\n", "not_null_forgotten", "A book does not say whose it is"),
        (
            "          - relationships: {arguments: {to: ref('stg_authors'), field: author_id}}\n",
            "relationships_forgotten",
            "A book is by an author who does not exist",
        ),
        (
            "        data_tests:\n          - accepted_values: {arguments: {values: [novels, poems, essays]}}\n",
            "accepted_values_forgotten",
            "A book has a shelf that nobody has heard of",
        ),
    ],
)
def test_a_test_that_is_forgotten_is_named_and_its_row_shown(
    project: Path, forgotten: str, mistake: str, said: str
) -> None:
    instead = "[not_null]" if mistake == "unique_forgotten" else ""
    verdict = promises_kept(project, PROMISES.replace(forgotten, instead, 1))
    assert (verdict.outcome, verdict.misconception) == (NOT_YET, mistake)
    assert verdict.message.startswith(f"{said}, and all your tests stay green.")
    assert verdict.counterexample and all(verdict.counterexample.inputs.values())


# -- the raw database ----------------------------------------------------------------------------------------


def test_the_raw_database_is_built_of_the_declaration(project: Path) -> None:
    import duckdb

    build_raw(ensure_raw(project, TABLES), TABLES, hours_old=5)
    with duckdb.connect(str(project / "warehouses/raw.duckdb"), read_only=True) as raw:
        assert raw.execute("select count(*) from desk.loans").fetchall() == [(4,)]
        age = "select round(epoch(now()::timestamp - max(_loaded_at)) / 3600) from desk.loans"
        raw.execute("set timezone = 'UTC'")
        assert raw.execute(age).fetchall() == [(5,)]
