"""What work is judged against, handed in by a course: its raw tables, the models that are right, the known mistakes."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from jinja2 import Environment

from workshop.dbt_project.raw_table import RawTable
from workshop.judging.misconception import Misconception, read_misconceptions

# Right models may stand in one twin with a learner's. Nobody can write down a name that is drawn by lot.
SCHEMA = f"reference_{secrets.token_hex(8)}"
REF = re.compile(r"""\bref\(\s*['"](\w+)['"]\s*\)""")


@dataclass(frozen=True, eq=False)
class Reference:
    """What work is judged against.

    tables: the raw tables
    models: the Jinja SQL of every right model, the starter's among them, by name, parents first; the first column of
        each is its key
    starter: the text of each model that a learner begins with
    mistake_folders: where the known mistakes of each exercise lie, by its name
    renamed: the later name of each model that gets another one
    """

    tables: Sequence[RawTable]
    models: Mapping[str, str]
    starter: Mapping[str, str]
    mistake_folders: Mapping[str, Path]
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def raw_names(self) -> tuple[str, ...]:
        """The names of the raw tables in SQL."""
        return tuple(table.relation for table in self.tables)

    @cached_property
    def sql(self) -> Mapping[str, str]:
        """The SQL of each right model, reading others in the schema SCHEMA."""
        return {name: render(text) for name, text in self.models.items()}

    def mistakes_of(self, exercise: str) -> Mapping[str, Misconception]:
        """Return the known mistakes of an exercise by name."""
        folder = self.mistake_folders.get(exercise)
        return read_misconceptions(folder) if folder else {}

    def find_mistake(self, exercise: str, name: str) -> Misconception | None:
        """Return a known mistake of an exercise, or of another one where this has none of that name, or None."""
        found = (self.mistakes_of(each).get(name) for each in (exercise, *self.mistake_folders))
        return next(filter(None, found), None)

    def mistake(self, exercise: str, name: str) -> Misconception:
        """Return a known mistake, as `find_mistake` does. Raises LookupError where there is none of that name."""
        found = self.find_mistake(exercise, name)
        if found is None:
            raise LookupError(f"No mistake of {exercise} or another exercise is called {name}.")
        return found


def relation(name: str) -> str:
    """Return the name of a right model in a twin that holds them."""
    return f'"warehouse"."{SCHEMA}"."{name}"'


def render(text: str) -> str:
    """Return a model's Jinja SQL with its refs pointing at right models and its sources at `raw`.

    Raises jinja2.TemplateError where it needs more of dbt than these.
    """
    template = Environment().from_string(text)
    return template.render(ref=relation, source=lambda source, table: f'"raw"."{source}"."{table}"', execute=True)


def parents_of(text: str) -> list[str]:
    """Return the names of the models that a model's Jinja SQL refers to, in order, each once."""
    return list(dict.fromkeys(REF.findall(text)))


def ancestors_of(name: str, reference: Reference) -> list[str]:
    """Return the names of the right models that the right model `name` is built on, nearest first."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        parents = [each for each in parents_of(reference.models[waiting.pop(0)]) if each not in found]
        found += parents
        waiting += parents
    return found


def parents_first(texts: Mapping[str, str]) -> dict[str, str]:
    """Return Jinja SQL by model name so that each model stands behind those it reads."""
    ordered: dict[str, str] = {}

    def add(name: str) -> None:
        if name not in ordered:
            for parent in parents_of(texts[name]):
                add(parent)
            ordered[name] = texts[name]

    for name in texts:
        add(name)
    return ordered
