"""The learner's work as a check sees it: files, models, compiled SQL, notes. Read-only."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml

from workshop.dbt_project.compilation import Compilation, compile_everything, compile_models, read_project, render
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.macro_files import with_macro_file
from workshop.dbt_project.package_troubles import packages_trouble
from workshop.dbt_project.raw_database import raw_in_scratch
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.yaml_files import yaml_trouble
from workshop.places import RAW_DATABASE

NOTES = "notes"


class NotStarted(Exception):
    """There is nothing to judge yet; the message says where to begin."""


class DoesNotRun(Exception):
    """dbt or DuckDB refused the work; carries the Trouble, and the name of the known mistake behind it, or None."""

    def __init__(self, trouble: Trouble, misconception: str | None = None) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble
        self.misconception = misconception


@dataclass(frozen=True)
class Model:
    """A model of the learner's project.

    path: relative to the project, with forward slashes
    sql: compiled
    relation: its quoted name in compiled SQL
    reads: the quoted names of the models and sources that dbt knows it reads
    parents: the names of the models among these
    written: the text of its file, before dbt compiled it
    """

    name: str
    path: str
    sql: str
    relation: str
    reads: frozenset[str]
    parents: frozenset[str]
    written: str = ""


class Work:
    """A project as its files are at this moment; make a new one for each check."""

    def __init__(
        self,
        project: Path,
        built: frozenset[str] = frozenset(),
        tables: Sequence[RawTable] = (),
        raw: Path | None = None,
    ) -> None:
        """Look at a project.

        built: names of the relations in the notebook's warehouse, where there is one
        tables: what the loader brings on day 1, for models that ask the data while dbt compiles them
        raw: a raw database to ask in place of it; without either, they ask the one of the project
        """
        self.project = project.resolve()
        self.tables, self.other_raw = tuple(tables), raw
        self.built = built
        self.read: Run | None = None
        self.everything: tuple[list[Model], Sequence[Any]] | None = None
        self.ancestors: dict[str, list[Model]] = {}

    # -- models ------------------------------------------------------------------------------------------------

    def with_ancestors(self, name: str) -> list[Model]:
        """Return the models that `name` is built on, parents first, and `name` itself last.

        Raises DoesNotRun where dbt can't compile it.
        """
        models = self.everything[0] if self.everything else self.compiled_with_ancestors(name)
        wanted = next((model for model in models if model.name == name), None)
        if wanted is None:
            raise DoesNotRun(
                Trouble(
                    f"dbt knows no model {name}.",
                    "The file is there, but dbt passes over it. Look for `enabled: false`, and that the file lies in "
                    "`models/`.",
                )
            )
        ancestors = ancestors_of(wanted, models)
        return [model for model in models if model.name in ancestors] + [wanted]

    def compiled(self) -> tuple[list[Model], Sequence[Any]]:
        """Return all models, parents first, and all compiled nodes. They are compiled once. Raises DoesNotRun."""
        if not self.everything:
            nodes = self.nodes_of(compile_everything)
            self.everything = self.in_order(nodes), nodes
        return self.everything

    @property
    def manifest(self) -> Any:
        """dbt's manifest. Raises DoesNotRun where dbt can't read the project."""
        self.demand_project_file()
        self.read = self.read or read_project(self.project)
        if self.read.manifest is None:
            raise DoesNotRun(packages_trouble(self.project) or self.with_names(self.read.trouble))
        return self.read.manifest

    def rendered(self, text: str) -> str:
        """Return what dbt makes of a text as if it stood in a model. Raises DoesNotRun."""
        run = render(self.project, text, self.manifest, self.raw)
        if not run.results:
            raise DoesNotRun(run.trouble or Trouble("dbt could not make SQL of this.", "Look at its Jinja."))
        return str(run.results[0].node.compiled_code)

    def in_another_shop(self, raw: Path | None) -> "Work":
        """Return the same files, with another raw database for models to ask. Raises DoesNotRun."""
        other = Work(self.project, self.built, raw=raw)
        for node in self.manifest.nodes.values():  # else dbt takes these for done
            if hasattr(node, "extra_ctes"):
                node.extra_ctes, node.extra_ctes_injected = [], False
        other.read = self.read
        return other

    @cached_property
    def raw(self) -> Path | None:
        """The raw database that models ask while dbt compiles them."""
        if self.other_raw or self.tables:
            return self.other_raw or raw_in_scratch(self.tables)
        there = self.project / RAW_DATABASE
        return there if there.is_file() else None

    @cached_property
    def model_files(self) -> Mapping[str, Path]:
        """The SQL files under models/ by model name."""
        return {path.stem: path for path in sorted(self.project.glob("models/**/*.sql"))}

    # -- notes -------------------------------------------------------------------------------------------------

    def notes(self, name: str) -> dict[str, Any]:
        """Return what the learner wrote in notes/NAME.yml. Raises NotStarted, DoesNotRun."""
        file = f"{NOTES}/{name}.yml"
        path = self.project / file
        if not path.exists():
            raise NotStarted(f"There is no `{file}` in your project yet.")
        try:
            # Everything as text: YAML would make 61 of 1:1, and a date of 2025-01-02.
            answers = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise DoesNotRun(yaml_trouble(error, file)) from error
        if answers is None or answers == "":
            raise NotStarted(f"`{file}` is there, and still empty.")
        if not isinstance(answers, dict):
            raise DoesNotRun(
                Trouble("These are not answers.", "Each line is a question, a colon, a space and your answer.", file)
            )
        answers = {key: value if value not in ("", "~", "null") else None for key, value in answers.items()}
        if all(value is None for value in answers.values()):
            raise NotStarted(f"The answers in `{file}` are still blank.")
        return answers

    # -- how ---------------------------------------------------------------------------------------------------

    def demand_project_file(self) -> None:
        if not (self.project / "dbt_project.yml").exists():
            raise DoesNotRun(
                Trouble(
                    "There is no dbt_project.yml here.",
                    "Run the first cell of the notebook (`%workgroup`): it makes the project, or brings back what is "
                    "missing.",
                )
            )

    def compiled_with_ancestors(self, name: str) -> list[Model]:
        if name not in self.ancestors:
            self.ancestors[name] = self.in_order(self.nodes_of(partial(compile_models, name=name)))
        return self.ancestors[name]

    def nodes_of(self, compile: Callable[..., Compilation]) -> Sequence[Any]:
        self.demand_project_file()
        compilation = compile(self.project, manifest=self.read.manifest if self.read else None, raw=self.raw)
        self.read = self.read or compilation.run
        if not compilation.run.succeeded:
            raise DoesNotRun(packages_trouble(self.project) or self.with_names(compilation.run.trouble))
        return compilation.nodes

    def in_order(self, compiled: Sequence[Any]) -> list[Model]:
        """Return the models among compiled nodes, parents first."""
        nodes = {node.unique_id: node for node in compiled if node.resource_type == "model"}
        ordered: dict[str, Model] = {}

        def add(id: str) -> None:
            if id in nodes and id not in ordered:
                for parent in nodes[id].depends_on.nodes:
                    add(parent)
                ordered[id] = self.as_model(nodes[id])

        for id in nodes:
            add(id)
        return list(ordered.values())

    def as_model(self, node: Any) -> Model:
        everything = self.manifest.nodes | self.manifest.sources
        read = [everything[id] for id in node.depends_on.nodes if id in everything]
        return Model(
            node.name,
            node.original_file_path.replace("\\", "/"),
            node.compiled_code or "",
            node.relation_name,
            frozenset(each.relation_name for each in read if each.relation_name),
            frozenset(each.name for each in read if each.resource_type == "model"),
            node.raw_code,
        )

    def with_names(self, trouble: Trouble | None) -> Trouble:
        """Return the trouble, with a "did you mean" where a name of a model or file is nearly right."""
        if trouble is None:
            return Trouble("dbt stopped without a message.", "Run `%dbt build`, and look at what it says.")
        trouble = with_macro_file(trouble, self.project)
        wanted = re.search(r"node named '([^']+)'", trouble.said)
        close = get_close_matches(wanted.group(1), self.model_files, 1, 0.6) if wanted else []
        return replace(trouble, meaning=f"{trouble.meaning} Did you mean `{close[0]}`?") if close else trouble


def ancestors_of(model: Model, models: list[Model]) -> set[str]:
    """Return the names of all models that `model` is built on, among `models`."""
    parents_of = {each.name: each.parents for each in models}
    found: set[str] = set()
    waiting = set(model.parents)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= parents_of.get(name, frozenset()) - found
    return found
