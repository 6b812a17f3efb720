"""How much in a YAML file is not as dbt expects it: what tells the likely change from one that only can be read."""

from collections.abc import Iterator, Sequence

import yaml

from workshop.dbt_project.explaining.yaml_shapes import shape_slips
from workshop.dbt_project.explaining.yaml_words import is_empty
from workshop.dbt_project.yaml_keys import COLUMN, DBTS_TESTS, MODEL, SOURCE, TABLE, TOP
from workshop.dbt_project.yaml_nodes import children, every_mapping, items, name_and_arguments, pairs, value_node


def misfits(root: yaml.Node | None) -> int:
    """Return how many keys and values dbt would not expect where they stand."""
    strangers = sum(key.value not in known for node, known in every_entry(root) for key, _ in pairs(node))
    twice = sum(len(pairs(node)) - len({key.value for key, _ in pairs(node)}) for _, node in every_mapping(root))
    unknown_tests = sum(name_and_arguments(test)[0] not in DBTS_TESTS for test in every_test(root))
    unknown_tests += sum(1 for node in without_columns(root) for _ in children(value_node(node, "data_tests")))
    unknown_tests += any(value_node(root, key) for key in ("data_tests", "tests"))  # of no column at all
    empty = sum(is_empty(value) for _, node in every_mapping(root) for _, value in pairs(node))
    shapes = sum(1 for _ in shape_slips(root)) + (not isinstance(root, yaml.MappingNode))
    return strangers + twice + unknown_tests + empty + shapes


# -- how ---------------------------------------------------------------------------------------------------


def every_test(root: yaml.Node | None) -> Iterator[yaml.Node]:
    for _, node in every_mapping(root):
        for key in ("data_tests", "tests"):
            yield from children(value_node(node, key))


def without_columns(root: yaml.Node | None) -> list[yaml.Node]:
    """Return the entries that are no columns, so that most tests can't stand there."""
    return [*items(root, "models"), *(table for source in items(root, "sources") for table in items(source, "tables"))]


def every_entry(root: yaml.Node | None) -> Iterator[tuple[yaml.Node | None, Sequence[str]]]:
    """Give each entry with the keys that dbt knows in it."""
    yield root, TOP
    for model in items(root, "models"):
        yield model, MODEL
        yield from ((column, COLUMN) for column in items(model, "columns"))
    for source in items(root, "sources"):
        yield source, SOURCE
        for table in items(source, "tables"):
            yield table, TABLE
            yield from ((column, COLUMN) for column in items(table, "columns"))
