"""Right models, changed in every way that one slip makes: what runs and is wrong is named, nearly always."""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

import duckdb
import ledger
import pytest
from mutants import Slip, mutants_of

from workshop.course.reference import reference
from workshop.course.working_group_1.models import CUSTOMERS, ORDERS, STG_PAYMENTS
from workshop.dbt_project.model import Model
from workshop.dbt_project.work import Work
from workshop.judging import model as judging_model
from workshop.judging.comparison import compare
from workshop.judging.deadline import TooSlow
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.reference import SCHEMA, ancestors_of
from workshop.judging.trial import Trial
from workshop.judging.twin import content_of, right_models
from workshop.judging.verdict import NOT_YET, PASSED, Verdict

pytestmark = pytest.mark.slow

ANSWERS = [STG_PAYMENTS, ORDERS, CUSTOMERS]
WAREHOUSE = '"warehouse"."main".'
ACCEPTED = ("customer_orders.lifetime_value at 711: coalesced",)
Judge = Callable[[ModelAnswer, str], Verdict]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Judges SQL in place of an answer, without dbt and without the smallest shop."""
    lineage: list[Model] = []

    @cache
    def verdict(answer: ModelAnswer, sql: str) -> Verdict:
        parents = reversed(ancestors_of(answer.name, reference()))
        lineage[:] = [*(as_learners(name, reference().sql[name]) for name in parents), as_learners(answer.name, sql)]
        return judging_model.judge_model(Work(Path()), answer, reference())

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judging_model, "compiled", lambda work, answer, reference: lineage)
        patched.setattr(Trial, "shrink", lambda self, finding, aspects: None)
        yield verdict


def as_learners(name: str, sql: str) -> Model:
    """Return a right model, or a mutant of one, as though a learner had written it."""
    for schema in (f'"warehouse"."{SCHEMA}".', f"warehouse.{SCHEMA}."):
        sql = sql.replace(schema, WAREHOUSE)
    known = frozenset(f'{WAREHOUSE}"{each}"' for each in reference().models)
    return Model(name, f"models/{name}.sql", sql, f'{WAREHOUSE}"{name}"', known, frozenset())


def wrong(answer: ModelAnswer, mutants: Mapping[str, str]) -> dict[str, str]:
    """Return the mutants that run and return something else than the answer; none reads itself."""
    itself = re.compile(rf'\b{SCHEMA}"?\."?{answer.name}\b')
    return {words: sql for words, sql in mutants.items() if not itself.search(sql) and differs(answer, sql)}


def differs(answer: ModelAnswer, sql: str) -> bool:
    right = right_models(reference())
    try:
        return any(
            compare(right.run(sql, part), right.run(content_of(answer.name), part), answer.key)
            for part in (right.raw.small, right.raw.whole)
        )
    except (duckdb.Error, TooSlow):
        return False


@cache
def slips(answer: ModelAnswer) -> dict[str, str]:
    return wrong(answer, dict(mutants_of(reference().sql[answer.name])))


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_what_a_slip_earns(judge: Judge, answer: ModelAnswer) -> None:
    verdicts = {words: judge(answer, sql) for words, sql in slips(answer).items()}
    refused = [verdict for verdict in verdicts.values() if verdict.outcome == NOT_YET]
    named = [verdict for verdict in refused if verdict.misconception]
    assert len(refused) > 50 and len(named) >= 0.9 * len(refused)
    assert ledger.hold(f"Mutants of {answer.name}", [ledger.line(*each) for each in verdicts.items()])


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_what_returns_something_else_is_not_passed(judge: Judge, answer: ModelAnswer) -> None:
    passed = [words for words, sql in slips(answer).items() if judge(answer, sql).outcome == PASSED]
    assert [words for words in passed if words not in ACCEPTED] == []


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_of_two_slips_one_is_named(judge: Judge, answer: ModelAnswer) -> None:
    """Here are a few pairs of them, always the same."""
    choose = random.Random(answer.name)

    def shuffled(slips: list[Slip]) -> list[Slip]:
        return choose.sample(slips, len(slips))

    twice: dict[str, str] = {}
    for sql in choose.sample(sorted(slips(answer).values()), 10):
        twice |= wrong(answer, dict(islice(mutants_of(sql, shuffled), 10)))
    named = [sql for sql in twice.values() if judge(answer, sql).misconception]
    assert len(twice) > 20 and len(named) >= 0.85 * len(twice)


def test_the_answer_itself_passes(judge: Judge) -> None:
    """Else the mutants would prove nothing."""
    for answer in ANSWERS:
        assert judge(answer, reference().sql[answer.name]).outcome == PASSED
