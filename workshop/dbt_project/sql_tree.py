"""DuckDB's syntax tree of a select: which tables it reads, and whether two selects are the same."""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import duckdb


@dataclass(frozen=True)
class Reads:
    """What a select reads.

    tables: names as they are written, in lower case, in one to three parts, each once; without its own CTEs
    shadowed: names that a CTE of the select bears, too, and that stand for the CTE nearly always
    may_be_more: it does not parse, or it reads something else than tables, such as the result of a function
    """

    tables: tuple[tuple[str, ...], ...]
    shadowed: tuple[tuple[str, ...], ...]
    may_be_more: bool


@lru_cache(maxsize=500)
def reads_of(sql: str) -> Reads:
    """Return what the select `sql` reads. It is parsed, and not run."""
    tree = tree_of(sql)
    if tree.get("error"):
        return Reads((), (), may_be_more=True)
    tables: dict[tuple[str, ...], None] = {}
    ctes: set[str] = set()
    may_be_more = False

    def walk(node: Any) -> None:
        nonlocal may_be_more
        if isinstance(node, list):
            for item in node:
                walk(item)
        elif isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                parts = (node.get("catalog_name"), node.get("schema_name"), node["table_name"])
                tables[tuple(part.lower() for part in parts if part)] = None
            may_be_more |= node.get("type") == "TABLE_FUNCTION"
            ctes.update(entry["key"].lower() for entry in (node.get("cte_map") or {}).get("map", ()))
            for item in node.values():
                walk(item)

    walk(tree)
    shadowed = tuple(name for name in tables if len(name) == 1 and name[0] in ctes)
    return Reads(tuple(name for name in tables if name not in shadowed), shadowed, may_be_more)


def tree_of(sql: str) -> dict[str, Any]:
    """Return DuckDB's syntax tree of a select; where it does not parse, what it says, with `error` set."""
    [(text,)] = parser().execute("select json_serialize_sql(?)", [sql]).fetchall()
    tree: dict[str, Any] = json.loads(text)
    return tree


def canonical(sql: str) -> str:
    """Return the select as DuckDB writes it, without comments and with its own spaces; as it is where that fails."""
    try:
        [(text,)] = parser().execute("select json_deserialize_sql(json_serialize_sql(?))", [sql]).fetchall()
    except duckdb.Error:
        return sql.strip()
    return str(text)


def ctes_of(sql: str) -> list[str]:
    """Return the names of all CTEs of a select, in lower case; none where it does not parse."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.extend(entry["key"].lower() for entry in (node.get("cte_map") or {}).get("map", ()))
        for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            walk(item)

    walk(tree_of(sql))
    return found


@cache
def parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def parts_of(relation: str) -> tuple[str, ...]:
    """Return the parts of a name, quoted as dbt quotes it or not at all, in lower case."""
    return tuple(part.strip('"').lower() for part in relation.split("."))


def is_named(relation: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Tell whether `name`, perhaps without its first parts, stands for `relation`."""
    return relation[-len(name) :] == name
