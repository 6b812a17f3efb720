"""The small changes that might mend SQL: each is a slip that people make, the likeliest first."""

from collections.abc import Iterator
from dataclasses import dataclass

from workshop.dbt_project.explaining.scene import nearest
from workshop.dbt_project.explaining.sql_tokens import JINJA, NAME, SIGN, TEXT, WORD, Token, Tokens

KEYWORDS = """
    select distinct from where group by having order limit offset with as left right full inner outer cross join on
    using and or not in is null like between case when then else end union all except intersect sum count coalesce
    cast over partition asc desc exists
""".split()


@dataclass(frozen=True)
class Change:
    """A change of a text: what stands from `start` to `end` is replaced, and how that is said."""

    start: int
    end: int
    new: str
    words: str
    at: int


def changes(tokens: Tokens, number: int) -> Iterator[Change]:
    """Give the changes to be tried, the likeliest first; `number` is the token that the parser names."""
    near = [index for index in (number, number - 1, number + 1, number - 2, number - 3) if 0 <= index < len(tokens)]
    yield from missing_with(tokens)
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


# -- how -----------------------------------------------------------------------------------------------------


def doubled(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in (*near, *range(len(tokens))):
        if index and tokens[index].lower == tokens[index - 1].lower and tokens[index].text not in "()":
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


def missing_with(tokens: Tokens) -> Iterator[Change]:
    first = tokens[0]
    if first.kind == WORD and len(tokens) > 2 and tokens[1].lower == "as":
        yield Change(first.at, first.at, "with ", "`with` is missing before the first CTE.", first.at)


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


def open_brackets(tokens: Tokens) -> list[Token]:
    opened: list[Token] = []
    for token in tokens:
        if token.text == "(":
            opened.append(token)
        elif token.text == ")" and opened:
            opened.pop()
    return opened


def number_at(tokens: Tokens, at: int) -> int:
    """Return the number of the token at a place, or of the next one."""
    return next((number for number, token in enumerate(tokens) if token.end > at), len(tokens))
