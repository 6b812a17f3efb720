"""One column with wrong values: what it holds, what it should hold, and how to say so."""

from dataclasses import dataclass
from typing import Any

from workshop.judging.patterns.evidence import Evidence
from workshop.judging.values import equal, first, shown

# For each key that was returned and expected: the returned value, and the right one.
Cells = dict[Any, tuple[Any, Any]]


@dataclass(frozen=True)
class Column:
    """A column with wrong values, or what is left of it when those with another reason are put aside."""

    evidence: Evidence
    name: str
    cells: Cells

    @property
    def key(self) -> str:
        return self.evidence.key

    @property
    def wrong(self) -> Cells:
        return {key: pair for key, pair in self.cells.items() if not equal(*pair)}

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Each value with the right one, where not both are NULL."""
        return [pair for pair in self.cells.values() if pair != (None, None)]

    def returned(self) -> set[Any]:
        return {got for got, _ in self.cells.values()}

    def expected(self) -> set[Any]:
        return {wanted for _, wanted in self.cells.values()}

    def is_all(self, kind: type) -> bool:
        """Tell whether all values, where not both are NULL, are of one type on both sides."""
        return all(isinstance(got, kind) and isinstance(wanted, kind) for got, wanted in self.pairs)

    # -- words -----------------------------------------------------------------------------------------------

    @property
    def sample(self) -> str:
        """One wrong value and the right one, as the beginning of a sentence."""
        wrong = self.wrong
        full = [key for key, pair in wrong.items() if None not in pair]
        key = first(full or wrong)
        got, wanted = wrong[key]
        return f"For `{self.key}` {shown(key)}, `{self.name}` is {shown(got)}, expected {shown(wanted)}"

    @property
    def rows(self) -> str:
        """The rows with a wrong value, as a part of a sentence."""
        row = f"`{self.key}` {shown(first(self.wrong))}"
        return row if len(self.wrong) == 1 else f"{len(self.wrong)} rows, {row} the first"
