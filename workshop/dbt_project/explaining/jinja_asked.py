"""A query that a macro asks while dbt compiles: what the database says is said of it, and not of the model."""

import re

from workshop.dbt_project.explaining.scene import Scene, Slip, meant

CALL = re.compile(r"\b(get_column_values|run_query|statement)\s*\((?P<arguments>[^%]*)")


def query_of_a_macro(scene: Scene) -> Slip | None:
    """`get_column_values(ref('my_model'), 'colour', order_by='shade')`, and there is no `shade`."""
    call = CALL.search(scene.text)
    is_compiled = scene.compiled not in ("", scene.text)
    if is_compiled or not call or not re.search(r"\b(Binder|Parser|Catalog|Conversion) Error", scene.error):
        return None
    return Slip(wrong_order(call) or wrong_column(call, scene.error) or asked(call), call.start())


# -- how -----------------------------------------------------------------------------------------------------


def wrong_order(call: re.Match[str]) -> str:
    given = re.search(r"\border_by\s*=\s*(?P<quote>['\"]?)(?P<value>\w+)", call["arguments"])
    if not given:
        return ""
    if not given["quote"]:
        return f"`order_by` takes text: `order_by='{given['value']}'`. Without quotes, Jinja hands over nothing."
    if given["value"].lower() == "order":
        return "`order_by` takes what stands behind `order by` in SQL, without these two words."
    return ""


def wrong_column(call: re.Match[str], error: str) -> str:
    if missing := re.search(r"Referenced column \"([^\"]+)\" not found", error):
        offered = re.search(r"Candidate bindings: ([^\n]+)", error)
        hint = meant(missing[1], re.findall(r"\w+", offered[1])) if offered else ""
        return f"{asked(call)} It finds no column `{missing[1]}`.{hint}"
    if grouped := re.search(r"column \"([^\"]+)\" must appear in the GROUP BY", error):
        return f"{asked(call)} Each value comes once there, so nothing can be ordered by `{grouped[1]}` alone."
    return ""


def asked(call: re.Match[str]) -> str:
    return (
        f"The database says this of the query that `{call[1]}` asks while dbt compiles, not of the model. Look at "
        "what stands in its brackets."
    )
