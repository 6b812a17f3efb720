"""What a clause of SQL can't hold: sums in `where`, columns beside a sum, functions that are not there."""

import re

from workshop.dbt_project.explaining.place import only_place
from workshop.dbt_project.explaining.scene import Scene, Slip, nearest
from workshop.dbt_project.explaining.sql_columns import place_of_column


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
