"""The learner's work as a check sees it: files, models, compiled SQL, notes. Read-only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import yaml

from workshop.dbt_project.asking import Dbt, DbtHere
from workshop.dbt_project.compilation import Compilation
from workshop.dbt_project.content import content_of
from workshop.dbt_project.freshness import Freshness
from workshop.dbt_project.invocation import Run
from workshop.dbt_project.limits import is_over
from workshop.dbt_project.macro_files import with_macro_file
from workshop.dbt_project.memory import Memory, NoMemory
from workshop.dbt_project.model import Model, ancestors_of
from workshop.dbt_project.package_troubles import packages_trouble
from workshop.dbt_project.passed_over import why_passed_over
from workshop.dbt_project.raw_table import RawTable
from workshop.dbt_project.raw_to_ask import RawToAsk
from workshop.dbt_project.readable import unreadable
from workshop.dbt_project.trouble import Trouble, explain_in_macros, explain_in_project
from workshop.dbt_project.yaml_files import text_in
from workshop.dbt_project.yaml_trouble import yaml_trouble
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


class Work:
    """A project as its files are at this moment; make a new one for each check."""

    def __init__(
        self,
        project: Path,
        built: frozenset[str] = frozenset(),
        dbt: Dbt | None = None,
        tables: Sequence[RawTable] = (),
        asked: RawToAsk | None = None,
        memory: Memory | None = None,
    ) -> None:
        """built: names of the relations in the notebook's warehouse, where there is one; dbt: who answers for it
        tables: what the loader brings on day 1, for models that ask the data while dbt compiles them
        asked: what they ask in place of it; without either, the raw database of the project
        memory: what was found in work that was the same
        """
        self.project = project.resolve()
        self.asked = asked or RawToAsk(tuple(tables), there=str(self.project / RAW_DATABASE))
        self.built = built
        self.dbt = dbt or DbtHere()
        self.memory = memory or NoMemory()
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
                Trouble(f"dbt knows no model {name}.", why_passed_over(self.project, self.model_files.get(name)))
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
            raise self.refusal_of(self.read)
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
        other = Work(self.project, self.built, self.dbt, asked=asked, memory=self.memory)
        other.read = self.read if self.manifest else None
        return other

    def freshness_after(self, tables: Sequence[RawTable], hours: float) -> Freshness:
        """Return what dbt says of the sources' freshness when the raw tables were loaded `hours` ago."""
        return self.dbt.freshness_after(self.project, self.manifest, tables, hours)

    @cached_property
    def model_files(self) -> Mapping[str, Path]:
        """The SQL files under models/ by model name."""
        return {path.stem: path for path in sorted(self.project.glob("models/**/*.sql")) if path.is_file()}

    @cached_property
    def content(self) -> str | None:
        """A digest of all files, or None where these do not tell all that a check may find."""
        return content_of(self.project)

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
            raise DoesNotRun(yaml_trouble(error, file, self.text_of(file))) from error
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
        if self.read and self.read.manifest is None:  # what could not be read then can't be read now
            raise self.refusal_of(self.read)
        compilation = compile(self.project, manifest=self.read.manifest if self.read else None, asked=self.asked)
        if not is_over():  # what was stopped half way tells nothing of the files
            self.read = self.read or compilation.run
        if not compilation.run.succeeded:
            raise self.refusal_of(compilation.run)
        return compilation.nodes

    def refusal_of(self, run: Run) -> DoesNotRun:
        return DoesNotRun(packages_trouble(self.project) or self.explained(run.trouble))

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
        path = node.original_file_path.replace("\\", "/")
        return Model(
            node.name,
            path,
            node.compiled_code or "",
            node.relation_name,
            frozenset(each.relation_name for each in read if each.relation_name),
            frozenset(each.name for each in read if each.resource_type == "model"),
            self.text_of(path),
            tuple(self.model_files),
        )

    def text_of(self, file: str) -> str:
        return text_in(self.project, file)

    def explained(self, trouble: Trouble | None) -> Trouble:
        """Return the trouble, with what the file at fault tells."""
        if trouble is None:
            return Trouble("dbt stopped without a message.", "Run `%dbt build`, and look at what it says.")
        found = with_macro_file(trouble, self.project)
        if found.file.startswith(("macros/", "tests/")):
            return explain_in_macros(found, self.project)
        return with_macro_file(explain_in_project(trouble, self.project, tuple(self.model_files)), self.project)
