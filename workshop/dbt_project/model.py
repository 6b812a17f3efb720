"""A model of the learner's project, compiled, and what it is built on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A model of the learner's project.

    path: relative to the project, with forward slashes
    sql: compiled
    relation: its quoted name in compiled SQL
    reads: the quoted names of the models and sources that dbt knows it reads
    parents: the names of the models among these
    text: as the learner wrote it
    all_models: the names of all models of the project
    """

    name: str
    path: str
    sql: str
    relation: str
    reads: frozenset[str]
    parents: frozenset[str]
    text: str = ""
    all_models: tuple[str, ...] = ()


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
