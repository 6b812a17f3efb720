"""What the answer to a model exercise is like, in each way that is accepted."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from workshop.judging.comparison import Difference, Result
from workshop.judging.raw_data import Part
from workshop.judging.twin import content_of


@dataclass(frozen=True, eq=False)
class ModelAnswer:
    """What the answer to a model exercise is like.

    name: of the model
    key: the column that tells its rows apart: its grain
    folder: where the file belongs
    praise: what was right and why it matters
    inputs: the relations that a counterexample shows, by the name to show them under
    later_name: what a later exercise renames the model to, if one does
    accepted: other results that are right: a select from {source} that makes them of the answer, and a remark on each
    may_read: tables that a model may name without ref or source
    built_on: models that it has to read, itself or through others
    exercise: whose answer it is, where the exercise is not called as the model is
    """

    name: str
    key: str
    folder: str
    praise: str
    inputs: Mapping[str, str]
    later_name: str | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
    may_read: tuple[str, ...] = ()
    built_on: "tuple[ModelAnswer, ...]" = ()
    exercise: str = ""

    @property
    def of_exercise(self) -> str:
        return self.exercise or self.name

    def name_among(self, models: Container[str]) -> str:
        """Return what the model is called in a project with these models."""
        is_renamed = self.later_name in models and self.name not in models
        return self.later_name if is_renamed and self.later_name else self.name

    @property
    def expectations(self) -> "list[Expectation]":
        """The answer's own result first, then the others that are accepted."""
        ways = {"select * from {source}": "", **self.accepted}
        source = f"({content_of(self.name)})"
        return [Expectation(way.format(source=source), way, remark) for way, remark in ways.items()]


@dataclass(frozen=True)
class Expectation:
    """A right result: its SQL, the way it is made of the answer (a select from {source}), and a remark."""

    sql: str
    way: str
    remark: str = ""


@dataclass(frozen=True)
class Finding:
    """What a model returns on a part of the data, what was expected of it, and how the two differ, if they do.

    inputs: what the model reads there, by the name to show it under
    """

    expectation: Expectation
    part: Part
    returned: Result
    expected: Result
    difference: Difference
    inputs: Mapping[str, Result] = field(default_factory=dict)
