"""What dbt refuses of an entry in YAML: it tells the whole entry and a path into it, and no line."""

import ast
import re
from typing import Any

import yaml

from workshop.dbt_project.explaining.scene import Slip
from workshop.dbt_project.explaining.yaml_words import is_empty
from workshop.dbt_project.yaml_nodes import children, items, pairs, value_of

REFUSAL = re.compile(
    r"Invalid (?P<key>\w+) config given in [^\n]*? @ \w+: (?P<entry>\{.*\}) - at path (?P<path>\S*): (?P<said>.*)"
)
STEP = re.compile(r"\['(\w+)'\]|\[(\d+)\]")


def refused_value(error: str, root: yaml.Node | None) -> Slip | None:
    """Return what is wrong with the value that dbt refuses, and where it stands; None where that can't be told."""
    refusal = REFUSAL.search(error)
    if not refusal or not STEP.search(refusal["path"]):
        return None
    entries = [each for each in items(root, refusal["key"]) if value_of(each, "name") == name_in(refusal["entry"])]
    if len(entries) != 1:
        return None
    node: yaml.Node = entries[0]
    place, key = node, ""
    for name, number in STEP.findall(refusal["path"]):
        found = [(step, value) for step, value in pairs(node) if step.value == name]
        found = found or [(value, value) for value in children(node)[int(number) :][:1] if number]
        if not found:
            break
        place, node = found[0]
        key = name or key
    return Slip(words_for(key, node, refusal["said"]), place.start_mark.index)


# -- how ---------------------------------------------------------------------------------------------------


def name_in(entry: str) -> str:
    """Return the name of an entry, which dbt writes as Python does; "" where it has none."""
    try:
        read: Any = ast.literal_eval(entry)
    except (ValueError, SyntaxError, RecursionError):
        found = re.match(r"\{'name': '([^']*)'", entry)
        return found[1] if found else ""
    return str(read.get("name") or "") if isinstance(read, dict) else ""


def words_for(key: str, value: yaml.Node, said: str) -> str:
    expected = re.search(r"is not of type '(\w+)'", said)
    kind = expected[1] if expected else ""
    if is_empty(value):
        return f"Nothing stands behind `{key}:`."
    if kind == "string":
        return f"`{key}:` takes text. Put what stands behind it into quotes."
    if kind == "array":
        return f"`{key}:` takes a list: a dash and a space in front of each entry, or `[one, other]` in one line."
    if kind == "object":
        return (
            "An entry begins with `- name: ...`, and what belongs to it stands below, with the same spaces in front as "
            "`name`."
        )
    return f"This is not as dbt expects it: {said.strip().rstrip('.')}."
