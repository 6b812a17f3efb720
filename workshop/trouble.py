"""dbt's and DuckDB's errors, put into words: what was seen, what it usually means, what to do next."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


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


def explain(error: BaseException | str, node: Any = None, names: tuple[str, ...] = ()) -> Trouble:
    """Return the trouble behind an exception or message of dbt or DuckDB.

    node: the dbt node that failed, if it is known
    names: names of models that exist, for a "did you mean"
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    if isinstance(error, KeyboardInterrupt):
        return Trouble("Interrupted.", "You stopped it. The next cell works as usual.")
    file, line = place(text, node)
    for pattern, meaning in MEANINGS:
        match = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
        if match:
            return Trouble(first_line(text), meaning.format(*match.groups()) + did_you_mean(match, names), file, line)
    return Trouble(first_line(text), "Read the message closely: it names what could not be understood.", file, line)


def first_line(text: str) -> str:
    """Return the line that says what happened, without dbt's headings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    headings = re.compile(r"^(Encountered an error:?|(Compilation|Runtime|Parsing|Database) Error( in .*)?|Error reading .*)$")
    said = [line for line in lines if not headings.match(line)]
    return (said or lines or ["dbt stopped without a message."])[0]


def place(text: str, node: Any) -> tuple[str, int | None]:
    path = re.search(r"\(?((?:models|macros|tests|snapshots|seeds|analyses)[/\\][^\s()'\"]+\.\w+|dbt_project\.yml|profiles\.yml)\)?", text)
    file = path.group(1).replace("\\", "/") if path else getattr(node, "original_file_path", "").replace("\\", "/")
    line = re.search(r"^\s*line (\d+)\b|\bline (\d+), column", text, re.MULTILINE)
    return file, int(line.group(1) or line.group(2)) if line else None


def did_you_mean(match: re.Match, names: tuple[str, ...]) -> str:
    wanted = match.groups()[0] if match.groups() else None
    close = get_close_matches(wanted, names, 1, 0.6) if wanted else []
    return f" Did you mean {close[0]}?" if close and close[0] != wanted else ""


# What people see, most specific first; groups of the pattern fill the sentence.
MEANINGS = (
    (r"could not set lock on file|being used by another process",
     "Another program has this warehouse open. Close the other connection (a terminal, a database viewer), "
     "or restart this kernel and run the first cell again: each notebook then gets a warehouse of its own."),
    (r"depends on a node named '([^']+)' which was not found",
     "`ref('{0}')` names a model that dbt can't find. A ref holds the file name of a model, without folder and .sql."),
    (r"depends on a source named '([^']+)' which was not found",
     "`source()` names a table that no YAML file declares. It takes the source's name and the table's name, "
     "as they stand under `sources:`."),
    (r"unexpected end of template|unexpected '}}'|expected token|Expected an expression|unexpected '%'|Unexpected end of|"
     r"Missing end of comment|Reached EOF without|unexpected char",
     "The Jinja is not closed or not complete. Look for `{{{{` without `}}}}`, or a bracket or quote that is missing inside them."),
    (r"'([^']+)' is undefined",
     "Jinja does not know `{0}`. Look for a misspelt `ref` or `source`, or a name that needs quotes."),
    (r"Found a cycle",
     "A model reads from itself, directly or through others. Look at its `ref`s: none may lead back to it. "
     "`ref` to the model you are writing is the usual cause."),
    (r"found two .*with the name \"([^\"]+)\"",
     "Two files are called {0}. dbt knows a model by its file name, whatever the folder: rename or remove one of them."),
    (r"Could not find profile named '([^']+)'",
     "dbt_project.yml asks for the profile {0}, and profiles.yml has none of that name. "
     "In this project it has to be `profile: jaffle_shop` in the one and `jaffle_shop:` in the other."),
    (r"No dbt_project\.yml found|Could not find dbt_project\.yml|profiles\.yml.*(?:does not exist|not found)|Could not find profile",
     "The project is not complete. Run the first cell of the notebook again (`%workgroup`): it brings back what is missing."),
    (r"dbt_project\.yml.*(?:invalid|error|not valid)|Invalid (?:project|dbt_project)|Project name is not valid|"
     r"must have a top level|Additional properties are not allowed.*project",
     "dbt can't read dbt_project.yml. Undo your last change to it, or compare it with the one in the starter project."),
    (r"syntax error.*line \d+|could not find expected|mapping values are not allowed|did not find expected|found character '\\t'|"
     r"while (?:scanning|parsing)|block mapping",
     "This is not valid YAML. Look at the line and the one before it: spaces in front (never tabs), a colon and a space behind each key."),
    (r"near \"?;",
     "Remove the semicolon: dbt puts your `select` inside `create view ... as ( ... )`, where a semicolon may not stand."),
    (r"Table with name \"?([\w.]+)\"? does not exist|Table Function with name",
     "That table is not in the warehouse. If it is a model, build it first (`%dbt run --select {0}`) and name it with `ref`."),
    (r"Referenced column \"([^\"]+)\" (?:was )?not found|does not have a column named \"([^\"]+)\"",
     "There is no column of that name in what you select from. Look at the names that the model before this one gives its columns."),
    (r"must appear in the GROUP BY|should appear in the GROUP BY",
     "Each column that is selected is either grouped by or inside a function such as `sum`. Add it to `group by`, or aggregate it."),
    (r"Ambiguous reference to column name \"([^\"]+)\"",
     "Two of the joined tables have a column {0}. Write the table's name in front of it."),
    (r"database \"raw\" which is attached in read-only|read-only mode",
     "`raw` is read-only. It is what the loader brought; a project reads from it and never changes it."),
    (r"Nothing to do",
     "No model of that name was found. Look at the name behind --select."),
    (r"No such command '([^']+)'",
     "dbt has no command {0}. You want one of run, test, build, compile, ls, show, docs, source."),
    (r"No such option '?([^'\s]+)",
     "dbt has no option {0} here. `%dbt run --help` lists them."),
    (r"file system operations are disabled|disabled by configuration",
     "A model reads from other models and from `raw`, not from files: what is in a file has to be loaded first."),
    (r"No space left|Out of disk|disk full|not enough space",
     "The disk is full. Free some space, then run the cell again; your files are as they were."),
    (r"Permission denied|Read-only file system|Cannot open file",
     "The folder can't be written to. Check its rights, or move the workshop to a folder of your own."),
    (r"Parser Error|syntax error",
     "DuckDB can't read this SQL. Look just before the place it names: a comma too many or missing, a bracket not closed, a word misspelt."),
    (r"Conversion Error",
     "A value does not fit the type it is turned into. Look at the cast, or at what is compared with what."),
    (r"Interrupted|interrupt",
     "You stopped it. The next cell works as usual."),
)
