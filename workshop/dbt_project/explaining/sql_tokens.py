"""A learner's SQL, with its Jinja, cut into tokens that know their places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

WORD, NAME, TEXT, NUMBER, SIGN, JINJA = "word", "name", "text", "number", "sign", "jinja"
PATTERN = re.compile(
    r"""
    (?P<skip> \s+ | --[^\n]* | /\*.*?\*/ | \{\#.*?\#\} | \{%.*?%\} )
    | (?P<jinja> \{\{.*?\}\} )
    | (?P<text> '(?:[^']|'')*' )
    | (?P<name> "(?:[^"]|"")*" | `[^`\n]*` )
    | (?P<number> \d+(?:\.\d+)? )
    | (?P<word> [^\W\d]\w* )
    | (?P<sign> :: | <> | != | >= | <= | == | \|\| | . )
    """,
    re.VERBOSE | re.DOTALL,
)
CONFIG = re.compile(r"\{\{-?\s*config\b")


@dataclass(frozen=True)
class Token:
    """A word, a "name", a 'text', a number, a sign or a {{ piece of Jinja }}, and where it begins in its text."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    @property
    def lower(self) -> str:
        return self.text.lower()


Tokens = Sequence[Token]


@lru_cache(maxsize=50)
def tokens_of(text: str) -> Tokens:
    """Return the tokens of SQL with Jinja in it, without comments, `{% %}` and `config()`."""
    found = []
    for match in PATTERN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip" and not CONFIG.match(match.group()):
            found.append(Token(kind, match.group(), match.start()))
    return tuple(found)


def masked(text: str) -> str:
    """Return the same SQL with a name of the same length for each `{{ }}`, and blanks for comments and `{% %}`.

    DuckDB can parse it, and what it says of places is true of `text`.
    """

    def mask(match: re.Match[str]) -> str:
        kind, piece = match.lastgroup, match.group()
        if kind == "jinja" and not CONFIG.match(piece):
            return re.sub(r"[^\n]", "_", piece).replace("\n", "_")
        return re.sub(r"[^\n]", " ", piece) if kind == "skip" or kind == "jinja" else piece

    return PATTERN.sub(mask, text)
