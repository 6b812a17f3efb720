"""What is wrong with a project's YAML and docs files: dbt swallows most of it, and words the rest badly.

A finding bears the name of a known mistake; the words are in that mistake's file.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import yaml

from workshop.dbt_project.explaining.scene import near_models
from workshop.dbt_project.explaining.yaml_repair import fitting_change, unreadable_yaml
from workshop.dbt_project.explaining.yaml_shapes import shape_slips
from workshop.dbt_project.explaining.yaml_slips import docs_slip, jinja_in_yaml, where_a_block_is
from workshop.dbt_project.yaml_files import macros_of, subjects_of, texts_of
from workshop.dbt_project.yaml_finding import Finding, meant
from workshop.dbt_project.yaml_keys import COLUMN, CONFIG, DBTS_TESTS, MODEL, PLACES, SOURCE, TABLE, TOP, nearest_key
from workshop.dbt_project.yaml_lint_tests import lint_tests
from workshop.dbt_project.yaml_nodes import (
    compose,
    every_mapping,
    items,
    pairs,
    value_node,
    value_of,
)

MISSPELT = {"data_tests": "tests_misspelt"} | {
    key: f"{key}_misspelt" for key in ("models", "sources", "tables", "columns")
}
OF_ONE_CAUSE = ("another_shape", "two_tests_on_one_dash", "key_twice", "test_on_the_model")
PERIODS = ("minute", "hour", "day")
DOC = re.compile(r"""\bdoc\(\s*['"](?:\w+['"]\s*,\s*['"])?(\w+)['"]\s*\)""")
BLOCK = re.compile(r"\{%-?\s*docs\s+(\w+)\s*-?%\}")
BLOCK_END = re.compile(r"\{%-?\s*enddocs\s*-?%\}")


def lint(project: Path) -> list[Finding]:
    """Return the findings in all YAML and docs files under models/, file by file, top to bottom."""
    findings: list[Finding] = []
    described: dict[str, str] = {}
    blocks = {name for _, text in texts_of(project, ".md") for name in BLOCK.findall(text)}
    models = {path.stem for suffix in ("sql", "py") for path in project.glob(f"models/**/*.{suffix}")}
    own_tests = set(
        re.findall(r"\{%-?\s*test\s+(\w+)|macro\s+test_(\w+)", " ".join(text for _, text in macros_of(project)))
    )
    known_tests = {*DBTS_TESTS, *(name for pair in own_tests for name in pair if name)}
    for file, text in texts_of(project, ".yml", ".yaml"):
        about = subjects_of(text)
        if slip := jinja_in_yaml(text):
            place = text.count("\n", 0, slip.at or 0) + 1
            findings.append(Finding("jinja_in_yaml", file, place, words=slip.words))
        found = list(lint_yaml(file, text, models, known_tests, described))
        findings += [replace(each, about=about) for each in with_the_cause(file, text, found)]
        for number, line in enumerate(text.splitlines(), 1):
            for name in DOC.findall(line.split(" #")[0]):
                if name not in blocks:
                    close = get_close_matches(name, blocks, 1, 0.5)
                    said = f"no block is called `{name}`{meant(close)}"
                    words = "" if close else where_a_block_is(project, name)
                    findings.append(Finding("doc_not_there", file, number, said, words=words))
    for file, text in texts_of(project, ".md"):
        if (slip := docs_slip(text)) and "never closed" not in slip.words:
            place = text.count("\n", 0, slip.at or 0) + 1
            findings.append(Finding("docs_tag", file, place, words=slip.words))
        if len(BLOCK.findall(text)) > len(BLOCK_END.findall(text)):
            last_block = [match.start() for match in BLOCK.finditer(text)][-1]
            number = text[:last_block].count("\n") + 1
            slip = docs_slip(text)
            words = slip.words if slip and "never closed" not in slip.words else ""
            said = "" if words else "there is no `{% enddocs %}` for it"
            findings.append(Finding("docs_never_closed", file, number, said, words=words))
    return findings


# -- one YAML file -----------------------------------------------------------------------------------------


def lint_yaml(
    file: str, text: str, models: set[str], known_tests: set[str], described: dict[str, str]
) -> Iterator[Finding]:
    try:
        root = compose(text)
    except yaml.YAMLError as error:
        yield unreadable(file, text, error)
        return
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        yield Finding(
            "not_a_mapping", file, 1, "the file should start with `version: 2` and then `models:` or `sources:`"
        )
        return
    for node_name, node in every_mapping(root):
        seen: set[str] = set()
        for key, _ in pairs(node):
            if key.value in seen:
                yield Finding(
                    "key_twice", file, key.start_mark.line + 1, f"`{key.value}` stands here a second time{node_name}"
                )
            seen.add(key.value)
        if {"tests", "data_tests"} <= seen:
            yield Finding("tests_and_data_tests", file, node.start_mark.line + 1)
    for slip in shape_slips(root):
        line = text.count("\n", 0, slip.at or 0) + 1
        yield Finding("another_shape", file, line, words=slip.words)
    yield from unknown_keys(file, root, TOP)
    for model in items(root, "models"):
        name = value_of(model, "name")
        line = model.start_mark.line + 1
        if name and name not in models:
            yield Finding(
                "model_not_there",
                file,
                line,
                f"no model is called `{name}`{meant(near_models(name, models))}",
            )
        if name in described:
            yield Finding("described_twice", file, line, f"`{name}` is described in `{described[name]}` already")
        elif name:
            described[name] = file
        yield from unknown_keys(file, model, MODEL)
        yield from lint_tests(file, model, known_tests, models, is_column=False)
        yield from lint_columns(file, model, known_tests, models)
    for source in items(root, "sources"):
        yield from unknown_keys(file, source, SOURCE)
        yield from lint_freshness(file, source)
        for table in items(source, "tables"):
            yield from unknown_keys(file, table, TABLE)
            yield from lint_freshness(file, table)
            yield from lint_tests(file, table, known_tests, models, is_column=False)
            yield from lint_columns(file, table, known_tests, models)


def with_the_cause(file: str, text: str, findings: list[Finding]) -> list[Finding]:
    """Return the findings; where one change of a line would mend all that has another shape, it alone is told."""
    shapes = [each for each in findings if each.name in OF_ONE_CAUSE]
    change = fitting_change(text, min(each.line for each in shapes)) if shapes else None
    if not change:
        return findings
    slip, is_indentation = change
    line = text.count("\n", 0, slip.at or 0) + 1
    if is_indentation:
        cause = Finding("indentation", file, line, slip.words)
    else:
        cause = Finding("another_shape", file, line, words=slip.words)
    return [cause, *(each for each in findings if each not in shapes)]


def unreadable(file: str, text: str, error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    tabbed = next((number for number, each in enumerate(lines, 1) if re.match(r" *\t", each)), None)
    unquoted = next((number for number, each in enumerate(lines, 1) if re.search(r"[:-]\s+\{\{", each)), None)
    found = unreadable_yaml(text)
    if tabbed:
        return Finding("tab_in_yaml", file, tabbed)
    if unquoted and re.match(r"\s*to:", lines[unquoted - 1]):
        return Finding(
            "unquoted_jinja", file, unquoted, words="`to:` takes no braces, other than a model: `to: ref('...')`."
        )
    if unquoted:
        return Finding("unquoted_jinja", file, unquoted, f"`{lines[unquoted - 1].strip()}`")
    if found:
        slip, is_indentation = found
        line = text.count("\n", 0, slip.at or 0) + 1
        if is_indentation:
            return Finding("indentation", file, line, slip.words)
        return Finding("unreadable_yaml", file, line, words=slip.words)
    return Finding("indentation", file, line, getattr(error, "problem", None) or "")


def lint_columns(file: str, node: yaml.Node, known_tests: set[str], models: set[str]) -> Iterator[Finding]:
    for column in items(node, "columns"):
        yield from unknown_keys(file, column, COLUMN)
        yield from lint_tests(file, column, known_tests, models, is_column=True)


def lint_freshness(file: str, node: yaml.Node) -> Iterator[Finding]:
    config = value_node(node, "config")
    if config is not None:
        yield from unknown_keys(file, config, [*CONFIG, "warn_after", "error_after"])
    for holder in (node, config):
        for key, _ in pairs(holder):
            if key.value in ("warn_after", "error_after"):
                yield Finding("freshness_one_level_too_high", file, key.start_mark.line + 1, f"`{key.value}`")
    for holder in (value_node(node, "freshness"), value_node(config, "freshness")):
        for _, limit in pairs(holder):
            period = value_of(limit, "period")
            if period and period not in PERIODS:
                close = get_close_matches(period, PERIODS, 1, 0.5)
                yield Finding(
                    "period_in_the_plural", file, limit.start_mark.line + 1, f"`period: {period}`{meant(close)}"
                )


def unknown_keys(file: str, node: yaml.Node, known: list[str]) -> Iterator[Finding]:
    for key, _ in pairs(node):
        close = nearest_key(key.value, known)
        if key.value not in known and key.value in PLACES:
            words = f"`{key.value}:` stands at a wrong place. It belongs {PLACES[key.value]}."
            yield Finding("another_shape", file, key.start_mark.line + 1, words=words)
        elif key.value not in known and close:
            wanted = "data_tests" if close in ("tests", "unit_tests") else close
            name = MISSPELT.get(wanted, "key_misspelt")
            yield Finding(name, file, key.start_mark.line + 1, f"`{key.value}:`, did you mean `{wanted}:`?")
