"""Judge the pivot whose methods come from the data: right today, in a shop with a new method, and in an empty one."""

import re
from dataclasses import replace
from pathlib import Path

from workshop.course.reference import reference
from workshop.course.working_group_3.jinja_slips import in_words_of
from workshop.course.working_group_3.loop import judge_loop, text_of_model, times_written
from workshop.course.working_group_3.pivot import METHODS, MODEL, PIVOT
from workshop.dbt_project.packages import needs_installing
from workshop.dbt_project.work import DoesNotRun, NotStarted, Work
from workshop.judging.model import judge_model
from workshop.judging.other_data import OtherShop, Outcome, try_in
from workshop.judging.reference import relation
from workshop.judging.verdict import Verdict, not_yet

FROM_DATA = replace(
    PIVOT,
    exercise="from_data",
    praise="On the first day's data it returns what the loop did. When somebody pays in a way that is new, such as "
    "`paypal`, its column is there; and before anybody has paid, it still runs. Nobody has to remember this file; and "
    "nobody is asked whether the new column is welcome.",
)
ASKS = re.compile(r"\b(get_column_values|run_query|statement)\b")
NUMBERED = re.compile(r"_amount_\d+$")  # how DuckDB tells columns of one name apart
ANOTHER_COLUMN = re.compile(r"get_column_values\([^)]*\)\s*,\s*['\"](?!payment_?method['\"])")

NEW_METHOD = OtherShop(
    "In a shop in which somebody pays with `paypal`",
    (
        "delete from raw.stripe.payment where orderid not in (1, 5, 17)",
        "insert into raw.stripe.payment values (9001, 1, 'paypal', 'success', 700, date '2025-01-03')",
    ),
    "select order_id, "
    + ", ".join(
        f"sum(case when payment_method = '{method}' then amount else 0 end) as {method}_amount"
        for method in (*METHODS, "paypal")
    )
    + f" from {relation('stg_payments')} where status = 'success' group by 1",
)
NO_PAYMENTS = OtherShop(
    "In a shop that has no payments yet",
    ("delete from raw.stripe.payment",),
    f"select order_id from {relation('stg_payments')}",
)
SHOWN = (f"stg_payments: select * from {relation('stg_payments')}",)


def check_from_data(work: Work) -> Verdict:
    text = text_of_model(work)
    asks = bool(ASKS.search(text))
    if not asks and all(times_written(method, text) for method in METHODS):
        raise NotStarted(f"The methods still stand in `{MODEL}.sql`.")
    try:
        verdict = judge_today(work)
        if not verdict.has_passed:
            return verdict
        return wrong_with_a_new_method(work, asks) or wrong_without_payments(work) or verdict
    except DoesNotRun as error:
        raise packages_missing(error, work.project) or in_words_of("from_data", error, text) from error


def judge_today(work: Work) -> Verdict:
    """Return the verdict on today's data, in the words of this step's mistakes, else of those before."""
    verdict = judge_model(work, FROM_DATA, reference())
    if verdict.has_passed or verdict.misconception in reference().mistakes_of("from_data"):
        return verdict
    if ANOTHER_COLUMN.search(text_of_model(work)):
        return not_yet(reference().mistake("from_data", "values_of_another_column"))
    return judge_loop(work)


def wrong_with_a_new_method(work: Work, asks: bool) -> Verdict | None:
    found = tried(work, NEW_METHOD)
    if any(NUMBERED.search(column) for column in found.returned.columns):
        return not_yet(reference().mistake("from_data", "values_not_distinct"))
    if not found.difference:
        return None
    mistake = "new_method_missing" if asks else "methods_not_from_the_data"
    return shown(mistake, NEW_METHOD, found)


def wrong_without_payments(work: Work) -> Verdict | None:
    try:
        found = tried(work, NO_PAYMENTS)
    except DoesNotRun as error:
        return not_yet(reference().mistake("from_data", "fails_on_an_empty_table")).adding(
            f"There, it says: {error.trouble.said}"
        )
    return shown("fails_on_an_empty_table", NO_PAYMENTS, found) if found.difference else None


# -- how ---------------------------------------------------------------------------------------------------


def tried(work: Work, shop: OtherShop) -> Outcome:
    return try_in(shop, work, MODEL, PIVOT.key, SHOWN, reference())


def shown(mistake: str, shop: OtherShop, found: Outcome) -> Verdict:
    verdict = not_yet(reference().mistake("from_data", mistake))
    message = f"{shop.sentence}: {verdict.message}"
    return replace(verdict, message=message, counterexample=found.shown)


def packages_missing(error: DoesNotRun, project: Path) -> DoesNotRun | None:
    """Return the refusal in the words for packages that are named and not installed, where that is the cause."""
    said = error.trouble.said
    if needs_installing(project) and ("is not installed" in said or "package(s) installed" in said):
        words = reference().mistake("from_data", "deps_not_run").words
        return DoesNotRun(replace(error.trouble, meaning=words), "deps_not_run")
    return None
