"""What a pattern is told by: what a wrong model returned, what was expected, and the rows that it was built on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workshop.judging.comparison import Difference, Result
from workshop.judging.misconception import Mistake
from workshop.judging.values import equal, plain

Row = dict[str, Any]
FEW = 12


@dataclass(frozen=True)
class Pattern(Mistake):
    """A mistake that any model can make, in words about this one.

    aspects: what of the difference it accounts for, as `Difference.aspects` names it
    is_mixed: whether something else is wrong with these aspects as well
    """

    aspects: frozenset[str] = frozenset()
    is_mixed: bool = False


@dataclass(frozen=True)
class Evidence:
    """A difference, and what there is to explain it.

    inputs: the models and raw tables behind the model, as they are when right, by the name to call them by
    """

    returned: Result
    expected: Result
    key: str
    difference: Difference
    inputs: Mapping[str, Result]

    @cached_property
    def got(self) -> dict[Any, list[Row]]:
        """The returned rows by their key, under the expected names."""
        if self.key not in self.renamed.columns:
            return {}
        return rows_by(self.renamed, self.key)

    @cached_property
    def wanted(self) -> dict[Any, Row]:
        """The expected row of each key."""
        return {plain(row[self.key]): row for row in self.expected.as_dicts()}

    @cached_property
    def renamed(self) -> Result:
        return self.returned.renamed({other: name for name, other in self.difference.other_names.items()})

    @cached_property
    def lost(self) -> set[Any]:
        """The keys of rows that were expected and are not there."""
        return {key for key in self.wanted if key not in self.got}

    @cached_property
    def invented(self) -> set[Any]:
        """The keys of rows that are there and were not expected."""
        return {key for key in self.got if key not in self.wanted}

    @cached_property
    def repeated(self) -> dict[Any, int]:
        """How often each key is there that is there more than once."""
        return {key: len(rows) for key, rows in self.got.items() if len(rows) > 1 and key is not None}

    def cells(self, name: str) -> dict[Any, tuple[Any, Any]]:
        """Return, for each key that is there and was expected, the first returned value of a column and the right one.

        NULL keys are left out: they belong to no row in particular.
        """
        return {
            key: (plain(rows[0][name]), plain(self.wanted[key][name]))
            for key, rows in self.got.items()
            if key in self.wanted and key is not None
        }

    def partners(self) -> Iterator[tuple[str, dict[Any, list[Row]]]]:
        """Give each input that has the key as a column, under this name or another, with its rows by that key."""
        for name, rows in self.inputs.items():
            if rows.rows and (column := self.key_in(rows)):
                yield name, rows_by(rows, column)

    def key_in(self, rows: Result) -> str | None:
        if self.key in rows.columns:
            return self.key
        is_the_key = (name for name in rows.columns if Counter(map(plain, rows.column(name))) == Counter(self.wanted))
        return next(is_the_key, None)

    def conditions(self, partners: dict[Any, list[Row]]) -> Iterator[tuple[str, dict[Any, list[Row]]]]:
        """Give each condition that people put on an input's rows, in words, with the rows for which it holds."""
        rows = [row for each in partners.values() for row in each]
        for column in rows[0] if rows else ():
            if column == self.key:
                continue
            values = list(dict.fromkeys(plain(row[column]) for row in rows))
            if len(values) > FEW or not any(isinstance(value, str) for value in values):
                continue
            for value in values:
                if value is not None:
                    yield f"whose `{column}` is '{value}'", only(partners, column, value)


def rows_by(rows: Result, column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows.as_dicts():
        found.setdefault(plain(row[column]), []).append(row)
    return found


def only(partners: dict[Any, list[Row]], column: str, value: Any) -> dict[Any, list[Row]]:
    kept = {key: [row for row in rows if equal(row[column], value)] for key, rows in partners.items()}
    return {key: rows for key, rows in kept.items() if rows}


def about_rows(name: str, title: str, words: str, *aspects: str) -> Pattern:
    """Return a pattern that accounts for the rows, and for the columns `aspects` as well."""
    return Pattern(name, title, words, frozenset({"rows", *aspects}))
