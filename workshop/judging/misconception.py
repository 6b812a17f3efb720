"""Known mistakes as data: one Markdown file each, in the folder of its exercise.

A file holds a title, the words that help, and the project edits that make the mistake, one fenced block
each, with the path behind the language:

    # Titles are cut off

    Your titles end after ten letters: ...

    ```sql models/staging/stg_books.sql
    select ...
    ```

A model's mistake is recognised by what it returns: where a learner's model returns the same as the file's,
the file's words are the feedback. The other mistakes are recognised by the checks, which name the file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workshop.dbt_project.files import Edit

FENCE = re.compile(r"^```(?P<language>\w+) (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Mistake:
    """A mistake that can be named: its name, title, and the words that help."""

    name: str
    title: str
    words: str


@dataclass(frozen=True)
class Misconception(Mistake):
    """A known mistake of one exercise, and the edits that make it."""

    exercise: str
    edits: tuple[Edit, ...]

    def model(self, name: str) -> str | None:
        """Return the Jinja SQL that this mistake gives the model `name`, or None."""
        return next((edit.text for edit in self.edits if edit.path.endswith(f"/{name}.sql")), None)


@cache
def read_misconceptions(folder: Path) -> Mapping[str, Misconception]:
    """Return the known mistakes in the folder of an exercise by name, in alphabetical order; read once."""
    return {path.stem: read_misconception(path) for path in sorted(folder.glob("*.md"))}


def read_misconception(path: Path) -> Misconception:
    """Read one file. Raises ValueError where it lacks a title, words or a block."""
    text = path.read_text(encoding="utf-8")
    edits = edits_in(text)
    head, _, words = FENCE.sub("", text).strip().partition("\n")
    words = " ".join(words.split())
    if not head.startswith("# ") or not words or not edits:
        raise ValueError(f"{path.name} needs a title, words, and a fenced block with a path.")
    return Misconception(path.stem, head.removeprefix("# "), words, path.parent.name, edits)


def edits_in(markdown: str) -> tuple[Edit, ...]:
    """Return the project edits of a Markdown text: its fenced blocks with a path.

    A block of the language `move` holds the path that the file moves to.
    """
    return tuple(
        Edit(match["path"], moved_to=match["text"].strip())
        if match["language"] == "move"
        else Edit(match["path"], match["text"])
        for match in FENCE.finditer(markdown)
    )
