"""Show feedback and tables alike in HTML and in plain text.

HTML takes its colours from JupyterLab's theme, with fallbacks for other front ends, so that it is readable in
light and dark. Whatever comes from a learner's data or files is escaped.
"""

from html import escape
from pathlib import Path
from typing import Any

import mistune
from IPython.display import display

from workshop.judging.comparison import shown
from workshop.judging.counterexample import Counterexample
from workshop.judging.feedback import DOES_NOT_RUN, NOT_STARTED, NOT_YET, PASSED, WORKSHOP_PROBLEM, Feedback

# outcome: (mark, words, colour of the bar)
VOICES = {
    PASSED: ("✓", "right", "var(--jp-success-color1, #2e7d32)"),
    NOT_YET: ("✗", "not yet", "var(--jp-warn-color1, #ef6c00)"),
    DOES_NOT_RUN: ("!", "does not run", "var(--jp-error-color1, #c62828)"),
    NOT_STARTED: ("○", "not started", "var(--jp-border-color1, #9e9e9e)"),
    WORKSHOP_PROBLEM: ("?", "our mistake, not yours", "var(--jp-info-color1, #0277bd)"),
}
DIFFERS = "background: color-mix(in srgb, var(--jp-warn-color1, #ef6c00) 28%, transparent); font-weight: 600;"
CELL = "padding: 2px 10px; text-align: left; border: 1px solid var(--jp-border-color2, #bdbdbd); white-space: nowrap;"

render_markdown = mistune.create_markdown(escape=True)


class Card:
    """Something to show, as HTML and as plain text."""

    def __init__(self, html: str, text: str) -> None:
        self.html, self.text = html, text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def show(self) -> None:
        display(self)


def feedback_card(feedback: Feedback) -> Card:
    """Return a check's feedback, with its counterexample and remarks."""
    mark, words, colour = VOICES[feedback.outcome]
    heading = f"{feedback.exercise}: {words}"
    title = feedback.title if feedback.outcome == NOT_YET else ""
    parts = [f"<strong>{mark} {escape(heading)}</strong>" + (f" · {escape(title)}" if title else "")]
    parts.append(markdown(feedback.message))
    texts = [f"{mark} {heading}" + (f" - {title}" if title else ""), feedback.message]
    if feedback.counterexample:
        parts.append(counterexample_html(feedback.counterexample))
        texts.append(counterexample_text(feedback.counterexample))
    if feedback.faults:
        rows = [
            {
                "what was broken": each.fault.sentence,
                "noticed by": ", ".join(sorted(test.label for test in each.by)) or "nobody",
            }
            for each in feedback.faults
        ]
        marked = frozenset((number, "noticed by") for number, each in enumerate(feedback.faults) if not each.by)
        parts.append(side_by_side(table_html("the data, broken in one way at a time", rows, marked)))
        texts.append(table_text("the data, broken in one way at a time", rows, marked))
    for remark in feedback.remarks:
        parts.append(markdown(f"*Remark:* {remark}"))
        texts.append(f"Remark: {remark}")
    if feedback.details:
        parts.append(f"<details><summary>Details</summary><pre>{escape(feedback.details)}</pre></details>")
        texts.append(feedback.details)
    return Card(framed("".join(parts), colour), "\n".join(texts))


def note_card(message: str, colour: str = VOICES[NOT_STARTED][2]) -> Card:
    """Return a short message in Markdown."""
    return Card(framed(markdown(message), colour), message)


def trouble_card(message: str) -> Card:
    """Return a message about something that does not run."""
    return note_card(message, VOICES[DOES_NOT_RUN][2])


def markdown(text: str) -> str:
    """Return Markdown as HTML, escaped, with narrow paragraphs."""
    return str(render_markdown(text)).replace("<p>", '<p style="margin: 4px 0;">')


def docs_card(project: Path, folder: Path) -> Card:
    """Return dbt's docs page, for a notebook in `folder`."""
    page = (project / "target" / "static_index.html").relative_to(folder).as_posix()
    html = f'<iframe src="{escape(page)}" width="100%" height="560" style="border: 1px solid var(--jp-border-color2, #bdbdbd);"></iframe>'
    return Card(html, f"The docs are in {page}.")


def framed(html: str, colour: str) -> str:
    return (
        f'<div style="border-left: 5px solid {colour}; padding: 4px 14px; margin: 4px 0; max-width: 70em; '
        f'line-height: 1.5;">{html}</div>'
    )


def counterexample_html(example: Counterexample) -> str:
    inputs = "".join(table_html(name, rows) for name, rows in example.inputs.items())
    if not example.returned and not example.expected:
        return side_by_side(inputs)
    start = '<p style="margin: 4px 0;">The smallest shop on which it goes wrong:</p>' if example.inputs else ""
    return f"{start}{side_by_side(inputs) if inputs else ''}" + side_by_side(
        table_html("your model returns", example.returned, example.differing_returned)
        + table_html("expected", example.expected, example.differing_expected)
    )


def side_by_side(html: str) -> str:
    return f'<div style="display: flex; flex-wrap: wrap; gap: 6px 28px; align-items: flex-start;">{html}</div>'


def table_html(caption: str, rows: list[dict[str, Any]], marked: frozenset[tuple[int, str]] = frozenset()) -> str:
    """Return a small table; `marked` cells stand out. An empty one says so."""
    head = f'<div style="font-style: italic; margin-top: 6px;">{escape(caption)}</div>'
    if not rows:
        return f"<div>{head}<div>no rows</div></div>"
    columns = "".join(f'<th style="{CELL}">{escape(name)}</th>' for name in rows[0])
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{CELL}{DIFFERS if (number, name) in marked else ""}">{escape(bare(value))}</td>'
            for name, value in row.items()
        )
        + "</tr>"
        for number, row in enumerate(rows)
    )
    return f'<div>{head}<table style="margin: 2px 0; border-collapse: collapse;"><tr>{columns}</tr>{body}</table></div>'


def counterexample_text(example: Counterexample) -> str:
    blocks = [table_text(name, rows) for name, rows in example.inputs.items()]
    if not example.returned and not example.expected:
        return "\n".join(blocks)
    blocks.append(table_text("your model returns", example.returned, example.differing_returned))
    blocks.append(table_text("expected", example.expected, example.differing_expected))
    return "\n".join(blocks)


def table_text(caption: str, rows: list[dict[str, Any]], marked: frozenset[tuple[int, str]] = frozenset()) -> str:
    """Return a small table in plain text; `marked` cells carry a star."""
    if not rows:
        return f"{caption}: no rows"
    lines = [list(rows[0])]
    lines += [
        [bare(value) + ("*" if (number, name) in marked else "") for name, value in row.items()]
        for number, row in enumerate(rows)
    ]
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    return "\n".join(
        [f"{caption}:"]
        + ["  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    )


def bare(value: Any) -> str:
    """Return a value as it stands in a table: text without quotes, money with its cents."""
    return value if isinstance(value, str) else shown(value)
