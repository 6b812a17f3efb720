"""What the screen says after a catch-up, and after one was taken back."""

from pathlib import Path

from workshop.course.catch_up import Outcome


def caught_up(exercise: str, outcome: Outcome) -> str:
    """Return, as Markdown, what `%catch_up EXERCISE` did."""
    if not outcome.done:
        return f"You are level already: everything before `{exercise}` passes. Nothing was changed."
    parts = [f"**You are level: `{exercise}` is next.** Filled in: {listed(outcome.done)}."]
    if outcome.kept:
        parts.append(f"Kept, because it was right: {listed(outcome.kept)}.")
    if outcome.added:
        parts.append(f"New files: {listed(outcome.added)}.")
    if outcome.replaced and outcome.backup:
        parts.append(
            f"Replaced, with your own text safe in `{outcome.backup.name}/files`, beside your project: "
            f"{listed(outcome.replaced)}."
        )
    parts.append("`%catch_up --undo` takes it back.")
    if outcome.stuck:
        parts[0] = (
            f"**Not quite level:** `{outcome.stuck.exercise.name}` still does not pass. Run `%check "
            f"{outcome.stuck.exercise.name}`."
        )
    return "\n\n".join(parts)


def undone(restored: list[str], removed: list[str], backup: Path) -> str:
    """Return, as Markdown, what `%catch_up --undo` did."""
    parts = ["**The catch-up is taken back.**"]
    if restored:
        parts.append(f"Your own text is back: {listed(restored)}.")
    if removed:
        parts.append(f"Removed, because it was not yours: {listed(removed)}.")
    parts.append(
        f"The copies stay in `{backup.name}`. What is built in the warehouse follows with the next `%dbt run`."
    )
    return "\n\n".join(parts)


def listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
