"""What the database sees of a model: its compiled SQL, folded below a card, with the lines that Jinja has written."""

from html import escape

from pygments import lex
from pygments.lexers.sql import SqlLexer
from pygments.token import Comment, Keyword, Name, Number, String, Token, _TokenType

from workshop.dbt_project.model import Model
from workshop.notebook.cards import Card

# JupyterLab's own colours of SQL in a cell, light and dark.
COLOURS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "var(--jp-mirror-editor-comment-color, #408080)"),
    (Keyword, "var(--jp-mirror-editor-keyword-color, #008000)"),
    (String, "var(--jp-mirror-editor-string-color, #ba2121)"),
    (Number, "var(--jp-mirror-editor-number-color, #080)"),
    (Name.Builtin, "var(--jp-mirror-editor-builtin-color, #008000)"),
    (Token, ""),
)
BY_JINJA = "background: color-mix(in srgb, var(--jp-info-color1, #0277bd) 14%, transparent);"
AT_FAULT = "background: color-mix(in srgb, var(--jp-error-color1, #c62828) 26%, transparent); font-weight: 600;"
MOST_LINES = 400


def with_compiled_sql(card: Card, model: Model, at_fault: int | None = None) -> Card:
    """Return the card with the model's compiled SQL below it, folded; unfolded where it is at fault.

    at_fault: the line of the compiled SQL that the database complains about

    Where dbt has changed nothing, the card stays as it is.
    """
    lines, written = model.sql.splitlines(), {line.strip() for line in model.text.splitlines()}
    by_jinja = {number for number, line in enumerate(lines, 1) if line.strip() and line.strip() not in written}
    if not by_jinja:
        return card
    begin = "<details open>" if at_fault else "<details>"
    folded = f"{begin}{summary(at_fault)}{as_html(model.sql, by_jinja, at_fault)}</details>"
    html = f"{card.html.removesuffix('</div>')}{folded}</div>"
    if not at_fault or at_fault > len(lines):
        return Card(html, card.text)
    return Card(html, f"{card.text}\n\nLine {at_fault} of what the database sees:\n    {lines[at_fault - 1].strip()}")


# -- how ---------------------------------------------------------------------------------------------------


def summary(at_fault: int | None) -> str:
    fault = f"; it complains about line {at_fault}" if at_fault else ""
    return f'<summary style="cursor: pointer;">What the database sees{fault}</summary>'


def as_html(sql: str, by_jinja: set[int], at_fault: int | None) -> str:
    lines = sql.splitlines()
    shown: list[str] = []
    for number, line in enumerate(coloured("\n".join(lines[:MOST_LINES])), 1):
        if not shown and not line.strip():  # what `{% set %}` leaves behind
            continue
        look = AT_FAULT if number == at_fault else BY_JINJA if number in by_jinja else ""
        shown.append(f'<div style="{look}">{line or "&nbsp;"}</div>')
    left_out = len(lines) - MOST_LINES
    more = f"<div>... and {left_out} more lines</div>" if left_out > 0 else ""
    style = "margin: 4px 0; overflow-x: auto; line-height: 1.4;"
    note = '<div style="font-style: italic;">Lines with a tint were written by Jinja.</div>'
    return f'{note}<pre style="{style}">{"".join(shown)}{more}</pre>'


def coloured(sql: str) -> list[str]:
    """Return the lines of SQL in HTML, escaped, with a colour for each kind of word."""
    lines = [""]
    for kind, text in lex(sql, SqlLexer(stripnl=False, ensurenl=False)):
        colour = next(colour for token, colour in COLOURS if kind in token)
        first, *others = [span(part, colour) for part in text.split("\n")]
        lines[-1] += first
        lines += others
    return lines


def span(text: str, colour: str) -> str:
    return f'<span style="color: {colour}">{escape(text)}</span>' if text.strip() and colour else escape(text)
