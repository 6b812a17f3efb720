"""What a course declares of each raw table, once.

From it come the raw database, the twin, the shrinking of a shop, and the ways in which the data can break. A path, a
column, a key, a word for a row: none of these stands in code a second time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ForeignKey:
    """A column that points at the key of another table.

    column: its name in its own table
    to: the other table's name
    verb: what a row says of the row that it points at, as in "A chapter `belongs to` a book that does not exist"
    """

    column: str
    to: str
    verb: str


@dataclass(frozen=True)
class KnownValues:
    """A column that holds one of a few values.

    values: those that there are
    unheard_of: one more, which no row may ever hold
    """

    column: str
    values: tuple[str, ...]
    unheard_of: str


@dataclass(frozen=True, eq=False)
class RawTable:
    """One raw table.

    name: schema and table, such as "library.books"
    file: the CSV file that the loader reads, with a header
    columns: the SQL type of each of its columns, in the file's order
    key: the column in which no two rows are the same
    row, rows: what one row is, in the singular and plural, as in "Two `books` share one id"
    promises: what its other columns hold, in the order in which a project is asked about them
    is_person: whether a row is somebody, so that others point at somebody or at nobody
    small: a condition for the rows of the small shop; rows that point at others left out are left out as well
    stamp: the column that the loader adds, with the moment of the load, or None
    later_files: what the loader brings on day 2, on day 3, and so on: files like `file`, with rows that are new or take
        the place of the row with the same key
    """

    name: str
    file: Path
    columns: Mapping[str, str]
    key: str
    row: str
    rows: str
    promises: tuple[ForeignKey | KnownValues, ...] = ()
    is_person: bool = False
    small: str = "true"
    stamp: str | None = None
    later_files: tuple[Path, ...] = ()

    @property
    def days(self) -> int:
        """On how many days the loader comes."""
        return 1 + len(self.later_files)

    @property
    def schema(self) -> str:
        return self.name.partition(".")[0]

    @property
    def foreign_keys(self) -> tuple[ForeignKey, ...]:
        return tuple(promise for promise in self.promises if isinstance(promise, ForeignKey))

    @property
    def relation(self) -> str:
        """The table's name in SQL."""
        return f"raw.{self.name}"


def parents_first(tables: Iterable[RawTable]) -> list[RawTable]:
    """Return the tables so that each stands behind those it points at.

    Raises ValueError where they point in a circle, or at one that is not there.
    """
    waiting, ordered = list(tables), list[RawTable]()
    while waiting:
        there = {table.name for table in ordered}
        free = [
            table
            for table in waiting
            if all(foreign.to in there or foreign.to == table.name for foreign in table.foreign_keys)
        ]
        if not free:
            raise ValueError(f"These tables point at each other, or at one that is not declared: {waiting[0].name} ...")
        ordered += free
        waiting = [table for table in waiting if table not in free]
    return ordered
