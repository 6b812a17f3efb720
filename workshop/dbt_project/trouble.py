"""dbt's and DuckDB's errors, put into words: what was seen, what it usually means, what to do next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from workshop.dbt_project.error_meanings import MEANINGS
from workshop.dbt_project.explaining.jinja_slips import jinja_slip
from workshop.dbt_project.explaining.other_warehouses import other_warehouse
from workshop.dbt_project.explaining.place import excerpt, line_number, position_of
from workshop.dbt_project.explaining.scene import Scene, Slip, as_mart
from workshop.dbt_project.explaining.sql_names import unknown_name
from workshop.dbt_project.explaining.sql_repair import unreadable_sql
from workshop.dbt_project.explaining.yaml_slips import docs_slip, yaml_slip
from workshop.dbt_project.macro_meanings import MACRO_MEANINGS
from workshop.dbt_project.yaml_files import text_in, texts_of


@dataclass(frozen=True)
class Trouble:
    """Why something does not run.

    said: what dbt or DuckDB said, in one line
    meaning: what it usually means and what to do, in one or two sentences; "" where that is not known
    file: the project file at fault, with forward slashes, or ""
    line: the line in it, or None
    shown: that line with those around it and a mark, or ""
    whole: the whole message of dbt or DuckDB
    """

    said: str
    meaning: str
    file: str = ""
    line: int | None = None
    shown: str = ""
    whole: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        named = self.file and self.file not in self.said
        places = [self.file] * bool(named) + [f"line {self.line}"] * bool(self.line)
        where = f" ({', '.join(places)})" if places else ""
        return "\n\n".join(filter(None, (f"{self.said}{where}", self.shown, self.meaning)))


def explain(
    error: BaseException | str,
    node: Any = None,
    names: Sequence[str] = (),
    text: str = "",
    file: str = "",
    compiled: str = "",
) -> Trouble:
    """Return the trouble behind an exception or message of dbt or DuckDB.

    node: the dbt node that failed, if it is known
    names: of models and of raw tables (such as "raw.library.books") that exist, for a "did you mean"
    text: the SQL file or cell at fault, as the learner wrote it
    file: its path, where it has one
    compiled: what dbt made of it
    """
    whole = FILE_PATH.sub(r"\1/\2", re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip())
    if isinstance(error, KeyboardInterrupt):
        return Trouble("Interrupted.", "You stopped it. The next cell works as usual.")
    named, line = place(whole, node)
    trouble = replace(by_pattern(whole, names), file=file or named, line=line, whole=whole)
    return in_the_file(trouble, Scene(whole, text, trouble.file, compiled or text, names)) if text else trouble


def explain_in_project(trouble: Trouble, project: Path, names: Sequence[str] = (), compiled: str = "") -> Trouble:
    """Return the same trouble, with what the file at fault tells."""
    if not trouble.whole:
        return trouble
    if trouble.file.endswith(".sql") and (text := text_in(project, trouble.file)):
        return explain(trouble.whole, names=names, text=text, file=trouble.file, compiled=compiled)
    if trouble.file.startswith("models/") or (not trouble.file and "cycle" not in trouble.whole):
        return in_yaml_or_docs(trouble, project)
    return trouble


def explain_in_macros(trouble: Trouble, project: Path) -> Trouble:
    """Return the same trouble, with what the file of macros, or of a generic test, tells that it is in."""
    text = text_in(project, trouble.file)
    slip = jinja_slip(Scene(trouble.whole, text, trouble.file))
    if slip and slip.at is not None:
        return at_slip(trouble, trouble.file, text, slip)
    return replace(trouble, shown=excerpt(text, trouble.line) if trouble.line else "")


def in_yaml_or_docs(trouble: Trouble, project: Path) -> Trouble:
    """Return the trouble with the slip in the YAML or docs file that dbt names, or in any where it names none."""
    for file, text in texts_of(project, ".yml", ".yaml", ".md"):
        if trouble.file in ("", file):
            slip = docs_slip(text) if file.endswith(".md") else yaml_slip(text, trouble.whole)
            if slip:
                return at_slip(trouble, file, text, slip)
    return trouble


# -- how ---------------------------------------------------------------------------------------------------


def by_pattern(whole: str, names: Sequence[str]) -> Trouble:
    """Return what is known of a message without the file that it came from."""
    for pattern, meaning in (*MACRO_MEANINGS, *MEANINGS):
        match = re.search(pattern, whole, re.IGNORECASE | re.DOTALL)
        if match:
            wanted = next((group for group in match.groups() if group), "")
            hint = did_you_mean(wanted, (*names, *names_offered(whole)))
            words = meaning.format(*match.groups(), raw_tables=raw_tables_among(names))
            return Trouble(first_line(whole), words + hint)
    return Trouble(all_of_it(whole), "")


def in_the_file(trouble: Trouble, scene: Scene) -> Trouble:
    """Return the trouble with its place in the learner's file, and in the words of the slip that is found there."""
    slip: Slip | None = None
    for look in (jinja_slip, other_warehouse, unreadable_sql, unknown_name):
        slip = slip or look(scene)
    at = slip.at if slip and slip.at is not None else None
    if at is None:
        at = position_of(scene.error, scene.text, scene.compiled)
    line = line_number(scene.text, at) if at is not None else trouble.line if says_own_line(scene) else None
    column = at - (scene.text.rfind("\n", 0, at) + 1) if at is not None else None
    shown = excerpt(scene.text, line, column) if line else ""
    undefined = (pattern for pattern, _ in MACRO_MEANINGS if pattern.endswith("is undefined"))
    is_of_a_package = any(
        re.search(pattern, scene.error) for pattern in undefined
    )  # known by name, so surer than a slip
    meaning = slip.words if slip and not is_of_a_package else trouble.meaning
    return replace(trouble, meaning=meaning, line=line, shown=shown)


def at_slip(trouble: Trouble, file: str, text: str, slip: Slip) -> Trouble:
    """Return the trouble in the words of a slip, with its place in a file."""
    line = line_number(text, slip.at) if slip.at is not None else trouble.line
    return replace(trouble, meaning=slip.words, file=file, line=line, shown=excerpt(text, line) if line else "")


def says_own_line(scene: Scene) -> bool:
    """Tell whether the line in a message is one of the learner's file; those of DuckDB are of compiled SQL."""
    return bool(re.search(r"^\s*line \d+$", scene.error, re.MULTILINE)) and "\n" not in leading_blank(scene.text)


def leading_blank(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


HEADING = re.compile(
    r"^(Encountered an error:?|(Compilation|Runtime|Parsing|Database) Error( in .*)?|Error reading .*)$"
)


def all_of_it(whole: str) -> str:
    """Return a message in one line, without dbt's headings, the place in compiled SQL, and lists of functions."""
    text = re.split(r"\n\s*(?:Candidate functions:|LINE \d+:|line \d+\n|compiled code at)", whole)[0]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in lines if not HEADING.match(line) and not line.startswith("Did you mean")]
    whole_sentence = " ".join(said or lines or ["dbt stopped without a message."])
    return re.sub(r", got <class '.*'>", ", in quotes", whole_sentence)


def first_line(text: str) -> str:
    """Return the line that says what happened, without dbt's headings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in lines if not HEADING.match(line)]
    first = (said or lines or ["dbt stopped without a message."])[0]
    if first.endswith(":") and len(said) > 1:
        first = f"{first} {said[1]}"
    first = re.sub(r", got <class '.*'>", ", in quotes", first)
    return CONFIG.sub(without_the_whole_entry, first)


FILE_PATH = re.compile(r"FilePath\(searched_path='([^']*)', relative_path='([^']*)'[^)]*\)")  # as Python writes it
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
    close = as_mart(wanted, by_last_word) or get_close_matches(wanted.rpartition(".")[2], by_last_word, 1, 0.6)
    return f" Did you mean `{by_last_word[close[0]]}`?" if close and by_last_word[close[0]] != wanted else ""


DBT_COMMANDS = tuple("run test build compile ls show docs source seed snapshot parse debug deps clean".split())
