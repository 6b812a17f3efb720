"""Show feedback and messages alike in HTML and in plain text.

HTML takes its colours from JupyterLab's theme, with fallbacks for other front ends, so that it is readable in
light and dark. Whatever comes from a learner's data or files is escaped.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import mistune
from IPython.display import display

from workshop.judging.exercise import Feedback
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM
from workshop.notebook.tables import Table, faults_table, inputs_of, results_of, side_by_side

# outcome: (mark, words, colour of the bar)
VOICES = {
    PASSED: ("✓", "right", "var(--jp-success-color1, #2e7d32)"),
    NOT_YET: ("✗", "not yet", "var(--jp-warn-color1, #ef6c00)"),
    DOES_NOT_RUN: ("!", "does not run", "var(--jp-error-color1, #c62828)"),
    NOT_STARTED: ("○", "not started", "var(--jp-border-color1, #9e9e9e)"),
    WORKSHOP_PROBLEM: ("?", "our mistake, not yours", "var(--jp-info-color1, #0277bd)"),
}
SMALLEST = '<p style="margin: 4px 0;">The smallest shop on which it goes wrong:</p>'

render_markdown = mistune.create_markdown(escape=True)


class Card:
    """Something to show, as HTML and as plain text."""

    def __init__(self, html: str, text: str) -> None:
        self.html, self.text = html, text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def show(self) -> None:
        display(self)


def feedback_card(feedback: Feedback, besides: str = "", hints: tuple[str, str] = ("", "")) -> Card:
    """Return a check's feedback, with its counterexample and remarks.

    besides: what is to be said of the warehouse, Markdown
    hints: what follows below, in HTML and as text
    """
    verdict = feedback.verdict
    mark, words, colour = VOICES[verdict.outcome]
    elsewhere = f"can't be checked, {verdict.elsewhere} does not run"
    heading = f"{feedback.exercise.name}: {elsewhere if verdict.elsewhere else words}"
    title = verdict.title if verdict.outcome == NOT_YET else ""
    parts = [f"<strong>{mark} {escape(heading)}</strong>" + (f" · {escape(title)}" if title else "")]
    texts = [f"{mark} {heading}" + (f" - {title}" if title else "")]
    parts.append(markdown(verdict.message))
    texts.append(verdict.message)
    if verdict.has_passed:
        parts.append(markdown(f"**Why:** {feedback.exercise.reason}"))
        texts.append(f"Why: {feedback.exercise.reason}")
    if verdict.counterexample:
        inputs, results = inputs_of(verdict.counterexample), results_of(verdict.counterexample)
        parts += [SMALLEST] if inputs and results else []
        parts += [side_by_side(tables) for tables in (inputs, results) if tables]
        texts += [table.text() for table in (*inputs, *results)]
    if verdict.faults:
        table = faults_table(verdict.faults)
        parts.append(side_by_side([table]))
        texts.append(table.text())
    parts += [markdown(f"*Remark:* {remark}") for remark in verdict.remarks]
    texts += [f"Remark: {remark}" for remark in verdict.remarks]
    if besides:
        parts.append(markdown(besides))
        texts.append(besides)
    parts.append(hints[0])
    texts += filter(None, hints[1:])
    if verdict.details:
        parts.append(f"<details><summary>Details</summary><pre>{escape(verdict.details)}</pre></details>")
        texts.append(verdict.details)
    return Card(framed("".join(parts), colour), "\n".join(texts))


def tables_card(message: str, tables: Sequence[Table]) -> Card:
    """Return a message about something that went well, with tables below."""
    html = framed(markdown(message) + (side_by_side(tables) if tables else ""), VOICES[PASSED][2])
    return Card(html, "\n".join([message, *(table.text() for table in tables)]))


def note_card(message: str, colour: str = VOICES[NOT_STARTED][2]) -> Card:
    """Return a short message in Markdown."""
    return Card(framed(markdown(message), colour), message)


def trouble_card(message: str) -> Card:
    """Return a message about something that does not run."""
    return note_card(message, VOICES[DOES_NOT_RUN][2])


def docs_card(project: Path, folder: Path) -> Card:
    """Return dbt's docs page, for a notebook in `folder`."""
    page = (project / "target" / "static_index.html").relative_to(folder).as_posix()
    style = "border: 1px solid var(--jp-border-color2, #bdbdbd);"
    html = f'<iframe src="{escape(page)}" width="100%" height="560" style="{style}"></iframe>'
    return Card(html, f"The docs are in {page}.")


# -- how ---------------------------------------------------------------------------------------------------


def markdown(text: str) -> str:
    """Return Markdown as HTML, escaped, with narrow paragraphs, and long lines of code not broken: a mark points up."""
    html = str(render_markdown(text)).replace("<p>", '<p style="margin: 4px 0;">')
    return html.replace("<pre>", '<pre style="white-space: pre; overflow-x: auto;">')


def framed(html: str, colour: str) -> str:
    style = f"border-left: 5px solid {colour}; padding: 4px 14px; margin: 4px 0; max-width: 70em; line-height: 1.5;"
    return f'<div style="{style}">{html}</div>'
