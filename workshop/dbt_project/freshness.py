"""What dbt says of a source's freshness when the last load is some hours old, in a warehouse of the check's own."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workshop.dbt_project.compilation import outside_of, scratch_of
from workshop.dbt_project.invocation import invoke
from workshop.dbt_project.raw_database import build_raw
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.trouble import Trouble, explain

SECONDS_UNTIL_LOADED_AGAIN = 600

# dbt's own words for what it finds.
PASS, WARN, ERROR = "pass", "warn", "error"


@dataclass(frozen=True)
class Freshness:
    """What dbt finds for each source table by its unique id: PASS, WARN or ERROR; and why it could not look at one."""

    statuses: Mapping[str, str]
    trouble: Trouble | None = None


def freshness_after(project: Path, manifest: Any, tables: Sequence[RawTable], hours: float) -> Freshness:
    """Return what `dbt source freshness` says when the raw tables were loaded `hours` ago.

    manifest: from a run on the same files a moment ago
    """
    target = f"loaded_{hours:g}_hours_ago"
    add_target(scratch_of(project), target, raw_loaded(scratch_of(project), tables, hours))
    output = ["--output", str(scratch_of(project) / "sources.json")]
    run = invoke(["source", "freshness", *output, *outside_of(project), "--target", target], manifest=manifest)
    statuses = {result.node.unique_id: str(result.status) for result in run.results}
    refused = [result for result in run.results if str(result.status) not in (PASS, WARN, ERROR)]
    if refused:
        trouble = explain(refused[0].message or "", names=[table.relation for table in tables])
        where = f"dbt can't tell how fresh {refused[0].node.source_name}.{refused[0].node.name} is"
        return Freshness(statuses, replace(trouble, said=f"{where}: {trouble.said}"))
    return Freshness(statuses, run.trouble)


# -- how ---------------------------------------------------------------------------------------------------


def raw_loaded(scratch: Path, tables: Sequence[RawTable], hours: float) -> Path:
    """Return a raw database that was loaded `hours` ago, give or take ten minutes."""
    raw = scratch / f"raw_{hours:g}.duckdb"
    if not raw.exists() or time.time() - raw.stat().st_mtime > SECONDS_UNTIL_LOADED_AGAIN:
        build_raw(raw, tables, hours)
    return raw


def add_target(scratch: Path, target: str, raw: Path) -> None:
    profiles = scratch / "profiles.yml"
    text = profiles.read_text(encoding="utf-8")
    if f"    {target}:\n" not in text:
        profiles.write_text(f"{text.rstrip()}\n{TARGET.format(target=target, raw=raw)}", encoding="utf-8")


# Below the outputs of compilation.PROFILE. The door closes behind the file of the raw tables.
TARGET = """    {target}:
      type: duckdb
      path: ":memory:"
      attach:
        - path: ":memory:"
          alias: warehouse
        - path: '{raw}'
          alias: raw
          read_only: true
      database: warehouse
      schema: main
      threads: 1
      config_options:
        autoinstall_known_extensions: false
        autoload_known_extensions: false
        memory_limit: 500MB
        temp_directory: ""
        threads: 1
      settings:
        enable_external_access: false
"""
