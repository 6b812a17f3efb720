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
            wanted = next((group for group in match.groups() if group), "")
            hint = did_you_mean(wanted, (*names, *names_offered(text)))
            return Trouble(first_line(text), meaning.format(*match.groups()) + hint, file, line)
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


def did_you_mean(wanted: str, names: tuple[str, ...]) -> str:
    """Return " Did you mean `name`?" for the name nearest to `wanted`, or "" where none is near."""
    by_last_word = {name.rpartition(".")[2]: name for name in names}
    close = get_close_matches(wanted.rpartition(".")[2], by_last_word, 1, 0.6)
    return f" Did you mean `{by_last_word[close[0]]}`?" if close and by_last_word[close[0]] != wanted else ""


DBT_COMMANDS = (
    "run",
    "test",
    "build",
    "compile",
    "ls",
    "show",
    "docs",
    "source",
    "seed",
    "snapshot",
    "parse",
    "debug",
    "deps",
    "clean",
)

# What people see, most specific first; groups of the pattern fill the sentence.
MEANINGS = (
    (
        r"could not set lock on file|being used by another process",
        "Another program has this warehouse open. Close the other connection (a terminal, a database viewer), "
        "or restart this kernel and run the first cell again: each notebook then gets a warehouse of its own.",
    ),
    (
        r"depends on a node named '([^']+)' which was not found",
        "`ref('{0}')` names a model that dbt can't find. A ref holds the file name of a model, without folder and .sql.",
    ),
    (
        r"depends on a source named '([^']+)' which was not found",
        "`source()` names a table that no YAML file declares. It takes the source's name and the table's name, "
        "as they stand under `sources:`.",
    ),
    (
        r"unexpected end of template|unexpected '}}'|expected token|Expected an expression|unexpected '%'|Unexpected end of|"
        r"Missing end of comment|Reached EOF without|unexpected char",
        "The Jinja is not closed or not complete. Look for `{{{{` without `}}}}`, or a bracket or quote that is missing inside them.",
    ),
    (
        r"'([^']+)' is undefined",
        "Jinja does not know `{0}`. Look for a misspelt `ref` or `source`, or a name that needs quotes.",
    ),
    (
        r"missing \d+ required positional argument|takes \d+ positional argument",
        "`ref` takes one name: `ref('stg_orders')`. `source` takes two: `source('jaffle_shop', 'orders')`.",
    ),
    (
        r"Found a cycle",
        "A model reads from itself, directly or through others. Look at its `ref`s: none may lead back to it. "
        "`ref` to the model you are writing is the usual cause.",
    ),
    (
        r"found two .*with the name \"([^\"]+)\"",
        "Two files are called {0}. dbt knows a model by its file name, whatever the folder: rename or remove one of them.",
    ),
    (
        r"Could not find profile named '([^']+)'",
        "dbt_project.yml asks for the profile {0}, and profiles.yml has none of that name. "
        "In this project it has to be `profile: jaffle_shop` in the one and `jaffle_shop:` in the other.",
    ),
    (
        r"No dbt_project\.yml found|Could not find dbt_project\.yml|profiles\.yml.*(?:does not exist|not found)|Could not find profile",
        "The project is not complete. Run the first cell of the notebook again (`%workgroup`): it brings back what is missing.",
    ),
    (
        r"does not have a target named|Credentials in profile|Profile .* in profiles\.yml is empty|No 'target' specified",
        "profiles.yml says where dbt finds the warehouse, and it is not as it was. Delete it and run the first cell of the "
        "notebook again (`%workgroup`): that brings it back.",
    ),
    (
        r"config given in .* is not of type 'array'",
        "Where a list is expected stands something else. In a list, a dash and a space stand in front of each entry: `- name: ...`.",
    ),
    (
        r"config given in .* is not of type 'object'|a list element for '(\w+)' is not a dictionary",
        "An entry begins with `- name: ...`, and what belongs to it stands below, with the same spaces in front as `name`.",
    ),
    (
        r"config given in .* is not of type 'string'",
        "Where text is expected stands something else. Put it into quotes.",
    ),
    (r"the value of '(\w+)' is not a list", "Below `{0}:`, each entry begins with a dash and its name: `- name: ...`."),
    (
        r"Invalid \w+ config given in",
        "One entry of this file is not as dbt expects it. Compare it, line by line and space by space, with one that works.",
    ),
    (
        r"^\W*at path \['(\w+)'",
        "The setting `{0}` has a value that dbt can't use. It stands in `dbt_project.yml`, below `config:` in a YAML file, or in the "
        "`config()` of a model: look at the one that you changed last.",
    ),
    (
        r"dbt_project\.yml.*(?:invalid|error|not valid)|Invalid (?:project|dbt_project)|Project name is not valid|"
        r"must have a top level|Additional properties are not allowed.*project|at path \[|dbt_project\.yml does not parse|"
        r"field not present in project",
        "dbt can't use dbt_project.yml as it is. Undo your last change to it, or delete it and run the first cell of the "
        "notebook again (`%workgroup`): that brings it back as it was at first.",
    ),
    (
        r"near \"?;",
        "Remove the semicolon: dbt puts your `select` inside `create view ... as ( ... )`, where a semicolon may not stand.",
    ),
    (
        r"syntax error at or near \"(alter|attach|copy|create|delete|drop|insert|truncate|update)\"",
        "A model is one `select`, not a `{0}`: dbt writes the `create table` around it, and never changes what is in `raw`.",
    ),
    (
        r"syntax error at or near|syntax error at end of input",
        "DuckDB can't read this SQL. Look just before the place it names: a comma too many or missing, a bracket not closed, a word misspelt.",
    ),
    (
        r"syntax error near line \d+|could not find expected|mapping values are not allowed|did not find expected|found character '\\t'|"
        r"while (?:scanning|parsing)|block mapping",
        "This is not valid YAML. Look at the line and the one before it: spaces in front (never tabs), a colon and a space behind each key.",
    ),
    (
        r"Table with name \"raw\.|schema \"raw\.|Catalog \"raw\" does not exist|Schema with name raw does not exist",
        "`raw` has no such table. Its tables are `raw.jaffle_shop.customers`, `raw.jaffle_shop.orders` and `raw.stripe.payment`. "
        "If the name is right, `raw` was detached: run the first cell (`%workgroup`) again.",
    ),
    (
        r"Table with name \"?([\w.]+)\"? does not exist|Table Function with name",
        "There is no table of that name. If it is a model of yours, build it first (`%dbt run`) and name it with `ref`.",
    ),
    (
        r"Referenced column \"([^\"]+)\" (?:was )?not found|does not have a column named \"([^\"]+)\"",
        "There is no column of that name in what you select from. Look at the names that the model before this one gives its columns.",
    ),
    (
        r"must appear in the GROUP BY|should appear in the GROUP BY",
        "Each column that is selected is either grouped by or inside a function such as `sum`. Add it to `group by`, or aggregate it.",
    ),
    (
        r"Ambiguous reference to column name \"([^\"]+)\"",
        "Two of the joined tables have a column {0}. Write the table's name in front of it.",
    ),
    (
        r"database \"raw\" which is attached in read-only|read-only mode",
        "`raw` is read-only. It is what the loader brought; a project reads from it and never changes it.",
    ),
    (
        r"Resource names cannot contain spaces:\s*\* '\w+\.\w+\.([^']+)'",
        "The file of `{0}` has a space in its name. Rename it: letters, digits and `_`.",
    ),
    (
        r"codec can't decode",
        "A file of your project is not saved as UTF-8 text, so dbt can't read it. Open the one you changed last in JupyterLab "
        "and save it again, or write it with `%%sqlmodel`.",
    ),
    (
        r"transaction is aborted",
        "An earlier statement failed after a `begin`. Run `%sql rollback`, then this cell again.",
    ),
    (
        r"database has been invalidated",
        "The warehouse can't go on after this. Restart the kernel (menu Kernel) and run the first cell again; your files are as they were.",
    ),
    (
        r"Connection already closed|Connection has already been closed",
        "The connection to the warehouse was closed. Run the first cell (`%workgroup`) again: it opens a new one.",
    ),
    (r"Nothing to do", "No model of that name was found. Look at the name behind --select."),
    (
        r"No such command '([^']+)'",
        "dbt has no command {0}. You want one of run, test, build, compile, ls, show, docs, source.",
    ),
    (r"No such option '?([^'\s]+)", "dbt has no option {0} here. `%dbt run --help` lists them."),
    (
        r"file system operations are disabled|disabled by configuration",
        "A model reads from other models and from `raw`, not from files: what is in a file has to be loaded first.",
    ),
    (
        r"No space left|Out of disk|disk full|not enough space",
        "The disk is full. Free some space, then run the cell again; your files are as they were.",
    ),
    (
        r"Permission denied|Read-only file system|Cannot open file",
        "The folder can't be written to. Check its rights, or move the workshop to a folder of your own.",
    ),
    (
        r"Parser Error|syntax error",
        "DuckDB can't read this SQL. Look just before the place it names: a comma too many or missing, a bracket not closed, a word misspelt.",
    ),
    (
        r"Conversion Error",
        "A value does not fit the type it is turned into. Look at the cast, or at what is compared with what.",
    ),
    (r"Interrupted|interrupt", "You stopped it. The next cell works as usual."),
)
