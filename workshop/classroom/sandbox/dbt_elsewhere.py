"""dbt, asked over a channel: what comes back is a stranger's, and is taken for nothing but data."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from workshop.classroom.sandbox.as_data import compilation_from, freshness_from, run_from
from workshop.classroom.sandbox.channel import Channel, Silence
from workshop.dbt_project.compilation import NOTHING, Compilation
from workshop.dbt_project.freshness import Freshness
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.raw_to_ask import RawToAsk
from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.work import DoesNotRun

Answer = TypeVar("Answer")


class DbtElsewhere:
    """Asks the process that `dbt_side` is. It knows the project, and the manifest that it made."""

    def __init__(self, channel: Channel, seconds: float) -> None:
        """seconds: how long an answer may take"""
        self.seconds = seconds
        self.channel = channel
        self.silent_because: str | None = None

    def read_project(self, project: Path) -> Run:
        return self.ask(run_from, what="read")

    def compile_models(self, project: Path, name: str, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation:
        return self.ask(compilation_from, what="compile", name=name, asked=as_told(asked))

    def compile_everything(self, project: Path, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation:
        return self.ask(compilation_from, what="compile", name="", asked=as_told(asked))

    def render(self, project: Path, text: str, manifest: Any, asked: RawToAsk = NOTHING) -> Compilation:
        return self.ask(compilation_from, what="render", text=text, asked=as_told(asked))

    def freshness_after(self, project: Path, manifest: Any, tables: Sequence[RawTable], hours: float) -> Freshness:
        return self.ask(freshness_from, what="freshness", tables=tables_told(tables), hours=hours)

    def ask(self, read: Callable[[str], Answer], **question: Any) -> Answer:
        try:
            if self.silent_because is None:
                self.channel.say(json.dumps(question))
                return read(self.channel.hear(self.seconds))
        except Silence as silence:
            self.silent_because = str(silence)
        except ValueError:
            self.silent_because = "it said what dbt never says"
        raise DoesNotRun(
            Trouble(
                f"dbt was stopped while it read or compiled this project: {self.silent_because}.",
                "Nothing of it could be judged. Look for Jinja that loops over very much, that runs Python, or that "
                "needs more memory or files than a project does.",
            )
        )


def tables_told(tables: Sequence[RawTable]) -> list[dict[str, Any]]:
    return [
        {"name": table.name, "file": str(table.file), "columns": dict(table.columns), "stamp": table.stamp}
        for table in tables
    ]


def as_told(asked: RawToAsk) -> dict[str, Any]:
    """Return what there is to ask without the project's own raw database: that is a stranger's."""
    return {"tables": tables_told(asked.tables), "changes": asked.changes, "macros": asked.macros}
