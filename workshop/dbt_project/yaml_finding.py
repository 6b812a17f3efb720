"""Something wrong in a YAML or docs file of a project, with its place."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something wrong in a file.

    name: of the known mistake
    file: relative to the project, with forward slashes
    line: counted from 1
    detail: what stands there, and what was probably meant
    about: what the file describes, "models" or "sources" or both; empty where it can't be told
    words: what to do here, where more is known than the words of the known mistake say
    """

    name: str
    file: str
    line: int
    detail: str = ""
    about: frozenset[str] = frozenset()
    words: str = ""

    @property
    def place(self) -> str:
        return f"`{self.file}`, line {self.line}"


def meant(close: Sequence[str]) -> str:
    """Return ", did you mean `name`?" for the first of the names that are near, or "" for none."""
    return f", did you mean `{close[0]}`?" if close else ""
