"""The files of a project that dbt can't read, found all at once and without asking it: it names one at a time."""

import re
from pathlib import PurePosixPath
from typing import Any

import yaml

from workshop.dbt_project.declared import SETTINGS, YAML, ProjectFile
from workshop.dbt_project.yaml_keys import TOP
from workshop.dbt_project.yaml_nodes import compose, value_node

TEXT = (".sql", ".py", ".md", ".csv", *YAML)
MULTIPLIES = 200  # more aliases than that in a YAML file are there to grow
NEED_A_FIELD = {"exposures": ("name", "type", "owner"), "groups": ("name", "owner")}


def why_unreadable(file: ProjectFile) -> str | None:
    """Return in a few words why dbt can't read the file as it is, or None where it can, or passes over it."""
    suffix = PurePosixPath(file.path).suffix
    if file.path not in SETTINGS and suffix not in TEXT:
        return None
    if file.text is None:
        return "it is no plain text of sensible size"
    if suffix in YAML:
        return why_yaml(file.text) if file.path.endswith(YAML) else None
    if suffix == ".py":
        return why_python(file.text)
    if suffix in (".sql", ".md"):
        return why_name(file.path) or why_jinja(file)
    return None


# -- how ---------------------------------------------------------------------------------------------------


def why_yaml(text: str) -> str | None:
    if len(re.findall(r"[:\-\[,]\s*\*\w", text)) > MULTIPLIES:
        return "it repeats itself without end"
    try:
        root = compose(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        return f"its YAML can't be read{f', line {mark.line + 1}' if mark else ''}"
    if root is None:
        return None
    if not isinstance(root, yaml.MappingNode):
        return "it is no YAML with `models:` or `sources:`"
    for key in TOP:
        value = value_node(root, key)
        if isinstance(value, yaml.ScalarNode) and value.value and key != "version":
            return f"`{key}:` is no list"
        for entry in value.value if isinstance(value, yaml.SequenceNode) else ():
            missing = [name for name in NEED_A_FIELD.get(key, ("name",)) if value_node(entry, name) is None]
            if missing:
                return f"an entry of `{key}` has no `{missing[0]}`"
    return None


def why_python(text: str) -> str | None:
    try:
        compile(text, "model.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return f"its Python can't be read, line {getattr(error, 'lineno', 1)}"
    return None if "def model(" in text else "it has no function `model`"


def why_name(path: str) -> str | None:
    is_node = path.startswith(("models/", "snapshots/", "analyses/")) and path.endswith(".sql")
    return "there is a space in its name" if is_node and " " in path.rpartition("/")[2] else None


def why_jinja(file: ProjectFile) -> str | None:
    from dbt_common.clients.jinja import extract_toplevel_blocks, get_environment
    from jinja2 import TemplateError

    text: Any = file.text
    try:
        if file.path.startswith("snapshots/"):
            extract_toplevel_blocks(text, allowed_blocks={"snapshot"}, collect_raw_data=False)
            return None
        if file.path.endswith(".md"):
            extract_toplevel_blocks(text, allowed_blocks={"docs"}, collect_raw_data=False)
            return None
        if file.path.startswith(("macros/", "tests/generic/")):
            extract_toplevel_blocks(text, allowed_blocks=MACRO_BLOCKS, collect_raw_data=False)
        get_environment(None).parse(text)
    except TemplateError as error:
        return f"its Jinja can't be read, line {getattr(error, 'lineno', None) or 1}"
    except RecursionError:
        return "its Jinja is too deep"
    except Exception as error:  # dbt's own exceptions have no class in common but this
        if type(error).__module__.startswith("dbt"):
            return "a block in it is opened and never closed"
        raise
    return None


MACRO_BLOCKS = {"macro", "materialization", "test", "data_test"}
