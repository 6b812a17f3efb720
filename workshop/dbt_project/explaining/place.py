"""Where in a learner's own file something stands: positions, lines, and the lines around, with a mark."""

import re

from workshop.dbt_project.explaining.templates import line_that_became

AROUND = 2


def line_number(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def position_of(error: str, text: str, compiled: str) -> int | None:
    """Return where in `text` the place is that DuckDB points at in `compiled`; None where that is not certain.

    DuckDB shows the line and a mark below it, and cuts long lines off on both sides.
    """
    shown = re.search(r"^([ \t]*)LINE (\d+): ([^\n]*)\n([ \t]*)\^", error, re.MULTILINE)
    if not shown:
        return None
    indent, number, line, before = shown.groups()
    column = len(before) - len(f"{indent}LINE {number}: ")
    cut = len(line) - len(line.removeprefix("..."))
    fragment = line[cut:].removesuffix("...")
    if not fragment.strip():
        return None
    lines = compiled.split("\n")
    found = [index for index, each in enumerate(lines) if fragment in each]
    if len(found) > 1 and int(number) - 2 in found:  # run in parentheses, which are its first line
        found = [int(number) - 2] if sum(lines[each] == lines[int(number) - 2] for each in found) == 1 else []
    if len(found) != 1:
        return None
    own = own_line(found[0], text, compiled)
    if own is None:
        return None
    begin = sum(len(each) + 1 for each in text.split("\n")[:own])
    if text.split("\n")[own] == lines[found[0]]:
        return begin + lines[found[0]].index(fragment) + max(column - cut, 0)
    return begin


def own_line(compiled_line: int, text: str, compiled: str) -> int | None:
    """Return the line of `text` that became a line of `compiled`, both counted from 0; None where it is not certain."""
    written, lines = text.split("\n"), compiled.split("\n")
    blank = len(text) - len(text.lstrip("\n \t"))
    first = text.count("\n", 0, blank)  # dbt takes blank lines away at the beginning
    kept = text.strip().split("\n")
    is_plain = [not re.search(r"\{[{%#]|[}%#]\}", line) for line in kept]
    has_blocks = bool(re.search(r"\{%-?\s*(?:for|if)\b", text))  # of which a line comes more than once, or never
    if (
        not has_blocks
        and len(kept) == len(lines)
        and all(
            plain is False or one.strip() == other.strip()
            for plain, one, other in zip(is_plain, kept, lines, strict=True)
        )
    ):
        return first + compiled_line
    alike = [number for number, line in enumerate(written) if line.strip() == lines[compiled_line].strip()]
    return alike[0] if len(alike) == 1 else line_that_became(lines[compiled_line], text)


def only_place(text: str, word: str) -> int | None:
    """Return where the name `word` stands in `text`, if it is there once."""
    found = [match.start() for match in re.finditer(rf"(?<![\w]){re.escape(word)}(?![\w])", text, re.IGNORECASE)]
    return found[0] if len(found) == 1 else None


def excerpt(text: str, line: int, column: int | None = None) -> str:
    """Return a line with those around it, as a block of Markdown, and a mark below it; lines are counted from 1.

    column: where the mark begins, counted from 0; without it, the whole line is marked
    """
    lines = text.split("\n")
    if not 1 <= line <= len(lines) or not lines[line - 1].strip():
        return ""
    first, last = max(line - AROUND, 1), min(line + AROUND, len(lines))
    while not lines[first - 1].strip():
        first += 1
    while not lines[last - 1].strip():
        last -= 1
    shown = []
    for number in range(first, last + 1):
        shown.append(f"    {number:4} | {lines[number - 1]}".rstrip())
        if number == line:
            start = len(lines[line - 1]) - len(lines[line - 1].lstrip()) if column is None else column
            length = len(lines[line - 1].strip()) if column is None else 1
            shown.append(f"         | {' ' * start}{'^' * length}")
    return "\n".join(shown)
