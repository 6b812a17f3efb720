"""Judge a model by what it returns: in a twin of the warehouse, against the answer, by column, grain and value.

A wrong model is named (which known mistake returns the same?) and shown (on which smallest shop?).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import duckdb

from workshop.course import reference
from workshop.dbt_project.model_sql import COMMENT, demand_one_select, hard_coded_tables
from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import DoesNotRun, Model, Work
from workshop.judging.comparison import Difference, Result, compare, describe
from workshop.judging.counterexample import find_counterexample, side_by_side
from workshop.judging.exercise import Verdict, known_mistake
from workshop.judging.misconception import Misconception, misconceptions_of
from workshop.judging.twin import Built, TooSlow, Twin

Run = Callable[[], Result]


@dataclass(frozen=True)
class ModelAnswer:
    """What the answer to a model exercise is like.

    name: of the model and its exercise
    later_name: what a later exercise renames it to, if one does
    key: the column that tells its rows apart: its grain
    folder: where the file belongs
    praise: what was right and why it matters
    inputs: the relations that a counterexample shows, by the name to show them under
    accepted: other results that are right, as a select from {source} that makes them of the answer, with a remark on each
    may_read: tables that a model may name without ref or source
    """

    name: str
    key: str
    folder: str
    praise: str
    inputs: tuple[tuple[str, str], ...]
    later_name: str | None = None
    accepted: tuple[tuple[str, str], ...] = ()
    may_read: tuple[str, ...] = ()


def judge_model(work: Work, answer: ModelAnswer) -> Verdict:
    """Return the verdict on the learner's model. Raises NotStarted, DoesNotRun."""
    renamed = answer.later_name in work.model_files() and answer.name not in work.model_files()
    *ancestors, model = work.with_ancestors(answer.later_name if renamed else answer.name)
    demand_one_select(model)
    twin = Twin()
    expected = f"select * from {reference.relation(answer.name)}"
    if hard_coded := hard_coded_tables(twin.connection, model, ancestors, answer.may_read):
        return judge_hard_coded(answer, hard_coded)
    build_models(twin, ancestors)

    def run() -> Result:
        return run_model(twin, model, ancestors)

    plain = Expectation(expected, "select * from {source}")
    expectations = [
        plain,
        *(Expectation(way.format(source=f"({expected})"), way, remark) for way, remark in answer.accepted),
    ]
    differences = []
    for expectation in expectations:
        found = differences_from(twin, run, expectation.sql, answer.key)
        if not found:
            remarks = remarks_on(model, answer, run(), twin.run(expected))
            return Verdict(
                True, answer.praise, remarks=(*([expectation.remark] if expectation.remark else ()), *remarks)
            )
        differences.append(found)
    # What is accepted is no mistake: explain against the right result that is nearest.
    nearest = min(range(len(differences)), key=lambda number: len(differences[number][0].aspects))
    difference, is_small = differences[nearest]
    if not is_small:
        return explain_on_everything(twin, run, answer, expectations[nearest].sql)
    return explain_difference(twin, model.sql, answer, expectations[nearest], difference)


@dataclass(frozen=True)
class Expectation:
    """A right result: its SQL, the way it is made of the answer (a select from {source}), and a remark."""

    sql: str
    way: str
    remark: str = ""


# -- running it ------------------------------------------------------------------------------------------------


def build_models(twin: Twin, models: list[Model]) -> dict[str, Built]:
    """Create `models` in the twin, parents first. One of the learner's that is right is theirs, with any column they
    added; one that is wrong or does not run is replaced by the answer, so that its mistake is reported there only.

    Returns what stands for each model by name; one that does not run and has no answer is not there.
    """
    twin.fill(twin.small_shop)
    built = {}
    for model in models:
        candidates = [model.sql]
        if model.name in reference.models():
            candidates.append(f"select * from {reference.relation(model.name)}")
        for sql in candidates:
            try:
                twin.define(model.relation, sql)
                returned = twin.rows_of(model.relation)
            except (duckdb.Error, TooSlow):
                continue
            if len(candidates) == 1 or is_right(twin, model.name, returned):
                built[model.name] = Built(model.relation, sql)
                break
    return built


def is_right(twin: Twin, name: str, returned: Result) -> bool:
    expected = twin.rows_of(reference.relation(name))
    return not compare(returned, expected, expected.columns[0])


def run_model(twin: Twin, model: Model, ancestors: list[Model]) -> Result:
    """Return what the model returns on the small shop. Raises DoesNotRun."""
    try:
        return twin.run(model.sql)
    except TooSlow as error:
        raise DoesNotRun(
            Trouble(
                f"The model was {error}.",
                "The data is small, so something multiplies rows: look for a join without `on` or `using`, or a recursion without end.",
                model.path,
            )
        ) from error
    except duckdb.Error as error:
        trouble = explain(error)
        if parent := parent_it_was_written_for(twin, model, ancestors):
            trouble = replace(
                trouble,
                meaning=f"It reads something from `{parent}`, which is not right itself yet: `%check {parent}` first.",
            )
        raise DoesNotRun(replace(trouble, file=model.path, line=line_of(error))) from error


def parent_it_was_written_for(twin: Twin, model: Model, ancestors: list[Model]) -> str | None:
    """Return the wrong parent with which the model would run, or None."""
    for parent in reversed(ancestors):
        try:
            twin.define(parent.relation, parent.sql)
            twin.run(model.sql)
            return parent.name
        except (duckdb.Error, TooSlow):
            continue
    return None


def line_of(error: Exception) -> int | None:
    """Return the line of the compiled SQL that DuckDB complains about; the first line is our parenthesis."""
    found = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    return max(int(found.group(1)) - 1, 1) if found else None


def differences_from(twin: Twin, run: Run, expected: str, key: str) -> tuple[Difference, bool] | None:
    """Return how the model differs on the small shop, or failing that on the whole raw data, or None.

    The flag tells whether the small shop shows it. The twin holds the small shop again afterwards.
    """
    twin.fill(twin.small_shop)
    if difference := compare(run(), twin.run(expected), key):
        return difference, True
    twin.fill(twin.whole_shop)
    difference = compare(run(), twin.run(expected), key)
    twin.fill(twin.small_shop)
    return (difference, False) if difference else None


# -- naming it and showing it ----------------------------------------------------------------------------------


def explain_difference(
    twin: Twin, sql: str, answer: ModelAnswer, expected: Expectation, difference: Difference
) -> Verdict:
    mistake, theirs = recognise(answer, expected, difference)
    shown = find_counterexample(twin, sql, expected.sql, dict(answer.inputs), answer.key, theirs.aspects)
    if mistake is None:  # in words about the rows that are shown
        returned, wanted = twin.run(sql), twin.run(expected.sql)
        words = describe(compare(returned, wanted, answer.key) or difference, returned, wanted, answer.key)
        return Verdict(False, words, "Not what was expected", counterexample=shown)
    remarks = () if theirs.aspects == difference.aspects else ("There is more to mend: check again when this is done.",)
    return known_mistake(answer.name, mistake.name, remarks=remarks, counterexample=shown)


def recognise(
    answer: ModelAnswer, expected: Expectation, difference: Difference
) -> tuple[Misconception | None, Difference]:
    """Return the known mistake that differs in the same way, and how it differs; None and `difference` where there is none.

    A mistake that accounts for the whole difference comes first, else the one that accounts for most of it.
    """
    known = [
        (mistake, theirs) for mistake, theirs in known_differences(answer, expected) if difference.contains(theirs)
    ]
    if not known:
        return None, difference
    return max(known, key=lambda found: len(found[1].aspects))


@cache
def known_differences(answer: ModelAnswer, expected: Expectation) -> list[tuple[Misconception, Difference]]:
    """Return how each known mistake of an exercise differs on the small shop, for those that are known by their result."""
    twin = Twin()
    twin.fill(twin.small_shop)
    wanted = twin.run(expected.sql)
    found = []
    for mistake in misconceptions_of(answer.name).values():
        text = mistake.model(answer.name)
        if text is not None and (returned := result_of(twin, reference.render(text), expected)):
            found.append((mistake, compare(returned, wanted, answer.key)))
    return found


def result_of(twin: Twin, sql: str, expected: Expectation) -> Result | None:
    for each in (expected.way.format(source=f"(\n{sql}\n)"), sql):
        try:
            return twin.run(each)
        except duckdb.Error:
            continue  # it lacks the column that is accepted in two ways, or names tables that are not there
    return None


def judge_hard_coded(answer: ModelAnswer, tables: list[str]) -> Verdict:
    verdict = known_mistake(answer.name, "hard_coded_table")
    return replace(verdict, message=f"{verdict.message} Here it is: {', '.join(f'`{table}`' for table in tables)}.")


def explain_on_everything(twin: Twin, run: Run, answer: ModelAnswer, expected: str) -> Verdict:
    twin.fill(twin.whole_shop)
    returned, wanted = run(), twin.run(expected)
    words = describe(compare(returned, wanted, answer.key), returned, wanted, answer.key)
    return Verdict(
        False,
        f"A few rows come out right, and the whole raw data does not. {words}",
        "Not on all of the data",
        counterexample=side_by_side(returned, wanted, answer.key),
    )


# -- remarks on what is accepted -------------------------------------------------------------------------------


def remarks_on(model: Model, answer: ModelAnswer, returned: Result, expected: Result) -> tuple[str, ...]:
    extra = [name for name in returned.columns if name not in expected.columns]
    remarks = []
    if extra:
        remarks.append(
            f"You return more columns than were asked for ({', '.join(f'`{name}`' for name in extra)}). That is fine; "
            "each column of a model is a promise that somebody will build on."
        )
    if not model.path.startswith(f"{answer.folder}/"):
        remarks.append(f"The file is `{model.path}`; others of its kind are in `{answer.folder}`.")
    if TRAILING_COMMA.search(COMMENT.sub("", model.sql)):
        remarks.append("There is a comma right before `from`. DuckDB forgives it; most other warehouses do not.")
    return tuple(remarks)


TRAILING_COMMA = re.compile(r",\s*\bfrom\b", re.IGNORECASE)
