"""Columns that DuckDB does not find."""

import re

from workshop.dbt_project.explaining.place import only_place
from workshop.dbt_project.explaining.scene import Scene, Slip, meant, nearest
from workshop.dbt_project.explaining.sql_tables import ctes_of, words
from workshop.dbt_project.explaining.sql_tokens import NAME, SIGN, WORD

BEFORE_A_VALUE = ("=", "<>", "!=", "==", "<", ">", ">=", "<=", "then", "else", "like", "ilike", "in", "when")
CURLY = "\u2018\u2019\u201c\u201d\u201a\u201e\u00b4\u2032\u2033"  # what word processors make of quotes


def curly_quotes(scene: Scene) -> Slip | None:
    at = next((number for number, char in enumerate(scene.text) if char in CURLY), None)
    if at is not None and re.search(f"[{CURLY}]", scene.error):
        return Slip(f"The quote {scene.text[at]} is not one that SQL knows. Type straight quotes: `'`.", at)
    return None


def text_in_double_quotes(scene: Scene) -> Slip | None:
    name = missing(scene)
    for number, token in enumerate(scene.tokens):
        if token.kind == NAME and token.text.strip('"`').lower() == name.lower() and name:
            before = scene.tokens[number - 1].lower if number else ""
            value = token.text.strip('"`')
            is_value = before in BEFORE_A_VALUE or in_a_list(scene, number)
            if is_value:
                return Slip(
                    f"In double quotes stands the name of a column. Text takes single quotes: `'{value}'`.", token.at
                )
            said = f"`{token.text}` in double quotes is the name of a column, and there is none of that name."
            hint = meant(name, candidates(scene))
            return Slip(
                f"{said}{hint or f' If it is text, it takes single quotes: `{chr(39)}{value}{chr(39)}`.'}", token.at
            )
    return None


def keyword_taken_for_a_column(scene: Scene) -> Slip | None:
    name = missing(scene)
    if not name or nearest(name, candidates(scene), 0.8):
        return None
    for token, behind in zip(scene.tokens, [*scene.tokens[1:], None], strict=True):
        if token.lower == name.lower() and token.kind == WORD and behind and behind.kind in (WORD, NAME):
            close = nearest(name, ("distinct", "case", "not", "null"), 0.75)
            if close:
                return Slip(f"`{name}` is misspelt. Did you mean `{close}`?", token.at)
    close = nearest(name, ("current_date", "current_timestamp", "null", "true", "false"), 0.85)
    return Slip(f"`{name}` is not a column. Did you mean `{close}`?", only_place(scene.text, name)) if close else None


def missing_column(scene: Scene) -> Slip | None:
    if "* expression without FROM clause" in scene.error:
        found = re.finditer(r"select\s+\*(?!\s*(?:from|exclude|replace))", scene.text, re.IGNORECASE)
        at = next((match.start() for match in found), None)
        return Slip("There is no `from` behind this `select *`: which table should the columns come from?", at)
    name = missing(scene)
    if not name:
        return None
    at = place_of_column(scene, name)
    if "FROM clause is missing" in scene.error:
        return Slip("There is no `from`: which table should the columns come from?", at)
    if slip := names_the_wrong_way_round(scene, name):
        return slip
    qualified = re.search(r"(?:Table|Values list) \"([^\"]+)\" does not have a column", scene.error)
    of = f"`{qualified[1]}`" if qualified else "what you select from"
    offered = candidates(scene)
    hint = meant(name, offered, 0.72) or meant(name, sorted(words(scene) - {name.lower()}), 0.8)
    tables = [table for table in ctes_of(scene) if table.lower() == name.lower()]
    if tables:
        return Slip(f"`{name}` is a table here, and not a column. A column of it is `{name}.column`.", at)
    if not hint and any(name.lower() == model.lower() for model in scene.models):
        return Slip(f"`{name}` is a model, and no column. It stands behind `from`, as `{{{{ ref('{name}') }}}}`.", at)
    there = "" if hint or not offered else f" There is {', '.join(f'`{each}`' for each in offered)}."
    alone = " If it is text, it takes quotes: `'" + name + "'`." if is_compared(scene, name) and not hint else ""
    return Slip(f"There is no column `{name}` in {of}.{hint or there}{alone}", at)


def column_of_one_side(scene: Scene) -> Slip | None:
    match = re.search(r"Column \"([^\"]+)\" does not exist on (left|right) side of join", scene.error)
    if not match:
        return None
    name, side = match.groups()
    at = next(
        (each.start() for each in re.finditer(rf"using\s*\([^)]*\b{re.escape(name)}\b", scene.text, re.IGNORECASE)),
        None,
    )
    which = "before `join`" if side == "left" else "behind `join`"
    said = (
        f"`using ({name})` needs `{name}` on both sides, and the table {which} has no such column. "
        "Where the names differ, write `on a.one = b.other`."
    )
    return Slip(said, at)


# -- how -----------------------------------------------------------------------------------------------------


def in_a_list(scene: Scene, number: int) -> bool:
    """Tell whether a token stands in the brackets behind `in`, or among the arguments of coalesce."""
    opened = 0
    for index in range(number - 1, 0, -1):
        text = scene.tokens[index].text
        opened += (text == ")") - (text == "(")
        if opened < 0:
            return scene.tokens[index - 1].lower in ("in", "coalesce", "ifnull", "replace", "concat")
    return False


def names_the_wrong_way_round(scene: Scene, name: str) -> Slip | None:
    """`book_id as id`, `id = book_id`, `order_id as order_id`."""
    if "cannot be referenced before it is defined" in scene.error:
        said = f"`{name}` is a name that only this select gives. The table that it reads has another name for it."
        return Slip(f"{said} In `a as b`, `a` is the name in the table, and `b` is yours.", None)
    for number, token in enumerate(scene.tokens[:-2]):
        if token.lower != name.lower():
            continue
        behind, new = scene.tokens[number + 1], scene.tokens[number + 2].lower
        parts = name.lower().split("_")
        if (
            behind.lower == "as"
            and new != name.lower()
            and (new in candidates(scene) or new in parts or new == "".join(parts))
        ):
            said = f"The name in the table stands before `as`, and yours behind it: `{new} as {name}`."
            return Slip(said, token.at)
        if number > 1 and scene.tokens[number - 1].text == "=" and clause_of(scene, number) == "select":
            said = "`=` compares two columns. A column gets another name with `as`: "
            return Slip(f"{said}`{scene.tokens[number - 2].text} as {name}`.", token.at)
    return None


def clause_of(scene: Scene, number: int) -> str:
    """Return the keyword of the clause that a token stands in."""
    clauses = ("select", "from", "where", "on", "by", "having", "when", "and", "or", "qualify")
    return next((token.lower for token in reversed(scene.tokens[:number]) if token.lower in clauses), "")


def is_compared(scene: Scene, name: str) -> bool:
    pairs = zip(scene.tokens, scene.tokens[1:], strict=False)
    return any(two.lower == name.lower() and one.lower in BEFORE_A_VALUE[:9] for one, two in pairs)


def missing(scene: Scene) -> str:
    """Return the column that DuckDB does not find, or ""."""
    match = re.search(
        r"Referenced column \"([^\"]+)\" (?:was )?not found|does not have a column named \"([^\"]+)\"|"
        r"Column \"([^\"]+)\" referenced that exists in the SELECT clause",
        scene.error,
    )
    return (match[1] or match[2] or match[3]) if match else ""


def candidates(scene: Scene) -> list[str]:
    match = re.search(r"Candidate bindings:[ :]*([^\n]*)", scene.error)
    names = re.findall(r'"([^"]+)"', match[1]) if match else []
    return list(dict.fromkeys(name.rpartition(".")[2] for name in names))


def place_of_column(scene: Scene, name: str) -> int | None:
    """Return where a column stands, if it is there once; not behind `as`, where it gets its name."""
    found = [
        token
        for number, token in enumerate(scene.tokens)
        if token.lower.strip('"') == name.rpartition(".")[2].lower()
        and not (number and scene.tokens[number - 1].lower == "as")
        and token.kind != SIGN
    ]
    return found[0].at if len(found) == 1 else None
