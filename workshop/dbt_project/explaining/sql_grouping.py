"""Columns beside a sum or a count that are not grouped by: all that a select has of them, and what to do with each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from workshop.dbt_project.explaining.scene import Scene, Slip
from workshop.dbt_project.explaining.sql_columns import place_of_column
from workshop.dbt_project.explaining.sql_tokens import masked
from workshop.dbt_project.sql_tree import parser, tree_of
from workshop.dbt_project.words import listed

BARE, NUMBER, CASE = "bare", "number", "case"
ARITHMETIC = ("+", "-", "*", "/", "//", "round")


@dataclass(frozen=True)
class Loose:
    """A column that is selected outside of any sum or count: its name as written, and what it is a part of."""

    name: str
    within: str

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2].lower()


def not_grouped(scene: Scene) -> Slip | None:
    """`select book_id, genre, count(*) from books group by book_id`."""
    match = re.search(r"column \"?([^\"\s]+)\"? must appear in the GROUP BY", scene.error)
    if not match:
        return None
    name = match[1]
    loose = next((each for each in loose_columns(scene) if name.lower() in [one.last for one in each]), [])
    return Slip(what_to_do(scene, name, loose), place_of_column(scene, name))


# -- how -----------------------------------------------------------------------------------------------------


def what_to_do(scene: Scene, name: str, loose: list[Loose]) -> str:
    within = next((each.within for each in loose if each.last == name.lower()), BARE)
    names = list(dict.fromkeys(each.name for each in loose if each.within == BARE)) or [name]
    written = next((each.name for each in loose if each.last == name.lower()), name)
    if within == CASE:
        return (
            f"`{name}` stands in a `case` that is neither grouped by nor added up. A group may have several rows: put "
            "the whole `case ... end` into a function, such as `sum(case ... end)`."
        )
    if within == NUMBER:
        return (
            f"`{written}` is a number that is neither grouped by nor added up. A group may have several of it: "
            f"`sum({written})`. Grouping by it would make a row of each of its values."
        )
    if not re.search(r"\bgroup\s+by\b", scene.text, re.IGNORECASE):
        others = (
            f"There is no `group by`. Add `group by {', '.join(names)}`, and put into `sum` what is to be added up."
        )
        return f"`{name}` is selected beside a sum or a count, and is not grouped by. {others}"
    if len(names) > 1:
        return (
            f"{listed(names)} are selected, and are not grouped by. Add to `group by` what is the same in the whole "
            "group, and put what is to be added up into `sum`."
        )
    return (
        f"`{written}` is selected, and is not grouped by: a group may have several of it. `sum({written})` adds them "
        "up, `min` and `max` pick one. Only what is the same in the whole group belongs into `group by`."
    )


def loose_columns(scene: Scene) -> Iterator[list[Loose]]:
    """Give the loose columns of each select that has a sum, a count or a `group by`."""
    for select in selects_in(tree_of(masked(scene.compiled or scene.text))):
        items = select["select_list"]
        grouped = [grouping(each, items) for each in select.get("group_expressions") or ()]
        found = [each for item in items if last_name(item) not in grouped for each in loose_in(item, BARE)]
        yield [each for each in found if each.last not in grouped]


def selects_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and node.get("type") == "SELECT_NODE":
        yield node
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from selects_in(item)


def grouping(expression: dict[str, Any], items: list[dict[str, Any]]) -> str:
    """Return the name that is grouped by: a column's own, or that of the item with this number or alias."""
    number = expression.get("literal", {}).get("text", "") if expression["class"] == "CONSTANT" else ""
    if number.isdigit() and 0 < int(number) <= len(items):
        return last_name(items[int(number) - 1])
    return last_name(expression)


def last_name(expression: dict[str, Any]) -> str:
    names = expression.get("column_names") or [expression.get("alias") or ""]
    return str(names[-1]).lower()


def loose_in(node: Any, within: str) -> Iterator[Loose]:
    if isinstance(node, list):
        for item in node:
            yield from loose_in(item, within)
    if not isinstance(node, dict) or node.get("type") == "SELECT_NODE":
        return
    function = node.get("function_name", "")
    if node.get("class") == "WINDOW" or (node.get("class") == "FUNCTION" and function in aggregates()):
        return
    if node.get("class") == "COLUMN_REF":
        yield Loose(".".join(node["column_names"]), within)
    if node.get("class") == "CASE":
        within = CASE
    elif within == BARE and (function in ARITHMETIC or is_coalesced_to_a_number(node)):
        within = NUMBER
    for item in node.values():
        yield from loose_in(item, within)


def is_coalesced_to_a_number(node: dict[str, Any]) -> bool:
    kinds = [each.get("literal", {}).get("kind") for each in node.get("children", ())]
    return node.get("type") == "OPERATOR_COALESCE" and any(kind in ("INTEGER", "DECIMAL", "DOUBLE") for kind in kinds)


@cache
def aggregates() -> frozenset[str]:
    asked = "select distinct function_name from duckdb_functions() where function_type = 'aggregate'"
    return frozenset(name for (name,) in parser().execute(asked).fetchall())
