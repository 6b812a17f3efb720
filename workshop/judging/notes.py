"""Judge what a learner noted down about the data, against the data as it is."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from workshop.dbt_project.work import Work
from workshop.judging.misconception import Misconception
from workshop.judging.verdict import NOT_YET, PASSED, Verdict, not_yet

# A question is the key in the learner's notes and a function of the answer. It returns None where the answer is right,
# and else the known mistake, or a sentence.
Question = tuple[str, Callable[[Any], Misconception | str | None]]


def judge_notes(work: Work, exercise: str, questions: Sequence[Question], praise: str) -> Verdict:
    """Return the verdict on notes/EXERCISE.yml: the first wrong answer, else the blank ones, else praise.

    Raises NotStarted, DoesNotRun.
    """
    answers = {str(key).strip().lower(): value for key, value in work.notes(exercise).items()}
    for key, judge in questions:
        if answers.get(key) is None:
            continue
        said = judge(answers[key])
        if isinstance(said, Misconception):
            return not_yet(said)
        if said:
            return Verdict(NOT_YET, f"`{key}`: {said}", "Look again")
    blank = [key for key, _ in questions if answers.get(key) is None]
    if blank:
        still = ", ".join(f"`{key}`" for key in blank)
        return Verdict(NOT_YET, f"So far so good. Still to answer: {still}.", "Not all answered")
    return Verdict(PASSED, praise)


def number_in(answer: Any) -> float | None:
    """Return the number that somebody wrote as 40, "40,00", "$40.00", "USD 40" or "order 40", or None."""
    found = re.fullmatch(r"[^\d.,-]*(-?[\d.,]*\d)[^\d]*", str(answer).strip())
    if not found:
        return None
    digits = re.sub(r",(\d\d?)$", r".\1", found.group(1)).replace(",", "")
    try:
        return float(digits)
    except ValueError:
        return None


def words_in(answer: Any) -> list[str]:
    """Return the words of a list, or of text that separates them by commas, spaces or "and", in lower case."""
    text = " ".join(str(item) for item in answer) if isinstance(answer, list) else str(answer)
    return [word for word in re.findall(r"[\w-]+", text.lower()) if word != "and"]
