"""One verdict on one exercise. How it is shown is `display`'s business."""

from dataclasses import dataclass, field
from typing import Any

from workshop.judging.comparison import plain
from workshop.judging.counterexample import Counterexample
from workshop.judging.faults import Caught

PASSED = "passed"
NOT_YET = "not_yet"
DOES_NOT_RUN = "does_not_run"
NOT_STARTED = "not_started"
WORKSHOP_PROBLEM = "workshop_problem"


@dataclass(frozen=True)
class Feedback:
    """What a check found.

    outcome: one of the five constants above
    message: what was seen, what was expected, where to look; Markdown
    misconception: the name of the known mistake, or None
    title: the mistake or trouble in a few words
    remarks: accepted oddities, and further mistakes of a wrong answer; Markdown
    faults: what was put into the data, and which tests caught it
    """

    exercise: str
    group: int
    outcome: str
    message: str
    title: str = ""
    misconception: str | None = None
    remarks: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    faults: tuple[Caught, ...] = ()
    details: str = field(default="", repr=False)

    def as_dict(self, project: str) -> dict[str, Any]:
        """Return the feedback as `python -m workshop grade --json` prints it."""
        counterexample = self.counterexample
        return {
            "project": project,
            "exercise": self.exercise,
            "group": self.group,
            "outcome": self.outcome,
            "misconception": self.misconception,
            "message": self.message,
            "remarks": list(self.remarks),
            "counterexample": counterexample
            and {
                "inputs": {name: as_json(rows) for name, rows in counterexample.inputs.items()},
                "returned": as_json(counterexample.returned),
                "expected": as_json(counterexample.expected),
            },
            **(
                {
                    "faults": [
                        {"name": each.fault.name, "caught_by": sorted(test.name for test in each.by)}
                        for each in self.faults
                    ]
                }
                if self.faults
                else {}
            ),
        }


def as_json(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: json_value(value) for name, value in row.items()} for row in rows]


def json_value(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value if isinstance(value, str | float | bool | None) else str(value).removesuffix(" 00:00:00")
