"""Small changes of one line of YAML: its colon, its dash, its quotes or its brackets mended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workshop.dbt_project.yaml_keys import DBTS_TESTS


@dataclass(frozen=True)
class NewLine:
    """A line in another form, or several lines in its place, and how that is said.

    number: of the line, counted from 0
    replaces: how many lines, that one included, the text stands in place of
    is_indentation: only its spaces are others
    """

    number: int
    text: str
    words: str
    replaces: int = 1
    is_indentation: bool = False


def spelling(lines: list[str], number: int) -> Iterator[NewLine]:
    """Give a line, counted from 0, with its colon, its dash, its quotes or its brackets mended."""
    line = lines[number]
    indent, rest = line[: len(line) - len(line.lstrip())], line.strip()
    before = next((each for each in reversed(lines[:number]) if each.strip()), "")
    if not indent and re.fullmatch(r"\w+:\s*", before) and rest.startswith("- "):
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
    yield from quotes_in_quotes(number, indent, rest)
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
    if (test := re.fullmatch(r"(\w+):?", rest)) and test[1] in DBTS_TESTS:
        yield NewLine(number, f"{indent}- {rest}", f"A dash is missing: `- {rest}`.")
    if word := re.fullmatch(r"(- )?(\w+)", rest):
        if word[1] and word[2] not in ("relationships", "accepted_values"):
            new = f"- name: {word[2]}"
            yield NewLine(number, f"{indent}{new}", f"`name:` is missing: `{new}`.")
        yield NewLine(number, f"{line.rstrip()}:", f"A colon is missing behind `{word[2]}`: `{rest}:`.")
    if spaceless := re.fullmatch(r"(- )?(\w+):([^\s:/].*)", rest):
        new = f"{spaceless[1] or ''}{spaceless[2]}: {spaceless[3]}"
        yield NewLine(number, indent + new, f"Behind the colon stands a space: `{new}`.")
    if typed := re.fullmatch(r"(- )?(\w+)\s*[;=,.](\s.*)?", rest):
        new = f"{typed[1] or ''}{typed[2]}:{typed[3] or ''}"
        yield NewLine(number, indent + new, f"A colon stands behind `{typed[2]}`: `{new}`.")
    if early := re.fullmatch(r"(- )?(\w+)\s+:(\S.*)", rest):
        new = f"{early[1] or ''}{early[2]}: {early[3]}"
        yield NewLine(number, indent + new, f"The space stands behind the colon: `{new}`.")
    if star := re.fullmatch(r"[*+\u2022\u2013\u2014]\s*(\w.*)", rest):
        yield NewLine(number, f"{indent}- {star[1]}", f"An entry of a list begins with a dash: `- {star[1]}`.")
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
    yield from list_or_braces(number, indent, rest)
    for opening, closing in (("[", "]"), ("{", "}")):
        if rest.count(opening) > rest.count(closing):
            yield NewLine(number, line + closing, f"A bracket is opened here and never closed: `{closing}` is missing.")
        if rest.count(opening) < rest.count(closing):
            bare = re.sub(r"(:\s+)(.*)", rf"\g<1>{'[' if opening == '[' else '{'}\g<2>", line, count=1)
            yield NewLine(number, bare, f"There is a `{closing}` without its `{opening}`.")
    if re.search(r"['\"]\s+['\"]", rest):
        new = re.sub(r"(['\"])\s+(['\"])", r"\1, \2", line)
        yield NewLine(number, new, "A comma is missing between two values of the list.")
    yield from mixed_quotes(number, line)
    for quote in ("'", '"'):
        if rest.count(quote) % 2:
            yield from quotes(number, line, quote)


def quotes(number: int, line: str, quote: str) -> Iterator[NewLine]:
    said = f"A quote ({quote}) is missing in this line."
    for match in re.finditer(r"(?<=[\[,:])\s*|(?=\s*[\],}]|$)", line):
        at = match.end() if match.group() else match.start()
        yield NewLine(number, line[:at] + quote + line[at:], said)
    yield NewLine(number, line.replace(quote, ""), said)


def mixed_quotes(number: int, line: str) -> Iterator[NewLine]:
    """`["one', 'other']`."""
    mixed = re.search(r"(?<=[\[ ,(])(\"[^\"',\]]*'|'[^\"',\]]*\")(?=[\],) ]|$)", line)
    if mixed:
        new = f"'{mixed[1][1:-1]}'"
        said = f"A text ends with the quote that it begins with: `{new}`."
        yield NewLine(number, line[: mixed.start()] + new + line[mixed.end() :], said)


def quotes_in_quotes(number: int, indent: str, rest: str) -> Iterator[NewLine]:
    """`to: 'ref('a')'`, `description: 'it's'`."""
    match = re.fullmatch(r"((?:- )?(\w+):\s+)'(.*'.*)'", rest)
    if match and '"' not in match[3]:
        is_pointer = match[2] == "to"
        new = f"{match[1]}{match[3]}" if is_pointer else f'{match[1]}"{match[3]}"'
        said = "No quotes stand around it" if is_pointer else "Quotes inside quotes have to be of the other kind"
        yield NewLine(number, indent + new, f"{said}: `{new}`.")


def list_or_braces(number: int, indent: str, rest: str) -> Iterator[NewLine]:
    """`values: 'a', 'b'`, `{count: 24 period: hour}`."""
    if listed := re.fullmatch(r"((?:- )?\w+:\s+)((['\"])[^\[\]]*?\3(?:\s*,\s*['\"]?[^\[\]]*)+)", rest):
        new = f"{listed[1]}[{listed[2].rstrip(', ')}]"
        yield NewLine(number, indent + new, f"A list in one line stands in square brackets: `{new}`.")
    if braces := re.fullmatch(r"(.*\{)(.*)(\}.*)", rest):
        inner = re.sub(r"(\w)\s+(\w+:)", r"\1, \2", braces[2])
        if inner != braces[2]:
            new = f"{braces[1]}{inner}{braces[3]}"
            yield NewLine(number, indent + new, f"A comma is missing between the two: `{new}`.")
