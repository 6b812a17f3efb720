"""Names that DuckDB does not find, and what it can't tell apart."""

from workshop.dbt_project.explaining.scene import Scene, Slip
from workshop.dbt_project.explaining.sql_clauses import (
    aggregate_in_where,
    alike_columns,
    nothing_inside,
    number_out_of_range,
    table_before_a_function,
    text_added_up,
    text_where_a_column_is_meant,
    unknown_function,
)
from workshop.dbt_project.explaining.sql_columns import (
    column_of_one_side,
    curly_quotes,
    keyword_taken_for_a_column,
    missing_column,
    text_in_double_quotes,
)
from workshop.dbt_project.explaining.sql_grouping import not_grouped
from workshop.dbt_project.explaining.sql_tables import missing_table, quoted_as_a_whole, table_not_in_from


def unknown_name(scene: Scene) -> Slip | None:
    """Return what is wrong with a name that DuckDB does not find, or finds twice, or None."""
    for look in (
        curly_quotes,
        quoted_as_a_whole,
        missing_table,
        table_not_in_from,
        text_in_double_quotes,
        keyword_taken_for_a_column,
        missing_column,
        column_of_one_side,
        aggregate_in_where,
        not_grouped,
        alike_columns,
        table_before_a_function,
        text_where_a_column_is_meant,
        unknown_function,
        nothing_inside,
        text_added_up,
        number_out_of_range,
    ):
        if slip := look(scene):
            return slip
    return None
