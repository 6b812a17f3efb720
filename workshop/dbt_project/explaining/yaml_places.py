"""Where a line of YAML may belong: further to the left or the right, or below a key that is missing."""

import re
from collections.abc import Iterator, Sequence

from workshop.dbt_project.explaining.yaml_changes import NewLine
from workshop.dbt_project.yaml_keys import DBTS_TESTS

FURTHEST = 16  # columns


def indentation(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give a line without its dash, or with other spaces in front: such as those of lines near to it first."""
    line = lines[number]
    here, rest = len(line) - len(line.lstrip()), line.strip()
    columns = dict.fromkeys(indents(lines, number))
    for wanted in sorted(columns, key=lambda column: abs(column - here)):
        if wanted != here and abs(wanted - here) <= FURTHEST:
            way = "left" if wanted < here else "right"
            count = f"{abs(wanted - here)} space{'' if abs(wanted - here) == 1 else 's'}"
            said = f"This line should begin {count} further to the {way}."
            yield NewLine(number, " " * wanted + rest, said, is_indentation=True)
    if rest.startswith("- "):
        said = "This dash is too many: what stands here belongs to the entry above."
        yield NewLine(number, f"{' ' * (here + 2)}{rest[2:]}", said, is_indentation=True)


def indents(lines: list[str], number: int) -> Iterator[int]:
    for each in (*range(number - 1, max(number - 8, -1), -1), *range(number + 1, min(number + 8, len(lines)))):
        line = lines[each]
        if line.strip() and not line.strip().startswith("#"):
            indent = len(line) - len(line.lstrip())
            yield indent
            yield indent + 2
            if line.lstrip().startswith("- "):
                yield indent + 4


def missing_key(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give the line with a key above it, where a list begins below something that is none.

    All lines of the list move along with its first one.
    """
    line = lines[number]
    here, rest = len(line) - len(line.lstrip()), line.strip()
    above = next((each for each in reversed(lines[:number]) if each.strip()), "")
    owner = re.match(r"( *)- name:", above)
    test = re.match(r"- (\w+)", rest)
    if not owner or not test:
        return
    column = len(owner[1]) + 2
    keys = ("data_tests",) if test[1] in DBTS_TESTS else ("columns", "tables") if test[1] == "name" else ()
    for key in keys:
        said = f"`{key}:` is missing above this line, in the column of `name:`."
        moved = [" " * (column + 2 - here) + each if column + 2 > here else each for each in block(lines, number)]
        yield NewLine(number, "\n".join([f"{' ' * column}{key}:", *moved]), said, len(moved))


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
