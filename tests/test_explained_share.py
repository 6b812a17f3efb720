"""Small changes of the right answers, made by program: how many of those that fail are told in words of their own?"""

from collections.abc import Iterator

import duckdb
import pytest
import yaml

from workshop.course.reference import answers, reference
from workshop.dbt_project.explaining.place import line_number
from workshop.dbt_project.explaining.sql_tokens import tokens_of
from workshop.dbt_project.explaining.yaml_repair import fitting_change, unreadable_yaml
from workshop.dbt_project.explaining.yaml_shapes import shape_slips
from workshop.dbt_project.trouble import by_pattern, explain
from workshop.dbt_project.yaml_nodes import compose
from workshop.judging.reference import render
from workshop.judging.twin import right_models

GROUP_1 = ("stg_customers", "stg_orders", "stg_payments", "orders", "customers")


def slips_in_sql(text: str) -> Iterator[str]:
    """Give the SQL with each token left out, doubled, misspelt, or without a quote."""
    for token in tokens_of(text):
        before, word, behind = text[: token.at], token.text, text[token.end :]
        if token.kind == "jinja":
            continue
        yield before + behind
        yield f"{before}{word} {word}{behind}"
        if token.kind == "word" and len(word) > 3:
            half = len(word) // 2
            yield before + word[:half] + word[half + 1 :] + behind
            yield before + word[0] + word[2] + word[1] + word[3:] + behind
        if token.kind == "text":
            yield from (before + word[1:] + behind, before + word[:-1] + behind, f'{before}"{word[1:-1]}"{behind}')


def slips_in_yaml(text: str) -> Iterator[tuple[int, str]]:
    """Give the YAML with each line shifted, or without its dash, its colon, the space behind it, or a quote.

    The number of the line, counted from 1, comes first.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        changed = (
            f"  {line}",
            f" {line}",
            line.removeprefix("  "),
            line.removeprefix(" "),
            line.replace(":", ";", 1),
            line.replace(": ", " :", 1),
            line.replace("- ", "", 1),
            line.replace(":", "", 1),
            line.replace(": ", ":", 1),
            line.replace("'", "", 1),
            line.replace('"', "", 1),
        )
        for new in dict.fromkeys(changed):
            if new != line and line.strip():
                yield number + 1, "\n".join([*lines[:number], new, *lines[number + 1 :]])


def written(exercise: str, suffix: str) -> list[tuple[str, str]]:
    return [(edit.path, edit.text) for edit in answers()[exercise].edits if edit.path.endswith(suffix)]


def test_slips_in_sql_are_told_in_words_of_their_own() -> None:
    right = right_models(reference())
    names = (*GROUP_1, *reference().raw_names)
    failed, generic, without_line = 0, [], 0
    for exercise in ("stg_payments", "orders", "customers"):
        [(path, text)] = written(exercise, ".sql")
        for slip in slips_in_sql(text):
            compiled = render(slip)
            try:
                right.run(compiled, right.raw.small)
            except duckdb.Error as error:
                trouble = explain(error, names=names, text=slip, file=path, compiled=compiled)
                failed += 1
                without_line += trouble.line is None
                if trouble.meaning in ("", by_pattern(str(error), names).meaning):
                    generic.append(trouble.said)
    assert failed >= 600
    assert len(generic) <= 6, generic  # 0 when it was measured
    assert without_line <= 6  # 0 when it was measured


@pytest.mark.parametrize("exercise", ["tests", "sources"])
def test_slips_in_yaml_are_told_in_words_of_their_own_and_on_their_line(exercise: str) -> None:
    failed, generic, elsewhere = 0, [], []
    for _, text in written(exercise, ".yml"):
        for line, slip in slips_in_yaml(text):
            try:
                compose(slip)
            except yaml.YAMLError:
                failed += 1
                found = unreadable_yaml(slip)
                if found is None or "not valid YAML here" in found[0].words:
                    generic.append(slip)
                elif line_number(slip, found[0].at or 0) != line:
                    elsewhere.append(f"line {line}, told line {line_number(slip, found[0].at or 0)}:\n{slip}")
    assert failed >= 50
    assert len(generic) <= failed // 100, "\n\n".join(generic[:5])
    assert len(elsewhere) <= failed // 50, "\n\n".join(elsewhere[:5])
    print(exercise, failed, len(generic), len(elsewhere))


@pytest.mark.parametrize("exercise", ["tests", "sources"])
def test_a_line_in_the_wrong_column_is_told_where_dbt_reads_it_too(exercise: str) -> None:
    told, elsewhere = 0, []
    for _, text in written(exercise, ".yml"):
        for line, slip in slips_in_yaml(text):
            try:
                found = next(shape_slips(compose(slip)), None)
            except yaml.YAMLError:
                continue
            change = fitting_change(slip, line_number(slip, found.at or 0)) if found else None
            if change:
                told += 1
                if line_number(slip, change[0].at or 0) != line:
                    elsewhere.append(f"line {line}, {change[0].words}:\n{slip}")
    assert told >= 10
    assert len(elsewhere) <= told // 20, "\n\n".join(elsewhere[:5])
    print(exercise, told, len(elsewhere))
