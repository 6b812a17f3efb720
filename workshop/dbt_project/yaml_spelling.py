"""Spellings in YAML that dbt accepts and calls deprecated."""

from pathlib import Path

import yaml

from workshop.dbt_project.yaml_files import texts_of
from workshop.dbt_project.yaml_finding import Finding
from workshop.dbt_project.yaml_nodes import compose, every_mapping, pairs

ARGUMENTS = ("values", "quote", "to", "field")


def deprecated_arguments(project: Path) -> list[Finding]:
    """Return where a generic test has its arguments at the top level, which dbt calls deprecated."""
    found = []
    for file, text in texts_of(project, ".yml", ".yaml"):
        try:
            root = compose(text)
        except yaml.YAMLError:
            continue
        for _, node in every_mapping(root):
            for key, value in pairs(node):
                if key.value in ("accepted_values", "relationships") and any(
                    name.value in ARGUMENTS for name, _ in pairs(value)
                ):
                    found.append(Finding("deprecated_arguments", file, key.start_mark.line + 1, f"`{key.value}`"))
    return found
