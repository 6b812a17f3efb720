"""Tables and CTEs that DuckDB does not find."""

import re

from workshop.dbt_project.explaining.scene import Scene, Slip, meant, nearest
from workshop.dbt_project.explaining.sql_changes import KEYWORDS
from workshop.dbt_project.explaining.sql_tokens import NAME, TEXT, WORD, Token


def quoted_as_a_whole(scene: Scene) -> Slip | None:
    """`"raw.library.books"`: one name that has dots in it."""
    match = re.search(r"Table with name \"?([\w.]+)\"? does not exist", scene.error)
    for token in scene.tokens if match else ():
        inside = token.text[1:-1]
        if token.kind not in (NAME, TEXT) or "." not in inside or not match or not match[1].endswith(inside):
            continue
        model = inside.rpartition(".")[2]
        full = next((table for table in scene.raw_tables if table.lower().endswith(inside.lower())), inside)
        right = f"`{{{{ ref('{model}') }}}}`" if model in scene.models else f"`{full}`"
        said = f"Quotes around `{inside}` make one name of it, with dots inside. Write it without quotes: {right}."
        return Slip(f"{said} (Where a name needs quotes, each of its parts has its own.)", token.at)
    return None


def missing_table(scene: Scene) -> Slip | None:
    match = re.search(r"Table with name \"?([\w.]+)\"? does not exist", scene.error)
    if not match or match[1].startswith(("raw.", "raw_")) or "raw." in match[1]:
        return None
    name = match[1].rpartition(".")[2]
    at = place_behind_from(scene, name)
    ctes = ctes_of(scene)
    if name.lower() in [cte.lower() for cte in ctes]:
        said = f"The CTE `{name}` stands further down, or inside another. It can be read only below its own place."
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


# -- how -----------------------------------------------------------------------------------------------------


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
