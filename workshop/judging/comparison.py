"""Two results side by side: columns, grain, rows, values.

Columns are compared by name and rows by their key, never by order. A column under another name is one that is
missing; what it holds is compared all the same.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workshop.judging.other_names import other_names
from workshop.judging.values import equal, plain


@dataclass(frozen=True)
class Result:
    """What a query returned: column names in lower case, and rows as tuples in the same order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> list[Any]:
        """Return the values of one column, in the order of the rows."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    def by_key(self, key: str, name: str) -> dict[Any, list[Any]]:
        """Return the values of column `name` for each value of the column `key`."""
        values: dict[Any, list[Any]] = {}
        for id, value in zip(self.column(key), self.column(name), strict=True):
            values.setdefault(plain(id), []).append(plain(value))
        return values

    def by_column(self) -> dict[str, list[Any]]:
        return {name: self.column(name) for name in self.columns}

    def renamed(self, names: Mapping[str, str]) -> "Result":
        """Return the result with other column names: new names by old ones."""
        return replace(self, columns=tuple(names.get(name, name) for name in self.columns))

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Difference:
    """How a returned result differs from the expected one; empty where it does not.

    missing: expected columns that were not returned
    extra: returned columns that were not expected; a difference only where something is missing
    keys: how often each key was returned, where that is not once for each expected key, else None
    values: for each column with a wrong value, the returned values by key
    wrong: for each of these columns, the keys for which it is wrong
    other_names: for missing columns, the returned ones that stand for them
    """

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    keys: Counter[Any] | None = None
    values: dict[str, dict[Any, list[Any]]] = field(default_factory=dict)
    wrong: dict[str, frozenset[Any]] = field(default_factory=dict)
    other_names: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.missing or self.values or self.keys is not None)

    @property
    def aspects(self) -> frozenset[str]:
        """What differs: "columns", "rows", and the names of columns with wrong values."""
        names = set(self.values)
        names |= {"columns"} if self.missing else set()
        names |= {"rows"} if self.keys is not None else set()
        return frozenset(names)

    @property
    def size(self) -> tuple[int, int]:
        """How much differs: the number of aspects, and of single values."""
        return len(self.aspects), sum(map(len, self.wrong.values()))

    def contains(self, other: "Difference") -> bool:
        """Tell whether everything that differs in `other` differs here, and in the same way."""
        return (
            bool(other)
            and other.aspects <= self.aspects
            and (not other.missing or self.lacks_like(other))
            and (other.keys is None or other.keys == self.keys)
            and all(same_by_key(values, self.values[name]) for name, values in other.values.items())
        )

    def shows(self, other: "Difference") -> bool:
        """Tell whether `other` shows here together with something else: in the rows that are left, where not NULL."""
        return (
            bool(other)
            and other.aspects <= self.aspects
            and (not other.missing or self.lacks_like(other))
            and (other.keys is None or (self.keys is not None and same_where_left(other.keys, self.keys)))
            and all(self.shows_in(name, other) for name in other.values)
        )

    def shows_in(self, name: str, other: "Difference") -> bool:
        here, there = self.values[name], other.values[name]
        left = {id for id in here.keys() & there.keys() if here[id][0] is not None or there[id][0] is None}
        is_the_same = all(equal(here[id][0], there[id][0]) for id in left)
        return is_the_same and 2 * len(left & other.wrong[name]) >= len(other.wrong[name])

    def lacks_like(self, other: "Difference") -> bool:
        """Tell whether the same columns are missing, and what stands in their place in `other` stands here, too."""
        in_place = set(other.extra) <= set(self.extra) if other.extra else not self.extra
        return set(other.missing) == set(self.missing) and in_place


def compare(returned: Result, expected: Result, key: str) -> Difference:
    """Return how `returned` differs from `expected`, whose rows are told apart by the column `key`."""
    missing = tuple(name for name in expected.columns if name not in returned.columns)
    extra = tuple(name for name in returned.columns if name not in expected.columns)
    others = other_names(returned.by_column(), expected.by_column(), key) if missing and extra else {}
    if key in missing and key not in others:
        return Difference(missing, extra, other_names=others)
    returned = returned.renamed({other: name for name, other in others.items()})
    returned_keys = Counter(plain(value) for value in returned.column(key))
    expected_keys = Counter(plain(value) for value in expected.column(key))
    keys = None if returned_keys == expected_keys else returned_keys
    values, wrong = {}, {}
    for name in expected.columns:
        if name not in returned.columns or name == key:
            continue
        got, wanted = returned.by_key(key, name), expected.by_key(key, name)
        ids = (id for id in got if id in wanted and any(not equal(value, wanted[id][0]) for value in got[id]))
        if differing := frozenset(ids):
            values[name], wrong[name] = got, differing
    return Difference(missing, extra, keys, values, wrong, others)


# -- how ---------------------------------------------------------------------------------------------------


def same_where_left(keys: Counter[Any], left: Counter[Any]) -> bool:
    """Tell whether the rows that are left are there as often as `keys` says, and are most of them.

    What makes `keys` wrong has to be among them: rows that are repeated or have no key.
    """
    odd = [id for id, number in keys.items() if number > 1 or id is None]
    shows = 2 * sum(id in left for id in odd) >= len(odd)
    return shows and all(keys[id] == left[id] for id in left) and 4 * len(left) >= 3 * len(keys)


def same_by_key(one: dict[Any, list[Any]], other: dict[Any, list[Any]]) -> bool:
    return one.keys() == other.keys() and all(
        len(one[id]) == len(other[id])
        and all(equal(a, b) for a, b in zip(sorted(one[id], key=str), sorted(other[id], key=str), strict=True))
        for id in one
    )
