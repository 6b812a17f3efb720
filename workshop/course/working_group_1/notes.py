"""What group 1 notes down about the data: the questions, each judged by what the data answers."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from workshop.course.reference import reference
from workshop.dbt_project.work import Work
from workshop.judging.misconception import Misconception
from workshop.judging.notes import judge_notes, number_in, words_in
from workshop.judging.twin import right_models
from workshop.judging.values import HALF_A_CENT
from workshop.judging.verdict import Verdict

Said = Misconception | str | None


def check_inspect_payments(work: Work) -> Verdict:
    return judge_notes(
        work,
        "inspect_payments",
        (
            ("one_row_per", one_row_per),
            ("column_that_points_at_orders", points_at_orders),
            ("statuses", statuses),
            ("largest_amount_in_dollars", largest_amount),
        ),
        "You know what the next model has to deal with: cents, Stripe's own names, and payments that failed.",
    )


def check_grain(work: Work) -> Verdict:
    return judge_notes(
        work,
        "grain",
        (
            (
                "an_order_without_payments",
                an_order_with(lambda count: count == 0, if_none_succeeded="failed_is_no_payment"),
            ),
            ("an_order_with_one_payment", an_order_with(lambda count: count == 1)),
            ("an_order_with_several_payments", an_order_with(lambda count: count > 1)),
            ("orders_to_payments", orders_to_payments),
        ),
        "One order has none, one or many payments.",
    )


def ask(sql: str) -> list[tuple[Any, ...]]:
    """Return the rows that a select on the whole raw data gives."""
    right = right_models(reference())
    return list(right.run(sql, right.raw.whole).rows)


# -- inspect_payments ----------------------------------------------------------------------------------------


def one_row_per(answer: Any) -> Said:
    if several := things_listed(answer):
        return f"a row stands for one thing, and you name {' and '.join(f'`{each}`' for each in several)}. Which is it?"
    columns = columns_meant(str(answer))
    if not columns:
        return (
            "that is not something a row of `raw.stripe.payment` could stand for. "
            "Is it an order, a payment, a day, ...?"
        )
    repeated = ask(
        f"select {columns} from raw.stripe.payment group by {columns} having count(*) > 1 order by all limit 1"
    )
    if repeated and columns == "orderid":
        return reference().mistake("inspect_payments", "one_row_per_order")
    if repeated:
        values = ", ".join(map(str, repeated[0]))
        return f"the table has several rows with {columns} {values}. What is in no two rows the same?"
    return None


def things_listed(answer: Any) -> list[str]:
    """Return the things among which an answer does not choose, such as "an order, a payment"; none where it does."""
    parts = answer if isinstance(answer, list) else re.split(r",|;|/|\bor\b", str(answer))
    named = [str(part).strip() for part in parts]
    noun = re.compile(r"(?:(?:an?|one|the|each|per) )?\w+(?: attempt)?", re.IGNORECASE)
    is_list = all(noun.fullmatch(each) for each in named)
    meant = {columns_meant(each) for each in named}
    return named if is_list and len(meant) > 1 and None not in meant else []


def columns_meant(answer: str) -> str | None:
    """Return the columns of raw.stripe.payment that would be unique if its rows were one per `answer`."""
    words = answer.lower()
    if "method" in words and not re.search(r"\b(payment|attempt|transaction|charge)s?\b(?!\s*_?method)", words):
        return "orderid, paymentmethod" if "order" in words else "paymentmethod"
    for pattern, column in (
        (r"payment|attempt|transaction|charge|\bid\b|stripe", "id"),
        (r"order", "orderid"),
        (r"status", "status"),
        (r"day|date|created", "created"),
        (r"amount", "amount"),
    ):
        if re.search(pattern, words):
            return column
    return None


def points_at_orders(answer: Any) -> Said:
    words = re.findall(r"[\w.]+", str(answer).lower())
    column = next(iter(words), "").rpartition(".")[2]  # of "payment.orderid -> orders.id"
    columns = [row[0] for row in ask("select column_name from (describe raw.stripe.payment)")]
    if column not in columns:
        close = get_close_matches(column, columns, 1, 0.6)
        meant = f" Did you mean `{close[0]}`?" if close else ""
        return f"there is no column `{column}` in `raw.stripe.payment`.{meant}"
    lost = ask(
        f"select {column} from raw.stripe.payment where {column}::varchar not in "
        "(select id::varchar from raw.jaffle_shop.orders) order by 1 limit 1"
    )
    if lost and column == "id":
        return reference().mistake("inspect_payments", "id_points_at_orders")
    return f"`{column}` holds {lost[0][0]}, and no order has that id." if lost else None


def statuses(answer: Any) -> Said:
    wanted = {status for (status,) in ask("select distinct status from raw.stripe.payment")}
    given = set(words_in(answer))
    if invented := sorted(given - wanted):
        return f"no payment has the status `{invented[0]}`. Write them as they stand in the table."
    return reference().mistake("inspect_payments", "status_missing") if given != wanted else None


def largest_amount(answer: Any) -> Said:
    [(cents,)] = ask("select max(amount) from raw.stripe.payment")
    number = number_in(answer)
    if number is None:
        return f"`{answer}` is not a number."
    if abs(number - cents) < HALF_A_CENT:
        return reference().mistake("inspect_payments", "cents_taken_for_dollars")
    if abs(number - cents / 100) < HALF_A_CENT:
        return None
    return "look for the largest `amount` of all payments, whatever became of them."


# -- grain ---------------------------------------------------------------------------------------------------


def an_order_with(is_right: Callable[[int], bool], if_none_succeeded: str | None = None) -> Callable[[Any], Said]:
    """Return the question after an order whose number of payments `is_right`.

    if_none_succeeded: the known mistake of whoever names an order all of whose payments failed
    """

    def judge(answer: Any) -> Said:
        number = number_in(answer)
        if number is None:
            return f"`{answer}` is not the id of one order. Any order that shows it will do."
        counts = payments_of(number)
        if counts is None:
            return f"there is no order {number:g}."
        count, succeeded = counts
        if is_right(count):
            return None
        if if_none_succeeded and not succeeded:
            return reference().mistake("grain", if_none_succeeded)
        return f"order {number:g} has {count} payment{'' if count == 1 else 's'} in `stg_payments`."

    return judge


def payments_of(order: float) -> tuple[int, int] | None:
    """Return how many payments an order has, and how many of them succeeded; None where there is no such order."""
    rows = ask(
        "select orders.id, count(payment.id), count(case when payment.status = 'success' then 1 end) "
        "from raw.jaffle_shop.orders as orders left join raw.stripe.payment as payment on payment.orderid = orders.id "
        "group by 1"
    )
    return {id: (count, succeeded) for id, count, succeeded in rows}.get(order)


def orders_to_payments(answer: Any) -> Said:
    words = re.findall(r"[a-z]+|\d+|\*", str(answer).lower())
    sides = [NUMBERS[word] for word in words if word in NUMBERS]
    if len(sides) < 2:
        return "write one-to-one, one-to-many, many-to-one or many-to-many."
    right = "many" if "many" in sides[1:] else "one"
    return None if (sides[0], right) == ("one", "many") else reference().mistake("grain", f"{sides[0]}_to_{right}")


NUMBERS = {"1": "one", "one": "one", "n": "many", "m": "many", "*": "many", "many": "many", "several": "many"}
