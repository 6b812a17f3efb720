"""A project read and compiled by dbt for a check. Nothing is written into the project or its warehouses."""

import atexit
import gc
import importlib
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from workshop.dbt_project.data_to_ask import DataToAsk
from workshop.dbt_project.files import copy_whole
from workshop.dbt_project.invocation import PARSED, Run, dbt_lock, forget_compiled, forget_parsed, invoke
from workshop.dbt_project.known_tests import recall, remember, remembered
from workshop.dbt_project.raw_to_ask import RawToAsk
from workshop.dbt_project.trouble import explain
from workshop.places import PROJECT_NAME, WAREHOUSES

NOTHING = RawToAsk()
INLINE = re.compile(r"\S+ '\S+\.inline_query' \(from remote system\.sql\)")


@dataclass(frozen=True)
class Compilation:
    """What dbt made of a project or of a part of it.

    run: how it went; its manifest is there as soon as dbt could read the project
    nodes: the compiled nodes, with `compiled_code`
    """

    run: Run
    nodes: Sequence[Any] = ()


def read_project(project: Path) -> Run:
    """Read `project` as its files are now: the manifest is in the run, or why dbt can't read them."""
    return reading(project, ["parse"])


def compile_models(project: Path, name: str, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation:
    """Compile the model `name` and what it is built on.

    manifest: from a run on the same files a moment ago, which saves reading them again
    asked: what a model finds where it asks the data while it is compiled
    """
    # Without `empty`, dbt compiles the tests of these models as well.
    selection = ["--select", f"+{name}", "--indirect-selection", "empty"]
    if manifest is None or not asked.is_another_shop:
        return with_relations(compiling(project, selection, manifest, asked))
    with other_macros(manifest, asked):
        forget_compiled(manifest)
        return with_relations(compiling(project, selection, manifest, asked))


def compile_everything(project: Path, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation:
    """Compile all models and tests. `manifest` and `asked` are as for `compile_models`."""
    known = []
    if remembered:
        read = Run(True, [], manifest) if manifest else read_project(project)
        if read.manifest is None:
            return Compilation(read)
        manifest, known = read.manifest, recall(read.manifest)
    compiled = compiling(project, ["--exclude", *(test.name for test in known)] if known else [], manifest, asked)
    if compiled.run.succeeded:
        remember(compiled.nodes, compiled.run.manifest)
    return with_relations(Compilation(compiled.run, [*compiled.nodes, *known]))


def built_nodes(run: Run) -> Sequence[Any]:
    """Return what a dbt command has built, and the ephemeral models that went into it, with `compiled_code`."""
    nodes = [result.node for result in run.results if str(result.status) == "success"]
    return with_relations(Compilation(run, [*nodes, *ephemeral_besides(run)])).nodes


def render(project: Path, text: str, manifest: Any, asked: RawToAsk = NOTHING) -> Compilation:
    """Return what dbt makes of a text as if it stood in a model of the project: one node, or none.

    manifest: from a run on the same files a moment ago; asked: as for `compile_models`
    """
    words = ["compile", "--no-populate-cache", "--inline", text, *outside_of(project)]
    there = set(manifest.nodes)
    try:
        run = asking(words, asked, manifest)
        return Compilation(run, [result.node for result in run.results])
    finally:
        for id in set(manifest.nodes) - there:  # dbt leaves the text's node behind where it fails
            del manifest.nodes[id]


def warm_up(project: Path) -> None:
    """Start importing dbt in the background, and read one's own `project` once, so that the first check is fast.

    What dbt has read is kept beside the project's warehouses: the next kernel has to read only what changed since.
    """
    threading.Thread(target=load_dbt, args=(project,), name="dbt-warm-up", daemon=True).start()


# -- how ---------------------------------------------------------------------------------------------------


def compiling(project: Path, selection: Sequence[str], manifest: Any, asked: RawToAsk) -> Compilation:
    words = ["compile", "--no-populate-cache", *selection]
    run = asking([*words, *outside_of(project)], asked, manifest) if manifest else reading(project, words, asked)
    return Compilation(run, [*(result.node for result in run.results), *ephemeral_besides(run)])


@contextmanager
def other_macros(manifest: Any, asked: RawToAsk) -> Iterator[None]:
    """Inside, other texts stand in the place of some of the project's macros."""
    texts, project = dict(asked.macros), manifest.metadata.project_name
    own = [macro for macro in manifest.macros.values() if macro.package_name == project and macro.name in texts]
    written = [macro.macro_sql for macro in own]
    for macro in own:
        macro.macro_sql = texts[macro.name]
    try:
        yield
    finally:
        for macro, text in zip(own, written, strict=True):
            macro.macro_sql = text


def with_relations(compilation: Compilation) -> Compilation:
    """Let ephemeral models be relations like others, so that a check can build and break them by themselves.

    dbt has put their code into each node that reads them, as a CTE; in its place comes a select of the relation.
    """
    manifest = compilation.run.manifest
    for node in manifest.nodes.values() if manifest else ():
        if node.resource_type == "model" and node.config.materialized == "ephemeral":
            node.relation_name = f'"{node.database}"."{node.schema}"."{node.alias}"'
    for node in compilation.nodes:
        for cte in getattr(node, "extra_ctes", None) or ():
            name = cte.sql.strip().split()[0]
            relation = manifest.nodes[cte.id].relation_name
            node.compiled_code = node.compiled_code.replace(cte.sql, f" {name} as (select * from {relation})")
    return compilation


def ephemeral_besides(run: Run) -> list[Any]:
    """Return the ephemeral models that dbt compiled into others and has no result for."""
    there = {result.node.unique_id for result in run.results}
    models = [node for node in run.manifest.nodes.values() if node.resource_type == "model"] if run.manifest else []
    ephemeral = [model for model in models if model.config.materialized == "ephemeral" and model.compiled_code]
    return [model for model in ephemeral if model.unique_id not in there]


def reading(project: Path, words: Sequence[str], asked: RawToAsk = NOTHING) -> Run:
    target = scratch_of(project) / "target"
    run = asking([*words, *outside_of(project)], asked)
    if (run.manifest is None or has_stale_tests(run.manifest)) and forget_parsed(target):
        run = asking([*words, *outside_of(project)], asked)
    if run.manifest is None:
        forget_parsed(target)
    return run


def asking(words: Sequence[str], asked: RawToAsk, manifest: Any = None) -> Run:
    data, said = DataToAsk(asked, manifest), list[str]()

    def look(event: Any) -> None:
        data.look(event)
        if event.info.name == "ParseInlineNodeError":  # the error that dbt raises behind it does not say why
            said.append(INLINE.sub("It", event.data.exc))

    run = data.blamed(invoke(words, callback=look, manifest=manifest))
    return replace(run, trouble=explain(said[0])) if said else run


def has_stale_tests(manifest: Any) -> bool:
    """Tell whether tests are off that nobody switched off.

    dbt 1.11's partial parsing leaves tests so whose model was not there when they were read, and has come since.
    """
    disabled = [node for nodes in manifest.disabled.values() for node in nodes if node.resource_type == "test"]
    return any("enabled" not in node.unrendered_config for node in disabled)


def load_dbt(project: Path) -> None:
    # Whatever goes wrong here goes wrong again in the next command, which says so in words.
    with dbt_lock, suppress(Exception), without_garbage_collection():
        importlib.import_module("dbt.cli.main")
        importlib.import_module("dbt.adapters.duckdb")
        here, kept = scratch_of(project) / "target" / PARSED, project / WAREHOUSES / PARSED
        if kept.is_file() and not here.exists():
            here.parent.mkdir(exist_ok=True)
            copy_whole(kept, here)
        read_project(project)
        copy_whole(here, kept)


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """To look for garbage among what dbt brings, again and again while it comes, takes a sixth of its import."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def outside_of(project: Path) -> list[str]:
    """Options that make dbt read `project` and write everything elsewhere, with a profile of our own."""
    scratch = scratch_of(project)
    return [
        *("--project-dir", str(project), "--profiles-dir", str(scratch), "--profile", PROJECT_NAME),
        *("--target-path", str(scratch / "target"), "--log-path", str(scratch), "--no-write-json"),
        *("--log-level", "none", "--log-level-file", "none"),
        "--single-threaded",  # no signal, and so no limit of time, reaches the threads that dbt would start
    ]


@cache
def scratch_of(project: Path) -> Path:
    """Return a temporary folder for `project`, removed when the process ends."""
    scratch = Path(tempfile.mkdtemp(prefix="workshop-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    (scratch / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    return scratch


# It names the same target and database as the learner's, so that compiled SQL is the same, and holds it in memory.
# What a macro asks of DuckDB while dbt compiles stays in there: no files, no network, nothing that can be set.
PROFILE = f"""
{PROJECT_NAME}:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: ":memory:"
      attach:
        - path: ":memory:"
          alias: warehouse
      database: warehouse
      schema: main
      threads: 1
      config_options:
        lock_configuration: true
        enable_external_access: false
        autoinstall_known_extensions: false
        autoload_known_extensions: false
        memory_limit: 500MB
        temp_directory: ""
        threads: 1
"""
