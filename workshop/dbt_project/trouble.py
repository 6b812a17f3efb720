"""dbt's and DuckDB's errors, put into words: what was seen, what it usually means, what to do next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from workshop.dbt_project.error_meanings import MEANINGS
from workshop.dbt_project.macro_meanings import MACRO_MEANINGS


@dataclass(frozen=True)
class Trouble:
    """Why something does not run.

    said: the first line of what dbt or DuckDB said
    meaning: what it usually means and what to do, in one or two sentences
    file: the project file at fault, with forward slashes, or ""
    line: the line in it, or None
    """

    said: str
    meaning: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        named = self.file and self.file not in self.said
        places = [self.file] * bool(named) + [f"line {self.line}"] * bool(self.line)
        where = f" ({', '.join(places)})" if places else ""
        return f"{self.said}{where}\n\n{self.meaning}"


def explain(error: BaseException | str, node: Any = None, names: Sequence[str] = ()) -> Trouble:
    """Return the trouble behind an exception or message of dbt or DuckDB.

    node: the dbt node that failed, if it is known
    names: of models and of raw tables (such as "raw.library.books") that exist, for a "did you mean"
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    if isinstance(error, KeyboardInterrupt):
        return Trouble("Interrupted.", "You stopped it. The next cell works as usual.")
    file, line = place(text, node)
    for pattern, meaning in (*MACRO_MEANINGS, *MEANINGS):
        match = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
        if match:
            wanted = next((group for group in match.groups() if group), "")
            hint = did_you_mean(wanted, (*names, *names_offered(text)))
            words = meaning.format(*match.groups(), raw_tables=raw_tables_among(names))
            return Trouble(first_line(text), words + hint, file, line)
    return Trouble(first_line(text), "Read the message closely: it names what could not be understood.", file, line)


def first_line(text: str) -> str:
    """Return the line that says what happened, without dbt's headings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    headings = re.compile(
        r"^(Encountered an error:?|(Compilation|Runtime|Parsing|Database) Error( in .*)?|Error reading .*)$"
    )
    said = [line for line in lines if not headings.match(line)]
    return CONFIG.sub(without_the_whole_entry, (said or lines or ["dbt stopped without a message."])[0])


CONFIG = re.compile(
    r"Invalid (?P<key>\w+) config given in (?P<file>\S+) @ \w+: \{.*\} - at path (?P<path>\S*): (?P<said>.*)"
)


def without_the_whole_entry(match: re.Match[str]) -> str:
    """Return what dbt says of an entry in YAML; it repeats the whole entry, as Python writes it."""
    steps = [name or f"entry {int(number) + 1}" for name, number in re.findall(r"\['(\w+)'\]|\[(\d+)\]", match["path"])]
    place = ", ".join(steps)
    return f"Invalid {match['key']} config in {match['file']}: {match['said']}{f' (at {place})' if place else ''}"


def place(text: str, node: Any) -> tuple[str, int | None]:
    path = re.search(
        r"\(?((?:models|macros|tests|snapshots|seeds|analyses)[/\\][^()'\"]+?\.\w+|dbt_project\.yml|profiles\.yml)\b",
        text,
    )
    file = (path.group(1) if path else getattr(node, "original_file_path", "")).replace("\\", "/")
    if not path and (inside := re.search(r"Error reading \w+: ([^\n]+?\.ya?ml) - ", text)):
        file = f"models/{inside.group(1)}"  # dbt leaves the folder out
    if not file and text.startswith("Runtime Error\n  Syntax error near line"):
        file = "dbt_project.yml"  # the only file that dbt does not name
    line = re.search(r"Syntax error near line (\d+)|^\s*line (\d+)\b|\bline (\d+), column", text, re.MULTILINE)
    return file, int(next(filter(None, line.groups()))) if line else None


def names_offered(text: str) -> tuple[str, ...]:
    """Return the names that dbt or DuckDB offers in place of the one it did not find."""
    offered = re.search(r"(?:Candidate bindings:|Did you mean) ([^\n?]+)", text)
    if "No such command" in text:
        return DBT_COMMANDS
    return tuple(re.findall(r"[\w.-]+", offered.group(1))) if offered else ()


def raw_tables_among(names: Sequence[str]) -> str:
    """Return the sentence that lists the raw tables, or "" where none is known."""
    *others, last = [f"`{name}`" for name in names if name.startswith("raw.")] or [""]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"Its tables are {listed}. " if last else ""


def did_you_mean(wanted: str, names: Sequence[str]) -> str:
    """Return " Did you mean `name`?" for the name nearest to `wanted`, or "" where none is near."""
    by_last_word = {name.rpartition(".")[2]: name for name in names}
    close = get_close_matches(wanted.rpartition(".")[2], by_last_word, 1, 0.6)
    return f" Did you mean `{by_last_word[close[0]]}`?" if close and by_last_word[close[0]] != wanted else ""


DBT_COMMANDS = tuple("run test build compile ls show docs source seed snapshot parse debug deps clean".split())
