"""What is wrong with the data tests in a project's YAML: their names, where they stand, and what they point at."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import yaml

from workshop.dbt_project.explaining.scene import near_models
from workshop.dbt_project.yaml_finding import Finding, meant
from workshop.dbt_project.yaml_keys import DBTS_TESTS
from workshop.dbt_project.yaml_nodes import argument_of, children, name_and_arguments, value_node, value_of


def lint_tests(
    file: str, node: yaml.Node, known_tests: set[str], models: set[str], is_column: bool
) -> Iterator[Finding]:
    for key in ("data_tests", "tests"):
        for test in children(value_node(node, key)):
            line = test.start_mark.line + 1
            name, arguments = name_and_arguments(test)
            if name.strip().replace(" ", "_") in known_tests and " " in name.strip():
                right = name.strip().replace(" ", "_")
                yield Finding("hyphen_in_test_name", file, line, f"`{name}` should be `{right}`")
            elif "," in name or " " in name.strip():
                yield Finding("two_tests_on_one_dash", file, line, f"`- {name}`")
            elif "-" in name:
                yield Finding("hyphen_in_test_name", file, line, f"`{name}` should be `{name.replace('-', '_')}`")
            elif (
                name not in known_tests and "." not in name and (close := get_close_matches(name, known_tests, 1, 0.7))
            ):
                yield Finding("test_misspelt", file, line, f"there is no test `{name}`{meant(close)}")
            elif name in DBTS_TESTS and not is_column and "column_name" not in arguments:
                yield Finding("test_on_the_model", file, line, f"`{name}` of `{value_of(node, 'name')}`")
            if name == "relationships" and (to := argument_of(test, "to")):
                yield from lint_pointer(file, to, models)


def lint_pointer(file: str, to: yaml.Node, models: set[str]) -> Iterator[Finding]:
    """What stands behind `to:` in a relationships test: a ref of a model that is there, or a source."""
    target, line = to.value, to.start_mark.line + 1
    if re.fullmatch(r"\w+", target):
        yield Finding("to_without_ref", file, line, f"`to: {target}` should be `to: ref('{target}')`")
    elif dotted := re.fullmatch(r"(?:\w+\.)?(\w+)\.(\w+)", target):
        right = f"to: source('{dotted[1]}', '{dotted[2]}')"
        yield Finding("to_without_ref", file, line, f"`to: {target}` should be `{right}`")
    wanted = re.search(r"""\bref\(\s*['"](\w+)['"]\s*\)""", target)
    if wanted and wanted[1] not in models:
        near = meant(near_models(wanted[1], models))
        yield Finding("to_not_there", file, line, f"no model is called `{wanted[1]}`{near}")
