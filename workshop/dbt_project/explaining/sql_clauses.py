"""What a clause of SQL can't hold: sums in `where`, functions that are not there, text where a column is meant."""

import re

from workshop.dbt_project.explaining.place import only_place
from workshop.dbt_project.explaining.scene import Scene, Slip, nearest
from workshop.dbt_project.explaining.sql_tokens import TEXT, WORD


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


def table_before_a_function(scene: Scene) -> Slip | None:
    """`books.sum(price)`: DuckDB gives the table's row to the function."""
    match = re.search(r"Function with name \"?(\w+)\"? does not exist|argument types '(\w+)\(STRUCT\(", scene.error)
    name = (match[1] or match[2].removesuffix("_star")).lower() if match else ""
    for number, (table, dot, function) in enumerate(
        zip(scene.tokens, scene.tokens[1:], scene.tokens[2:], strict=False)
    ):
        if function.lower == name and dot.text == "." and table.kind == WORD:
            said = f"`{table.text}.` stands before a function. It belongs inside the brackets, before the column"
            texts = [token.text for token in scene.tokens[number + 3 : number + 6]]
            if re.fullmatch(r"\( [a-z_]\w* [,)]", " ".join(texts), re.IGNORECASE):
                said += f": `{function.text}({table.text}.{texts[1]}{', ...' if texts[2] == ',' else ''})`"
            return Slip(f"{said}.", table.at)
    return None


def text_where_a_column_is_meant(scene: Scene) -> Slip | None:
    """`'price' / 100`, `sum('price')`, `cast('born' as date)`."""
    refused = re.search(r"STRING_LITERAL|(?:Could not convert string|(?:date|timestamp) field format:) .*", scene.error)
    for number, token in enumerate(scene.tokens if refused else ()):
        before = scene.tokens[number - 1].lower if number else ""
        name = token.text.strip("'")
        is_name = token.kind == TEXT and re.fullmatch(r"[a-z_]\w*", name, re.IGNORECASE)
        is_refused = refused and (refused[0] == "STRING_LITERAL" or name in refused[0])
        is_value = before not in ("select", ",", "(", "+", "-", "*", "/") or is_unit(scene, number)
        if is_name and is_refused and not is_value:
            said = f"`{token.text}` in single quotes is a piece of text. A column is written without quotes: `{name}`."
            return Slip(said, token.at)
    return None


def nothing_inside(scene: Scene) -> Slip | None:
    """`min()`, `/ 100`, `status 'success'`."""
    if match := re.search(r"argument types '(\w+)\(\)'", scene.error):
        at = re.search(rf"\b{match[1]}\s*\(\s*\)", scene.text, re.IGNORECASE)
        return Slip(f"`{match[1]}()` needs a column between its brackets.", at.start() if at else None)
    if match := re.search(r"argument types '([/*%])\(\w+\)'", scene.error):
        return Slip(f"Before `{match[1]}` a name or a value is missing.")
    if match := re.search(r"Type with name \"?(\w+)\"? does not exist", scene.error):
        at = re.search(rf"\b{match[1]}\s+'", scene.text, re.IGNORECASE)
        if at:
            return Slip(f"Between `{match[1]}` and the text behind it a sign is missing, such as `=`.", at.start())
        return Slip(f"There is no type `{match[1]}`: look at how it is spelt.", only_place(scene.text, match[1]))
    return None


def is_unit(scene: Scene, number: int) -> bool:
    """Tell whether a text is an argument of a function that takes a word, such as the unit of a date."""
    before = scene.tokens[number - 2].lower if number > 1 else ""
    return scene.tokens[number - 1].text == "(" and before.startswith(("date", "concat", "str", "to_"))


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
        said = f"The number behind `{clause}` counts the columns of the select: at most {match[2]} here."
        return Slip(said, only_place(scene.text, clause))
    if "same number of result columns" in scene.error:
        return Slip("The selects above and below `union` need the same number of columns, in the same order.")
    if "Subquery returns" in scene.error and "expected 1" in scene.error:
        return Slip("A select in brackets gives one column here. Name the one that you mean in place of the others.")
    return None
