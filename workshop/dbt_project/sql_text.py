"""SQL as text: what can be told of it, and of an error in it, without running it."""

import re

COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
COMMA_BEFORE_FROM = re.compile(r",\s*\bfrom\b", re.IGNORECASE)


def without_comments(sql: str) -> str:
    """Return SQL without its comments, and without those of Jinja."""
    return COMMENT.sub("", sql)


def has_comma_before_from(sql: str) -> bool:
    """Tell whether a comma stands right before a `from`, which DuckDB forgives and most other warehouses don't."""
    return bool(COMMA_BEFORE_FROM.search(without_comments(sql)))


def line_at(sql: str, position: int) -> int:
    """Return the line, counted from 1, of a position counted in bytes."""
    return sql.encode()[:position].count(b"\n") + 1


def line_of(error: Exception) -> int | None:
    """Return the line of a select that DuckDB complains about. It was run in parentheses, which are the first line."""
    found = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
    return max(int(found.group(1)) - 1, 1) if found else None
