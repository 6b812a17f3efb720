"""A model's new name, and a source in place of a table's name, written into files whose other text stays as it is."""

import re
from collections.abc import Mapping

import yaml

from workshop.dbt_project.declared import SOURCE_CALL, YAML
from workshop.dbt_project.yaml_nodes import compose, items, value_node

# What is passed over when a table's name is looked for: comments, Jinja, text in quotes.
ELSEWHERE = r"--[^\n]*|/\*.*?\*/|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|'(?:[^']|'')*'"
TABLE = re.compile(
    rf"""(?P<other>{ELSEWHERE})|(?<![\w."])"?raw"?\s*\.\s*"?(?P<schema>\w+)"?\s*\.\s*"?(?P<table>\w+)"?""",
    re.IGNORECASE | re.DOTALL,
)


def with_new_names(path: str, text: str, names: Mapping[str, str], entries: Mapping[str, str]) -> str:
    """Return a file's text with models called by their new names.

    names: new names by old ones, for `ref`
    entries: the same, for entries below `models:` in YAML
    """
    if not any(old in text for old in (*names, *entries)):
        return text
    if path.endswith(YAML):
        text = with_new_entries(text, entries)
    for old, new in names.items():
        text = re.sub(rf"""(\bref\(\s*(?:['"]\w+['"]\s*,\s*)?['"]){old}(?=['"])""", rf"\g<1>{new}", text)
    return text


def with_sources(text: str, sources: Mapping[str, tuple[str, str]]) -> str:
    """Return a model's text with `source()` in place of raw tables that are named in it.

    sources: by the raw table's schema.table in lower case, the names that `source()` takes
    """

    def put(match: re.Match[str]) -> str:
        names = sources.get(f"{match['schema']}.{match['table']}".lower()) if match["table"] else None
        return f"{{{{ source('{names[0]}', '{names[1]}') }}}}" if names else match.group()

    return TABLE.sub(put, text)


def with_source_names(text: str, sources: Mapping[str, tuple[str, str]]) -> str:
    """Return a text whose `source()` calls name schema and table, with the names that these are declared by."""

    def put(match: re.Match[str]) -> str:
        names = sources.get(f"{match[1]}.{match[2]}".lower(), (match[1], match[2]))
        return f"source('{names[0]}', '{names[1]}')" if names != (match[1], match[2]) else match.group()

    return SOURCE_CALL.sub(put, text)


# -- how ---------------------------------------------------------------------------------------------------


def with_new_entries(text: str, names: Mapping[str, str]) -> str:
    try:
        root = compose(text)
    except yaml.YAMLError:
        return text
    nodes = [value_node(model, "name") for model in items(root, "models")]
    for node in reversed([node for node in nodes if isinstance(node, yaml.ScalarNode) and node.value in names]):
        start, end = node.start_mark.index, node.end_mark.index
        text = text[:start] + text[start:end].replace(node.value, names[node.value]) + text[end:]
    return text
