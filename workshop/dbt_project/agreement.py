"""Whether what is built in a warehouse is what the project's files make, model by model."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from workshop.dbt_project.built import Builds, Text, kinds_of, sources_of, text_of
from workshop.dbt_project.model import Model
from workshop.dbt_project.sql_tree import parts_of


class Why(Enum):
    """Why a model in the warehouse is not what its files make."""

    NOT_BUILT = "it is not in the warehouse"
    CHANGED = "its own file or macros were changed since it was built"
    READS_CHANGED = "what it reads was built again since, and is another"
    RAW_LOADED = "the raw data was loaded again since, and is another"


@dataclass(frozen=True)
class Behind:
    """A model that is not in the warehouse as its files are; `because` is the parent that changed, or itself."""

    model: str
    why: Why
    because: str


def disagreements(
    models: Sequence[Model], manifest: Any, builds: Builds, relations: Iterable[str], stamp: str
) -> list[Behind]:
    """Return which of the models are behind their files; those of which it is not known are left out.

    models: parents first, with all that they are built on
    manifest: the one that they were compiled with
    builds: what was built in the warehouse
    relations: the names of what is in the warehouse
    stamp: of the raw data as it is
    """
    kinds = kinds_of(manifest)
    now = {model.name: text_of(model, manifest) for model in models}
    there = {name.lower() for name in relations}
    found: list[Behind] = []
    for model in models:
        if kinds[model.name] == "ephemeral":
            continue
        if parts_of(model.relation)[-1] not in there:
            found.append(Behind(model.name, Why.NOT_BUILT, model.name))
        elif model.name in builds and not builds[model.name].text.is_as(now[model.name]):
            found.append(Behind(model.name, Why.CHANGED, model.name))
        elif reason := reason_from_outside(model.name, now, builds, stamp, {each.model for each in found}):
            found.append(reason)
    return found


def left_over(builds: Builds, relations: Container[str], models: Container[str]) -> list[str]:
    """Return the names of what dbt has built, is still in the warehouse, and is made by none of the `models`."""
    return sorted(name for name in builds if name in relations and name not in models)


# -- how ---------------------------------------------------------------------------------------------------


def reason_from_outside(
    name: str, now: dict[str, Text], builds: Builds, stamp: str, behind: Container[str]
) -> Behind | None:
    """Return why a table is older than what it reads, or None; None, too, where a parent is told of already."""
    sources = sources_of(name, builds, stamp)
    if sources is None or not builds[name].is_table:
        return None
    texts, stamps = sources
    changed = sorted(text.model for text in texts if text.model in now and not text.is_as(now[text.model]))
    if changed:
        return None if any(each in behind for each in changed) else Behind(name, Why.READS_CHANGED, changed[0])
    if stamp and "" not in stamps and stamps - {stamp}:
        return Behind(name, Why.RAW_LOADED, name)
    return None
