"""YAML that can be read, and has another shape than dbt expects: which, and what the right one looks like."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import yaml

from workshop.dbt_project.explaining.scene import Slip
from workshop.dbt_project.explaining.yaml_test_shapes import tests_slips
from workshop.dbt_project.explaining.yaml_words import is_empty, with_shape
from workshop.dbt_project.yaml_keys import COLUMN, DBTS_TESTS, MODEL, PLACES, SOURCE, TABLE, TOP, nearest_key
from workshop.dbt_project.yaml_nodes import children, items, pairs, value_node, value_of

LISTS = ("models", "sources", "tables", "columns")
KEYS = {"models": MODEL, "sources": SOURCE, "tables": TABLE, "columns": COLUMN}
LIMITS = ("warn_after", "error_after")


def shape_slips(root: yaml.Node | None) -> Iterator[Slip]:
    """Give what dbt expects in another shape, from top to bottom."""
    for key in ("models", "sources"):
        yield from list_slips(root, key)
    for model in items(root, "models"):
        yield from described_slips(model)
    for source in items(root, "sources"):
        yield from list_slips(source, "tables")
        yield from freshness_slips(source)
        for table in items(source, "tables"):
            yield from described_slips(table)
            yield from freshness_slips(table)


def described_slips(node: yaml.Node) -> Iterator[Slip]:
    yield from list_slips(node, "columns")
    yield from tests_slips(node)
    for column in items(node, "columns"):
        yield from tests_slips(column)


# -- lists ---------------------------------------------------------------------------------------------------


def list_slips(node: yaml.Node | None, key: str) -> Iterator[Slip]:
    """`columns:` and the like hold a list of entries, each with a name."""
    value = value_node(node, key)
    if value is None or is_empty(value):
        return
    if not isinstance(value, yaml.SequenceNode):
        first = next((name.value for name, _ in pairs(value)), "name")
        name = first if first != "name" else "..."
        said = f"Below `{key}:` stands a list. Each entry begins with a dash and a space, then its name:"
        yield Slip(with_shape(said, f"{key}:\n  - name: {name}"), value.start_mark.index)
        return
    for entry in children(value):
        if isinstance(entry, yaml.ScalarNode):
            is_test = entry.value in DBTS_TESTS and key == "columns"
            said = f"An entry of `{key}:` begins with `- name: ...`, so here with `- name: {entry.value}`."
            yield Slip(without_data_tests(entry.value) if is_test else said, entry.start_mark.index)
        elif isinstance(entry, yaml.MappingNode) and value_node(entry, "name") is None:
            yield from nameless(entry, key)
        elif isinstance(entry, yaml.MappingNode):
            yield from name_slips(entry, key)


def nameless(entry: yaml.Node, key: str) -> Iterator[Slip]:
    keys = [name.value for name, _ in pairs(entry)]
    if test := next((each for each in keys if each in DBTS_TESTS), ""):
        yield Slip(without_data_tests(f"{test}:"), entry.start_mark.index)
        return
    close = get_close_matches("name", [each for each in keys if each not in KEYS[key]], 1, 0.6)
    said = f"`{close[0]}:`, did you mean `name:`?" if close else f"This entry of `{key}:` has no name: `- name: ...`."
    yield Slip(said, entry.start_mark.index)


def name_slips(entry: yaml.Node, key: str) -> Iterator[Slip]:
    """A name that YAML has made of more than one line, or that is no name at all."""
    name, at = value_of(entry, "name"), entry.start_mark.index
    if not name or is_empty(value_node(entry, "name")):
        yield Slip("Nothing stands behind `name:`, and the name belongs there.", at)
        return
    first, *others = re.split(r"\s+-\s*", name)
    if others and others[0] in DBTS_TESTS:
        yield Slip(without_data_tests(others[0], first), at)
    elif others and (inner := {"models": "columns", "sources": "tables", "tables": "columns"}.get(key)):
        said = f"`{inner}:` is missing between `- name: {first}` and the list below it:"
        yield Slip(with_shape(said, f"- name: {first}\n  {inner}:\n    - {others[0]}"), at)
    elif value_node(entry, "quote") is None and "," in name:
        yield Slip(f"An entry of `{key}:` has one name, and `{name}` are several: write an entry for each.", at)
    elif value_node(entry, "quote") is None and " " in name:
        right = re.sub(r"\W+", "_", name)
        yield Slip(f"A name has no spaces: `{name}`, did you mean `{right}`?", at)


def without_data_tests(test: str, column: str = "...") -> str:
    shape = f"- name: {column}\n  data_tests:\n    - {test}"
    return with_shape(f"`data_tests:` is missing above `- {test}`:", shape)


# -- freshness -----------------------------------------------------------------------------------------------


def freshness_slips(node: yaml.Node) -> Iterator[Slip]:
    for holder in (node, value_node(node, "config")):
        freshness = value_node(holder, "freshness")
        if isinstance(freshness, yaml.ScalarNode) and not is_empty(freshness):
            said = "Below `freshness:` stand the limits:"
            shape = "freshness:\n  warn_after: {count: 12, period: hour}"
            yield Slip(with_shape(said, shape), freshness.start_mark.index)
        for key, limit in pairs(freshness):
            close = get_close_matches(key.value, LIMITS, 1, 0.5)
            if key.value not in (*LIMITS, "filter") and close:
                yield Slip(f"`{key.value}:`, did you mean `{close[0]}:`?", key.start_mark.index)
            elif key.value in LIMITS:
                yield from limit_slips(key, limit)


def limit_slips(key: yaml.Node, limit: yaml.Node) -> Iterator[Slip]:
    shape = f"`{key.value}: {{count: 12, period: hour}}`"
    if isinstance(limit, yaml.ScalarNode):
        if not is_empty(limit):
            found = re.match(r"(\d+)\s*(minute|hour|day)?", limit.value)
            if found:
                shape = f"`{key.value}: {{count: {found[1]}, period: {found[2] or 'hour'}}}`"
            yield Slip(f"`{key.value}` takes a number and a period, each by its name: {shape}.", limit.start_mark.index)
        return
    for name, value in pairs(limit):
        if name.value not in ("count", "period"):
            close = get_close_matches(name.value.split()[0], ("count", "period"), 1, 0.5)
            meant = f"did you mean `{close[0]}:`? " if close else ""
            yield Slip(f"`{name.value}`, {meant}The shape is {shape}.", name.start_mark.index)
        elif name.value == "count" and not value.value.isdigit():
            yield Slip(f"`count` is a number in figures: {shape}.", value.start_mark.index)
    keys = {name.value for name, _ in pairs(limit)}
    if keys and keys < {"count", "period"}:
        yield Slip(f"`{key.value}` takes both, a number and a period: {shape}.", limit.start_mark.index)


# -- how ---------------------------------------------------------------------------------------------------


def unknown_key(error: str, text: str) -> Slip | None:
    """Return the slip behind dbt's "Additional properties are not allowed ('desc' was unexpected)"."""
    match = re.search(r"'(\w+)' (?:was|were) unexpected", error)
    if not match:
        return None
    known = sorted({*TOP, *MODEL, *SOURCE, *TABLE, *COLUMN})
    at = re.search(rf"^\s*(?:- )?({match[1]})\s*:", text, re.MULTILINE)
    close = nearest_key(match[1], known)
    if match[1] in PLACES:
        said = f"`{match[1]}:` stands at a wrong place. It belongs {PLACES[match[1]]}."
    elif close and close != match[1]:
        said = f"`{match[1]}:`, did you mean `{close}:`?"
    else:
        said = f"dbt knows no key `{match[1]}:` at this place."
    return Slip(said, at.start(1) if at else None)
