"""What dbt says of macros, loops and tests of one's own is put into words, with the file that it is in."""

from pathlib import Path

import pytest

from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.commands import run_dbt
from workshop.dbt_project.files import create_project
from workshop.dbt_project.raw_database import ensure_raw
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.places import STARTER

MODEL = "select {{ cents_to_dollars('1') }} as a"
MACRO = (
    "{% macro cents_to_dollars(column_name, decimal_places=2) %}"
    "round({{ column_name }} / 100.0, {{ decimal_places }}){% endmacro %}\n"
)
TEST = "{% test not_negative(model, column_name) %}select * from {{ model }} where {{ column_name }} < 0{% endtest %}"
YAML = "models:\n  - name: m\n    columns:\n      - name: a\n        data_tests:\n          - not_negative\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("macros") / "jaffle_shop"
    create_project(project, STARTER)
    ensure_raw(project, RAW_TABLES)
    for folder in ("macros", "tests/generic"):
        (project / folder).mkdir(parents=True)
    return project


def write(project: Path, model: str = MODEL, macro: str = MACRO, test: str = "", yaml: str = "") -> None:
    for path, text in (
        ("models/m.sql", model),
        ("macros/m.sql", macro),
        ("tests/generic/t.sql", test),
        ("models/m.yml", yaml),
    ):
        (project / path).write_text(text, encoding="utf-8")


def words_of(project: Path) -> tuple[str, str]:
    """Return what a check says, and what the dbt command says."""
    with pytest.raises(DoesNotRun) as caught:
        Work(project, tables=RAW_TABLES).compiled()
    return str(caught.value), str(run_dbt(project, ["compile"], lambda _: None).trouble)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"model": "select {{ f(1) }} as a", "macro": "{% macro f(x) %}{{ f(x) }}{% endmacro %}"}, "calls itself"),
        ({"model": "select {{ cents_to_dollars('1', decimals=1) }} as a"}, "no argument called `decimals`"),
        ({"model": "select {{ cents_to_dollars('1', 2, 3) }} as a"}, "takes 2 at most"),
        ({"model": "select {{ cents_to_dolars('1') }} as a"}, "Did you mean `cents_to_dollars`?"),
        ({"model": "select {{ get_column_values() }} as a"}, "workshop_utils.get_column_values"),
        ({"model": "select {{ dbt_utils.star() }} as a"}, "`packages.yml` has to name it"),
        ({"model": "{% set m = run_query('select 1').columns[0] %}select 1 as a"}, "{% if execute %}"),
        ({"model": "{% for x in range(1000000) %}{% endfor %}select 1 as a"}, "a hundred thousand"),
        ({"model": "{% for x in none %}{% endfor %}select 1 as a"}, "is no list"),
        ({"model": "{% set a = 'x' %}select {{ a() }} as a"}, "no macro and no function"),
        ({"model": "{% set a = [1, 2 %}select 1 as a"}, "closed by one of another kind"),
        (
            {"test": TEST.replace("model, column_name", "relation, field"), "yaml": YAML},
            "not_negative(model, column_name)",
        ),
        ({"test": TEST, "yaml": YAML.replace("not_negative", "not_negativ")}, "Did you mean `not_negative`?"),
        ({"test": TEST, "yaml": YAML + "              arguments: {least: 0}\n"}, "models/m.yml"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_dbt_says_is_put_into_words(project: Path, written: dict[str, str], says: str) -> None:
    write(project, **written)
    for words in words_of(project):
        assert says in words, words
        assert "Read the message closely" not in words


@pytest.mark.parametrize(
    ("macro", "says"),
    [
        ("{% macro cents_to_dollars(a) %}{{ a ", "`}}`"),
        ("{% macro cents_to_dollars(a) %}{{ a }}", "{% endmacro %}"),
        ("{% macro cents_to_dollars(a %}{{ a }}{% endmacro %}", "bracket"),
        ("{% macro (a) %}{{ a }}{% endmacro %}", "comes a name"),
        ("{% macro cents_to_dollars(a) %}{% for x in [1] %}{{ a }}{% endmacro %}", "`{% endfor %}`"),
        (MACRO + MACRO, "Two macros are called `cents_to_dollars`"),
    ],
)
def test_a_macro_file_that_dbt_can_not_read_is_named(project: Path, macro: str, says: str) -> None:
    write(project, macro=macro)
    for words in words_of(project):
        assert says in words and "macros/m.sql" in words, words


def test_a_test_that_never_ends_is_named(project: Path) -> None:
    write(project, test=TEST.replace("{% endtest %}", ""), yaml=YAML)
    for words in words_of(project):
        assert "{% endtest %}" in words and "tests/generic/t.sql" in words


def test_a_macro_that_takes_the_place_of_ref_is_named(project: Path) -> None:
    write(project, "select * from {{ ref('stg_orders') }}", "{% macro ref(x) %}{{ x }}{% endmacro %}")
    trouble = run_dbt(project, ["run", "--select", "m"], lambda _: None).trouble
    assert trouble and "Your macro `ref` (macros/m.sql) takes the place of dbt's own" in trouble.meaning


@pytest.mark.parametrize("macro", ["", "nothing but words", MACRO + "{% macro other() %}1{% endmacro %}", "{# no #}"])
def test_a_macro_file_with_none_or_two_is_fine(project: Path, macro: str) -> None:
    write(project, model="select 1 as a", macro=macro)
    Work(project, tables=RAW_TABLES).compiled()


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"model": "select {% cents_to_dollars('1') %} as a"}, "`cents_to_dollars` gives a value"),
        ({"model": "select {{ macros.cents_to_dollars('1') }} as a"}, "called by its name alone"),
        ({"model": "select {{ }} as a"}, "`{{ }}` is empty"),
        ({"macro": MACRO.replace("{{ column_name }}", "{{ column_name / 100 }}")}, "asked to calculate"),
        ({"macro": MACRO.replace("column_name, decimal_places=2", "decimal_places=2, column_name")}, "come behind"),
        ({"test": TEST.replace("(model, column_name)", ""), "yaml": YAML}, "in round brackets"),
        ({"test": TEST, "yaml": YAML.replace("not_negative", "not_negative:")}, "the test has no colon"),
        ({"test": TEST.replace("{{ model }}", "{{ model }"), "yaml": YAML}, "needs `}}` at its end"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_check_names_what_stands_in_the_file(project: Path, written: dict[str, str], says: str) -> None:
    write(project, **written)
    with pytest.raises(DoesNotRun) as caught:
        Work(project, tables=RAW_TABLES).compiled()
    assert says in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    "macro", [MACRO.replace("(column_name", "(column_name ("), "{% macro f(x) %}{{ x }{% endmacro %}"]
)
def test_the_line_of_a_macro_file_is_shown(project: Path, macro: str) -> None:
    write(project, model="select 1 as a", macro=macro)
    with pytest.raises(DoesNotRun) as caught:
        Work(project, tables=RAW_TABLES).compiled()
    assert "   1 | {% macro" in str(caught.value)
