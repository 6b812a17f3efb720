"""A project compiled for a check: read once, remembered where nothing can have changed it, never taken for another."""

from pathlib import Path

import pytest

from workshop.course.reference import answers
from workshop.dbt_project import compilation, known_tests
from workshop.dbt_project.compilation import compile_everything, load_dbt
from workshop.dbt_project.files import apply_edits, create_project
from workshop.dbt_project.invocation import PARSED
from workshop.places import STARTER, WAREHOUSES

YAML = """
version: 2
models:
  - name: stg_orders
    columns:
      - name: status
        data_tests:
          - accepted_values: {arguments: {values: [placed, shipped]}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project(tmp_path / "jaffle_shop", STARTER)
    (tmp_path / "jaffle_shop/models/staging/mine.yml").write_text(YAML)
    return tmp_path / "jaffle_shop"


def compiled_in(project: Path) -> dict[str, str]:
    compiled = compile_everything(project)
    assert compiled.run.succeeded, compiled.run.trouble
    return {node.name: node.compiled_code for node in compiled.nodes if node.resource_type == "test"}


def test_what_is_remembered_is_what_dbt_compiles(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for exercise in ("tests", "sources"):
        apply_edits(project, [edit for edit in answers()[exercise].edits if edit.path.endswith(".yml")])
    (project / "models/staging/mine.yml").unlink()
    first = compiled_in(project)
    assert len(first) > 10
    words = []
    monkeypatch.setattr(compilation, "invoke", recording(words))
    assert compiled_in(project) == first
    [compiling] = [each for each in words if each[0] == "compile"]
    assert set(first) <= set(compiling[compiling.index("--exclude") :])
    monkeypatch.setattr(known_tests, "remembered", {})
    monkeypatch.setattr(compilation, "remembered", {})
    assert compiled_in(project) == first


def recording(words: list[list[str]]):
    real = compilation.invoke

    def invoke(given: list[str], **more: object) -> object:
        words.append(list(given))
        return real(given, **more)

    return invoke


def test_another_value_is_another_test(project: Path) -> None:
    [before] = compiled_in(project).values()
    (project / "models/staging/mine.yml").write_text(YAML.replace("shipped", "lost"))
    [after] = compiled_in(project).values()
    assert "'shipped'" in before and "'shipped'" not in after and "'lost'" in after


def test_another_configuration_is_another_test(project: Path) -> None:
    compiled_in(project)
    (project / "models/staging/mine.yml").write_text(YAML.replace("shipped]}", "shipped]}, config: {where: 1 = 1}"))
    [after] = compiled_in(project).values()
    assert "1 = 1" in after


def test_a_macro_of_the_project_may_change_any_test(project: Path) -> None:
    compiled_in(project)
    (project / "macros").mkdir()
    own = "{% test accepted_values(model, column_name, values) %}select 'mine' from {{ model }}{% endtest %}"
    (project / "macros/mine.sql").write_text(own)
    [after] = compiled_in(project).values()
    assert "'mine'" in after


def test_a_macro_that_changes_no_test_of_dbt_costs_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_in(project)
    (project / "macros").mkdir()
    (project / "macros/mine.sql").write_text("{% macro cents(a) %}{{ a }}{% endmacro %}")
    words = []
    monkeypatch.setattr(compilation, "invoke", recording(words))
    assert len(compiled_in(project)) == 1
    [compiling] = [each for each in words if each[0] == "compile"]
    assert "--exclude" in compiling


@pytest.mark.parametrize("name", ["get_where_subquery", "duckdb__test_accepted_values", "ref"])
def test_a_macro_that_takes_the_place_of_one_of_dbt_is_looked_at(project: Path, name: str) -> None:
    compiled_in(project)
    (project / "macros").mkdir()
    (project / "macros/mine.sql").write_text(f"{{% macro {name}() %}}(select 'mine' as status){{% endmacro %}}")
    compiled = compile_everything(project)
    code = [node.compiled_code for node in compiled.nodes if node.resource_type == "test"]
    assert code == [] or "mine" in code[0]


def test_an_ephemeral_model_is_a_relation_for_its_tests(project: Path) -> None:
    """dbt puts its SQL into the test; a check wants to break the model by itself."""
    file = project / "models/staging/stg_orders.sql"
    file.write_text("{{ config(materialized='ephemeral') }}\n" + file.read_text())
    for _ in range(2):
        compiled = compile_everything(project)
        [test] = [node.compiled_code for node in compiled.nodes if node.resource_type == "test"]
        assert '(select * from "warehouse".' in test and "raw" not in test
        [model] = [node for node in compiled.nodes if node.name == "stg_orders"]
        assert "raw" in model.compiled_code and model.relation_name in test


# -- the next kernel -----------------------------------------------------------------------------------------


def test_the_next_kernel_reads_only_what_changed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_dbt(project)
    kept = project / WAREHOUSES / PARSED
    assert kept.is_file()
    compilation.scratch_of.cache_clear()
    (project / "models/staging/mine.yml").write_text(YAML.replace("shipped", "lost"))
    events = []
    real = compilation.invoke

    def invoke(words: list[str], **more: object) -> object:
        return real(words, **more | {"callback": lambda event: events.append(event.info.name)})

    monkeypatch.setattr(compilation, "invoke", invoke)
    load_dbt(project)
    assert "PartialParsingEnabled" in events
    [test] = compiled_in(project).values()
    assert "'lost'" in test


@pytest.mark.parametrize("rubbish", [b"", b"this is no manifest", bytes(2000)])
def test_rubbish_in_what_is_kept_costs_time_only(project: Path, rubbish: bytes) -> None:
    (project / WAREHOUSES / PARSED).write_bytes(rubbish)
    load_dbt(project)
    assert len(compiled_in(project)) == 1
