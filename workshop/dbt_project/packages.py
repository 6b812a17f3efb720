"""The packages of a project: which ones `packages.yml` names, which are installed, and why `dbt deps` can't go on."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from workshop.dbt_project.trouble import Trouble

PACKAGES_FILES = ("packages.yml", "dependencies.yml")
INSTALLED = "dbt_packages"
SECONDS_TO_ANSWER = 2.0

# Where dbt fetches from, by the key in packages.yml.
HOSTS = {"package": "hub.getdbt.com", "git": "github.com", "tarball": "github.com"}


def install_packages(project: Path) -> None:
    """Install what `packages.yml` names, as `dbt deps` does, where it is not there yet and needs no network.

    Where that fails, nothing is said here: the next command says it.
    """
    entries = list(entries_of(project))
    if not entries or any("local" not in entry for _, entry in entries):
        return
    if all(name_of(project, entry) in installed(project) for _, entry in entries):
        return
    from workshop.dbt_project.commands import run_dbt

    run_dbt(project, ["deps"], lambda _: None)


def deps_trouble(project: Path) -> Trouble | None:
    """Return why `dbt deps` could not fetch what is named, before it tries for minutes; or None."""
    for file, entry in entries_of(project):
        if "local" in entry:
            folder = project / str(entry["local"])
            if not (folder / "dbt_project.yml").is_file():
                there = "has no dbt_project.yml" if folder.is_dir() else "is not there"
                return Trouble(
                    f"The package folder {entry['local']} {there}.",
                    "`local:` is the way from your project's folder to the package. The one of this workshop lies "
                    "beside your project: `- local: ../workshop_utils`.",
                    file,
                )
        kind = next((key for key in HOSTS if key in entry), None)
        if kind and not answers(HOSTS[kind]):
            return Trouble(
                f"{entry[kind]} comes from the internet, and {HOSTS[kind]} does not answer.",
                "Nothing was changed. Without a network, a package has to lie on your disk: `- local: "
                "../workshop_utils` is there, and its `get_column_values` is used like that of `dbt_utils`.",
                file,
            )
    return None


def names_of_packages(project: Path) -> set[str]:
    """Return the names of the local packages that a project names."""
    return {name_of(project, entry) for _, entry in entries_of(project) if "local" in entry}


def installed(project: Path) -> set[str]:
    """Return the names of the installed packages; a link that leads nowhere is none."""
    return {path.parent.name for path in (project / INSTALLED).glob("*/dbt_project.yml") if path.is_file()}


# -- how ---------------------------------------------------------------------------------------------------


def entries_of(project: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the packages that a project names, with the file; none where that can't be read."""
    for file in PACKAGES_FILES:
        content = None
        with suppress(OSError, yaml.YAMLError, UnicodeDecodeError):
            content = yaml.safe_load((project / file).read_text(encoding="utf-8-sig"))
        entries = content.get("packages") if isinstance(content, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                yield file, entry


def name_of(project: Path, entry: dict[str, Any]) -> str:
    """Return the name of a local package, as its dbt_project.yml has it; "" where it can't be read."""
    with suppress(OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError):
        path = project / str(entry["local"]) / "dbt_project.yml"
        return str(yaml.safe_load(path.read_text(encoding="utf-8")).get("name", ""))
    return ""


def answers(host: str) -> bool:
    """Tell whether a host can be reached, within two seconds."""
    try:
        with socket.create_connection((host, 443), SECONDS_TO_ANSWER):
            return True
    except OSError:
        return False
