"""The first difference of two results, as a sentence or two: columns, then grain, then rows, then values."""

from workshop.dbt_project.words import count_of
from workshop.judging.comparison import Difference, Result
from workshop.judging.values import equal, first, kind, plain, shown


def describe(difference: Difference, returned: Result, expected: Result, key: str) -> str:
    """Return what differs first, and where to look; `key` is the column that tells rows apart."""
    if difference.missing:
        return missing_columns(difference)
    if difference.keys is not None:
        return wrong_rows(difference.keys, returned, expected, key)
    return wrong_value(difference, expected, key)


def missing_columns(difference: Difference) -> str:
    there = difference.other_names
    return " ".join(
        f"There is no column `{name}`; there is `{there[name]}`. Rename it with `as`."
        if name in there
        else f"The column `{name}` is missing."
        for name in difference.missing
    )


def wrong_rows(keys: dict[object, int], returned: Result, expected: Result, key: str) -> str:
    row = f"`{key}`"
    kinds, wanted_kinds = (kinds_of(result.column(key)) for result in (returned, expected))
    if kinds and wanted_kinds and not kinds & wanted_kinds:
        return f"{row} has the wrong type: it is {min(kinds)}, expected {min(wanted_kinds)}."
    wanted = {plain(value) for value in expected.column(key)}
    repeated = [id for id, count in keys.items() if count > 1]
    lost = [id for id in wanted if id not in keys]
    invented = [id for id in keys if id not in wanted]
    if repeated:
        id = first(repeated)
        return (
            f"The grain is wrong: {row} {shown(id)} appears {keys[id]} times, and each {row} may appear once. "
            "Look at what makes two rows of one: a join to something with several rows, or a column too many in "
            "`group by`."
        )
    if lost:
        return (
            f"{count_of(len(lost), 'row')} {'is' if len(lost) == 1 else 'are'} missing, the first with {row} "
            f"{shown(first(lost))}. Look at joins and `where`: something throws away rows that belong here."
        )
    return (
        f"There {'is' if len(invented) == 1 else 'are'} {count_of(len(invented), 'row')} too many, the first with "
        f"{row} {shown(first(invented))}. Look at where such a row can come from."
    )


def wrong_value(difference: Difference, expected: Result, key: str) -> str:
    row = f"`{key}`"
    name = next(column for column in expected.columns if column in difference.values)
    wanted_by_key = expected.by_key(key, name)
    id = first([id for id, got in difference.values[name].items() if not equal(got[0], wanted_by_key[id][0])])
    got, wanted = difference.values[name][id][0], wanted_by_key[id][0]
    if type(got) is not type(wanted) and got is not None and wanted is not None:
        return (
            f"`{name}` has the wrong type: for {row} {shown(id)} it is the {kind(got)} {shown(got)}, "
            f"expected the {kind(wanted)} {shown(wanted)}."
        )
    return f"For {row} {shown(id)}, `{name}` is {shown(got)}, expected {shown(wanted)}."


def kinds_of(values: list[object]) -> set[str]:
    return {kind(value) for value in values if value is not None}
