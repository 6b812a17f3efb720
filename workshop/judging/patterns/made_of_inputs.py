"""Values made of an input's rows in another way: the largest in place of the sum, all rows in place of some."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from workshop.judging.patterns.evidence import Evidence, Pattern, Row
from workshop.judging.values import equal, first, plain, rank, shown

Aggregate = Callable[[Sequence[Any]], Any]


def total(values: Sequence[Any]) -> Any:
    return sum(values) if values and all(isinstance(value, float) for value in values) else None


def mean(values: Sequence[Any]) -> Any:
    added = total(values)
    return None if added is None else added / len(values)


AGGREGATES: dict[str, Aggregate] = {
    "the sum of": total,
    "the average of": mean,
    "the smallest": lambda values: min(values, key=rank, default=None),
    "the largest": lambda values: max(values, key=rank, default=None),
    "the number of different values of": lambda values: len(set(values)),
    "the sum of the different values of": lambda values: total(list(set(values))),
}


def made_of_inputs(evidence: Evidence) -> Iterator[Pattern]:
    """Give the patterns of columns that are what an aggregate makes of an input, though not the right one."""
    for name in evidence.difference.values:
        there = evidence.cells(name)
        got = {key: pair[0] for key, pair in there.items()}
        wrong = {key: pair for key, pair in there.items() if not equal(*pair)}
        if not wrong or len({value for value in got.values() if value is not None}) < 3:
            continue
        yield from multiplied(evidence, name, there, wrong)
        yield from aggregated(evidence, name, got, wrong)


# -- how ---------------------------------------------------------------------------------------------------


def multiplied(evidence: Evidence, name: str, there: Any, wrong: Any) -> Iterator[Pattern]:
    """Each value is as many times too large as there are rows of an input that belong to it."""
    if not all(isinstance(value, float) for pair in there.values() for value in pair if value is not None):
        return
    for input, partners in evidence.partners():
        times = {key: len(partners.get(key, ())) or 1 for key in there}
        if all(equal(got, None if wanted is None else wanted * times[key]) for key, (got, wanted) in there.items()):
            key = first(wrong)
            got, wanted = wrong[key]
            yield Pattern(
                "multiplied_by_a_join",
                f"{name} is counted once per row of {input}",
                f"For `{evidence.key}` {shown(key)}, `{name}` is {shown(got)}, which is {times[key]} times "
                f"{shown(wanted)}; {times[key]} rows of `{input}` belong to it. A join has repeated the row before it "
                "was added up. Add up first and join then, or do without that join.",
                frozenset({name}),
            )
            return


def aggregated(evidence: Evidence, name: str, got: dict[Any, Any], wrong: Any) -> Iterator[Pattern]:
    for input, partners in evidence.partners():
        if max(len(rows) for rows in partners.values()) < 2:
            continue
        columns = [column for column in next(iter(partners.values()))[0] if column != evidence.key]
        for condition, some in [("", partners), *evidence.conditions(partners)]:
            if made := next(ways_of_making(got, columns, some), None):
                yield of_the_rows(evidence, name, made, input, condition, wrong)
                return


def ways_of_making(got: dict[Any, Any], columns: Sequence[str], partners: dict[Any, list[Row]]) -> Iterator[str]:
    if all(equal(value or 0, len(partners.get(key, ()))) for key, value in got.items()):
        yield "the number of"
    for column in columns:
        for words, aggregate in AGGREGATES.items():
            if is_made_so(aggregate, column, partners, got):
                yield f"{words} `{column}` over"
    for column in columns:
        if is_one_of(column, partners, got):
            yield f"the `{column}` of any one of"


def is_one_of(column: str, partners: dict[Any, list[Row]], got: dict[Any, Any]) -> bool:
    return all(
        any(equal(value, row[column]) for row in partners[key]) if key in partners else not value
        for key, value in got.items()
    )


def is_made_so(aggregate: Aggregate, column: str, partners: dict[Any, list[Row]], got: dict[Any, Any]) -> bool:
    def made(key: Any) -> Any:
        values = [plain(row[column]) for row in partners.get(key, ())]
        return aggregate([value for value in values if value is not None])

    return all(equal(value, of_it := made(key)) or (not value and not of_it) for key, value in got.items())


def of_the_rows(evidence: Evidence, name: str, made: str, input: str, condition: str, wrong: Any) -> Pattern:
    key = first(wrong)
    got, wanted = wrong[key]
    rows = f"the rows of `{input}`{f' {condition}' if condition else ''}"
    return Pattern(
        "another_aggregate",
        f"{name} is made of {input} in another way",
        f"`{name}` is {made} {rows} that belong to each `{evidence.key}`. For {shown(key)} that makes "
        f"{shown(got)}, expected {shown(wanted)}. Read once more what `{name}` is to say: which rows count, and what "
        "is done with them?",
        frozenset({name}),
    )
