"""Loops in Jinja: a list that is none, rounds with nothing between them, a value that makes no name or no text."""

import re
from collections.abc import Iterator

from workshop.dbt_project.explaining.scene import Scene, Slip
from workshop.dbt_project.explaining.templates import PRINTED, TAG, becomes

LOOP = re.compile(r"\{%-?\s*for\b.*?%\}(?P<body>.*?)\{%-?\s*endfor\b.*?%\}", re.DOTALL)
LIST = re.compile(r"\{%-?\s*(?:set\s+\w+\s*=|for\s+\w+\s+in)\s*(?P<open>[\[{])(?P<inside>.*?)[\]}]\s*-?%\}", re.DOTALL)
ENTRY = r"(?:'[^'\n]*'|\"[^\"\n]*\"|\w+)"
FOREIGN = re.compile(r"[^\w\u0080-\U0010ffff]")  # to a name; signs of other languages and pictures are not
LINES = 2000  # of compiled SQL that are looked at
NO_COMMA_BEHIND = re.compile(r"(?:[,(]|\b(?:select|distinct|by|and|or|then|else|when|in|as|from|where|on))\s*$", re.I)
OF_NO_LIST = {"select", "union", "when", "and", "or", "join", "left", "inner", "full", "cross", "with", "then", "else"}


def list_without_commas(scene: Scene) -> Slip | None:
    """`{% set colours = [red blue] %}`, `{% set colours = {'red', 'blue'} %}`."""
    for match in LIST.finditer(scene.text):
        entries = [entry.strip("'\"") for entry in re.findall(ENTRY, match["inside"])]
        listed = ", ".join([*(f"'{entry}'" for entry in entries[:2]), *["..."][: len(entries) - 2]])
        shape = f"`[{listed}]`"
        if match["open"] == "{" and ":" not in match["inside"]:
            return Slip(f"A list stands in square brackets: {shape}. Curly ones are for pairs.", match.start("open"))
        if match["open"] == "[" and re.search(rf"{ENTRY}\s+{ENTRY}", match["inside"]):
            said = f"A comma is missing in the list. Each entry stands in quotes, with commas between: {shape}."
            return Slip(said, match.start("open"))
    return None


def rounds_without_comma(scene: Scene) -> Slip | None:
    """What a loop writes, one round behind the other, with nothing between them or in front of the first."""
    near = re.search(r"syntax error at or near \"(\w+)\"", scene.error)
    for match in LOOP.finditer(scene.text) if near else ():
        plain = TAG.sub(" ", re.sub(r"--[^\n]*", "", match["body"])).strip()
        first = re.match(r"\w+", plain)
        if near is None or not first or first.group().lower() != near[1].lower() or near[1].lower() in OF_NO_LIST:
            continue
        has_comma = plain.startswith(",") or plain.endswith(",")
        before = TAG.sub(" ", scene.text[: match.start()]).rstrip()
        if has_comma and not plain.startswith(",") and not NO_COMMA_BEHIND.search(before):
            last = before.split()[-1]
            said = f"A comma is missing between `{last}` and what the loop writes first: put it in front of the loop."
            return Slip(said, match.start())
        if not has_comma:
            said = (
                "Nothing stands between one round of the loop and the next. Write a comma behind each but the last, in "
                "front of `{% endfor %}`: `{% if not loop.last %},{% endif %}`."
            )
            return Slip(said, match.start())
    return None


def value_that_does_not_fit(scene: Scene) -> Slip | None:
    """`{{ colour }}_amount` where the colour is `light blue`, `'{{ name }}'` where the name is `O'Hara`."""
    for at, braces, before, after, value in written_values(scene):
        if before == "'" and "'" in value.replace("''", ""):
            said = (
                f"Here `{braces}` becomes `{value}`, and the quote in it ends the text. In SQL, a quote inside of a "
                'text is written twice: `| replace("\'", "\'\'")` before the braces close.'
            )
            return Slip(said, at)
        is_in_a_name = re.search(r"\w", before + after)
        is_a_name = not FOREIGN.search(value) and not re.match(r"\d", f"{before.strip()}{value}")
        if is_in_a_name and not is_a_name:
            said = (
                f"In one round, `{braces}` is `{value}`, and no name can be made of that: a name has letters, digits "
                "and `_`, and begins with a letter. Where it is the space, "
                f"`{braces.removesuffix('}}').rstrip()} | replace(' ', '_') }}}}` helps; in double quotes, a name may "
                "hold anything."
            )
            return Slip(said, at)
    return None


def value_without_quotes(scene: Scene) -> Slip | None:
    """`colour = {{ colour }}`, which becomes `colour = red`."""
    missing = re.search(r"Referenced column \"([^\"]+)\" not found", scene.error)
    for match in re.finditer(r"(?:[=(,<>]|\blike)\s*(\{\{-?\s*\w+\s*-?\}\})(?!['\"\w])", scene.text):
        values = [value for at, *_, value in written_values(scene) if at == match.start(1)]
        if missing and missing[1] in values:
            said = (
                f"`{match[1]}` writes `{missing[1]}` and nothing around it, which is the name of a column for the "
                f"database. If it is meant as text, the quotes are yours: `'{match[1]}'`."
            )
            return Slip(said, match.start(1))
    return None


# -- how -----------------------------------------------------------------------------------------------------


def written_values(scene: Scene) -> Iterator[tuple[int, str, str, str, str]]:
    """Give each pair of double braces with what it became, line by line.

    Where it stands, the braces, the character before and behind them, and the value.
    """
    begin, compiled = 0, scene.compiled.split("\n")[:LINES]
    for line in scene.text.split("\n"):
        braces = list(PRINTED.finditer(line))
        for values in filter(None, (becomes(line, each) for each in compiled if braces)):
            for match, value in zip(braces, values, strict=False):
                before, after = line[: match.start()][-1:], line[match.end() :][:1]
                yield begin + match.start(), match.group(), before, after, value
        begin += len(line) + 1
