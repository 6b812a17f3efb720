"""A learner's generic test, put by the check on a table of its own: does it complain where it should, nowhere else?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from workshop.dbt_project.trouble import Trouble, explain
from workshop.dbt_project.work import Work
from workshop.judging.deadline import TooSlow, in_time
from workshop.judging.macro_calls import database


@dataclass(frozen=True)
class Tried:
    """What came of a generic test on a table of the check's own.

    expression: the SQL that dbt makes of it
    complaints: for each set of rows by its name, whether the test complains
    trouble: why it does not run, where it does not
    """

    expression: str
    complaints: Mapping[str, bool] = field(default_factory=dict)
    trouble: Trouble | None = None


def try_test(work: Work, macro: str, table: str, column: str, sets: Mapping[str, Sequence[float | None]]) -> Tried:
    """Return what a generic test says of a table with one set of numbers after the other in a column.

    macro: as dbt calls it, such as "test_unique"

    Raises DoesNotRun where dbt refuses to call it.
    """
    written = work.rendered(f"{{{{ {macro}(model='{table}', column_name='{column}') }}}}").strip()
    complaints, connection = {}, database()
    try:
        for name, values in sets.items():
            connection.execute(f"create or replace temp table {table} (id INTEGER, {column} DOUBLE, remark VARCHAR)")
            for number, value in enumerate(values):
                connection.execute(f"insert into {table} values (?, ?, 'fine')", [number, value])
            counted = in_time(
                connection, lambda: connection.execute(f"select count(*) from (\n{written}\n)").fetchone()
            )
            [rows] = counted or (0,)
            complaints[name] = rows != 0
    except (duckdb.Error, TooSlow) as error:
        database.cache_clear()
        return Tried(written, trouble=explain(error))
    return Tried(written, complaints)
