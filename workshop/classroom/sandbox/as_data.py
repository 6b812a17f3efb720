"""What dbt made of a project, as JSON and back: mere data, in which nothing of the project lives on."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workshop.dbt_project.compilation import Compilation
from workshop.dbt_project.freshness import Freshness
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.known_tests import DBTS_OWN
from workshop.dbt_project.trouble import Trouble

TEXT_OF_A_TROUBLE = 4000


class Told(dict[str, Any]):
    """What was told of one of dbt's objects. What was not told is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.get(name)


# -- out: where dbt is -------------------------------------------------------------------------------------


def compilation_as_data(compilation: Compilation) -> dict[str, Any]:
    return {"run": run_as_data(compilation.run), "nodes": [plain(node) for node in compilation.nodes]}


def run_as_data(run: Run) -> dict[str, Any]:
    """Return a run without its results; of its manifest, what belongs to the project."""
    manifest = run.manifest and {
        "nodes": {id: plain(node) for id, node in run.manifest.nodes.items()},
        "sources": {id: plain(source) for id, source in run.manifest.sources.items()},
        "docs": {id: plain(block) for id, block in run.manifest.docs.items()},
        "macros": {id: macro_as_data(macro) for id, macro in run.manifest.macros.items() if is_theirs(macro)},
        "metadata": {"project_name": run.manifest.metadata.project_name},
        "disabled": {id: [plain(each) for each in several] for id, several in run.manifest.disabled.items()},
    }
    return {"succeeded": run.succeeded, "manifest": manifest, "trouble": run.trouble and asdict(run.trouble)}


def is_theirs(macro: Any) -> bool:
    return macro.package_name not in DBTS_OWN


def macro_as_data(macro: Any) -> dict[str, str]:
    return {"name": macro.name, "package_name": macro.package_name, "macro_sql": macro.macro_sql}


def freshness_as_data(freshness: Freshness) -> dict[str, Any]:
    return {"statuses": dict(freshness.statuses), "trouble": freshness.trouble and asdict(freshness.trouble)}


def plain(thing: Any) -> Any:
    """Return one of dbt's objects as JSON has it."""
    told = thing.to_dict(omit_none=False)
    relation = getattr(thing, "relation_name", None)  # ephemeral models got one for the check
    return told | {"relation_name": relation} if relation else told


# -- in: where it is judged --------------------------------------------------------------------------------


def compilation_from(text: str) -> Compilation:
    """Raises ValueError, as all functions here, where the text says something else."""
    data = read(text)
    nodes = data.nodes
    if not isinstance(nodes, list) or not all(isinstance(node, Told) for node in nodes):
        raise ValueError("These are no nodes.")
    return Compilation(run_of(data.run), nodes)


def run_from(text: str) -> Run:
    return run_of(read(text))


def freshness_from(text: str) -> Freshness:
    data = read(text)
    statuses = data.statuses if isinstance(data.statuses, Mapping) else {}
    return Freshness({str(id): str(status) for id, status in statuses.items()}, trouble_of(data.trouble))


def read(text: str) -> Told:
    try:
        data = json.loads(text, object_hook=Told)
    except RecursionError as error:
        raise ValueError("This is too deep.") from error
    if not isinstance(data, Told):
        raise ValueError("This says nothing.")
    return data


def run_of(data: Any) -> Run:
    if not isinstance(data, Told):
        raise ValueError("This is no run.")
    manifest = data.manifest
    if isinstance(manifest, Told):
        kinds = ("nodes", "sources", "docs", "macros", "metadata", "disabled")
        manifest = Told(
            {kind: manifest.get(kind) if isinstance(manifest.get(kind), Told) else Told() for kind in kinds}
        )
    else:
        manifest = None
    return Run(data.succeeded is True, [], manifest, trouble_of(data.trouble))


def trouble_of(data: Any) -> Trouble | None:
    if not isinstance(data, Told):
        return None
    said, meaning, file = (str(data.get(name) or "")[:TEXT_OF_A_TROUBLE] for name in ("said", "meaning", "file"))
    line = data.line if isinstance(data.line, int) else None
    whole = data.whole[:TEXT_OF_A_TROUBLE] if isinstance(data.whole, str) else ""
    return Trouble(said, meaning, file, line, whole=whole)
