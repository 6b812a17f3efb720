"""All that dbt reads of a project, as one digest: where the digest is the same, so is all that dbt makes of it."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from workshop.places import WAREHOUSES

WRITTEN_BY_DBT = ("target", "logs", WAREHOUSES, ".git")  # packages that are installed are read, too
MOST_BYTES = 5_000_000  # to read more would take longer than it saves

ASKS_ELSEWHERE = re.compile(
    rb"\benv_var\b|\brun_started_at\b|\binvocation_id\b|\bmodules\."
    rb"|current_(date|time)|localtime|_timestamp\s*\(|\b(now|today|age|random|setseed|uuid\w*|gen_random_uuid)\s*\("
    rb"|\b(using|table)\s*sample\b",
    re.I,
)
NOT_FOR_CHECKS = "profiles.yml"  # a check has one of its own
# A path in the settings that leads out of the project.
LEADS_OUT = re.compile(rb"\.\.|[\s\[\"'](/|~|[a-z]:[\\/])", re.I)


def asks_elsewhere(text: bytes) -> bool:
    """Tell whether SQL, or Jinja, may ask what is not in the files: the environment, the clock, chance."""
    return ASKS_ELSEWHERE.search(text) is not None


def content_of(project: Path) -> str | None:
    """Return a digest of all files of a project, with their paths, and with the packages that are installed.

    None where the files do not tell all: where one may ask the environment or the clock, or lies elsewhere; where
    there is too much to read; and where a file can't be read.
    """
    found, size = hashlib.sha256(str(project).encode()), 0
    try:
        for file in files_below(project, WRITTEN_BY_DBT, set()):
            content = Path(file.path).read_bytes() if file.stat().st_size <= MOST_BYTES - size else None
            if content is None or (file.name != NOT_FOR_CHECKS and asks_elsewhere(content)):
                return None
            if file.name == "dbt_project.yml" and LEADS_OUT.search(content):
                return None
            size += len(content)
            for part in (os.path.relpath(file.path, project).encode(errors="surrogateescape"), content):
                found.update(len(part).to_bytes(8, "big") + part)
    except OSError:
        return None
    return found.hexdigest()


# -- how ---------------------------------------------------------------------------------------------------

Entry = os.DirEntry[str]


def files_below(folder: Path | str, left_out: tuple[str, ...], seen: set[tuple[int, int]]) -> Iterator[Entry]:
    """Give all plain files, in order; each folder once, also where a link leads to it, as to an installed package."""
    status = Path(folder).stat()
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda each: each.name)
    for entry in ordered:
        if entry.name in left_out:
            continue
        if entry.is_dir():
            yield from files_below(entry.path, (), seen)
        elif stat.S_ISREG(entry.stat().st_mode):
            yield entry
