"""What a check asks of dbt. It is asked in this process, or in another one, where a stranger's Jinja harms nobody."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from workshop.dbt_project.compilation import (
    NOTHING,
    Compilation,
    compile_everything,
    compile_models,
    read_project,
    render,
)
from workshop.dbt_project.freshness import Freshness, freshness_after
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.raw_to_ask import RawToAsk


class Dbt(Protocol):
    """Whoever answers for dbt; the functions of these names say what each returns.

    Raises DoesNotRun where nobody answers any more.
    """

    def read_project(self, project: Path) -> Run: ...

    def compile_models(
        self, project: Path, name: str, manifest: Any = None, asked: RawToAsk = NOTHING
    ) -> Compilation: ...

    def compile_everything(self, project: Path, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation: ...

    def render(self, project: Path, text: str, manifest: Any, asked: RawToAsk = NOTHING) -> Compilation: ...

    def freshness_after(self, project: Path, manifest: Any, tables: Sequence[RawTable], hours: float) -> Freshness: ...


class DbtHere:
    """dbt in this process."""

    def read_project(self, project: Path) -> Run:
        return read_project(project)

    def compile_models(self, project: Path, name: str, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation:
        return compile_models(project, name, manifest, asked)

    def compile_everything(self, project: Path, manifest: Any = None, asked: RawToAsk = NOTHING) -> Compilation:
        return compile_everything(project, manifest, asked)

    def render(self, project: Path, text: str, manifest: Any, asked: RawToAsk = NOTHING) -> Compilation:
        return render(project, text, manifest, asked)

    def freshness_after(self, project: Path, manifest: Any, tables: Sequence[RawTable], hours: float) -> Freshness:
        return freshness_after(project, manifest, tables, hours)
