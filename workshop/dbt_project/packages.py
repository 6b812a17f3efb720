"""The packages of a project: which ones `packages.yml` names, and which are installed."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

PACKAGES_FILES = ("packages.yml", "dependencies.yml")
INSTALLED = "dbt_packages"


def packages_file(project: Path) -> str | None:
    """Return the file that names packages, or None where there is none."""
    return next((file for file in PACKAGES_FILES if (project / file).is_file()), None)


def entries_of(project: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the packages that a project names, with the file; none where that can't be read."""
    file, content = packages_file(project), None
    with suppress(OSError, yaml.YAMLError, UnicodeDecodeError):
        content = yaml.safe_load((project / file).read_text(encoding="utf-8-sig")) if file else None
    entries = content.get("packages") if isinstance(content, dict) else None
    for entry in entries if file and isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield str(file), entry


def needs_installing(project: Path) -> bool:
    """Tell whether all that is named lies on this disk, and something of it is not installed yet."""
    entries = [entry for _, entry in entries_of(project)]
    if any("local" not in entry for entry in entries):
        return False
    wanted = {name_of(project, entry) for entry in entries}
    return not wanted <= installed(project)


def installed(project: Path) -> set[str]:
    """Return the names of the installed packages; a link that leads nowhere is none."""
    return {path.parent.name for path in (project / INSTALLED).glob("*/dbt_project.yml") if path.is_file()}


def name_of(project: Path, entry: dict[str, Any]) -> str:
    """Return the name of a local package, as its dbt_project.yml has it; "" where it can't be read."""
    with suppress(OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError):
        path = project / str(entry["local"]) / "dbt_project.yml"
        return str(yaml.safe_load(path.read_text(encoding="utf-8")).get("name", ""))
    return ""
