"""Why a project's packages stop dbt, put into words: the file, the folder, the network, and what is not installed."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import yaml

from workshop.dbt_project.packages import INSTALLED, entries_of, name_of, packages_file
from workshop.dbt_project.trouble import Trouble

SECONDS_TO_ANSWER = 2.0

# Where dbt fetches from, by the key in packages.yml.
HOSTS = {"package": "hub.getdbt.com", "git": "github.com", "tarball": "github.com"}
SHAPE = "It looks like this: `packages:` in the first line, and below it, with a dash, `  - local: ../workshop_utils`."
OURS = "The one of this workshop lies beside your project: `- local: ../workshop_utils`."


def deps_trouble(project: Path) -> Trouble | None:
    """Return why `dbt deps` could not do its work, before it tries for minutes; or None."""
    return misshapen(project) or next(unreachable(project), None)


def packages_trouble(project: Path) -> Trouble | None:
    """Return why every other command stops as long as the packages are as they are; or None."""
    return misshapen(project) or next(not_installed(project), None)


# -- how ---------------------------------------------------------------------------------------------------


def misshapen(project: Path) -> Trouble | None:
    file = packages_file(project)
    if file is None:
        return None
    try:
        content = yaml.safe_load((project / file).read_text(encoding="utf-8-sig"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        problem = str(error).splitlines()[0]
        return Trouble(f"`{file}` can't be read: {problem}.", f"{SHAPE} Spaces stand in front, never tabs.", file)
    if content is None or file != "packages.yml":
        return None
    entries = content.get("packages") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        return Trouble(f"`{file}` holds no list of packages.", SHAPE, file)
    for entry in entries:
        if not isinstance(entry, dict) or not {"local", *HOSTS} & entry.keys():
            return Trouble(f"`{file}` has an entry that dbt does not understand: {entry}.", SHAPE, file)
    return None


def unreachable(project: Path) -> Iterator[Trouble]:
    for file, entry in entries_of(project):
        if "local" in entry:
            folder = project / str(entry["local"])
            if not (folder / "dbt_project.yml").is_file():
                there = "has no dbt_project.yml" if folder.is_dir() else "is not there"
                words = f"`local:` is the way from your project's folder to the package. {OURS}"
                yield Trouble(f"The package folder {entry['local']} {there}.", words, file)
        for kind, host in HOSTS.items():
            if kind in entry and not answers(host):
                yield Trouble(
                    f"{entry[kind]} comes from the internet, and {host} does not answer.",
                    "Nothing was changed. Without a network, a package has to lie on your disk. "
                    f"{OURS} Its `get_column_values` is used like that of `dbt_utils`.",
                    file,
                )


def not_installed(project: Path) -> Iterator[Trouble]:
    entries = list(entries_of(project))
    again = "Run `%dbt deps` once; it takes a second, and then everything works as before."
    for path in (project / INSTALLED).glob("*"):
        if path.is_symlink() and not path.exists():
            said = f"`{INSTALLED}/{path.name}` is a link that leads nowhere: the package, or your project, was moved."
            yield Trouble(said, again)
        elif path.is_dir() and not (path / "dbt_project.yml").is_file():
            yield Trouble(f"`{INSTALLED}/{path.name}` holds no package.", f"Remove that folder. {again}")
        elif wanted := version_wanted(path):
            words = "Take another version of the package, or leave it out of `packages.yml` and run `%dbt deps`."
            yield Trouble(f"The package {path.name} needs dbt {wanted}, and this is another.", words)
    for file, entry in entries:
        name = name_of(project, entry) if "local" in entry else str(entry.get("package", "")).rpartition("/")[2]
        if name and not (project / INSTALLED / name / "dbt_project.yml").is_file():
            said = f"`{file}` names the package {name}, and it is not installed."
            yield Trouble(said, f"As long as that is so, no dbt command works. {again}", file)


def version_wanted(package: Path) -> str:
    """Return the version of dbt that a package asks for where this one does not fit, else ""."""
    from dbt.version import get_installed_version
    from dbt_common.semver import VersionSpecifier, versions_compatible

    with suppress(Exception):  # whatever else is wrong with it, dbt says
        wanted = yaml.safe_load((package / "dbt_project.yml").read_text(encoding="utf-8"))["require-dbt-version"]
        specs = [wanted] if isinstance(wanted, str) else wanted
        here = VersionSpecifier.from_version_string(get_installed_version().to_version_string(skip_matcher=True))
        parts = [VersionSpecifier.from_version_string(part.strip()) for spec in specs for part in spec.split(",")]
        return "" if versions_compatible(here, *parts) else ", ".join(specs)
    return ""


def answers(host: str) -> bool:
    """Tell whether a host can be reached, within two seconds."""
    try:
        with socket.create_connection((host, 443), SECONDS_TO_ANSWER):
            return True
    except OSError:
        return False
