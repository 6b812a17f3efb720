"""SQL that DuckDB can't parse: which one small change would make it readable?

Each change is tried on the learner's own text, with names in place of its Jinja, and DuckDB's own parser decides.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import duckdb

from workshop.dbt_project.explaining.scene import Scene, Slip, nearest
from workshop.dbt_project.explaining.sql_tokens import JINJA, NAME, SIGN, TEXT, WORD, Token, masked, tokens_of

KEYWORDS = """
    select distinct from where group by having order limit offset with as left right full inner outer cross join on
    using and or not in is null like between case when then else end union all except intersect sum count coalesce
    cast over partition asc desc exists
""".split()


Tokens = Sequence[Token]


@dataclass(frozen=True)
class Failure:
    """What DuckDB's parser says: the message, and where in the text, or None."""

    message: str
    at: int | None


@dataclass(frozen=True)
class Change:
    """A change of a text: what stands from `start` to `end` is replaced, and how that is said."""

    start: int
    end: int
    new: str
    words: str
    at: int


def unreadable_sql(scene: Scene) -> Slip | None:
    """Return why DuckDB can't parse the text, or None where it can, or where no small change helps."""
    if not scene.text or not re.search(r"Parser Error|syntax error|unterminated|Duplicate CTE", scene.error):
        return None
    text = masked(scene.text)
    failure = parse(text)
    if failure is None:
        return None
    return said_by_the_parser(scene, failure) or by_shape(scene, failure) or repaired(scene, text, failure)


def parse(sql: str) -> Failure | None:
    """Return why DuckDB can't parse a select, or None where it can."""
    [(answer,)] = parser().execute("select json_serialize_sql(?)", [sql]).fetchall()
    found = json.loads(answer)
    if not found.get("error"):
        return None
    position = found.get("position")
    at = len(sql.encode()[: int(position)].decode(errors="ignore")) if position is not None else None
    return Failure(found["error_message"], at)


@cache
def parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


# -- what needs no trying ------------------------------------------------------------------------------------


def said_by_the_parser(scene: Scene, failure: Failure) -> Slip | None:
    if conflict := re.search(r"^(<<<<<<<|=======|>>>>>>>)", scene.text, re.MULTILINE):
        said = (
            "These are marks that git leaves where two versions of a file met. "
            "Keep one of the two, and delete the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`."
        )
        return Slip(said, conflict.start())
    if double := re.search(r'Duplicate CTE name "([^"]+)"', failure.message):
        places = [
            each.start() for each in re.finditer(rf"\b{re.escape(double[1])}\b\s+as\s*\(", scene.text, re.IGNORECASE)
        ]
        said = f"Two CTEs are called `{double[1]}`. Each needs a name of its own."
        return Slip(said, places[-1] if len(places) > 1 else None)
    if "DISTINCT requires" in failure.message:
        at = re.search(r"distinct\s*\)", scene.text, re.IGNORECASE)
        said = "`count(distinct)` counts the different values of a column: which? `count(distinct some_column)`."
        return Slip(said, at.start() if at else None)
    if "unterminated" in failure.message and failure.at is not None:
        kind = "'" if "string" in failure.message else '"'
        return Slip(f"A quote ({kind}) is opened here and never closed.", opened_at(scene, kind, failure.at))
    return None


def opened_at(scene: Scene, quote: str, at: int) -> int:
    """Return the first line's quote that is alone in its line; the parser names the last of all."""
    start = 0
    for line in masked(scene.text).split("\n"):
        if line.count(quote) % 2:
            return start + line.rindex(quote) if line.count(quote) == 1 else start + line.index(quote)
        start += len(line) + 1
    return at


def by_shape(scene: Scene, failure: Failure) -> Slip | None:
    """Where the last word, or what is missing behind it, tells."""
    tokens = scene.tokens
    if failure.at is None or not tokens:
        return None
    number = number_at(tokens, failure.at)
    last = number >= len(tokens) - 1
    opened = open_brackets(tokens)
    begins_with = tokens[0].lower == "with"
    if slip := comment_marks(scene, failure) or where_before_join(tokens, number) or name_missing_behind_as(tokens):
        return slip
    if begins_with and last and not opened and tokens[-1].text == ")" and tokens[-1].at == tokens[number].at:
        name = last_cte(tokens)
        said = f"The CTEs are there, and the select that reads them is missing: `select * from {name}` at the end."
        return Slip(said, tokens[-1].at)
    if last and opened:
        said = f"{'A bracket is' if len(opened) == 1 else f'{len(opened)} brackets are'} opened and never closed."
        return Slip(f"{said} The last of them is here.", opened[-1].at)
    if tokens[-1].text == "," and last:
        return Slip(
            "The SQL ends with a comma: something is missing behind it, or the comma is too many.", tokens[-1].at
        )
    if last and tokens[-1].lower in ("from", "where", "join", "by", "and", "or", "on", "select", "using", "="):
        return Slip(f"The SQL ends with `{tokens[-1].text}`: what belongs behind it is missing.", tokens[-1].at)
    return None


def comment_marks(scene: Scene, failure: Failure) -> Slip | None:
    """`- note`, `// note`, `# note`: a comment that does not begin as one."""
    start = scene.text.rfind("\n", 0, failure.at) + 1
    line = scene.text[start:].split("\n")[0]
    match = re.match(r"\s*(//|#|-(?!-))", line)
    if match and parse_without(scene.text, start, start + len(line)):
        return Slip(f"A comment of SQL begins with `--`, and here stands `{match[1]}`.", start + match.start(1))
    behind = re.search(r"\s(//|#).*$", line)
    if behind and parse_without(scene.text, start + behind.start(), start + len(line)):
        return Slip(f"A comment of SQL begins with `--`, and here stands `{behind[1]}`.", start + behind.start(1))
    return None


def parse_without(text: str, start: int, end: int) -> bool:
    """Tell whether DuckDB can parse a text without a part of it."""
    return parse(masked(text[:start] + " " * (end - start) + text[end:])) is None


def where_before_join(tokens: Tokens, number: int) -> Slip | None:
    if number >= len(tokens) or tokens[number].lower not in ("left", "right", "full", "inner", "join", "cross"):
        return None
    depth = 0
    for token in reversed(tokens[:number]):
        depth += (token.text == ")") - (token.text == "(")
        if depth < 0 or (depth == 0 and token.lower == "from"):
            return None
        if depth == 0 and token.lower in ("where", "group", "order"):
            said = f"`{token.text}` stands before a join. The order is: `from`, all joins, `where`, `group by`, `order by`."
            return Slip(said, token.at)
    return None


def name_missing_behind_as(tokens: Tokens) -> Slip | None:
    for token, behind in zip(tokens, tokens[1:], strict=False):
        if token.lower == "as" and (behind.text in (",", ")") or behind.lower in ("from", "where")):
            return Slip("Behind `as` a name is missing.", token.at)
    return None


def open_brackets(tokens: Tokens) -> list[Token]:
    opened: list[Token] = []
    for token in tokens:
        if token.text == "(":
            opened.append(token)
        elif token.text == ")" and opened:
            opened.pop()
    return opened


def last_cte(tokens: Tokens) -> str:
    names = [
        one.text
        for one, two, three in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if one.kind == WORD and two.lower == "as" and three.text == "("
    ]
    return names[-1] if names else "final"


# -- what one change would mend --------------------------------------------------------------------------------


def repaired(scene: Scene, text: str, failure: Failure) -> Slip | None:
    """Return the slip whose mending lets DuckDB parse the whole text; of several, the first."""
    if failure.at is None:
        return None
    tokens = tokens_of(scene.text)
    number = number_at(tokens, failure.at)
    further: Change | None = None
    for change in changes(tokens, number, scene):
        mended = text[: change.start] + change.new + text[change.end :]
        now = parse(mended)
        if now is None:
            return Slip(change.words, change.at)
        if further is None and now.at is not None and now.at > failure.at + len(change.new) + FAR:
            further = change
    return Slip(further.words, further.at) if further else None


FAR = 25  # characters: the parser came much further, so that this mistake is mended, and there is another one


def changes(tokens: Tokens, number: int, scene: Scene) -> Iterator[Change]:
    """Give the changes to be tried, the likeliest first; `number` is the token that the parser names."""
    near = [index for index in (number, number - 1, number + 1, number - 2, number - 3) if 0 <= index < len(tokens)]
    yield from doubled(tokens, near)
    yield from misspelt(tokens, near)
    yield from too_many(tokens, near[:2])
    yield from cte_punctuation(tokens, number)
    yield from names_with_a_hyphen(tokens, near)
    yield from two_names(tokens, near)
    yield from case_without_when(tokens, number)
    yield from join_without_condition(tokens, number)
    yield from missing_comma(tokens, number)
    yield from missing_word(tokens, number)
    yield from one_too_many(tokens, near[:2])


def doubled(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in near:
        if index and tokens[index].lower == tokens[index - 1].lower:
            token = tokens[index]
            yield Change(token.at, token.end, " " * len(token.text), f"`{token.text}` stands here twice.", token.at)


def misspelt(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in sorted(near):
        token = tokens[index]
        if token.kind != WORD or token.lower in KEYWORDS or len(token.text) < 2:
            continue
        for close in near_keywords(token.lower):
            words = f"`{token.text}` is misspelt. Did you mean `{close}`?"
            yield Change(token.at, token.end, close, words, token.at)
    for index in sorted(near):  # two words in one: groupby, orderby, leftjoin
        token = tokens[index]
        if split := TOGETHER.get(token.lower):
            yield Change(token.at, token.end, split, f"`{token.text}` is two words: `{split}`.", token.at)


TOGETHER = {"groupby": "group by", "orderby": "order by", "leftjoin": "left join", "innerjoin": "inner join"}
TOGETHER |= {
    "selectdistinct": "select distinct",
    "isnull": "is null",
    "notnull": "not null",
    "partitionby": "partition by",
}


def near_keywords(word: str) -> list[str]:
    same_letters = [key for key in KEYWORDS if sorted(key) == sorted(word) and key != word]
    close = nearest(word, KEYWORDS, 0.6)
    return list(dict.fromkeys([*same_letters, *([close] if close else [])]))


def too_many(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in near:
        token = tokens[index]
        if token.text == ",":
            following = tokens[index + 1].text if index + 1 < len(tokens) else "the end"
            words = f"There is a comma too many, before `{following}`."
            yield Change(token.at, token.end, " ", words, token.at)
    for index in near:
        token = tokens[index]
        if token.text == ")" and len(open_brackets(tokens[:index])) == 0:
            yield Change(token.at, token.end, " ", "There is a `)` too many: no `(` is open here.", token.at)


def cte_punctuation(tokens: Tokens, number: int) -> Iterator[Change]:
    if not 0 < number < len(tokens):
        return
    token, before = tokens[number], tokens[number - 1]
    behind = tokens[number + 1].lower if number + 1 < len(tokens) else ""
    if before.text == ")" and token.kind == WORD and behind in ("as", "("):
        words = f"Between two CTEs stands a comma: it is missing before `{token.text}`."
        yield Change(token.at, token.at, ",", words, token.at)
    if token.lower == "with":
        yield Change(
            token.at,
            token.end,
            ",   ",
            "`with` stands once, before the first CTE; between CTEs stands a comma.",
            token.at,
        )
    if before.text == "," and token.lower == "with":
        yield Change(token.at, token.end, "    ", "`with` stands once, before the first CTE.", token.at)
    for index in (number, number - 1):
        token = tokens[index]
        if token.text == "(" and index and tokens[index - 1].kind == WORD:
            words = f"`as` is missing: a CTE is `{tokens[index - 1].text} as ( select ... )`."
            yield Change(token.at, token.at, " as ", words, token.at)
    first = tokens[0]
    if first.kind == WORD and len(tokens) > 2 and tokens[1].lower == "as":
        yield Change(first.at, first.at, "with ", "`with` is missing before the first CTE.", first.at)


def join_without_condition(tokens: Tokens, number: int) -> Iterator[Change]:
    joins = [index for index in range(min(number + 1, len(tokens))) if tokens[index].lower == "join"]
    if not joins:
        return
    join = tokens[joins[-1]]
    words = [token.lower for token in tokens[joins[-1] : number]]
    if "on" in words or "using" in words:
        return
    said = "This join says nothing about which rows belong together: `using (...)` or `on ...` is missing behind it."
    for index in (number, number + 1, number - 1):
        if joins[-1] + 1 < index <= len(tokens):
            at = tokens[index].at if index < len(tokens) else tokens[-1].end
            for new in (" on true ", " on ", " using "):
                yield Change(at, at, new, said, join.at)


def names_with_a_hyphen(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in near:
        if index and index + 1 < len(tokens) and tokens[index].text == "-" and tokens[index - 1].kind == WORD:
            name = f"{tokens[index - 1].text}-{tokens[index + 1].text}"
            said = f"A name has no `-` in it: `{name.replace('-', '_')}`, not `{name}`."
            yield Change(tokens[index].at, tokens[index].end, "_", said, tokens[index - 1].at)


def two_names(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in near:
        if 1 < index < len(tokens) - 1 and tokens[index].lower == "as" and tokens[index - 2].lower == "as":
            one, other = tokens[index - 1].text, tokens[index + 1].text
            said = f"There are two names for one column, `{one}` and `{other}`: keep one `as`."
            yield Change(tokens[index].at, tokens[index + 1].end, " ", said, tokens[index].at)


def case_without_when(tokens: Tokens, number: int) -> Iterator[Change]:
    cases = [index for index in range(min(number, len(tokens))) if tokens[index].lower == "case"]
    if cases and "when" not in [token.lower for token in tokens[cases[-1] : number]]:
        behind = tokens[cases[-1] + 1]
        yield Change(behind.at, behind.at, "when ", "`when` is missing behind `case`.", tokens[cases[-1]].at)


def missing_comma(tokens: Tokens, number: int) -> Iterator[Change]:
    for index in (number, number - 1, number - 2):
        if 0 < index < len(tokens):
            token, before = tokens[index], tokens[index - 1]
            if token.kind == SIGN:  # an operator, or the bracket of a function
                continue
            ends = before.kind in (WORD, NAME, TEXT, JINJA, "number") or before.text == ")"
            if ends and before.lower not in (
                "select",
                "from",
                "where",
                "by",
                "on",
                "and",
                "or",
                "when",
                "then",
                "else",
                "case",
                "as",
                "not",
                "join",
            ):
                said = f"A comma is missing between `{before.text}` and `{token.text}`."
                yield Change(token.at, token.at, ", ", said, token.at)


def missing_word(tokens: Tokens, number: int) -> Iterator[Change]:
    for index in (number, number - 1, number + 1, number - 2):
        if not 0 <= index <= len(tokens):
            continue
        at = tokens[index].at if index < len(tokens) else tokens[-1].end
        shown = f" before `{tokens[index].text}`" if index < len(tokens) else " at the end"
        for word in (
            "from",
            "select",
            "by",
            "then",
            "when",
            "end",
            "case",
            "as",
            "join",
            "group",
            "order",
            "on",
            "and",
            "(",
            ")",
            ".",
        ):
            words = f"`{word}` is missing{shown}."
            yield Change(at, at, f" {word} " if word != "." else ".", words, at)
        yield Change(at, at, " x ", f"Something is missing{shown}: a name or a value.", at)
        yield Change(at, at, " = ", f"Something is missing{shown}: a sign such as `=` or a comma.", at)


def one_too_many(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in near:
        token = tokens[index]
        if token.kind in (WORD, SIGN, TEXT):
            yield Change(
                token.at,
                token.end,
                " ",
                f"`{token.text}` does not fit here: without it, the SQL can be read.",
                token.at,
            )


def number_at(tokens: Tokens, at: int) -> int:
    """Return the number of the token at a place, or of the next one."""
    return next((number for number, token in enumerate(tokens) if token.end > at), len(tokens))
