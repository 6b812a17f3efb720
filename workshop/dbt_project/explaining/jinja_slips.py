"""Slips in Jinja that dbt or DuckDB trips over, each looked for where its error is seen."""

import re
from collections.abc import Callable, Iterator

from workshop.dbt_project.explaining import jinja_asked, jinja_braces, jinja_loops, jinja_names, jinja_rendered
from workshop.dbt_project.explaining.scene import Scene, Slip


def jinja_slip(scene: Scene) -> Slip | None:
    """Return the slip in Jinja behind an error, or None."""
    if not scene.text:
        return None
    for look in BY_STAGE:
        if slip := look(scene):
            return slip
    return None


# -- how -----------------------------------------------------------------------------------------------------


def stage(pattern: str, *looks: Callable[[Scene], Slip | None]) -> Iterator[Callable[[Scene], Slip | None]]:
    """Give each look, for errors that match `pattern` only."""
    for look in looks:
        yield lambda scene, look=look: look(scene) if re.search(pattern, scene.error, re.IGNORECASE) else None  # type: ignore[misc]


RENDERS = r"syntax error|Parser Error|does not exist|unterminated"


BY_STAGE = (
    *stage(r"Error", jinja_asked.query_of_a_macro),
    *stage(r"which was not found", jinja_names.missing_ref, jinja_names.missing_source),
    *stage(r"positional|exactly two|takes", jinja_names.wrong_number_of_names),
    *stage(
        r"must be a string|is jinja_names.undefined|Undefined", jinja_names.names_without_quotes, jinja_names.undefined
    ),
    *stage(
        r"unexpected|expected token|unknown tag|end of comment|Reached EOF|Expected an expression|missing closing",
        jinja_braces.curly_quotes,
        jinja_loops.list_without_commas,
        jinja_braces.statement_in_double_braces,
        jinja_braces.function_in_a_statement,
        jinja_braces.too_many_braces,
        jinja_braces.braces_that_do_not_close,
        jinja_braces.brackets_and_quotes_inside,
        jinja_braces.blocks_that_do_not_match,
    ),
    *stage(
        r"syntax error|Parser Error|unterminated",
        jinja_loops.value_that_does_not_fit,
        jinja_loops.rounds_without_comma,
    ),
    *stage(r"Referenced column", jinja_loops.value_without_quotes),
    *stage(
        RENDERS,
        jinja_rendered.function_without_braces,
        jinja_rendered.value_that_is_nothing,
        jinja_rendered.quotes_around_jinja,
    ),
)
