"""What is changed in dbt itself, and why: each is small, and each is here."""

import sys
from functools import cache
from typing import Any

from workshop.dbt_project.aside import aside

# Nobody needs more in a model. Python computes such things in one go, which nothing can stop.
LONGEST_TEXT = 10_000_000
MOST_BITS = 100_000


@cache
def prepare_dbt() -> None:
    """Change dbt, once a process. It imports dbt, which takes seconds."""
    look_for_plugins_once()
    name_the_source_of_a_flag_at_once()
    look_for_no_secrets()
    refuse_absurd_numbers()
    run_queries_aside()
    leave_busy_connections_alone()


# -- how ---------------------------------------------------------------------------------------------------


def look_for_plugins_once() -> None:
    """To walk through all of sys.path for plugins takes dbt a quarter of a check, each time."""
    from dbt.plugins.manager import PluginManager

    PluginManager.get_prefixed_modules = cache(PluginManager.get_prefixed_modules)  # type: ignore[method-assign]


def name_the_source_of_a_flag_at_once() -> None:
    """To name the module that sets a flag, dbt reads the source of each function that is going on, twice a command. The
    deeper it is called, the longer that takes: in a notebook, a tenth of each check.
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered

    def default_source() -> str:
        frame, own = sys._getframe(1), BehaviorFlagRendered.__module__
        while frame.f_back and frame.f_globals["__name__"] == own:
            frame = frame.f_back
        return str(frame.f_globals["__name__"])

    BehaviorFlagRendered._default_source = staticmethod(default_source)  # type: ignore[method-assign]


def look_for_no_secrets() -> None:
    """dbt looks through the environment for secrets, to leave them out of each error that it raises, and while it reads
    macros it raises hundreds for itself. It is given none of its own variables, and so no secrets.
    """
    from dbt_common.exceptions import base

    base.env_secrets = list


def refuse_absurd_numbers() -> None:
    """Jinja's sandbox lets an environment say which operators it wants to look at: here powers and products."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment
    from dbt_common.exceptions import CompilationError

    original = MacroFuzzEnvironment.call_binop

    def call_binop(self: Any, context: Any, operator: str, left: Any, right: Any) -> Any:
        if is_absurd(operator, left, right):
            raise CompilationError(f"`{operator}` makes something far too large here.")
        return original(self, context, operator, left, right)

    MacroFuzzEnvironment.intercepted_binops = frozenset({"**", "*"})
    MacroFuzzEnvironment.call_binop = call_binop  # type: ignore[method-assign]


def is_absurd(operator: str, left: Any, right: Any) -> bool:
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
        return bits > MOST_BITS
    if operator == "*" and isinstance(left, int) and hasattr(right, "__len__"):
        left, right = right, left
    return operator == "*" and hasattr(left, "__len__") and isinstance(right, int) and len(left) * right > LONGEST_TEXT


def run_queries_aside() -> None:
    """DuckDB is asked in another thread, so that an interrupt comes through whatever it is doing."""
    from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

    original: Any = DuckDBCursorWrapper.execute

    def execute(self: Any, sql: str, bindings: Any = None) -> Any:
        return aside(lambda: original(self, sql, bindings), self._cursor.interrupt)

    DuckDBCursorWrapper.execute = execute  # type: ignore[method-assign]


def leave_busy_connections_alone() -> None:
    """A query that nobody can stop goes on when dbt has ended. The next command closes what is left over, and DuckDB
    closes no connection that is busy: such a one goes when its query is done and nobody holds it any more.
    """
    from dbt.adapters.duckdb.environments.local import DuckDBConnectionWrapper, LocalEnvironment
    from duckdb import ResourceInUseException

    close_handle: Any = DuckDBConnectionWrapper.close
    close_all: Any = LocalEnvironment.close

    def close(self: Any) -> None:
        try:
            close_handle(self)
        except ResourceInUseException:
            self._env.notify_closed()

    def close_environment(self: Any) -> None:
        try:
            close_all(self)
        except ResourceInUseException:
            self.conn = None

    DuckDBConnectionWrapper.close = close  # type: ignore[method-assign]
    LocalEnvironment.close = close_environment  # type: ignore[method-assign]
