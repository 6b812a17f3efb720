"""JupySQL, set up for the workshop: quiet, with `ref` and `source`, and with sentences for tracebacks."""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import wraps
from typing import Any

import duckdb
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output
from jinja2 import TemplateError, Undefined
from sqlglot.errors import SqlglotError

from workshop.course.raw_tables import RAW_NAMES
from workshop.dbt_project.files import ProjectTrouble
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.trouble import explain
from workshop.dbt_project.work import Work
from workshop.notebook import agreement
from workshop.notebook.session import Session


@contextmanager
def without_matplotlib() -> Iterator[None]:
    """Inside, there is no matplotlib. It takes a third of the first cell, and JupySQL needs it for plots only."""
    name = "matplotlib.pyplot"
    known = name in sys.modules
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if not known:
            del sys.modules[name]


with without_matplotlib():
    from sql import plot
    from sql.connection import ConnectionManager
    from sql.run.resultset import ResultSet
    from sql.store import store

ALIAS = "warehouse"
ROWS_SHOWN = 20

SAID_IN_WORDS = (
    duckdb.Error,
    SqlglotError,
    TemplateError,
    TypeError,
    ValueError,
    RuntimeError,
    UsageError,
    KeyboardInterrupt,
)
JUPYSQL_HEADING = "Original error message from DB driver:"  # above it stands advice on a feature that is not used here
DUCKDB_ERROR = re.compile(r"(\w+ )+Error: ")

FOOTER = re.compile(r"Truncated to .*?displaylimit(?:</a>)? of (\d+)\.")

NOTHING_YET = "There is no query here yet. Write one below the first line, and run the cell again."


def connect_jupysql(shell: Any, session: Session) -> None:
    """Load JupySQL into `shell`, connected to the session's warehouse, with `ref` and `source` for `{{ }}`."""
    with capture_output():  # it announces settings files and tips
        shell.run_line_magic("load_ext", "sql")
    say_it_in_our_words()
    settings = shell.magics_manager.registry["SqlMagic"]
    settings.displaycon, settings.feedback, settings.displaylimit = False, 0, ROWS_SHOWN
    for kind, name in (("cell", "sql"), ("line", "sql"), ("line", "sqlplot"), ("line", "sqlcmd"), ("cell", "sqlplot")):
        magics = shell.magics_manager.magics[kind]
        if name in magics and not getattr(magics[name], "is_friendly", False):
            magics[name] = friendly(magics[name], name == "sqlplot", session)
    shell.user_ns |= {ALIAS: session.open_connection, "ref": make_ref(session), "source": make_source(session)}
    ConnectionManager.connections.pop(ALIAS, None)  # else JupySQL keeps one that was closed since
    with capture_output():
        shell.run_line_magic("sql", f"{ALIAS} --alias {ALIAS}")


def say_it_in_our_words() -> None:
    """Let a result that is cut off say so, in place of the name of JupySQL's setting."""
    if hasattr(ResultSet._add_footer, "__wrapped__"):
        return
    theirs = ResultSet._add_footer

    @wraps(theirs)
    def footer(result: ResultSet, text: str, *, html: bool) -> str:
        return FOOTER.sub(r"The first \1 rows; there are more.", theirs(result, text, html=html))

    ResultSet._add_footer = footer


def friendly(magic: Callable[..., Any], draws: bool = False, session: Session | None = None) -> Callable[..., Any]:
    """Return the magic with its errors as sentences, and one for a cell without a query.

    draws: whether it needs matplotlib
    session: of the notebook, if there is one: where its warehouse is older than the files, an error says so
    """

    @wraps(magic)
    def run(line: str, cell: str | None = None, **more: Any) -> Any:
        if draws and plot.plt is None:
            importlib.reload(plot)
        if cell is not None and not without_comments(cell).strip():
            print(NOTHING_YET)
            return None
        try:
            return magic(line, cell, **more) if cell is not None else magic(line, **more)
        except (RefTrouble, ProjectTrouble) as error:
            raise UsageError(str(error)) from None
        except SAID_IN_WORDS as raised:
            query = cell or line
            trouble = duckdbs_own(raised, query)
            told = [
                sentence(trouble, query),
                saved_query(session, line) if draws else "",
                behind(session, trouble, query),
            ]
            raise UsageError("\n".join(filter(None, told))) from None

    run.is_friendly = True  # type: ignore[attr-defined]
    return run


def duckdbs_own(error: BaseException, query: str) -> BaseException:
    """Return what DuckDB says of a query in which JupySQL looked for saved ones, with another parser."""
    if isinstance(error, SqlglotError):
        try:
            duckdb.extract_statements(query)
        except duckdb.Error as own:
            return own
    return error


def behind(session: Session | None, error: BaseException, query: str) -> str:
    """Return what is to be said of models that the query names and that are not built as their files are."""
    return agreement.of_query(session, query) if session and DUCKDB_ERROR.search(str(error)) else ""


def saved_query(session: Session | None, line: str) -> str:
    """Return what is to be said of a plot's saved query where that does not run itself; JupySQL saves before it runs.

    line: what stands behind `%sqlplot`
    """
    named = re.search(r"(?:--table|-t)[ =]+(\w+)", line)
    name = named[1] if named else ""
    if session is None or name not in store:
        return ""
    try:
        session.open_connection.cursor().execute(f"select * from (\n{store[name]._query}\n) limit 0")
    except duckdb.Error:
        said = f"The plot runs the query that is saved as `{name}`, and that does not run."
        return f"{said} Mend the cell with `--save {name}` and run it, then this one."
    return ""


def sentence(error: BaseException, cell: str = "") -> str:
    """Return an error of JupySQL, Jinja or DuckDB in words; `cell` is what was run."""
    text = str(error).rpartition(JUPYSQL_HEADING)[2].strip()
    if isinstance(error, UsageError) and not DUCKDB_ERROR.match(text):
        return text  # JupySQL's own words
    trouble = explain(error if isinstance(error, KeyboardInterrupt) else text, names=RAW_NAMES, text=cell)
    lines = text.splitlines()
    detail = next((lines[number : number + 2] for number, line in enumerate(lines) if line.startswith("LINE ")), [])
    return "\n".join(filter(None, [trouble.said, *([trouble.shown] if trouble.shown else detail), trouble.meaning]))


class RefTrouble(Exception):
    """A ref or source in a query leads nowhere; the message says what there is."""


def make_ref(session: Session) -> Callable[[str], str]:
    def ref(name: str) -> str:
        """Return the relation that dbt built for the model `name` in this notebook's warehouse."""
        if isinstance(name, Undefined):
            raise RefTrouble("The name of a model stands in quotes: {{ ref('stg_orders') }}.")
        rows = session.open_connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() where not internal union all "
            "select database_name, schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        found = [row for row in rows if row[2] == name and row[0] == ALIAS]
        if found:
            if name in (old := agreement.leftovers(session, Work(session.project))):
                print(agreement.sentence_on_leftovers([each for each in old if each == name]))
            return ".".join(f'"{part}"' for part in found[0])
        close = get_close_matches(name, [row[2] for row in rows if row[0] == ALIAS], 1, 0.6)
        is_model = name in Work(session.path).model_files
        hint = (
            f"Did you mean {close[0]}?"
            if close and not is_model
            else f"If it is a model of yours, build it first: %dbt run --select {name}"
        )
        raise RefTrouble(f"There is no model {name} in this notebook's warehouse. {hint}")

    return ref


def make_source(session: Session) -> Callable[[str, str], str]:
    def source(schema: str, table: str) -> str:
        """Return the raw table that a source stands for."""
        rows = session.open_connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'raw'"
        ).fetchall()
        tables = [row[0] for row in rows]
        if f"{schema}.{table}" not in tables:
            raise RefTrouble(f"There is no table {schema}.{table} in raw. There is {', '.join(tables)}.")
        return f'"raw"."{schema}"."{table}"'

    return source
