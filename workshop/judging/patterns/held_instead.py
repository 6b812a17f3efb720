"""What a column holds in place of its own values: NULL, one constant, another column, another type."""

from collections.abc import Iterator

from workshop.dbt_project.words import article
from workshop.judging.patterns.column import Column
from workshop.judging.values import equal, first, kind, shown

Said = Iterator[tuple[str, str]]


def nothing(column: Column) -> Said:
    if len(column.cells) > 1 and column.returned() == {None} and len(column.expected()) > 2:
        yield (
            f"{column.name} is NULL in every row",
            f"`{column.name}` holds nothing: it is NULL in every row. A join that never finds its partner does that, "
            "and a `case` of which no branch holds. Look at the condition.",
        )


def divided_by_nothing(column: Column) -> Said:
    values = {got for got, _ in column.wrong.values()}
    if values <= {"inf", "-inf", "nan"}:
        yield (
            f"{column.name} is infinite",
            f"`{column.name}` is infinite for {column.rows}: something was divided by 0.",
        )


def null_or_constant(column: Column) -> Said:
    """NULL stands in place of one value, or one value in place of NULL or of another, and all else is right."""
    pairs = set(column.wrong.values())
    if len(pairs) != 1:
        return
    [(got, wanted)] = pairs
    is_so = f"`{column.name}` is {shown(got)} for {column.rows}, and {shown(wanted)} was expected"
    if got is None:
        yield (
            f"NULL in {column.name} where {shown(wanted)} is meant",
            f"{is_so}. A left join leaves NULL where it finds no partner, and adding up nothing gives NULL, too: "
            f"`coalesce({column.name}, {shown(wanted)})` says what is meant.",
        )
    elif wanted is None:
        yield (
            f"{shown(got)} in {column.name} where nothing is known",
            f"{is_so}: there is nothing to tell, and {shown(got)} claims to know. Leave it NULL.",
        )
    elif len(column.wrong) < len(column.cells):
        yield (
            f"{column.name} is {shown(got)} in place of {shown(wanted)}",
            f"{is_so}. Everywhere else it is right.",
        )


def another_column(column: Column) -> Said:
    """The column holds what is expected in another one, or what a column of an input holds, in every row."""
    if len(column.returned()) < 3:
        return
    evidence = column.evidence
    for other in evidence.expected.columns:
        if other != column.name and all(
            equal(got, evidence.wanted[key][other]) for key, (got, _) in column.cells.items()
        ):
            is_swapped = other in evidence.difference.values and all(
                equal(got, evidence.wanted[key][column.name]) for key, (got, _) in evidence.cells(other).items()
            )
            yield swapped(column.name, other) if is_swapped else in_the_place_of(column.name, other)
            return
    for input, partners in evidence.partners():
        if all(len(partners.get(key, ())) == 1 for key in column.cells):
            for other in next(iter(partners.values()))[0]:
                if all(equal(partners[key][0][other], got) for key, (got, _) in column.cells.items()):
                    yield in_the_place_of(column.name, other, f" of `{input}`")
                    return


def swapped(name: str, other: str) -> tuple[str, str]:
    words = f"`{name}` holds what belongs into `{other}`, and the reverse. Look which column gets which name."
    return f"{name} and {other} swapped", words


def in_the_place_of(name: str, other: str, of: str = "") -> tuple[str, str]:
    words = f"`{name}` holds the values of `{other}`{of}. Look which column is called `{name}`."
    return f"{other} in the place of {name}", words


def another_type(column: Column) -> Said:
    kinds, wanted = (
        {kind(value) for value in side if value is not None} for side in (column.returned(), column.expected())
    )
    if len(kinds) == 1 == len(wanted) and kinds != wanted:
        yield (
            f"{column.name} has another type",
            f"`{column.name}` is {article(min(kinds))}, and {article(min(wanted))} was expected. {column.sample}.",
        )


def one_for_all(column: Column) -> Said:
    if len(column.cells) > 2 and len(column.returned()) == 1 and len(column.expected()) > 2:
        value = first(column.returned())
        if value is not None:
            yield (
                f"The same {column.name} in every row",
                f"`{column.name}` is {shown(value)} in every row. It was worked out once for all rows in place of once "
                f"for each `{column.key}`: look at `group by`, `partition by` and the condition of the join.",
            )


def no_partner(column: Column) -> Said:
    """Several rows hold what is left for a row that nothing belongs to."""
    values = {got for got, _ in column.wrong.values()}
    if len(values) == 1 and values <= {None, 0.0} and len({wanted for _, wanted in column.wrong.values()}) > 1:
        value = first(values)
        yield (
            f"{column.name} is {shown(value)} where something belongs to the row",
            f"`{column.name}` is {shown(value)} for {column.rows}, as though nothing belonged to it; "
            f"{shown(column.wrong[first(column.wrong)][1])} was expected there. What should have counted was left out "
            "or not found: look at the conditions, in `case when`, `where` and the join, and at rows that should be "
            "added up and are not.",
        )
