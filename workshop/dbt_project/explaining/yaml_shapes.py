"""YAML that can be read, and has another shape than dbt expects: which, and what the right one looks like."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import yaml

from workshop.dbt_project.explaining.scene import Slip
from workshop.dbt_project.yaml_keys import COLUMN, MODEL, SOURCE, TABLE, TOP, nearest_key
from workshop.dbt_project.yaml_nodes import children, items, pairs, value_node

LISTS = ("models", "sources", "tables", "columns")
KEYS = {"models": MODEL, "sources": SOURCE, "tables": TABLE, "columns": COLUMN}
ARGUMENTS = {"accepted_values": "values", "relationships": "to"}
SHAPE_OF = {
    "accepted_values": "- accepted_values:\n    arguments:\n      values: ['one', 'other']",
    "relationships": "- relationships:\n    arguments:\n      to: ref('a_model')\n      field: its_column",
}
OF_A_TEST = ("name", "config", "arguments", "description", "tags", "test_name")
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
    if isinstance(value, yaml.MappingNode):
        first = pairs(value)[0][0].value if pairs(value) else "..."
        name = first if first != "name" else "..."
        said = f"Below `{key}:` stands a list. Each entry begins with a dash and a space, then its name:"
        yield Slip(with_shape(said, f"{key}:\n  - name: {name}"), value.start_mark.index)
        return
    if isinstance(value, yaml.ScalarNode):
        said = f"Below `{key}:` stands a list. Each entry begins with a dash and a space, then its name:"
        yield Slip(with_shape(said, f"{key}:\n  - name: ..."), value.start_mark.index)
        return
    for entry in children(value):
        if isinstance(entry, yaml.ScalarNode):
            said = f"An entry of `{key}:` begins with `- name: ...`, so here with `- name: {entry.value}`."
            yield Slip(said, entry.start_mark.index)
        elif isinstance(entry, yaml.MappingNode) and value_node(entry, "name") is None:
            yield from nameless(entry, key)


def nameless(entry: yaml.Node, key: str) -> Iterator[Slip]:
    keys = [name.value for name, _ in pairs(entry)]
    close = get_close_matches("name", [each for each in keys if each not in KEYS[key]], 1, 0.6)
    said = f"`{close[0]}:`, did you mean `name:`?" if close else f"This entry of `{key}:` has no name: `- name: ...`."
    yield Slip(said, entry.start_mark.index)


# -- tests ---------------------------------------------------------------------------------------------------


def tests_slips(node: yaml.Node) -> Iterator[Slip]:
    for key in ("data_tests", "tests"):
        value = value_node(node, key)
        if value is None or is_empty(value):
            continue
        if not isinstance(value, yaml.SequenceNode):
            yield Slip(
                with_shape(
                    f"Below `{key}:` stands a list. In front of each test stand a dash and a space:", listed(key, value)
                ),
                value.start_mark.index,
            )
        for test in children(value):
            yield from test_slips(test)


def listed(key: str, value: yaml.Node) -> str:
    names = [name.value for name, _ in pairs(value)]
    names = names or [each.lstrip("-") for each in re.findall(r"[\w-]+", getattr(value, "value", ""))]
    return "\n".join([f"{key}:", *(f"  - {name}" for name in names or ["unique"])])


def test_slips(test: yaml.Node) -> Iterator[Slip]:
    entries = pairs(test)
    for name, value in entries:
        if name.value in ARGUMENTS and isinstance(value, (yaml.ScalarNode, yaml.SequenceNode)):
            beside = [other.value for other, _ in entries if other is not name]
            misplaced = [each for each in beside if each in ("arguments", "values", "to", "field", "quote")]
            if misplaced and is_empty(value):
                said = (
                    f"`{misplaced[0]}:` begins in the same column as `{name.value}:`, so it does not belong to it. It "
                    "stands two columns further in:"
                )
            elif is_empty(value):
                said = f"`{name.value}` needs its arguments below it:"
            else:
                said = f"What `{name.value}` takes stands below it, by name:"
            yield Slip(with_shape(said, SHAPE_OF[name.value]), name.start_mark.index)
        elif isinstance(value, yaml.MappingNode):
            yield from argument_slips(name, value)


def argument_slips(name: yaml.Node, value: yaml.Node) -> Iterator[Slip]:
    """What stands below the name of a test."""
    wanted = {"accepted_values": ("values", "quote"), "relationships": ("to", "field")}.get(name.value, ())
    for holder in (value, value_node(value, "arguments")):
        for key, content in pairs(holder):
            known = (*wanted, *OF_A_TEST, "column_name", "severity", "where", "limit", "warn_if", "error_if")
            close = get_close_matches(key.value, wanted + (("arguments", "config") if holder is value else ()), 1, 0.6)
            if wanted and key.value not in known and close:
                yield Slip(f"`{key.value}:`, did you mean `{close[0]}:`?", key.start_mark.index)
            if key.value == "values" and isinstance(content, yaml.ScalarNode):
                words = ", ".join(f"'{each.strip()}'" for each in content.value.split(",") if each.strip())
                said = f"`values:` takes a list, in square brackets: `values: [{words or '...'}]`."
                yield Slip(said, content.start_mark.index)
            if key.value == "to" and isinstance(content, yaml.MappingNode):
                said = "`to:` takes no braces: `to: ref('a_model')`."
                yield Slip(said, content.start_mark.index)
            if key.value == "to" and (bare := re.fullmatch(r"ref\(\s*(\w+)\s*\)", getattr(content, "value", ""))):
                yield Slip(f"The name needs quotes: `to: ref('{bare[1]}')`.", content.start_mark.index)
            if key.value == "to" and re.fullmatch(
                r"source\(\s*['\"][^,]*['\"]\s*\)", str(getattr(content, "value", ""))
            ):
                yield Slip("`source` takes two names, the source's and the table's.", content.start_mark.index)
    if name.value in ARGUMENTS:
        keys = {key.value for holder in (value, value_node(value, "arguments")) for key, _ in pairs(holder)}
        if not keys & set(wanted):
            said = f"`{name.value}` needs its arguments below it:"
            yield Slip(with_shape(said, SHAPE_OF[name.value]), name.start_mark.index)
        elif name.value == "relationships" and not {"to", "field"} <= keys:
            missing = "field" if "to" in keys else "to"
            yield Slip(f"`relationships` needs `to:` and `field:`, and `{missing}:` is missing.", name.start_mark.index)


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


def is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value in ("", "~", "null")


def with_shape(said: str, shape: str) -> str:
    """Return a sentence with an example below it, as a block of Markdown."""
    return said + "\n\n" + "\n".join(f"    {line}" for line in shape.split("\n"))


def unknown_key(error: str, text: str) -> Slip | None:
    """Return the slip behind dbt's "Additional properties are not allowed ('desc' was unexpected)"."""
    match = re.search(r"'(\w+)' (?:was|were) unexpected", error)
    if not match:
        return None
    known = sorted({*TOP, *MODEL, *SOURCE, *TABLE, *COLUMN})
    close = nearest_key(match[1], known)
    at = re.search(rf"^\s*(?:- )?({match[1]})\s*:", text, re.MULTILINE)
    said = f"`{match[1]}:`, did you mean `{close}:`?" if close else f"dbt knows no key `{match[1]}:` at this place."
    return Slip(said, at.start(1) if at else None)
