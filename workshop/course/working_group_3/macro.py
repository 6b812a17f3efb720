"""Judge the macro that turns cents into dollars: called by the check, and seen in `stg_payments`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workshop.course.reference import reference
from workshop.course.working_group_1.models import check_stg_payments
from workshop.course.working_group_3.jinja_slips import in_words_of
from workshop.course.working_group_3.macro_files import macro_named, text_of_macros, why_there_is_none
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.trouble import Trouble
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.judging.counterexample import Counterexample
from workshop.judging.macro_calls import Call, Called, Rows, run_calls, write_calls
from workshop.judging.macro_use import is_used_in
from workshop.judging.values import shown
from workshop.judging.verdict import PASSED, Verdict, not_yet

MACRO = "cents_to_dollars"
CENTS = (1099, 1057, 5, 0, -557, None)
ROWS = Rows(
    {"amount": "INTEGER", "price_in_cents": "BIGINT"}, {"amount": CENTS, "price_in_cents": (200, 1, 999, -5, None, 0)}
)
PRAISE = (
    "Called with other columns and other places, on a database that divides whole numbers as Postgres does, and by "
    "`stg_payments`: it is right each time. What a cent is stands in one place now, and it has a name."
)
DIFFERENCE = 1e-6


def dollars(column: str, places: int = 2) -> tuple[float | None, ...]:
    return tuple(None if cents is None else round(cents / 100, places) for cents in ROWS.values[column])


PLAIN = Call("'amount'", dollars("amount"))
ANOTHER_COLUMN = Call("'price_in_cents'", dollars("price_in_cents"))
WITH_PLACES = Call("'amount', 2", dollars("amount"))
ONE_PLACE = Call("'amount', 1", dollars("amount", 1))
NO_PLACE = Call("'price_in_cents', 0", dollars("price_in_cents", 0))
CALLS = (PLAIN, ANOTHER_COLUMN, WITH_PLACES, ONE_PLACE, NO_PLACE)


def check_macro(work: Work) -> Verdict:
    try:
        found = macro_named(work, MACRO)
    except DoesNotRun as error:
        raise in_words_of("macro", error, text_of_macros(work)) from error
    if found is None:
        return why_there_is_none(work, MACRO, "macro")
    written = write_calls(work, MACRO, CALLS)
    called = dict(zip(CALLS, run_calls(written, ROWS), strict=True))
    whole = run_calls(written, ROWS, divides_whole=True)
    problem = does_not_run(called) or wrong_values(called) or first_wrong("divides_whole_numbers", whole)
    return problem or wrong_in_staging(work) or Verdict(PASSED, PRAISE, remarks=other_names(found))


# -- what a call gives -------------------------------------------------------------------------------------


def does_not_run(called: dict[Call, Called]) -> Verdict | None:
    """Return what is wrong where a call with one column, or with another one, comes to nothing that runs."""
    plain = called[PLAIN]
    if is_right(called[WITH_PLACES]) and not is_right(plain):
        return named("default_missing", plain)
    if refused := [each for each in called.values() if not each.expression and each.trouble]:
        raise DoesNotRun(refused[0].trouble or Trouble("dbt refuses a call of the macro.", ""))
    if not plain.expression:
        return named("returns_nothing", plain)
    if plain.values is None:
        return named(why_it_does_not_run(plain.expression), plain)
    if called[ANOTHER_COLUMN].values is None or "price_in_cents" not in called[ANOTHER_COLUMN].expression:
        return named("column_written_into_the_macro", called[ANOTHER_COLUMN])
    return next((named("does_not_run", each) for each in called.values() if each.values is None), None)


def why_it_does_not_run(expression: str) -> str:
    """Return the name of the mistake in what the macro writes for `amount`."""
    if re.search(r"\b(column_name|decimal_places)\b", expression):
        return "argument_without_braces"
    if re.search(r"\bas\s+\w+\s*$", expression, re.IGNORECASE):
        return "alias_in_the_macro"
    if "'amount'" in expression:
        return "column_as_text"
    return "does_not_run" if "amount" in expression else "argument_misspelt"


def wrong_values(called: dict[Call, Called]) -> Verdict | None:
    plain, one_place = called[PLAIN], called[ONE_PLACE]
    if all(is_right(each) for each in called.values()):
        return None
    if all(re.search(r",\s*\)", each.expression) for each in called.values()):
        return named("places_misspelt", one_place)
    if not is_right(plain):
        return named(mistake_in(plain.values or ()), plain)
    if is_right(Called(PLAIN, "", one_place.values)):
        is_used = plain.expression != one_place.expression
        return named("rounded_before_divided" if is_used else "decimal_places_ignored", one_place)
    if not is_right(one_place):
        return named("cut_off_in_place_of_rounded", one_place)
    return next((named("wrong_for_another_call", each) for each in called.values() if not is_right(each)), None)


def mistake_in(values: tuple[Any, ...]) -> str:
    """Return the name of the mistake that gives these values for `amount`."""
    found = {
        "null_becomes_zero": [0 if cents is None else cents / 100 for cents in CENTS],
        "not_divided": CENTS,
        "multiplied": [None if cents is None else cents * 100 for cents in CENTS],
        "sign_lost": [None if cents is None else abs(cents) / 100 for cents in CENTS],
        "whole_dollars": [None if cents is None else round(cents / 100) for cents in CENTS],
    }
    floored = [None if cents is None else cents // 100 for cents in CENTS]
    if all_same(values, floored):
        return "whole_dollars"
    return next((name for name, theirs in found.items() if all_same(values, theirs)), "another_amount")


def first_wrong(mistake: str, called: list[Called]) -> Verdict | None:
    return next((named(mistake, each) for each in called if not is_right(each)), None)


def is_right(called: Called) -> bool:
    return called.values is not None and all_same(called.values, called.call.expected)


def all_same(ones: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(same(*pair) for pair in zip(ones, others, strict=True))


def same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    try:
        return abs(float(one) - float(other)) < DIFFERENCE
    except (TypeError, ValueError):
        return False


def named(mistake: str, called: Called) -> Verdict:
    """Return "not yet" in the words of a known mistake, with the call and what came of it."""
    verdict = not_yet(reference().mistake("macro", mistake))
    wrote = f"writes `{called.expression}`" if called.expression else "writes nothing"
    said = f", and that does not run: {called.trouble.said.rstrip('.')}" if called.trouble and called.expression else ""
    verdict = verdict.adding(f"`{{{{ {MACRO}({called.call.arguments}) }}}}` {wrote}{said}.")
    return with_rows(verdict, called) if called.values is not None else verdict


def with_rows(verdict: Verdict, called: Called) -> Verdict:
    column = called.call.arguments.split(",")[0].strip("'")
    pairs = zip(ROWS.values[column], called.values or (), called.call.expected, strict=True)
    rows = [{column: cents, "it gives": shown(got), "expected": shown(wanted)} for cents, got, wanted in pairs]
    return replace(verdict, counterexample=Counterexample({f"{MACRO}({called.call.arguments})": rows}))


# -- in staging --------------------------------------------------------------------------------------------


def wrong_in_staging(work: Work) -> Verdict | None:
    file = work.model_files.get("stg_payments")
    text = without_comments(file.read_text(encoding="utf-8", errors="replace")) if file else ""
    try:
        verdict = check_stg_payments(work)
    except DoesNotRun as error:
        raise in_words_of("macro", error, text) from error
    if not verdict.has_passed:
        return verdict.adding("This is what `stg_payments` returns now; the macro itself is right.")
    if not is_used_in(work, "stg_payments", MACRO, "amount", reference()):
        return not_yet(reference().mistake("macro", "macro_not_used"))
    return None


def other_names(found: Any) -> tuple[str, ...]:
    """Return a remark where the arguments bear other names: whoever calls them by name has to know."""
    names = [argument.split("=")[0].strip() for argument in arguments_of(found.macro_sql)]
    if names and names[:2] != ["column_name", "decimal_places"]:
        listed = ", ".join(f"`{name}`" for name in names)
        return (f"Your arguments are called {listed}. Whoever calls the macro by their names has to know that.",)
    return ()


def arguments_of(text: str) -> list[str]:
    found = re.search(rf"macro\s+{MACRO}\s*\((.*?)\)\s*-?%\}}", text, re.DOTALL)
    return [argument for argument in found.group(1).split(",") if argument.strip()] if found else []
