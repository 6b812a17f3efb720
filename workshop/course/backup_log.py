"""The log of a catch-up, and digests: how `undo` knows what is ours, wherever it lies by then."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workshop.places import WAREHOUSES

LOG = "catch_up.json"
GENERATED = ("target", "logs", "dbt_packages", "package-lock.yml", ".git", WAREHOUSES)


@dataclass
class Log:
    """What a catch-up did, as it stands in the backup folder.

    before: the digest of each file that was there before, by path
    written: for each path that was changed, all digests that it was given, in order; None where the file was taken away
    """

    before: dict[str, str] = field(default_factory=dict)
    written: dict[str, list[str | None]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Log":
        content: Any = json.loads((folder / LOG).read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return cls(content["before"], content["written"])
        log = cls()  # as earlier versions of the workshop wrote it
        for entry in content:
            log.written.setdefault(entry["path"], []).append(entry["written"])
        return log

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"before": self.before, "written": self.written}, indent=1)
        unfinished = folder / f".{LOG}.{os.getpid()}.tmp"
        try:
            unfinished.write_text(text, encoding="utf-8")
            os.replace(unfinished, folder / LOG)
        finally:
            unfinished.unlink(missing_ok=True)


def is_plain(path: Path) -> bool:
    return path.is_file()


def digests_in(project: Path) -> dict[str, str]:
    """Return the digests of the project's files, without what dbt and DuckDB make; "" for what is no plain file."""
    found = {}
    for here, folders, names in os.walk(project):
        folders[:] = [name for name in folders if name not in GENERATED]
        for name in set(names) - set(GENERATED):
            path = Path(here, name)
            found[path.relative_to(project).as_posix()] = digest(path) if is_plain(path) else ""
    return found


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
