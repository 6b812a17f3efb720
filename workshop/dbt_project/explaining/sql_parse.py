"""What DuckDB's parser says of SQL, without running it."""

import json
from dataclasses import dataclass
from functools import cache

import duckdb


@dataclass(frozen=True)
class Failure:
    """What DuckDB's parser says: the message, and where in the text, or None."""

    message: str
    at: int | None


@dataclass(frozen=True)
class Change:
    """A change of a text: what stands from `start` to `end` is replaced, and how that is said."""

    start: int
    end: int
    new: str
    words: str
    at: int


def parse(sql: str) -> Failure | None:
    """Return why DuckDB can't parse a select, or None where it can."""
    [(answer,)] = parser().execute("select json_serialize_sql(?)", [sql]).fetchall()
    found = json.loads(answer)
    if not found.get("error"):
        return None
    position = found.get("position")
    at = len(sql.encode()[: int(position)].decode(errors="ignore")) if position is not None else None
    return Failure(found["error_message"], at)


# -- how -----------------------------------------------------------------------------------------------------


@cache
def parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()
