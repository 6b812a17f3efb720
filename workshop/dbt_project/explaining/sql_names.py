"""Names that DuckDB does not find: tables, CTEs, columns; and columns that it can't tell apart."""

import re

from workshop.dbt_project.explaining.place import only_place
from workshop.dbt_project.explaining.scene import Scene, Slip, meant, nearest
from workshop.dbt_project.explaining.sql_repair import KEYWORDS
from workshop.dbt_project.explaining.sql_tokens import NAME, SIGN, WORD, Token

BEFORE_A_VALUE = ("=", "<>", "!=", "==", "<", ">", ">=", "<=", "then", "else", "like", "ilike", "in", "when")
CURLY = "‘’“”‚„´"


def unknown_name(scene: Scene) -> Slip | None:
    """Return what is wrong with a name that DuckDB does not find, or finds twice, or None."""
    for look in (
        curly_quotes,
        missing_table,
        table_not_in_from,
        text_in_double_quotes,
        keyword_taken_for_a_column,
        missing_column,
        column_of_one_side,
        aggregate_in_where,
        not_grouped,
        alike_columns,
        unknown_function,
        text_added_up,
        number_out_of_range,
    ):
        if slip := look(scene):
            return slip
    return None


# -- tables --------------------------------------------------------------------------------------------------


def missing_table(scene: Scene) -> Slip | None:
    match = re.search(r"Table with name \"?([\w.]+)\"? does not exist", scene.error)
    if not match or match[1].startswith(("raw.", "raw_")) or "raw." in match[1]:
        return None
    name = match[1].rpartition(".")[2]
    at = place_behind_from(scene, name)
    ctes = ctes_of(scene)
    if name.lower() in [cte.lower() for cte in ctes]:
        said = f"The CTE `{name}` is written further down, or inside another. A CTE can be read only below where it stands."
        return Slip(said, at)
    if close := nearest(name, ctes, 0.7):
        return Slip(f"There is no CTE and no table `{name}`. Did you mean the CTE `{close}`?", at)
    if name in scene.models:
        return Slip(
            f"A model is named by `{{{{ ref('{name}') }}}}`: then dbt knows what comes first, and finds it.", at
        )
    raw = [table for table in scene.raw_tables if table.rpartition(".")[2] == name]
    if raw:
        return Slip(f"The raw table `{name}` is called `{raw[0]}`.", at)
    if name.lower() in KEYWORDS or nearest(name, KEYWORDS, 0.85):
        return None
    if close := nearest(name, scene.models, 0.7):
        said = (
            f"There is no table `{name}`. Did you mean the model `{close}`? It is named by `{{{{ ref('{close}') }}}}`."
        )
        return Slip(said, at)
    tables = {table.rpartition(".")[2]: table for table in scene.raw_tables}
    if close := nearest(name, list(tables), 0.7):
        return Slip(f"There is no table `{name}`. Did you mean `{tables[close]}`?", at)
    listed = f" The CTEs of this file are {', '.join(f'`{cte}`' for cte in ctes)}." if ctes else ""
    said = f"There is no table `{name}`.{listed} If it is a model of yours, name it with `ref`, and build it first."
    return Slip(said, at)


def table_not_in_from(scene: Scene) -> Slip | None:
    match = re.search(r"Referenced table \"([^\"]+)\" not found!?\s*(?:Candidate tables: ([^\n]*))?", scene.error)
    if not match:
        return None
    name, offered = match[1], re.findall(r'"([^"]+)"', match[2] or "")
    at = next((each.start() for each in re.finditer(rf"\b{re.escape(name)}\s*\.", scene.text)), None)
    if misspelt := misspelt_join(scene):
        return misspelt
    there = f" There is {', '.join(f'`{each}`' for each in offered)}." if offered else ""
    hint = meant(name, offered) or there
    why = "a table that has an alias is called by it from then on" if name in {t.lower for t in words(scene)} else ""
    said = f"`{name}.` stands before a column, and no table of that name is in `from` or `join`.{hint}"
    return Slip(f"{said} ({why[0].upper()}{why[1:]}.)" if why and not meant(name, offered) else said, at)


def misspelt_join(scene: Scene) -> Slip | None:
    """`lef join`: DuckDB takes the misspelt word for an alias, and joins without it."""
    for token, behind in zip(scene.tokens, scene.tokens[1:], strict=False):
        if behind.lower in ("join", "outer") and token.kind == WORD and token.lower not in KEYWORDS:
            close = nearest(token.text, ("left", "right", "full", "inner", "cross"), 0.66)
            if close and f"{token.lower}." not in scene.text.lower():
                said = f"`{token.text} {behind.text}` is misspelt: did you mean `{close} {behind.text}`?"
                return Slip(f"{said} DuckDB takes `{token.text}` for another name of the table before it.", token.at)
    return None


# -- columns -------------------------------------------------------------------------------------------------


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


def in_a_list(scene: Scene, number: int) -> bool:
    """Tell whether a token stands in the brackets behind `in`, or among the arguments of coalesce."""
    opened = 0
    for index in range(number - 1, 0, -1):
        text = scene.tokens[index].text
        opened += (text == ")") - (text == "(")
        if opened < 0:
            return scene.tokens[index - 1].lower in ("in", "coalesce", "ifnull", "replace", "concat")
    return False


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
    hint = meant(name, offered, 0.72) or ("" if offered else meant(name, sorted(words(scene) - {name.lower()}), 0.8))
    tables = [table for table in ctes_of(scene) if table.lower() == name.lower()]
    if tables:
        return Slip(f"`{name}` is a table here, and not a column. A column of it is `{name}.column`.", at)
    if not hint and any(name.lower() == model.lower() for model in scene.models):
        return Slip(f"`{name}` is a model, and no column. It stands behind `from`, as `{{{{ ref('{name}') }}}}`.", at)
    there = "" if hint or not offered else f" There is {', '.join(f'`{each}`' for each in offered)}."
    alone = " If it is text, it takes quotes: `'" + name + "'`." if is_compared(scene, name) and not hint else ""
    return Slip(f"There is no column `{name}` in {of}.{hint or there}{alone}", at)


def names_the_wrong_way_round(scene: Scene, name: str) -> Slip | None:
    """`payment_id as id`, `id = payment_id`, `order_id as order_id`."""
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


def aggregate_in_where(scene: Scene) -> Slip | None:
    where = r"WHERE clause cannot contain (aggregates|window functions)"
    if match := re.search(where, scene.error):
        at = next((each.start() for each in re.finditer(r"\bwhere\b", scene.text, re.IGNORECASE)), None)
        if match[1] == "aggregates":
            said = (
                "`where` looks at rows before they are added up, so no `sum` or `count` can stand there, nor its name. "
            )
            return Slip(f"{said}A condition on a sum comes behind `group by`: `having ...`.", at)
        return Slip("A condition on a window function comes last: `qualify ...`, or in a select around this one.", at)
    if "GROUP BY clause cannot contain aggregates" in scene.error:
        said = "`group by` names a column that is a sum or a count itself. Group by the columns that are not added up."
        return Slip(said, only_place(scene.text, "group by"))
    if "aggregate function calls cannot be nested" in scene.error:
        return Slip("One aggregate stands inside another. Add up in a CTE first, then again in a select of it.")
    return None


def not_grouped(scene: Scene) -> Slip | None:
    match = re.search(r"column \"?([^\"\s]+)\"? must appear in the GROUP BY", scene.error)
    if not match:
        return None
    name = match[1]
    said = f"`{name}` is selected beside a sum or a count, and is not grouped by. "
    if not re.search(r"\bgroup\s+by\b", scene.text, re.IGNORECASE):
        return Slip(f"{said}There is no `group by`: is it missing? `group by {name}`", place_of_column(scene, name))
    return Slip(f"{said}Add it to `group by`, or put it inside a function such as `max`.", place_of_column(scene, name))


def alike_columns(scene: Scene) -> Slip | None:
    match = re.search(r"Ambiguous reference to column name \"([^\"]+)\"(?: \(use: ([^)]*)\))?", scene.error)
    if not match:
        return None
    uses = " or ".join(f"`{each}`" for each in re.findall(r"'([^']+)'", match[2] or ""))
    said = (
        f"Two of the joined tables have a column `{match[1]}`. Say which: {uses or 'write the table in front of it'}."
    )
    return Slip(said, only_place(scene.text, match[1]))


def unknown_function(scene: Scene) -> Slip | None:
    match = re.search(r"(?:Scalar|Aggregate|Table) Function with name \"?(\w+)\"? does not exist", scene.error)
    if not match:
        return None
    name = match[1]
    at = next((each.start() for each in re.finditer(rf"\b{re.escape(name)}\s*\(", scene.text)), None)
    common = (
        "coalesce sum count min max avg round cast lower upper trim date_trunc date_diff row_number rank concat length"
    )
    if close := nearest(name, common.split(), 0.7):
        return Slip(f"There is no function `{name}`. Did you mean `{close}`?", at)
    columns = f" If `{name}` is a column or a table, an operator or a comma is missing before the bracket."
    return Slip(f"DuckDB has no function `{name}`: look at how it is spelt.{columns}", at)


def text_added_up(scene: Scene) -> Slip | None:
    match = re.search(r"argument types '(sum|avg)\((?:VARCHAR|STRING_LITERAL)\)'", scene.error)
    if match:
        said = (
            f"`{match[1]}` adds numbers, and this column is text. Is it the right one? If it is: `cast(... as double)`."
        )
        return Slip(said, only_place(scene.text, match[1]))
    return None


def number_out_of_range(scene: Scene) -> Slip | None:
    match = re.search(r"(ORDER|GROUP BY) term out of range - should be between 1 and (\d+)", scene.error)
    if match:
        clause = "order by" if match[1] == "ORDER" else "group by"
        said = f"The number behind `{clause}` counts the columns of the select, and there {'is' if match[2] == '1' else 'are'} {match[2]}."
        return Slip(said, only_place(scene.text, clause))
    if "same number of result columns" in scene.error:
        return Slip("The selects above and below `union` need the same number of columns, in the same order.")
    if "Subquery returns" in scene.error and "expected 1" in scene.error:
        return Slip("A select in brackets gives one column here. Name the one that you mean in place of the others.")
    return None


# -- how ---------------------------------------------------------------------------------------------------


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


def ctes_of(scene: Scene) -> list[str]:
    tokens = scene.tokens
    return [
        one.text
        for one, two, three in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if one.kind in (WORD, NAME) and two.lower == "as" and three.text == "("
    ]


def words(scene: Scene) -> set[str]:
    return {token.lower for token in scene.tokens if token.kind == WORD}


def place_behind_from(scene: Scene, name: str) -> int | None:
    found: list[Token] = []
    for before, token in zip(scene.tokens, scene.tokens[1:], strict=False):
        if token.lower.strip('"') == name.lower() and before.lower in ("from", "join", ",", "."):
            found.append(token)
    return found[0].at if len(found) == 1 else None


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
