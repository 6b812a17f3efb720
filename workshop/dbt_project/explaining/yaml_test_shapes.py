"""Data tests in YAML of another shape than dbt expects: which, and what the right one looks like."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

import yaml

from workshop.dbt_project.explaining.scene import Slip
from workshop.dbt_project.explaining.yaml_pointers import pointer_slip
from workshop.dbt_project.explaining.yaml_words import is_empty, with_shape
from workshop.dbt_project.yaml_nodes import children, pairs, value_node

ARGUMENTS = {"accepted_values": "values", "relationships": "to"}
SHAPE_OF = {
    "accepted_values": "- accepted_values:\n    arguments:\n      values: ['one', 'other']",
    "relationships": "- relationships:\n    arguments:\n      to: ref('a_model')\n      field: its_column",
}
QUOTES = "'\""
OF_A_TEST = ("name", "config", "arguments", "description", "tags", "test_name")


def tests_slips(node: yaml.Node) -> Iterator[Slip]:
    """What stands below `data_tests:` of a model, a table or a column, and is no list of tests."""
    for key in ("data_tests", "tests"):
        value = value_node(node, key)
        if value is None or is_empty(value):
            continue
        if not isinstance(value, yaml.SequenceNode):
            said = f"Below `{key}:` stands a list. In front of each test stand a dash and a space:"
            yield Slip(with_shape(said, listed(key, value)), value.start_mark.index)
        for test in children(value):
            yield from test_slips(test)


def listed(key: str, value: yaml.Node) -> str:
    """Return the list that is meant by what stands below `data_tests:`, such as `unique: ` or `-unique`."""
    names = [f"{name.value}{'' if is_empty(under) else ':'}" for name, under in pairs(value)]
    names = names or re.findall(r"[\w-]+", getattr(value, "value", ""))
    return "\n".join([f"{key}:", *(f"  - {name.lstrip('-')}" for name in names or ["unique"])])


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
            is_exact = bool(misplaced) and is_empty(value)
            yield Slip(with_shape(said, SHAPE_OF[name.value]), name.start_mark.index, is_exact)
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
            if key.value in ("to", "field") and wanted and is_empty(content):
                yield Slip(f"Nothing stands behind `{key.value}:`.", key.start_mark.index)
            if key.value == "values":
                yield from value_slips(content)
            if key.value == "values" and isinstance(content, yaml.ScalarNode):
                words = ", ".join(f"'{each.strip()}'" for each in content.value.split(",") if each.strip())
                said = f"`values:` takes a list, in square brackets: `values: [{words or '...'}]`."
                yield Slip(said, content.start_mark.index)
            if key.value == "to" and isinstance(content, yaml.MappingNode):
                said = "`to:` takes no braces: `to: ref('a_model')`."
                yield Slip(said, content.start_mark.index)
            if key.value == "to" and isinstance(content, yaml.ScalarNode) and (said := pointer_slip(content.value)):
                yield Slip(said, content.start_mark.index)
    if name.value in ARGUMENTS:
        keys = {key.value for holder in (value, value_node(value, "arguments")) for key, _ in pairs(holder)}
        if not keys & set(wanted):
            said = f"`{name.value}` needs its arguments below it:"
            yield Slip(with_shape(said, SHAPE_OF[name.value]), name.start_mark.index)
        elif name.value == "relationships" and not {"to", "field"} <= keys:
            missing = "field" if "to" in keys else "to"
            yield Slip(f"`relationships` needs `to:` and `field:`, and `{missing}:` is missing.", name.start_mark.index)


def value_slips(values: yaml.Node) -> Iterator[Slip]:
    """`[one other]`, `[one', 'other']`: what YAML reads as a text, and nobody means as one."""
    listed = children(values)
    for each in listed:
        value = str(each.value) if isinstance(each, yaml.ScalarNode) else ""
        if (value[:1] in QUOTES) != (value[-1:] in QUOTES) and value:
            said = f"A quote is missing on one side of `{value}`: `'{value.strip(QUOTES)}'`."
            yield Slip(said, each.start_mark.index)
        elif len(listed) == 1 and " " in value and getattr(each, "style", None) not in ("'", '"'):
            right = ", ".join(f"'{word}'" for word in value.split())
            yield Slip(f"Between the values stand commas: `[{right}]`.", each.start_mark.index)
