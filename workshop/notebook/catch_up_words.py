"""What the screen says after a catch-up, and after one was taken back."""

from collections.abc import Iterable, Mapping
from functools import partial

from workshop.course.catch_up import Outcome
from workshop.course.undo import CHANGED_SINCE, Undone, undo
from workshop.dbt_project.words import listed
from workshop.notebook.session import Session

in_commas = partial(listed, last="")

TAKE_BACK = "`%catch_up --undo` takes it back."

NOTHING_TO_UNDO = (
    "The last catch-up changed nothing, so there is nothing to take back. To take back the one before it, run "
    "`%catch_up --undo` once more."
)


def caught_up(exercise: str, outcome: Outcome) -> str:
    """Return, as Markdown, what `%catch_up EXERCISE` did."""
    parts = [heading(exercise, outcome)]
    if outcome.done:
        parts.append(f"Filled in: {in_commas(outcome.done)}.")
    if outcome.kept and outcome.backup:
        parts.append(f"Kept, because it was right: {in_commas(outcome.kept)}.")
    parts += files(outcome)
    if outcome.backup:
        parts.append(TAKE_BACK)
    return "\n\n".join(parts)


def taken_back(session: Session) -> str:
    """Take the last catch-up back, and return what was done, as Markdown. One that changed nothing is not passed over.

    Raises ProjectTrouble.
    """
    if session.is_level:
        session.is_level = False
        return NOTHING_TO_UNDO
    return undone(undo(session.project))


def undone(done: Undone) -> str:
    """Return, as Markdown, what `%catch_up --undo` did."""
    parts = ["**The catch-up is taken back.**"]
    if done.restored:
        parts.append(f"Your own text is back: {in_commas(done.restored)}.")
    if done.kept_newer:
        newer = f"What stood in {in_commas(done.kept_newer)} a moment ago, changed since the catch-up,"
        parts.append(f"{newer} is in `{done.backup.name}/{CHANGED_SINCE}`.")
    if done.removed:
        parts.append(f"Removed, because it was not yours: {in_commas(done.removed)}.")
    if done.left:
        parts.append(f"Left as it is: {with_reasons(done.left)}.")
    parts.append(
        f"The copies stay in `{done.backup.name}`, beside your project. What is built in the warehouse follows with "
        "the next `%dbt run`."
    )
    return "\n\n".join(parts)


# -- how ---------------------------------------------------------------------------------------------------


def heading(exercise: str, outcome: Outcome) -> str:
    if outcome.stopped:
        return "**You stopped it.** " + ("What was done so far:" if outcome.backup else "Nothing was changed.")
    if outcome.stuck:
        name = outcome.stuck.exercise.name
        return f"**Not quite level:** `{name}` still does not pass. Run `%check {name}`."
    if not outcome.backup:
        return f"You are level already: everything before `{exercise}` passes. Nothing was changed."
    return f"**You are level: `{exercise}` is next.**"


def files(outcome: Outcome) -> Iterable[str]:
    if outcome.added:
        yield f"New files: {in_commas(outcome.added)}."
    if outcome.renewed:
        yield f"Brought up to date; the text was not yours: {in_commas(outcome.renewed)}."
    if outcome.adapted:
        yield f"Yours, with what was missing added or a name changed: {in_commas(outcome.adapted)}."
    if outcome.moved:
        yield f"Moved: {', '.join(f'`{old}` to `{new}`' for old, new in outcome.moved.items())}."
    if outcome.replaced:
        yield f"Replaced: {in_commas(outcome.replaced)}."
    if outcome.set_aside:
        yield f"Set aside: {with_reasons(outcome.set_aside)}."
    if outcome.backup and (outcome.replaced or outcome.adapted or outcome.moved or outcome.set_aside):
        yield f"Your own text is safe in `{outcome.backup.name}/files`, beside your project."


def with_reasons(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"`{name}`, {why.rstrip('.')}" if why else f"`{name}`" for name, why in reasons.items())
