"""What dbt built in a warehouse, kept beside it, so that it can be told whether the files make the same today.

A model is the same where its compiled SQL is, but for comments, spaces and the case of keywords. It is the same, too,
where its own text and its macros are: an incremental model compiles to something else on each run.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from workshop.dbt_project.compilation import built_nodes
from workshop.dbt_project.files import ProjectTrouble, write_file
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.model import Model
from workshop.dbt_project.raw_database import raw_tables_in
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.sql_tree import canonical, parts_of, reads_of
from workshop.dbt_project.work import Work

BUILD = ("run", "build", "retry", "clone")
COMMANDS = (*BUILD, "compile", "show", "test", "seed", "snapshot", "docs", "source", "list", "ls", "parse", "debug")
# With these, dbt builds something else than the files alone say.
OTHERWISE = ("--empty", "--vars", "--target", "-t", "--sample", "--event-time-start", "--event-time-end", "--defer")


class Text(NamedTuple):
    """What makes a model, as two digests: of its compiled SQL, and of its own text with that of its macros."""

    model: str
    compiled: str
    source: str

    def is_as(self, other: "Text") -> bool:
        return self.compiled == other.compiled or self.source == other.source


@dataclass(frozen=True)
class Built:
    """One model as it was built.

    text: what made it
    is_table: whether it keeps rows of its own; a view shows what its parents hold at any moment
    parents: the names of the models that it reads
    reads_raw: whether it reads anything besides
    held: in a table, the texts that its rows come from: its own, and those of all models before it
    raw: in a table, the stamps of the raw data that its rows come from
    """

    text: Text
    is_table: bool
    parents: tuple[str, ...]
    reads_raw: bool
    held: frozenset[Text] = frozenset()
    raw: frozenset[str] = frozenset()


Builds = Mapping[str, Built]


def is_building(words: Sequence[str]) -> bool:
    """Tell whether a dbt command changes models in the warehouse."""
    return next((word for word in words if word in COMMANDS), "") in BUILD


def read_builds(warehouse: Path) -> Builds:
    """Return what was built in the warehouse at this path, by name; nothing where that is not known."""
    try:
        found = json.loads(record_of(warehouse).read_text(encoding="utf-8"))
        return {name: from_json(each) for name, each in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def forget_builds(warehouse: Path) -> None:
    """Forget what was built: before dbt begins, because it may be stopped halfway."""
    with suppress(OSError):
        record_of(warehouse).unlink()


def write_builds(warehouse: Path, builds: Builds) -> None:
    """Keep what was built in the warehouse at this path. Where it can't be written, it is not known."""
    text = json.dumps({name: as_json(each) for name, each in builds.items()}, indent=1)
    with suppress(ProjectTrouble):
        write_file(record_of(warehouse), text)


def after_run(before: Builds, project: Path, words: Sequence[str], run: Run, stamp: str) -> Builds:
    """Return what is built after a dbt command that built models.

    before: what was built before it
    stamp: of the raw data that was there
    """
    builds = dict(before)
    if run.manifest is None:
        return builds
    work = Work(project)
    work.read = run
    models = work.in_order(built_nodes(run))
    if any(word.partition("=")[0] in OTHERWISE for word in words):
        return {name: each for name, each in builds.items() if name not in {model.name for model in models}}
    kinds = kinds_of(run.manifest)
    for model in models:
        is_table = kinds[model.name] not in ("view", "ephemeral")
        built = Built(text_of(model, run.manifest), is_table, tuple(sorted(model.parents)), reads_raw(model))
        held, raw = (is_table and behind(built, builds, stamp)) or (frozenset(), frozenset())
        builds[model.name] = replace(built, held=held, raw=raw)
    return builds


def sources_of(name: str, builds: Builds, stamp: str) -> tuple[frozenset[Text], frozenset[str]] | None:
    """Return the texts and the stamps of raw data behind what a model shows now, or None where that is not known."""
    built = builds.get(name)
    if built is None:
        return None
    if built.is_table:
        return (built.held, built.raw) if built.held else None
    return behind(built, builds, stamp)


def text_of(model: Model, manifest: Any) -> Text:
    """Return what makes a model as its files are now. The manifest is the one that it was compiled with."""
    node = node_named(model.name, manifest)
    source = [node.raw_code, *macros_of(node, manifest)]
    words = ["\n".join(without_comments(text).split()) for text in source]
    return Text(model.name, digest(canonical(model.sql)), digest("\n\n".join(words)))


def kinds_of(manifest: Any) -> dict[str, str]:
    """Return the materialization of each model by its name."""
    nodes = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    return {node.name: node.config.materialized for node in nodes}


def raw_stamp(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a digest of all rows in the database `raw`, or "" where it can't be read."""
    try:
        cursor = connection.cursor()
        queries = [f"select count(*), sum(hash(t)) from {name} as t" for name in raw_tables_in(cursor)]
        return digest(str([cursor.execute(query).fetchall() for query in queries]))
    except duckdb.Error:
        return ""


# -- how ---------------------------------------------------------------------------------------------------


def behind(built: Built, builds: Builds, stamp: str) -> tuple[frozenset[Text], frozenset[str]] | None:
    """Return the texts and stamps behind a model that is built now, or None where those of a parent are not known."""
    parents = [sources_of(parent, builds, stamp) for parent in built.parents]
    known = [parent for parent in parents if parent]
    if len(known) < len(parents):
        return None
    own_raw = frozenset({stamp} if built.reads_raw else ())
    held = frozenset({built.text}).union(*(texts for texts, _ in known))
    return held, own_raw.union(*(stamps for _, stamps in known))


def record_of(warehouse: Path) -> Path:
    return warehouse.with_name("built.json")


def as_json(built: Built) -> dict[str, Any]:
    return {
        "text": list(built.text),
        "is_table": built.is_table,
        "parents": list(built.parents),
        "reads_raw": built.reads_raw,
        "held": sorted(list(text) for text in built.held),
        "raw": sorted(built.raw),
    }


def from_json(each: Any) -> Built:
    held = frozenset(Text(*text) for text in each["held"])
    parents = tuple(each["parents"])
    return Built(Text(*each["text"]), each["is_table"], parents, each["reads_raw"], held, frozenset(each["raw"]))


def reads_raw(model: Model) -> bool:
    reads = reads_of(model.sql)
    return reads.may_be_more or any(parts_of(".".join(name))[-1] not in model.parents for name in reads.tables)


def node_named(name: str, manifest: Any) -> Any:
    return next(node for node in manifest.nodes.values() if node.resource_type == "model" and node.name == name)


def macros_of(node: Any, manifest: Any) -> list[str]:
    """Return the texts of the project's own macros that a model uses, itself or through others."""
    found: dict[str, str] = {}
    waiting = list(node.depends_on.macros)
    while waiting:
        id = waiting.pop()
        macro = manifest.macros.get(id)
        if macro and id not in found and macro.package_name == node.package_name:
            found[id] = macro.macro_sql
            waiting += macro.depends_on.macros
    return [found[id] for id in sorted(found)]


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
