"""Where a line of YAML may belong: further to the left or the right, or below a key that is missing."""

import re
from collections.abc import Iterator, Sequence

from workshop.dbt_project.explaining.yaml_changes import NewLine
from workshop.dbt_project.yaml_keys import DBTS_TESTS

FURTHEST = 16  # columns
ABOVE = {
    **dict.fromkeys(DBTS_TESTS, ("data_tests",)),
    "name": ("columns", "tables"),
    **dict.fromkeys(("loaded_at_field", "freshness"), ("config",)),
    **dict.fromkeys(("warn_after", "error_after"), ("freshness",)),
}


def indentation(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give a line without its dash, or in a column in which another line begins, or may; the nearest column first."""
    line = lines[number]
    here, rest = column_of(line), line.strip()
    if rest.startswith("- "):
        said = "This dash is too many: what stands here belongs to the entry above."
        for column in (here, here + 2):
            yield NewLine(number, f"{' ' * column}{rest[2:]}", said, is_indentation=True)
    for wanted in sorted(columns_in(lines), key=lambda column: abs(column - here)):
        if 0 < abs(wanted - here) <= FURTHEST:
            way = "left" if wanted < here else "right"
            count = f"{abs(wanted - here)} space{'' if abs(wanted - here) == 1 else 's'}"
            said = f"This line should begin {count} further to the {way}."
            yield NewLine(number, " " * wanted + rest, said, is_indentation=True)


def missing_key(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give the line with a key above it, where something stands below an entry and under no key of it.

    All lines that belong to it move along, or stand where they should already.
    """
    line = lines[number]
    here, first = column_of(line), re.match(r"\s*(?:- )?(\w+)", line)
    above = [each for each in lines[:number] if each.strip() and column_of(each) <= here]
    owner = next((each for each in reversed(above) if re.match(r" *- name:", each)), None)
    if not owner or not first or not number:
        return
    column = column_of(owner) + 2 if line.lstrip().startswith("- ") else max(here - 2, 0)
    under = block(lines, number)
    for key in ABOVE.get(first[1], ()):
        said = f"`{key}:` is missing above this line{', in the column of `name:`' if line.lstrip()[0] == '-' else ''}."
        further = " " * max(column + 2 - here, 0)
        for moved in ([further + each for each in under], [further + under[0], *under[1:]]):
            yield NewLine(number, "\n".join([f"{' ' * column}{key}:", *moved]), said, len(under))


# -- how ---------------------------------------------------------------------------------------------------


def columns_in(lines: Sequence[str]) -> set[int]:
    """Return the columns in which lines begin, and those in which what belongs to them would."""
    begun = {column_of(line) for line in lines if line.strip() and not line.lstrip().startswith("#")}
    dashed = {column_of(line) for line in lines if line.lstrip().startswith("- ")}
    return {0} | begun | {column + 2 for column in begun} | {column + 4 for column in dashed}


def block(lines: Sequence[str], number: int) -> list[str]:
    """Return a line and those behind it that begin in its column or further to the right."""
    here = len(lines[number]) - len(lines[number].lstrip())
    last = next(
        (each for each, line in enumerate(lines) if each > number and line.strip() and column_of(line) < here),
        len(lines),
    )
    return list(lines[number:last])


def column_of(line: str) -> int:
    return len(line) - len(line.lstrip())
