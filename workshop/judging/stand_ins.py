"""What a learner's model is built on, in the twin: their own models where they are right, and right ones where not."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from workshop.dbt_project.model import Model
from workshop.judging.comparison import Result, compare
from workshop.judging.deadline import NeverEnds, TooSlow
from workshop.judging.reference import Reference, relation
from workshop.judging.refusal import told_of
from workshop.judging.twin import NotOneSelect, Twin, content_of, right_models


@dataclass(frozen=True)
class Built:
    """What stands for a model in the twin: its quoted name, and the select behind it."""

    relation: str
    sql: str


def build_models(twin: Twin, models: Sequence[Model], reference: Reference) -> dict[str, Built]:
    """Create `models` in the twin, parents first, and leave the small shop in it.

    One of the learner's that is right is theirs, with any column they added; one that is wrong or does not run is
    replaced by the right one, so that its mistake is reported there only.

    Returns what stands for each model by name; one that does not run, and of which we know no right one, is not there.
    Raises DoesNotRun where one is more than a select, or can't be stopped: nothing is to be built on what is left then.
    """
    twin.fill(twin.raw.small)
    built = {}
    for model in models:
        if is_usable(twin, model, reference):
            built[model.name] = Built(model.relation, model.sql)
        elif model.name in reference.models:
            for name, sql in reference.sql.items():
                twin.define(relation(name), sql)
            twin.define(model.relation, content_of(model.name))
            built[model.name] = Built(model.relation, content_of(model.name))
    return built


def is_usable(twin: Twin, model: Model, reference: Reference) -> bool:
    """Create the learner's own model in the twin, and tell whether others can be built on it."""
    try:
        with told_of(model, reference, NotOneSelect, NeverEnds):
            twin.define(model.relation, model.sql)
            returned = twin.run(f"select * from {model.relation}")
    except (duckdb.Error, TooSlow):
        return False
    return model.name not in reference.models or is_right(returned, model.name, reference)


def is_right(returned: Result, name: str, reference: Reference) -> bool:
    right = right_models(reference)
    expected = right.run(content_of(name), right.raw.small)
    return not compare(returned, expected, expected.columns[0])
