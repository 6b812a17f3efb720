"""YAML as nodes, which know their lines; whatever is not there is empty."""

from collections.abc import Iterator

import yaml


def compose(text: str) -> yaml.Node | None:
    """Return the root of a YAML text, or None where there is nothing in it. Raises yaml.YAMLError, with its line.

    libyaml reads it, as it does for dbt. What it refuses is read again in Python, which says more of what it saw.
    """
    try:
        try:
            yaml.load(text, Loader=FAST)
            return yaml.compose(text, Loader=FAST)
        except yaml.YAMLError:
            yaml.safe_load(text)
            return yaml.compose(text)
    except RecursionError as error:
        raise yaml.YAMLError("brackets in brackets, deeper than anybody writes") from error


FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def children(node: yaml.Node | None) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def value_node(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in pairs(node) if key.value == name), None)


def value_of(node: yaml.Node | None, name: str) -> str:
    value = value_node(node, name)
    return value.value if isinstance(value, yaml.ScalarNode) else ""


def items(node: yaml.Node | None, name: str) -> list[yaml.Node]:
    return [child for child in children(value_node(node, name)) if isinstance(child, yaml.MappingNode)]


def every_mapping(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Each mapping below `node`, with " (in NAME)" where it has a name."""
    if isinstance(node, yaml.MappingNode):
        name = value_of(node, "name")
        yield (f" (in `{name}`)" if name else ""), node
        for _, value in node.value:
            yield from every_mapping(value)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from every_mapping(child)


def name_and_arguments(test: yaml.Node) -> tuple[str, dict[str, str]]:
    """Return the name of a generic test as written, and its scalar arguments, wherever they stand."""
    if isinstance(test, yaml.ScalarNode):
        return test.value, {}
    name = value_of(test, "test_name")
    arguments: dict[str, str] = {}
    for key, value in pairs(test):
        if isinstance(value, yaml.MappingNode) and key.value not in ("config", "arguments"):
            name = name or key.value
        elif (
            not isinstance(value, yaml.MappingNode)
            and not name
            and isinstance(value, yaml.ScalarNode)
            and not value.value
        ):
            name = key.value  # `- unique:` with nothing behind it
        for holder in (test, value, value_node(value, "arguments")):
            arguments |= {
                inner.value: content.value for inner, content in pairs(holder) if isinstance(content, yaml.ScalarNode)
            }
    return name, arguments


def argument_of(test: yaml.Node, argument: str) -> yaml.Node | None:
    """Return the node of a scalar argument of a generic test, wherever it stands."""
    holders = [test, *(each for _, value in pairs(test) for each in (value, value_node(value, "arguments")))]
    found = (value_node(holder, argument) for holder in holders)
    return next((node for node in found if isinstance(node, yaml.ScalarNode)), None)
