"""Small changes that might mend a CTE, a join, a `case` or a select as a whole."""

from collections.abc import Iterator

from workshop.dbt_project.explaining.sql_parse import Change
from workshop.dbt_project.explaining.sql_tokens import JINJA, NAME, WORD, Tokens


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


def bracket_of_a_cte(tokens: Tokens, number: int) -> Iterator[Change]:
    """`a as (select ... , b as (`."""
    if 3 < number < len(tokens) and tokens[number].text == "(" and tokens[number - 3].text == ",":
        comma, name = tokens[number - 3], tokens[number - 2].text
        yield Change(comma.at, comma.at, ")", f"`)` is missing: the CTE before `{name}` is never closed.", comma.at)


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


def case_without_when(tokens: Tokens, number: int) -> Iterator[Change]:
    cases = [index for index in range(min(number, len(tokens))) if tokens[index].lower == "case"]
    if cases and "when" not in [token.lower for token in tokens[cases[-1] : number]]:
        behind = tokens[cases[-1] + 1]
        yield Change(behind.at, behind.at, "when ", "`when` is missing behind `case`.", tokens[cases[-1]].at)


def missing_from(tokens: Tokens, number: int) -> Iterator[Change]:
    """Where this select has no `from` at all, that is likelier than a comma."""
    selects = [index for index in range(min(number, len(tokens))) if tokens[index].lower == "select"]
    if not selects or has_from(tokens[selects[-1] + 1 :]):
        return
    for index in (number, number - 1):
        if selects[-1] + 1 < index < len(tokens) and tokens[index].kind in (WORD, NAME, JINJA):
            token = tokens[index]
            yield Change(token.at, token.at, "from ", f"`from` is missing before `{token.text}`.", token.at)


# -- how -----------------------------------------------------------------------------------------------------


def has_from(behind_select: Tokens) -> bool:
    """Tell whether a `from` belongs to the select that these tokens are behind."""
    depth = 0
    for token in behind_select:
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            return False
        if depth == 0 and token.lower == "from":
            return True
    return False
