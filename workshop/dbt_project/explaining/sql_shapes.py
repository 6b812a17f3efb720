"""SQL that DuckDB can't parse, and whose shape tells why."""

import re
from itertools import pairwise

from workshop.dbt_project.explaining.scene import Scene, Slip, nearest
from workshop.dbt_project.explaining.sql_changes import number_at, open_brackets
from workshop.dbt_project.explaining.sql_parse import Failure, parse
from workshop.dbt_project.explaining.sql_tokens import JINJA, NAME, WORD, Tokens, masked


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


def by_shape(scene: Scene, failure: Failure) -> Slip | None:
    """Where the last word, or what is missing behind it, tells."""
    tokens = scene.tokens
    if failure.at is None or not tokens:
        return None
    number = number_at(tokens, failure.at)
    last = number >= len(tokens) - 1
    opened = open_brackets(tokens)
    begins_with = tokens[0].lower == "with"
    if (
        slip := comment_marks(scene, failure)
        or clause_too_late(tokens, number)
        or name_missing_behind_as(tokens)
        or names_missing_at_a_dot(tokens)
    ):
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
    if last and tokens[-1].lower in ("from", "where", "join", "by", "and", "or", "on", "select", "using", "=", "."):
        return Slip(f"The SQL ends with `{tokens[-1].text}`: what belongs behind it is missing.", tokens[-1].at)
    return None


# -- how -----------------------------------------------------------------------------------------------------


def opened_at(scene: Scene, quote: str, at: int) -> int:
    """Return the first line's quote that is alone in its line; the parser names the last of all."""
    start = 0
    for line in masked(scene.text).split("\n"):
        if line.count(quote) % 2:
            return start + line.rindex(quote) if line.count(quote) == 1 else start + line.index(quote)
        start += len(line) + 1
    return at


def names_missing_at_a_dot(tokens: Tokens) -> Slip | None:
    """`orders.,` and `, .status`."""
    for before, token, behind in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.text != ".":
            continue
        if behind.text in (",", ")") or behind.lower in ("from", "as"):
            return Slip(f"Behind `{before.text}.` the name of a column is missing.", token.at)
        if before.text in (",", "(") or before.lower in ("select", "by", "on"):
            return Slip(f"Before `.{behind.text}` the name of its table is missing, or the dot is too many.", token.at)
    return None


def select_without_a_column(tokens: Tokens) -> Slip | None:
    """`select from`, and `select * {{ ref('x') }}`."""
    for before, token, behind in zip(tokens, tokens[1:], [*tokens[2:], None], strict=False):
        if before.lower == "select" and token.lower == "from":
            said = "Between `select` and `from` stands what is selected: columns, or `*` for all of them."
            return Slip(said, token.at)
        if before.lower != "select" or token.text != "*" or behind is None or behind.lower in BEHIND_A_STAR:
            continue
        if behind.kind in (JINJA, NAME, WORD) and not nearest(behind.text, BEHIND_A_STAR, 0.65):
            return Slip(f"`from` is missing before `{behind.text}`.", behind.at)
    return None


BEHIND_A_STAR = ("from", "exclude", "except", "replace", "rename", "like", "ilike", "union")


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


def clause_too_late(tokens: Tokens, number: int) -> Slip | None:
    """`group by 1 where ...`, and `where ... left join`."""
    rank = rank_of(tokens, number)
    if rank is None:
        return None
    depth = 0
    for index in range(number - 1, -1, -1):
        token = tokens[index]
        depth += (token.text == ")") - (token.text == "(")
        before = rank_of(tokens, index) if depth == 0 else None
        if depth < 0 or (depth == 0 and token.lower in ("select", "union")) or (before and before[0] < rank[0]):
            return None
        if before and before[0] > rank[0]:
            order = "First come `from` and all joins, then `where`, `group by`, `having`, `order by`, and `limit` last."
            return Slip(f"`{before[1]}` stands before {rank[1] if rank[0] == 1 else f'`{rank[1]}`'}. {order}", token.at)
    return None


def rank_of(tokens: Tokens, number: int) -> tuple[int, str] | None:
    """Return the place that a clause has in a select, and its name, where one begins at this token."""
    if not 0 <= number < len(tokens):
        return None
    word = tokens[number].lower
    if word in ("group", "order"):
        word += " by" if number + 1 < len(tokens) and tokens[number + 1].lower == "by" else " ?"
    if word in ("left", "right", "full", "inner", "join", "cross"):
        return 1, "a join"
    names = ("from", "", "where", "group by", "having", "qualify", "order by", "limit")
    return (names.index(word), word) if word and word in names else None


def name_missing_behind_as(tokens: Tokens) -> Slip | None:
    for token, behind in pairwise(tokens):
        if token.lower == "as" and (behind.text in (",", ")") or behind.lower in ("from", "where")):
            return Slip("Behind `as` a name is missing.", token.at)
    return None


def last_cte(tokens: Tokens) -> str:
    names = [
        one.text
        for one, two, three in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if one.kind == WORD and two.lower == "as" and three.text == "("
    ]
    return names[-1] if names else "final"
