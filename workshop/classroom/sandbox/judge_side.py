"""The process in which one stranger's project is judged. dbt has read it elsewhere; here its SQL runs, and no Jinja."""

import json
import os
import socket
import sys
from pathlib import Path

from workshop.classroom.feedback_data import as_dict
from workshop.classroom.sandbox.channel import Channel
from workshop.classroom.sandbox.confinement import confine
from workshop.classroom.sandbox.dbt_elsewhere import DbtElsewhere
from workshop.course.groups import find_exercise
from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.work import Work
from workshop.judging.exercise import try_exercises_one_by_one


def judge(dbt: DbtElsewhere, results: Channel, project: Path, names: list[str]) -> None:
    """Judge `project` in the exercises of these names, and say each feedback as soon as it is there."""
    exercises = [find_exercise(name) for name in names]
    for feedback in try_exercises_one_by_one(exercises, Work(project, dbt=dbt, tables=RAW_TABLES)):
        results.say(json.dumps(as_dict(feedback, "")))


if __name__ == "__main__":
    dbt, results = (Channel(socket.socket(fileno=int(number))) for number in sys.argv[1:3])
    confine()
    judge(DbtElsewhere(dbt, float(sys.argv[3])), results, Path(sys.argv[4]), sys.argv[5:])
    os._exit(0)
