"""Judge a source's freshness: named by what its configuration says, decided by what dbt makes of it."""

import re
from typing import Any

from workshop.course.raw_tables import ORDERS, RAW_TABLES
from workshop.course.reference import reference
from workshop.dbt_project.freshness import ERROR, PASS, WARN
from workshop.dbt_project.work import Work
from workshop.judging.findings import from_finding
from workshop.judging.project_trial import ProjectTrial
from workshop.judging.verdict import Verdict, not_yet

WARN_HOURS, ERROR_HOURS = 12, 24
HOURS_IN = {"minute": 1 / 60, "hour": 1, "day": 24}

# hours since the load, and what dbt should find
EXPECTED = {1: PASS, 18: WARN, 30: ERROR}


def freshness_problem(work: Work, trial: ProjectTrial) -> Verdict | None:
    """Return what is wrong with the freshness of orders, or None."""
    orders = next(source for source in work.manifest.sources.values() if is_orders(source))
    return wrong_configuration(orders, trial) or wrong_answer(work, orders)


def wrong_configuration(orders: Any, trial: ProjectTrial) -> Verdict | None:
    limits = {name: hours_of(getattr(orders.freshness, name, None)) for name in ("warn_after", "error_after")}
    if limits == {"warn_after": None, "error_after": None}:
        swallowed = [finding for finding in trial.findings if finding.name == "freshness_one_level_too_high"]
        name = "freshness_one_level_too_high"
        return (
            from_finding(swallowed[0], reference().mistake("sources", name))
            if swallowed
            else named("freshness_forgotten")
        )
    if not orders.loaded_at_field and not orders.loaded_at_query:
        return named("loaded_at_field_missing")
    if orders.loaded_at_field and "_etl_loaded_at" not in orders.loaded_at_field.lower():
        is_name = re.fullmatch(r"\w+", orders.loaded_at_field)
        is_column = not is_name or orders.loaded_at_field.lower() in ORDERS.columns
        return named("loaded_at_another_column" if is_column else "loaded_at_misspelt", orders.loaded_at_field)
    if limits == {"warn_after": ERROR_HOURS, "error_after": WARN_HOURS}:
        return named("warn_and_error_swapped")
    if limits != {"warn_after": WARN_HOURS, "error_after": ERROR_HOURS}:
        seen = [f"{name} {'never' if hours is None else f'{hours:g} hours'}" for name, hours in limits.items()]
        return named("freshness_limits", ", ".join(seen))
    return None


def wrong_answer(work: Work, orders: Any) -> Verdict | None:
    """Ask dbt about loads that are fresh, old and stale; a plain column with plain limits needs one question only."""
    is_plain = (orders.loaded_at_field or "").lower() == "_etl_loaded_at" and not orders.freshness.filter
    for hours in (18,) if is_plain else EXPECTED:
        found = work.freshness_after(RAW_TABLES, hours)
        status = found.statuses.get(orders.unique_id)
        if found.trouble:
            return named("freshness_does_not_run").adding(f"dbt says: {found.trouble.said}")
        if status != EXPECTED[hours]:
            age = f"{hours} hour{'' if hours == 1 else 's'}"
            words = f"Of a load that is {age} old, dbt says {status}, expected {EXPECTED[hours]}."
            return named("freshness_of_something_else").adding(words)
    return None


# -- how ---------------------------------------------------------------------------------------------------


def named(mistake: str, detail: str = "") -> Verdict:
    return not_yet(reference().mistake("sources", mistake), detail)


def is_orders(source: Any) -> bool:
    return f"{source.schema}.{source.identifier}".lower() == ORDERS.name


def hours_of(limit: Any) -> float | None:
    if limit is None or limit.count is None or limit.period is None:
        return None
    return float(limit.count * HOURS_IN[str(getattr(limit.period, "value", limit.period))])
