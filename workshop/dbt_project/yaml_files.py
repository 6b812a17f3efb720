"""The YAML and docs files of a project as text: those that dbt reads, and those that lie where it does not look."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import yaml

from workshop.dbt_project.yaml_nodes import compose, items, value_of

WHERE_DBT_READS = tuple("models macros tests seeds snapshots analyses target dbt_packages dbt_project.yml".split())
LARGEST_FILE = 1_000_000  # bytes; nobody writes more by hand


def texts_of(project: Path, *suffixes: str) -> Iterator[tuple[str, str]]:
    for path in sorted(project.glob("models/**/*")):
        if path.suffix in suffixes and path.is_file() and path.stat().st_size <= LARGEST_FILE:
            yield path.relative_to(project).as_posix(), path.read_text(encoding="utf-8-sig", errors="replace")


def text_in(project: Path, file: str) -> str:
    """Return the text of a file of the project; "" where there is none, it is too large, or it lies outside."""
    path = (project / file).resolve()
    if not path.is_relative_to(project.resolve()) or not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return ""
    return path.read_text(encoding="utf-8-sig", errors="replace")


def macros_of(project: Path) -> Iterator[tuple[str, str]]:
    for folder in ("macros", "tests"):
        for path in sorted(project.glob(f"{folder}/**/*.sql")):
            yield path.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def subjects_of(text: str) -> frozenset[str]:
    keys = re.findall(r"^(\w+) *:", text, re.MULTILINE)
    return frozenset(close for key in keys for close in get_close_matches(key, ("models", "sources"), 1, 0.6))


def yaml_outside_models(project: Path, key: str) -> str:
    """Return a YAML file with `key` at its top in a folder where dbt does not look for one, or ""."""
    for path in sorted(project.glob("**/*.y*ml")):
        file = path.relative_to(project)
        if file.parts[0] in WHERE_DBT_READS or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            continue
        if re.search(rf"^{key} *:", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE):
            return file.as_posix()
    return ""


def described_in(project: Path) -> list[tuple[str, list[str]]]:
    """Return the YAML files below models/ with the names of the models and sources that each describes."""
    found = []
    for file, text in texts_of(project, ".yml", ".yaml"):
        try:
            root = compose(text)
        except yaml.YAMLError:
            continue
        found.append((file, [value_of(each, "name") for key in ("models", "sources") for each in items(root, key)]))
    return found
