"""Judge how each order was paid: one row per paid order, one column per method."""

from workshop.course.reference import reference
from workshop.course.working_group_1.models import STG_PAYMENTS
from workshop.dbt_project.work import Work
from workshop.judging.model import judge_model
from workshop.judging.model_answer import ModelAnswer
from workshop.judging.reference import relation
from workshop.judging.verdict import Verdict, not_yet

MODEL = "int_payments_pivoted_to_orders"
METHODS = ("bank_transfer", "coupon", "credit_card", "gift_card")

# dbt's own layout guide has this model with a row for each order that somebody tried to pay.
TRIED_TO_PAY = (
    "select * from {source} union all by name select distinct order_id, "
    + ", ".join(f"0 as {method}_amount" for method in METHODS)
    + f" from {relation('stg_payments')} where order_id not in (select order_id from {{source}})"
)

PIVOT = ModelAnswer(
    name=MODEL,
    exercise="pivot",
    key="order_id",
    folder="models/intermediate",
    inputs={"stg_payments": relation("stg_payments")},
    built_on=(STG_PAYMENTS,),
    accepted={
        TRIED_TO_PAY: (
            "You keep orders that nobody managed to pay, with 0 in each column. That is accepted; "
            "whoever counts the rows counts more orders than were paid."
        )
    },
    praise="One row per paid order and one column per method: marketing can add up each column without knowing "
    "what a payment is. Now count the lines that say the same.",
)


def check_pivot(work: Work) -> Verdict:
    verdict = judge_model(work, PIVOT, reference())
    path = work.model_files[MODEL].relative_to(work.project).as_posix()
    if verdict.has_passed and not path.startswith(f"{PIVOT.folder}/"):
        wrong_folder = reference().mistake("pivot", "in_another_folder")
        return not_yet(wrong_folder, f"{path}, expected {PIVOT.folder}/{MODEL}.sql")
    return verdict
