"""dbt in process: one invocation of it, and what it did.

Importing dbt takes seconds, so it begins in the background (see `compilation.warm_up`) and everything here waits
for it. An invocation then takes a tenth of a second, where `dbt` as a subprocess takes four or more.
"""

import atexit
import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workshop.dbt_project.dbt_patches import prepare_dbt
from workshop.dbt_project.limits import ending_its_threads, not_counted
from workshop.dbt_project.trouble import Trouble, explain

OUR_SETTINGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}  # nothing is sent to anybody
os.environ |= OUR_SETTINGS

# Half of dbt's import time is spent in this optional dependency of jsonschema, which dbt never uses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

PARSED = "partial_parse.msgpack"  # what dbt remembers of the files that it has read

# One invocation at a time: dbt keeps its settings in global variables.
dbt_lock = threading.RLock()


@dataclass(frozen=True)
class Run:
    """What one dbt command did.

    results: what dbt returned, one object a node, or an empty list
    manifest: the project as dbt has read it, or None where it came no further than that
    trouble: why it failed or did nothing, in words, or None; a failed test is no trouble
    """

    succeeded: bool
    results: list[Any]
    manifest: Any = None
    trouble: Trouble | None = None


def invoke(
    words: Sequence[str],
    callback: Callable[[Any], None] | None = None,
    manifest: Any = None,
    names: Sequence[str] = (),
) -> Run:
    """Run dbt with these words of a command line and return what it did.

    callback: is given each event, as dbt's own logger is
    manifest: what an invocation on the same files has read; without it, dbt reads the project
    names: the names of models and raw tables that exist, for a "did you mean"

    Raises KeyboardInterrupt, which dbt itself does not.
    """
    with dbt_at_hand(), kept_working_folder(), without_the_shells_settings():
        from dbt import deprecations
        from dbt.cli.main import dbtRunner

        deprecations.reset_deprecations()  # type: ignore[no-untyped-call]  # else each command repeats the notices of all before it
        context = ContextOfTheCommand()
        with ending_its_threads():
            result = dbtRunner(manifest, [context.look, *([callback] if callback else [])]).invoke(list(words))
            if isinstance(result.exception, KeyboardInterrupt | MemoryError):
                raise result.exception
        keep_out_of_garbage_collection()
    results = listed(result.result)
    trouble = explain(result.exception, names=names) if result.exception else None
    for node_result in results:
        failed = getattr(node_result, "status", "") == "error" and node_result.message  # stale data has none
        if trouble is None and not result.success and failed:
            trouble = explain(node_result.message, node_result.node, names)
    return Run(bool(result.success), results, context.manifest, trouble)


def forget_parsed(target: Path) -> bool:
    """Make dbt read all files again, and return whether it remembered any.

    After some mistakes, such as one model described twice, dbt 1.11's partial parsing goes on complaining when they
    are mended.
    """
    with suppress(OSError):
        (target / PARSED).unlink()
        return True
    return False


def forget_compiled(manifest: Any) -> None:
    """Let dbt compile everything once more: it takes what it has compiled already for done."""
    for node in manifest.nodes.values():
        if node.resource_type != "seed" and hasattr(node, "extra_ctes"):  # a seed has them, and can't be given any
            node.extra_ctes, node.extra_ctes_injected = [], False


# -- how ---------------------------------------------------------------------------------------------------


class ContextOfTheCommand:
    """Where dbt's command line keeps the manifest, which `parse` alone returns: to parse twice would double a check."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def look(self, _: Any) -> None:
        """Called with each event, the first of them while dbt's command line is there to be found."""
        if not self.kept:
            import click

            context = click.get_current_context(silent=True)
            self.kept = context.obj if context and context.obj else {}

    @property
    def manifest(self) -> Any:
        return self.kept.get("manifest")


@contextmanager
def dbt_at_hand() -> Iterator[None]:
    """Inside, dbt is imported, and nobody else uses it. To wait for that is nobody's own time."""
    with not_counted():
        dbt_lock.acquire()
    try:
        with not_counted():
            prepare_dbt()
        yield
    finally:
        dbt_lock.release()


@cache
def keep_out_of_garbage_collection() -> None:
    """dbt stays for as long as the process does. To look through its half million objects for garbage, again and again,
    would take a tenth of each check.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # else DuckDB's binding complains of leaks when Python ends


def listed(result: Any) -> list[Any]:
    if result is None or isinstance(result, bool):
        return []
    if hasattr(result, "results"):
        return list(result.results)
    return list(result) if isinstance(result, list) else [result]


@contextmanager
def without_the_shells_settings() -> Iterator[None]:
    """Inside, dbt finds none of its own variables, such as DBT_TARGET, in the environment: it would obey them."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith("DBT_") and name not in OUR_SETTINGS}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ |= hidden


@contextmanager
def kept_working_folder() -> Iterator[None]:
    """Some dbt commands change the working folder of the whole kernel; put it back."""
    folder = Path.cwd()
    try:
        yield
    finally:
        os.chdir(folder)
