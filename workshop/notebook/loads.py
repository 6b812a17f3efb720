"""What `%load_raw` is asked for, and what it says."""

import math
import re

from IPython.core.error import UsageError

from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.raw_database import days_of

DAY = re.compile(r"--day(?:\s+|\s*=\s*)(\S+)|--day\s*$")
MOST_HOURS = 24 * 365


def load_of(line: str) -> tuple[float, int | None]:
    """Return how many hours old a load is to be, and its day, or None where none is named. Raises UsageError."""
    asked = DAY.search(line)
    rest = DAY.sub("", line).strip()
    return hours_in(rest), day_in(asked.group(1) or "") if asked else None


def loaded(hours: float, day: int) -> str:
    """Return the sentence about a load."""
    until = "" if day == 1 else f" It holds what the loader brought until day {day}; `%load_raw --day 1` goes back."
    built = " What you have built is as before: `%dbt build` brings it up to date." if day > 1 else ""
    return f"`raw` is loaded again, {hours:g} hour{'' if hours == 1 else 's'} old.{until}{built}"


# -- how ---------------------------------------------------------------------------------------------------


def hours_in(text: str) -> float:
    try:
        hours = float(text or 1)
    except ValueError:
        hours = math.nan
    if math.isnan(hours):
        raise UsageError(
            f"{text} is not a number of hours. Write %load_raw 18, or %load_raw to load it fresh; a day is "
            "%load_raw --day 2."
        )
    if not 0 <= hours <= MOST_HOURS:
        raise UsageError(f"{text} hours can't be. Write a number from 0 to {MOST_HOURS}.")
    return hours


def day_in(text: str) -> int:
    last = days_of(RAW_TABLES)
    if text.isdecimal() and 1 <= int(text) <= last:
        return int(text)
    said = f"{text} is no day of the loader." if text else "Which day?"
    raise UsageError(f"{said} It came on days 1 to {last}: write %load_raw --day 2.")
