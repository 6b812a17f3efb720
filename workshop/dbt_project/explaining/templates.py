"""Which line of a compiled file came from which line with Jinja in it, and what its braces became there."""

import re

PRINTED = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}")
LONGEST = 400  # characters of a line that are worth looking at


def becomes(line: str, compiled_line: str) -> tuple[str, ...] | None:
    """Return what each pair of double braces in a line became in a line of compiled SQL; None where it did not.

    A comma may have come to either end: a loop's stands in a line of its own.
    """
    template = TAG.sub("", line).strip(" \t,")
    if not PRINTED.sub("", template).strip() or max(len(line), len(compiled_line)) > LONGEST:
        return None
    parts = [re.sub(r"(\\?\s)+", r"\\s+", re.escape(part)) for part in PRINTED.split(template)[::2]]
    found = re.fullmatch(rf"\s*,?\s*{'(.*?)'.join(parts)}\s*,?\s*", compiled_line)
    return found.groups() if found else None


def line_that_became(compiled_line: str, text: str) -> int | None:
    """Return the line of `text` with braces in it that became a line of compiled SQL, from 0; None if not certain."""
    lines = enumerate(text.split("\n"))
    found = [number for number, line in lines if "{{" in line and becomes(line, compiled_line) is not None]
    return found[0] if len(found) == 1 else None
