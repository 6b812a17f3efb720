"""Models that ask the data while dbt compiles them, as `run_query` does: what they find there in a check.

dbt compiles for a check in a database in memory, and nothing is in it. Where a project asks, the raw tables are put
there first, and each model becomes a view as soon as it is compiled, so that those behind it can ask it.
"""

import re
from dataclasses import replace
from typing import Any

from workshop.dbt_project.invocation import ContextOfTheCommand, Run
from workshop.dbt_project.raw_to_ask import RawToAsk
from workshop.dbt_project.trouble import Trouble, explain

ASKS = re.compile(r"\b(run_query|statement|adapter|load_result)\b")


class DataToAsk:
    """Given to an invocation of dbt as its callback, answers whoever asks."""

    def __init__(self, asked: RawToAsk, manifest: Any = None) -> None:
        self.asked = asked
        self.context = ContextOfTheCommand()
        self.given = manifest
        self.is_asked: bool | None = None
        self.refused: dict[str, Trouble] = {}

    def look(self, event: Any) -> None:
        """Called with each event."""
        self.context.look(event)
        if event.info.name == "NodeStart" and self.is_asked is None:
            self.is_asked = asks_the_data(self.manifest)
            if self.is_asked:
                execute(*emptied(), *self.asked.statements())
        if event.info.name == "NodeFinished" and self.is_asked:
            node = self.manifest.nodes.get(event.data.node_info.unique_id)
            if node is not None and node.resource_type == "model" and node.compiled_code:
                name = f'"{node.database}"."{node.schema}"."{node.alias}"'
                schema = f'create schema if not exists "{node.database}"."{node.schema}"'
                try:
                    execute(schema, f"create or replace view {name} as (\n{node.compiled_code}\n)")
                except Exception as error:  # whatever DuckDB says: it matters where somebody asks this model
                    self.refused.setdefault(node.name, explain(error, node))

    def blamed(self, run: Run) -> Run:
        """Return the run; where it fails on a model that is not there because it does not run, with that trouble."""
        said = run.trouble.whole if run.trouble else ""
        missed = [trouble for name, trouble in self.refused.items() if re.search(rf"\b{re.escape(name)}\b", said)]
        return replace(run, trouble=missed[0]) if missed else run

    @property
    def manifest(self) -> Any:
        return self.given or self.context.manifest


def asks_the_data(manifest: Any) -> bool:
    """Tell whether a model, or a macro that is not dbt's own, may ask the data while it is compiled."""
    macros = (macro.macro_sql for macro in manifest.macros.values() if not macro.package_name.startswith("dbt"))
    models = (node.raw_code for node in manifest.nodes.values() if node.resource_type == "model")
    return any(ASKS.search(text) for text in (*macros, *models))


# -- how ---------------------------------------------------------------------------------------------------


def emptied() -> tuple[str, ...]:
    """Return the statements after which nothing is left of what somebody asked before."""
    return (
        "detach database if exists raw",
        "detach database if exists warehouse",
        "attach ':memory:' as warehouse",
        "attach ':memory:' as raw",
    )


def execute(*statements: str) -> None:
    """Run statements in the database in which dbt is compiling."""
    from dbt.adapters.factory import FACTORY

    adapter: Any = FACTORY.adapters["duckdb"]
    with adapter.connection_named("data_to_ask"):
        for statement in statements:
            adapter.execute(statement)
    adapter.cache.clear()  # dbt remembers which relations there are
