"""What a check says of some work. How it is shown is the business of whoever shows it."""

from dataclasses import dataclass, field, replace

from workshop.judging.counterexample import Counterexample
from workshop.judging.faults import Caught
from workshop.judging.misconception import Mistake

PASSED = "passed"
NOT_YET = "not_yet"
DOES_NOT_RUN = "does_not_run"
NOT_STARTED = "not_started"
WORKSHOP_PROBLEM = "workshop_problem"


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    outcome: one of the five constants above
    message: what was seen, what was expected, where to look; Markdown
    title: the mistake or trouble in a few words
    misconception: the name of the mistake, or None where it has none
    remarks: accepted oddities, and further mistakes of a wrong answer; Markdown
    counterexample: the rows that show it
    faults: what was put into the data, and which tests caught it
    elsewhere: the file that does not run, where that is another than the one to be checked
    details: for whoever mends the check, where it failed itself
    """

    outcome: str
    message: str
    title: str = ""
    misconception: str | None = None
    remarks: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    faults: tuple[Caught, ...] = ()
    elsewhere: str = ""
    details: str = field(default="", repr=False)

    @property
    def has_passed(self) -> bool:
        return self.outcome == PASSED

    def adding(self, sentence: str) -> "Verdict":
        """Return the verdict with one more sentence."""
        return replace(self, message=f"{self.message} {sentence}")

    def remarking(self, *remarks: str) -> "Verdict":
        """Return the verdict with more remarks where the work has passed; a mistake is not to drown in them."""
        return replace(self, remarks=(*self.remarks, *remarks)) if self.has_passed else self


def not_yet(mistake: Mistake, detail: str = "") -> Verdict:
    """Return "not yet" in the words of a mistake. `detail` is the place where it was found, as code."""
    verdict = Verdict(NOT_YET, mistake.words, mistake.title, mistake.name)
    return verdict.adding(f"Here it is: `{detail}`.") if detail else verdict
