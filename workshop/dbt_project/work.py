"""The learner's work as a check sees it: files, models, compiled SQL, notes. Read-only."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml

from workshop.dbt_project.asking import Dbt, DbtHere
from workshop.dbt_project.compilation import Compilation
from workshop.dbt_project.freshness import Freshness
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.macro_files import with_macro_file
from workshop.dbt_project.package_troubles import packages_trouble
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.raw_to_ask import RawToAsk
from workshop.dbt_project.readable import unreadable
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
        dbt: Dbt | None = None,
        tables: Sequence[RawTable] = (),
        asked: RawToAsk | None = None,
    ) -> None:
        """built: names of the relations in the notebook's warehouse, where there is one; dbt: who answers for it
        tables: what the loader brings on day 1, for models that ask the data while dbt compiles them
        asked: what they ask in place of it; without either, the raw database of the project
        """
        self.project = project.resolve()
        self.asked = asked or RawToAsk(tuple(tables), there=str(self.project / RAW_DATABASE))
        self.built = built
        self.dbt = dbt or DbtHere()
        self.read: Run | None = None
        self.everything: tuple[list[Model], Sequence[Any]] | None = None
        self.ancestors: dict[str, list[Model]] = {}

    def demand_readable(self) -> None:
        """Raise DoesNotRun where a file is none that dbt, or anybody, should begin to read."""
        if trouble := unreadable(self.project):
            raise DoesNotRun(trouble)

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
            nodes = self.nodes_of(self.dbt.compile_everything)
            self.everything = self.in_order(nodes), nodes
        return self.everything

    @property
    def manifest(self) -> Any:
        """dbt's manifest. Raises DoesNotRun where dbt can't read the project."""
        self.demand_project_file()
        self.read = self.read or self.dbt.read_project(self.project)
        if self.read.manifest is None:
            raise DoesNotRun(packages_trouble(self.project) or self.with_names(self.read.trouble))
        return self.read.manifest

    def rendered(self, text: str) -> str:
        """Return what dbt makes of a text as if it stood in a model. Raises DoesNotRun."""
        compilation = self.dbt.render(self.project, text, self.manifest, self.asked)
        if not compilation.nodes:
            raise DoesNotRun(compilation.run.trouble or Trouble("dbt made no SQL of this.", "Look at its Jinja."))
        return str(compilation.nodes[0].compiled_code)

    def in_another_shop(self, changes: Sequence[str] = (), macros: Mapping[str, str] | None = None) -> "Work":
        """Return the same files for a shop that `changes`, statements on `raw`, make of today's. Raises DoesNotRun.

        macros: what stands in the place of some of the project's macros
        """
        asked = replace(self.asked, changes=tuple(changes), macros=tuple((macros or {}).items()))
        other = Work(self.project, self.built, self.dbt, asked=asked)
        other.read = self.read if self.manifest else None
        return other

    def freshness_after(self, tables: Sequence[RawTable], hours: float) -> Freshness:
        """Return what dbt says of the sources' freshness when the raw tables were loaded `hours` ago."""
        return self.dbt.freshness_after(self.project, self.manifest, tables, hours)

    @cached_property
    def model_files(self) -> Mapping[str, Path]:
        """The SQL files under models/ by model name."""
        return {path.stem: path for path in sorted(self.project.glob("models/**/*.sql")) if path.is_file()}

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
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
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
            self.ancestors[name] = self.in_order(self.nodes_of(partial(self.dbt.compile_models, name=name)))
        return self.ancestors[name]

    def nodes_of(self, compile: Callable[..., Compilation]) -> Sequence[Any]:
        self.demand_project_file()
        compilation = compile(self.project, manifest=self.read.manifest if self.read else None, asked=self.asked)
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
