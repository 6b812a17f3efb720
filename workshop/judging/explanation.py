"""A wrong model, put into words and shown on the smallest shop on which it goes wrong, or else on everything."""

from dataclasses import replace

import duckdb

from workshop.judging.comparison import Difference, compare
from workshop.judging.counterexample import side_by_side
from workshop.judging.deadline import TooSlow
from workshop.judging.difference_words import describe
from workshop.judging.expectations import Finding, ModelAnswer
from workshop.judging.misconception import Misconception
from workshop.judging.raw_data import Part
from workshop.judging.right_models import RightModels, right_models
from workshop.judging.shrinking import shrink
from workshop.judging.trial import Trial
from workshop.judging.verdict import NOT_YET, Verdict, not_yet


def show(
    trial: Trial, answer: ModelAnswer, finding: Finding, recognised: tuple[Misconception | None, Difference]
) -> Verdict:
    """Return the verdict on a model that differs, in the words of the known mistake or in words about the rows shown.

    recognised: the known mistake or None, and what of the difference it accounts for
    """
    right = right_models(trial.reference)
    if finding.part is right.raw.whole:
        return on_everything(trial, answer, finding, right)
    mistake, accounted_for = recognised
    part = smallest_part(trial, answer, finding, right, accounted_for.aspects)
    verdict = in_words(trial, answer, finding, right, part or finding.part)
    if part is None:  # it differs, but there is no row to be seen
        verdict = replace(verdict, counterexample=None)
    if mistake is None:
        return verdict
    is_all = accounted_for.aspects == finding.difference.aspects
    remarks = () if is_all else ("There is more to mend: check again when this is done.",)
    return replace(not_yet(mistake), remarks=remarks, counterexample=verdict.counterexample)


def on_everything(trial: Trial, answer: ModelAnswer, finding: Finding, right: RightModels) -> Verdict:
    verdict = in_words(trial, answer, finding, right, right.raw.whole)
    few_and_all = "A few rows come out right, and the whole raw data does not."
    return replace(verdict, title="Not on all of the data", message=f"{few_and_all} {verdict.message}")


def smallest_part(
    trial: Trial, answer: ModelAnswer, finding: Finding, right: RightModels, aspects: frozenset[str]
) -> Part | None:
    """Return the smallest part on which one of the `aspects` of a Difference differs, or None where no row shows it."""

    def goes_wrong(part: Part) -> bool:
        try:
            returned, expected = trial.attempt(part), right.result(finding.expected.sql, part)
        except (duckdb.Error, TooSlow):
            return False
        differs = compare(returned, expected, answer.key).aspects & aspects
        return bool(differs and (returned.rows or expected.rows))

    return shrink(right.raw, goes_wrong)


def in_words(trial: Trial, answer: ModelAnswer, finding: Finding, right: RightModels, part: Part) -> Verdict:
    """Return the verdict that says what differs on a part of the data, and shows it."""
    returned, expected = trial.run(part), right.result(finding.expected.sql, part)
    inputs = {} if part is right.raw.whole else right_inputs(answer, right, part)
    return Verdict(
        NOT_YET,
        describe(compare(returned, expected, answer.key) or finding.difference, returned, expected, answer.key),
        "Not what was expected",
        counterexample=side_by_side(returned, expected, answer.key, inputs),
    )


def right_inputs(answer: ModelAnswer, right: RightModels, part: Part) -> dict[str, list[dict[str, object]]]:
    return {
        name: right.result(f"select * from {relation}", part).as_dicts() for name, relation in answer.inputs.items()
    }
