"""YAML that can't be read: which one small change of a line would make it readable?

Each change is tried, near the line that the parser names, and the parser decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from workshop.dbt_project.explaining.scene import Slip
from workshop.dbt_project.yaml_nodes import compose

UP = 6  # lines above the one that the parser names, where the mistake often is


@dataclass(frozen=True)
class NewLine:
    """A line (counted from 0) in another form, and how that is said; is_indentation: only its spaces are others."""

    number: int
    text: str
    words: str
    is_indentation: bool = False


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
    near = [each for each in range(number, max(number - UP, -1), -1) if lines[each].strip()]
    for each in [
        *near,
        *([context] if context not in near else []),
        *([number + 1] if number + 1 < len(lines) else []),
    ]:
        for new in spelling(lines, each):
            if is_readable(lines, new):
                return Slip(new.words, start_of(lines, each)), new.is_indentation
    for each in near:
        for new in indentation(lines, each):
            if is_readable(lines, new):
                return Slip(new.words, start_of(lines, each)), True
    return None


def unknown(text: str, number: int, problem: str) -> Slip:
    return Slip(f"This is not valid YAML here: {problem}.", start_of(text.split("\n"), number))


# -- what a line may lack ------------------------------------------------------------------------------------


def spelling(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give the line with its colon, its dash, its quotes or its brackets mended."""
    line = lines[number]
    indent, rest = line[: len(line) - len(line.lstrip())], line.strip()
    before = next((each for each in reversed(lines[:number]) if each.strip()), "")
    if not indent and re.fullmatch(r"\w+:\s*", before) and not rest.endswith(":"):
        yield NewLine(number, f"  {line}", f"This belongs to `{before.strip()}`: put two spaces in front of it.")
    if braces := re.fullmatch(r"to:\s+\{\{\s*(.*?)\s*\}\}", rest):
        yield NewLine(number, f"{indent}to: {braces[1]}", f"`to:` takes no braces: `to: {braces[1]}`.")
    if jinja := re.fullmatch(r"(- )?([\w-]+:\s+)?(\{\{.*\}\}|\{%.*%\})", rest):
        value = jinja[3].replace('"', "'")
        new = f'{jinja[1] or ""}{jinja[2] or ""}"{value}"'
        yield NewLine(number, indent + new, f"Jinja in YAML stands in quotes: `{new}`.")
    if jinja := re.fullmatch(r'(- )?([\w-]+:\s+)"(\{\{.*\}\})"', rest):
        new = f'{jinja[1] or ""}{jinja[2]}"{jinja[3].replace(chr(34), chr(39))}"'
        yield NewLine(number, indent + new, f"Quotes inside quotes have to be of the other kind: `{new}`.")
    if rest.startswith("name:"):
        said = f"A dash is missing: `- {rest}` begins an entry of a list."
        for start in (len(indent), len(indent) - 2):
            if start >= 0:
                yield NewLine(number, f"{' ' * start}- {rest}", said)
    above = next((each.strip() for each in reversed(lines[:number]) if each.strip()), "")
    if (entry := re.fullmatch(r"(\w+):", rest)) and above in ("models:", "sources:", "columns:", "tables:"):
        new = f"- name: {entry[1]}"
        yield NewLine(number, f"{indent}{new}", f"Below `{above}` stands a list: `{new}`.")
    for key in ("models", "sources", "columns", "data_tests", "tests", "tables", "freshness", "config", "arguments"):
        if rest == key:
            yield NewLine(number, f"{line.rstrip()}:", f"A colon is missing behind `{key}`: `{key}:`.")
    if word := re.fullmatch(r"(- )?(\w+)", rest):
        if word[1] and word[2] not in ("relationships", "accepted_values"):
            new = f"- name: {word[2]}"
            yield NewLine(number, f"{indent}{new}", f"`name:` is missing: `{new}`.")
        yield NewLine(number, f"{line.rstrip()}:", f"A colon is missing behind `{word[2]}`: `{rest}:`.")
    if spaceless := re.fullmatch(r"(- )?(\w+):([^\s:/].*)", rest):
        new = f"{spaceless[1] or ''}{spaceless[2]}: {spaceless[3]}"
        yield NewLine(number, indent + new, f"Behind the colon stands a space: `{new}`.")
    if dash := re.fullmatch(r"-(\w.*)", rest):
        yield NewLine(number, f"{indent}- {dash[1]}", f"Behind the dash stands a space: `- {dash[1]}`.")
    if colonless := re.fullmatch(r"(- )?(\w+) +(\S.*)", rest):
        new = f"{colonless[1] or ''}{colonless[2]}: {colonless[3]}"
        yield NewLine(number, indent + new, f"A colon is missing behind `{colonless[2]}`: `{new}`.")
    if two := re.fullmatch(r"(- )?(\w+): +(\w+):(.*)", rest):
        inner = f"{indent}{'  ' if two[1] else ''}  {two[3]}:{two[4]}"
        if "," in two[4] and two[4].count(":") >= 1:
            new = f"{two[2]}: {{{two[3]}:{two[4]}}}"
            said = f"Several keys in one line stand in braces: `{new}`."
            yield NewLine(number, f"{indent}{two[1] or ''}{new}", said)
        said = f"Two keys stand in one line, `{two[2]}:` and `{two[3]}:`. Each needs a line of its own."
        yield NewLine(number, f"{indent}{two[1] or ''}{two[2]}:\n{inner}", said)
        outer = f"{indent}{two[1] or ''}{two[2]}: x\n{indent}{'  ' if two[1] else ''}{two[3]}:{two[4]}"
        yield NewLine(number, outer, said)
    if colon := re.fullmatch(r"(- )?(\w+): +([^'\"\[{].*: .*|[@`%&*!|>].*|[^'\"\[{].*:)", rest):
        new = f'{colon[1] or ""}{colon[2]}: "{colon[3]}"'
        yield NewLine(number, indent + new, f"A text with a colon or a sign of YAML's own takes quotes: `{new}`.")
    if third := re.search(r"(\w+): +(\w+) +(\w+):$", rest):
        said = f"Two keys stand in one line, `{third[1]}:` and `{third[3]}:`. Each needs a line of its own."
        yield NewLine(number, f"{indent}{third[1]}: {third[2]}\n{indent}{third[3]}:", said)
    for opening, closing in (("[", "]"), ("{", "}")):
        if rest.count(opening) > rest.count(closing):
            yield NewLine(number, line + closing, f"A bracket is opened here and never closed: `{closing}` is missing.")
        if rest.count(opening) < rest.count(closing):
            bare = re.sub(r"(:\s+)(.*)", rf"\g<1>{'[' if opening == '[' else '{'}\g<2>", line, count=1)
            yield NewLine(number, bare, f"There is a `{closing}` without its `{opening}`.")
    if re.search(r"['\"]\s+['\"]", rest):
        new = re.sub(r"(['\"])\s+(['\"])", r"\1, \2", line)
        yield NewLine(number, new, "A comma is missing between two values of the list.")
    for quote in ("'", '"'):
        if rest.count(quote) % 2:
            yield from quotes(number, line, quote)


def quotes(number: int, line: str, quote: str) -> Iterator[NewLine]:
    said = f"A quote ({quote}) is missing in this line."
    for match in re.finditer(r"(?<=[\[,:])\s*|(?=\s*[\],}]|$)", line):
        at = match.end() if match.group() else match.start()
        yield NewLine(number, line[:at] + quote + line[at:], said)
    yield NewLine(number, line.replace(quote, ""), said)


# -- where a line may begin ------------------------------------------------------------------------------------


def indentation(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give the line with a dash, or with other spaces in front: such as those of lines near to it first."""
    line = lines[number]
    here, rest = len(line) - len(line.lstrip()), line.strip()
    columns = dict.fromkeys(indents(lines, number))
    for wanted in sorted(columns, key=lambda column: abs(column - here)):
        if wanted != here and abs(wanted - here) <= 4:
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


# -- how ---------------------------------------------------------------------------------------------------


def is_readable(lines: list[str], new: NewLine) -> bool:
    try:
        compose("\n".join([*lines[: new.number], new.text, *lines[new.number + 1 :]]))
    except (yaml.YAMLError, RecursionError):
        return False
    return True


def start_of(lines: list[str], number: int) -> int:
    line = lines[number] if number < len(lines) else ""
    return sum(len(each) + 1 for each in lines[:number]) + len(line) - len(line.lstrip())
