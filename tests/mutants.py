"""Wrong models by the hundred: an answer's syntax tree with one thing changed, as people change it."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.raw_table import KnownValues
from workshop.dbt_project.sql_tree import parser

Node = dict[str, Any]
Change = tuple[str, Callable[[Node], None]]
Slip = tuple[int, Node, str, Callable[[Node], None]]

AGGREGATES = ("sum", "max", "min", "avg", "count", "any_value", "last")
NUMBERS = ("0", "1", "10", "1000")
COMPARISONS = ("COMPARE_EQUAL", "COMPARE_NOTEQUAL")
JOINS = ("INNER", "LEFT", "RIGHT", "OUTER")


def mutants_of(sql: str, in_order: Callable[[list[Slip]], list[Slip]] = list) -> Iterator[tuple[str, str]]:
    """Yield each select that differs from `sql` in one thing, behind what was changed; some of them don't run.

    in_order: puts the slips in another order, for whoever needs a few: to make them all takes seconds
    """
    tree, seen = tree_of(sql), {""}
    slips = [(number, node, *change) for number, node in enumerate(nodes_of(tree)) for change in changes_of(node)]
    for number, node, words, change in in_order(slips):
        mutant = copy.deepcopy(tree)
        change(list(nodes_of(mutant))[number])
        text = sql_of(mutant)
        if text not in seen:
            seen.add(text)
            yield f"{place_of(node)}: {words}", text


def tree_of(sql: str) -> Node:
    [(text,)] = parser().execute("select json_serialize_sql(?)", [sql]).fetchall()
    tree: Node = json.loads(text)
    return tree


def sql_of(tree: Node) -> str:
    """Return the select of a tree, or "" where it makes none."""
    try:
        [(text,)] = parser().execute("select json_deserialize_sql(?::json)", [json.dumps(tree)]).fetchall()
    except Exception:
        return ""
    return str(text)


def nodes_of(tree: Any) -> Iterator[Node]:
    if isinstance(tree, list):
        for item in tree:
            yield from nodes_of(item)
    elif isinstance(tree, dict):
        if "type" in tree:
            yield tree
        for item in tree.values():
            yield from nodes_of(item)


def place_of(node: Node) -> str:
    """Return where a node is, in the letters of the select."""
    if node["type"] == "SELECT_NODE":
        return f"select of {', '.join(name_of(each) for each in node['select_list'])}"
    return f"{name_of(node)} at {node.get('query_location')}"


def name_of(node: Node) -> str:
    columns = ".".join(node.get("column_names") or ())
    literal = (node.get("literal") or {}).get("text", "")
    return node.get("alias") or columns or node.get("function_name") or literal or node["type"].lower()


# -- what people change --------------------------------------------------------------------------------------


def changes_of(node: Node) -> Iterator[Change]:
    kind = {"CASE_EXPR": cases, "VALUE_CONSTANT": constants, "COLUMN_REF": columns, "JOIN": joins}
    if node["type"] in kind:
        yield from kind[node["type"]](node)
    elif node["type"] == "FUNCTION":
        yield from functions(node)
    elif node["type"] == "SELECT_NODE":
        yield from selects(node)
    elif node["type"] in COMPARISONS:
        for other in COMPARISONS:
            yield other, setting("type", other)
    elif node["type"] == "OPERATOR_COALESCE":
        yield "without coalesce", lambda node: become(node, node["children"][0])
    elif node["type"] == "BASE_TABLE":
        for other in stagings():
            if node["qualified_name"]["path"][:-1] and node["table_name"] != other:
                yield f"from {other}", naming_table(other)


def cases(node: Node) -> Iterator[Change]:
    yield "without condition", lambda node: become(node, node["case_checks"][0]["then_expr"])
    yield "1 in place of the value", lambda node: node["case_checks"][0].update(then_expr=number("1"))


def constants(node: Node) -> Iterator[Change]:
    is_text = node["literal"]["kind"] == "STRING"
    for other in (*known_values(), node["literal"]["text"].upper()) if is_text else NUMBERS:
        yield f"{other!r}", lambda node, other=other: node["literal"].update(text=other)


def columns(node: Node) -> Iterator[Change]:
    for other in all_columns():
        yield other, lambda node, other=other: node["column_names"].__setitem__(-1, other)
    for name in ("round", "floor", "upper", "year"):
        yield name, lambda node, name=name: wrap(node, name)
    yield "as text", lambda node: become(node, cast(node, "VARCHAR"))
    yield "as a whole number", lambda node: become(node, cast(node, "INTEGER"))


def joins(node: Node) -> Iterator[Change]:
    for other in JOINS:
        yield other, setting("join_type", other)
    for other in all_columns():
        yield f"using {other}", lambda node, other=other: node.update(using_columns=[other])
    yield "true", lambda node: node.update(using_columns=[], condition=constant("BOOLEAN", "true"))
    yield "sides swapped", lambda node: node.update(left=node["right"], right=node["left"])


def functions(node: Node) -> Iterator[Change]:
    if node["function_name"] in AGGREGATES:
        for other in AGGREGATES:
            yield other, lambda node, other=other: rename(node, other)
        yield "distinct", setting("distinct", True)
    elif node["is_operator"] and len(node["arguments"]) == 2:
        for other in ("*", "//", "+"):
            yield other, lambda node, other=other: rename(node, other)
        for side in (0, 1):
            yield f"side {side}", lambda node, side=side: become(node, node["arguments"][side]["expression"])
    yield "round", lambda node: wrap(node, "round")


def selects(node: Node) -> Iterator[Change]:
    for index, item in enumerate(node["select_list"]):
        yield f"without {name_of(item)}", lambda node, index=index: node["select_list"].pop(index)
        yield f"{name_of(item)} misspelt", lambda node, index=index: rename_item(node, index)
    for index in range(len(node["group_expressions"])):
        yield f"grouped without {index}", lambda node, index=index: group_without(node, index)
    for column in all_columns():
        yield f"grouped by {column}, too", lambda node, column=column: group_by(node, column)
        yield f"grouped by {column} only", lambda node, column=column: group_by(node, column, only=True)
        yield (
            f"where {column} is not null",
            lambda node, column=column: filter_by(
                node, {"type": "OPERATOR_IS_NOT_NULL", "class": "OPERATOR", "alias": "", "children": [ref(column)]}
            ),
        )
        yield (
            f"where {column} is not 0",
            lambda node, column=column: filter_by(node, compare("COMPARE_NOTEQUAL", ref(column), number("0"))),
        )
    for value in known_values():
        for comparison in COMPARISONS:
            for column in ("status", "payment_method"):
                yield (
                    f"where {column} {comparison} {value}",
                    lambda node, value=value, kind=comparison, column=column: filter_by(
                        node, compare(kind, ref(column), constant("STRING", value))
                    ),
                )
    yield "where removed", setting("where_clause", None)
    yield "distinct", lambda node: node["modifiers"].append({"type": "DISTINCT_MODIFIER", "distinct_on_targets": []})
    yield (
        "limit 10",
        lambda node: node["modifiers"].append({"type": "LIMIT_MODIFIER", "limit": number("10"), "offset": None}),
    )


# -- how -----------------------------------------------------------------------------------------------------


def become(node: Node, other: Node) -> None:
    alias = node.get("alias", "")
    other = copy.deepcopy(other)
    node.clear()
    node.update(other)
    node["alias"] = alias or other.get("alias", "")


def setting(key: str, value: Any) -> Callable[[Node], None]:
    return lambda node: node.update({key: value})


def naming_table(name: str) -> Callable[[Node], None]:
    def change(node: Node) -> None:
        node["table_name"] = name
        node["qualified_name"]["path"][-1] = name

    return change


def rename(node: Node, name: str) -> None:
    node.update(function_name=name, qualified_name={"path": [name]})


def rename_item(node: Node, index: int) -> None:
    item = node["select_list"][index]
    item["alias"] = f"{name_of(item).rpartition('.')[2]}s"


def group_without(node: Node, index: int) -> None:
    node["group_expressions"].pop(index)
    node["group_sets"] = [list(range(len(node["group_expressions"])))] if node["group_expressions"] else []


def group_by(node: Node, column: str, only: bool = False) -> None:
    node["group_expressions"] = [*([] if only else node["group_expressions"]), ref(column)]
    node["group_sets"] = [list(range(len(node["group_expressions"])))]


def filter_by(node: Node, condition: Node) -> None:
    node["where_clause"] = condition


def compare(kind: str, left: Node, right: Node) -> Node:
    return {"class": "COMPARISON", "type": kind, "alias": "", "left": left, "right": right}


def ref(column: str) -> Node:
    return {"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": [column]}


def constant(kind: str, text: str) -> Node:
    return {"class": "CONSTANT", "type": "VALUE_CONSTANT", "alias": "", "literal": {"kind": kind, "text": text}}


def number(text: str) -> Node:
    return constant("INTEGER", text)


def wrap(node: Node, name: str) -> None:
    call = copy.deepcopy(tree_of(f"select {name}(x)")["statements"][0]["node"]["select_list"][0])
    inner = {**copy.deepcopy(node), "alias": ""}
    call["arguments"][0]["expression"] = inner
    call["alias"] = node["alias"] or name_of(node).rpartition(".")[2]
    node.clear()
    node.update(call)


def cast(node: Node, kind: str) -> Node:
    made: Node = tree_of(f"select cast(x as {kind})")["statements"][0]["node"]["select_list"][0]
    made["child"] = {**copy.deepcopy(node), "alias": ""}
    made["alias"] = node["alias"] or name_of(node).rpartition(".")[2]
    return made


@cache
def known_values() -> tuple[str, ...]:
    return tuple(
        value
        for table in RAW_TABLES
        for each in table.promises
        if isinstance(each, KnownValues)
        for value in each.values
    )


@cache
def all_columns() -> tuple[str, ...]:
    names = "customer_id order_id payment_id status amount order_date created_at payment_method first_name id orderid"
    return tuple(names.split())


def stagings() -> tuple[str, ...]:
    return ("stg_customers", "stg_orders", "stg_payments", "orders")
