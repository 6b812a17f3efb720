"""YAML that can't be read: which one small change of a line would make it readable, and what dbt expects?

Each change is tried, near the line that the parser names. The parser decides, and of those that it accepts the one
after which most is as dbt expects it.
"""

import re
from collections.abc import Iterator
from functools import cache

import yaml

from workshop.dbt_project.explaining.scene import Slip
from workshop.dbt_project.explaining.yaml_changes import NewLine, spelling
from workshop.dbt_project.explaining.yaml_fit import misfits
from workshop.dbt_project.explaining.yaml_places import indentation, missing_key
from workshop.dbt_project.explaining.yaml_shapes import shape_slips
from workshop.dbt_project.yaml_nodes import FAST, compose

BEFORE, BEHIND = 3, 7  # lines around the one at which something is found
UP = 8  # lines above the one that the parser names, where the mistake often is


def unreadable_yaml(text: str) -> tuple[Slip, bool] | None:
    """Return why YAML can't be read, and whether its indentation is the reason; None where it can."""
    try:
        compose(text)
    except RecursionError:
        return Slip("There are too many brackets inside one another.", None), False
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        number = min(mark.line if mark else 0, text.count("\n"))
        context = getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "it can't be read"
        return repaired(text, number, context.line if context else number) or (unknown(text, number, problem), False)
    return None


def repaired(text: str, number: int, context: int) -> tuple[Slip, bool] | None:
    lines = text.split("\n")
    number = min(number, len(lines) - 1)
    if tab := next((each for each, line in enumerate(lines) if re.match(r" *\t", line)), None):
        return Slip("A tab stands in front of this line. YAML takes spaces only.", start_of(lines, tab)), False
    best, fewest = None, None
    for new in changes(lines, number, context):
        found = misfits_after(lines, new)
        if found is not None and (fewest is None or found < fewest):
            best, fewest = new, found
        if fewest == 0:
            break
    return (Slip(best.words, start_of(lines, best.number)), best.is_indentation) if best else None


@cache
def fitting_change(text: str, line: int) -> tuple[Slip, bool] | None:
    """Return the one change near a line after which all is as dbt expects it, of YAML that can be read as it is.

    line: counted from 1

    Returns what is wrong, and whether the indentation is; None where no such change is known.
    """
    if any(slip.is_exact for slip in shape_slips(compose(text))):
        return None
    lines = text.split("\n")
    near = sorted(range(max(line - 1 - BEFORE, 0), min(line + BEHIND, len(lines))), key=lambda each: abs(each - line))
    for way in (spelling, missing_key, indentation):
        for each in near:
            for new in way(lines, each) if lines[each].strip() else ():
                if misfits_after(lines, new) == 0:
                    return Slip(new.words, start_of(lines, new.number)), new.is_indentation
    return None


def unknown(text: str, number: int, problem: str) -> Slip:
    return Slip(f"This is not valid YAML here: {problem}.", start_of(text.split("\n"), number))


# -- how ---------------------------------------------------------------------------------------------------


def changes(lines: list[str], number: int, context: int) -> Iterator[NewLine]:
    """Give every change worth a try: the spelling of lines near to `number`, then where they begin."""
    near = [each for each in range(number, max(number - UP, -1), -1) if lines[each].strip()]
    others = [each for each in (context, number + 1) if each not in near and each < len(lines)]
    for each in (*near, *others):
        yield from spelling(lines, each)
    for each in near:
        yield from missing_key(lines, each)
    for each in near:
        yield from indentation(lines, each)


def misfits_after(lines: list[str], new: NewLine) -> int | None:
    """Return how much is not as dbt expects it after a change; None where the YAML can't be read even then."""
    text = "\n".join([*lines[: new.number], new.text, *lines[new.number + new.replaces :]])
    try:
        yaml.load(text, Loader=FAST)
        root = yaml.compose(text, Loader=FAST)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return misfits(root) + uneven(text)


def uneven(text: str) -> int:
    """Return how many lines begin where nobody means them to: in an odd column, or too far behind the one above."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    columns = [len(line) - len(line.lstrip()) for line in lines]
    steps = [2 + 2 * line.lstrip().startswith("- ") for line in lines]
    jumps = sum(here > above + step for above, step, here in zip(columns, steps, columns[1:], strict=False))
    return sum(column % 2 for column in columns) + jumps + any(columns[:1])


def start_of(lines: list[str], number: int) -> int:
    line = lines[number] if number < len(lines) else ""
    return sum(len(each) + 1 for each in lines[:number]) + len(line) - len(line.lstrip())
