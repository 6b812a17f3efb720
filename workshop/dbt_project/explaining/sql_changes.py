"""The small changes that might mend SQL: each is a slip that people make, the likeliest first."""

from collections.abc import Iterator

from workshop.dbt_project.explaining.scene import nearest
from workshop.dbt_project.explaining.sql_clause_changes import (
    bracket_of_a_cte,
    case_without_when,
    cte_punctuation,
    join_without_condition,
    missing_from,
    missing_with,
)
from workshop.dbt_project.explaining.sql_parse import Change
from workshop.dbt_project.explaining.sql_tokens import JINJA, NAME, SIGN, TEXT, WORD, Token, Tokens

KEYWORDS = """
    select distinct from where group by having order limit offset with as left right full inner outer cross join on
    using and or not in is null like between case when then else end union all except intersect sum count coalesce
    cast over partition asc desc exists
""".split()


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
    yield from bracket_of_a_cte(tokens, number)
    yield from missing_from(tokens, number)
    yield from missing_comma(tokens, number)
    yield from missing_word(tokens, number)
    yield from one_too_many(tokens, near[:2])


# -- how -----------------------------------------------------------------------------------------------------


def doubled(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    for index in (*near, *range(len(tokens))):
        is_bracket = tokens[index].text in "()"
        if is_bracket and not (tokens[index].text == "(" and open_brackets(tokens)):
            continue
        if index and tokens[index].lower == tokens[index - 1].lower:
            token = tokens[index]
            yield Change(token.at, token.end, " " * len(token.text), f"`{token.text}` stands here twice.", token.at)


def misspelt(tokens: Tokens, near: list[int]) -> Iterator[Change]:
    wider = range(max(min(near) - 3, 0), min(max(near) + 1, len(tokens))) if near else ()
    for index in wider:
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
                if token.kind in ("number", TEXT):
                    said = (
                        f"Between `{before.text}` and `{token.text}` a comma is missing, or a sign such as `=` or `/`."
                    )
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
