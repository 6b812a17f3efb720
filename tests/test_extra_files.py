"""Whatever else of dbt a right project holds, it is right."""

from catch_up_states import EXTRAS
from conftest import Answered, put_back

from workshop.course.groups import EXERCISES
from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.work import Work
from workshop.judging.exercise import try_exercises

READS_RAW = "models/raw_too.sql"  # what no model may do once sources are declared


def test_extra_files_cost_nobody_a_right_answer(answered: Answered) -> None:
    project = answered(EXERCISES[-1].name)
    with put_back(project):
        for path in EXTRAS.keys() - {READS_RAW}:
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(EXTRAS[path].replace(b"ref('orders')", b"ref('fct_orders')"))
        feedbacks = try_exercises(EXERCISES, Work(project, tables=RAW_TABLES))
    assert [(each.exercise.name, each.verdict.message) for each in feedbacks if not each.verdict.has_passed] == []
