"""What a model should return, in each way that is accepted, and how a learner's differs from the nearest of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workshop.judging.comparison import Difference, compare
from workshop.judging.raw_data import Part
from workshop.judging.right_models import content_of, right_models
from workshop.judging.trial import Trial


@dataclass(frozen=True, eq=False)
class ModelAnswer:
    """What the answer to a model exercise is like.

    name: of the model and its exercise
    key: the column that tells its rows apart: its grain
    folder: where the file belongs
    praise: what was right and why it matters
    inputs: the relations that a counterexample shows, by the name to show them under
    later_name: what a later exercise renames the model to, if one does
    accepted: other results that are right: a select from {source} that makes them of the answer, and a remark on each
    may_read: tables that a model may name without ref or source
    """

    name: str
    key: str
    folder: str
    praise: str
    inputs: Mapping[str, str]
    later_name: str | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
    may_read: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """A right result: its SQL, the way it is made of the answer (a select from {source}), and a remark."""

    sql: str
    way: str
    remark: str = ""


@dataclass(frozen=True)
class Finding:
    """How a model differs from what was expected, on which part of the data; empty where it does not."""

    expected: Expectation
    difference: Difference
    part: Part


def compare_with_answer(trial: Trial, answer: ModelAnswer) -> Finding:
    """Return the finding on the accepted result that the model returns, else on the one that is nearest to it.

    A model is compared in the small shop first, then on the whole raw data. Raises DoesNotRun.
    """
    findings = []
    for expected in expectations(answer):
        finding = compare_with(trial, answer, expected)
        if not finding.difference:
            return finding
        findings.append(finding)
    return min(findings, key=lambda finding: len(finding.difference.aspects))


def expectations(answer: ModelAnswer) -> list[Expectation]:
    sql = content_of(answer.name)
    accepted = [Expectation(way.format(source=f"({sql})"), way, remark) for way, remark in answer.accepted.items()]
    return [Expectation(sql, "select * from {source}"), *accepted]


def compare_with(trial: Trial, answer: ModelAnswer, expected: Expectation) -> Finding:
    right = right_models(trial.reference)
    for part in (right.raw.small, right.raw.whole):
        difference = compare(trial.run(part), right.result(expected.sql, part), answer.key)
        if difference:
            break
    return Finding(expected, difference, part)
