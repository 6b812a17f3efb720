"""What the files of a project declare and what they ask for, read without dbt: models, entries, sources, docs blocks.

A name here is a pair: its kind and what it is called.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from workshop.dbt_project.yaml_files import LARGEST_FILE
from workshop.dbt_project.yaml_nodes import children, compose, items, name_and_arguments, value_node, value_of

MODEL, ENTRY, SOURCE, BLOCK = "model", "entry", "source", "block"
Name = tuple[str, str]

YAML = (".yml", ".yaml")
FOLDERS = ("models", "macros", "tests", "snapshots", "seeds", "analyses")
SETTINGS = ("dbt_project.yml", "packages.yml", "dependencies.yml", "selectors.yml")
TESTS = ("data_tests", "tests")
DBTS_OWN_TESTS = {"unique", "not_null", "accepted_values", "relationships"}
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
DOCS_TAG = re.compile(r"\{%-?\s*docs\s+(\w+)\s*-?%\}")
SNAPSHOT_TAG = re.compile(r"\{%-?\s*snapshot\s+(\w+)\s*-?%\}")
REF = re.compile(r"""\bref\(\s*(?:['"]\w+['"]\s*,\s*)?['"](\w+)['"]""")
SOURCE_CALL = re.compile(r"""\bsource\(\s*['"](\w+)['"]\s*,\s*['"](\w+)['"]\s*\)""")
DOC_CALL = re.compile(r"""\bdoc\(\s*(?:['"]\w+['"]\s*,\s*)?['"](\w+)['"]\s*\)""")


@dataclass(frozen=True)
class ProjectFile:
    """A file that dbt reads: its path in the project with forward slashes, and its text; None where it has none."""

    path: str
    text: str | None

    @property
    def declares(self) -> tuple[Name, ...]:
        return declared_by(self.path, self.text or "")

    @property
    def wants(self) -> tuple[Name, ...]:
        return wanted_by(self.path, self.text or "")


def files_of(project: Path) -> list[ProjectFile]:
    """Return the files that dbt reads, by path. What is no plain text of sensible size has the text None."""
    return [ProjectFile(path.relative_to(project).as_posix(), text_of(path)) for path in sorted(paths_in(project))]


def declared_in(project: Path) -> dict[Name, list[str]]:
    """Return the paths of the files that declare each name."""
    found: dict[Name, list[str]] = {}
    for file in files_of(project):
        for name in file.declares:
            found.setdefault(name, []).append(file.path)
    return found


@lru_cache(maxsize=2000)
def declared_by(path: str, text: str) -> tuple[Name, ...]:
    """Return what a file of this path and text declares, each as often as it does."""
    if path.startswith("models/") and path.endswith((".sql", ".py")):
        return ((MODEL, path.rpartition("/")[2].rpartition(".")[0]),)
    if path.startswith("seeds/") and path.endswith(".csv"):
        return ((MODEL, path.rpartition("/")[2].removesuffix(".csv")),)
    if path.startswith("snapshots/") and path.endswith(".sql"):
        return tuple((MODEL, name) for name in SNAPSHOT_TAG.findall(text))
    if path.endswith(".md"):
        return tuple((BLOCK, name) for name in DOCS_TAG.findall(text))
    if path.endswith(YAML) and path.startswith(FOLDERS):
        return tuple(described(text))
    return ()


@lru_cache(maxsize=2000)
def wanted_by(path: str, text: str) -> tuple[Name, ...]:
    """Return what a file of this path and text can't be read without."""
    found: list[Name] = []
    if path.endswith(".sql") and path.startswith(("models/", "snapshots/")):
        text = JINJA_COMMENT.sub(" ", text)
        found += [(MODEL, name) for name in REF.findall(text)]
        found += [(SOURCE, f"{source}.{table}") for source, table in SOURCE_CALL.findall(text)]
    elif path.endswith(YAML):
        lines = "\n".join(line.partition(" #")[0] for line in text.splitlines() if not line.lstrip().startswith("#"))
        found += [(BLOCK, name) for name in DOC_CALL.findall(lines)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=2000)
def data_tests_asked_for(path: str, text: str) -> frozenset[str]:
    """Return the generic tests of the project's own that a YAML file asks for; dbt's and those of packages are not."""
    try:
        root = compose(text) if path.endswith(YAML) else None
    except (yaml.YAMLError, RecursionError):
        return frozenset()
    tables = [
        *items(root, "models"),
        *(table for source in items(root, "sources") for table in items(source, "tables")),
    ]
    holders = [holder for table in tables for holder in (table, *items(table, "columns"))]
    tests = [test for holder in holders for key in TESTS for test in children(value_node(holder, key))]
    return frozenset(name for name, _ in map(name_and_arguments, tests) if "." not in name) - DBTS_OWN_TESTS


# -- how ---------------------------------------------------------------------------------------------------


def paths_in(project: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (project / folder).rglob("*"):
            if not path.is_dir() and not path.name.startswith("."):
                yield path
    for name in SETTINGS:
        if (project / name).exists() or (project / name).is_symlink():
            yield project / name


def text_of(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return None
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def described(text: str) -> Iterator[Name]:
    try:
        root = compose(text)
    except (yaml.YAMLError, RecursionError):
        return
    for model in items(root, "models"):
        yield ENTRY, value_of(model, "name")
    for snapshot in items(root, "snapshots"):
        yield MODEL, value_of(snapshot, "name")
    for source in items(root, "sources"):
        for table in items(source, "tables"):
            yield SOURCE, f"{value_of(source, 'name')}.{value_of(table, 'name')}"
