"""Small tables, in HTML and in plain text. Whatever comes from a learner's data or files is escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workshop.judging.counterexample import Counterexample
from workshop.judging.faults import Caught
from workshop.judging.values import shown

DIFFERS = "background: color-mix(in srgb, var(--jp-warn-color1, #ef6c00) 28%, transparent); font-weight: 600;"
CELL = "padding: 2px 10px; text-align: left; border: 1px solid var(--jp-border-color2, #bdbdbd); white-space: nowrap;"

Cells = frozenset[tuple[int, str]]


class Table:
    """Rows under a caption; `marked` cells, as (row number, column), stand out."""

    def __init__(self, caption: str, rows: Sequence[Mapping[str, Any]], marked: Cells = frozenset()) -> None:
        self.caption, self.marked = caption, marked
        self.columns = list(rows[0]) if rows else []
        self.rows = [[bare(value) for value in row.values()] for row in rows]

    def html(self) -> str:
        """Return the table in HTML. An empty one says so."""
        head = f'<div style="font-style: italic; margin-top: 6px;">{escape(self.caption)}</div>'
        if not self.rows:
            return f"<div>{head}<div>no rows</div></div>"
        names = "".join(f'<th style="{CELL}">{escape(name)}</th>' for name in self.columns)
        body = "".join(f"<tr>{self.row_html(number)}</tr>" for number in range(len(self.rows)))
        table = f'<table style="margin: 2px 0; border-collapse: collapse;"><tr>{names}</tr>{body}</table>'
        return f"<div>{head}{table}</div>"

    def row_html(self, number: int) -> str:
        cells = zip(self.columns, self.rows[number], strict=True)
        return "".join(
            f'<td style="{CELL}{DIFFERS if (number, name) in self.marked else ""}">{escape(text)}</td>'
            for name, text in cells
        )

    def text(self) -> str:
        """Return the table in plain text; marked cells carry a star."""
        if not self.rows:
            return f"{self.caption}: no rows"
        lines = [self.columns]
        for number, row in enumerate(self.rows):
            cells = zip(self.columns, row, strict=True)
            lines.append([text + ("*" if (number, name) in self.marked else "") for name, text in cells])
        widths = [max(len(line[index]) for line in lines) for index in range(len(self.columns))]
        padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join([f"{self.caption}:", *(f"  {line}".rstrip() for line in padded)])


def side_by_side(tables: Sequence[Table]) -> str:
    """Return tables in HTML, next to each other where there is room."""
    style = "display: flex; flex-wrap: wrap; gap: 6px 28px; align-items: flex-start;"
    return f'<div style="{style}">{"".join(table.html() for table in tables)}</div>'


def inputs_of(example: Counterexample) -> list[Table]:
    """Return the tables of what a model reads."""
    return [Table(name, rows) for name, rows in example.inputs.items()]


def results_of(example: Counterexample) -> list[Table]:
    """Return the tables of what a model returns and what was expected; none where there is neither."""
    if not example.returned and not example.expected:
        return []
    return [
        Table("your model returns", example.returned, example.differing_returned),
        Table("expected", example.expected, example.differing_expected),
    ]


def faults_table(faults: Sequence[Caught]) -> Table:
    """Return the table of what was broken and who noticed."""
    rows = [{"what was broken": each.fault.sentence, "noticed by": noticed_by(each)} for each in faults]
    unnoticed = frozenset((number, "noticed by") for number, each in enumerate(faults) if each.missed)
    return Table("the data, broken in one way at a time", rows, unnoticed)


def noticed_by(caught: Caught) -> str:
    names = ", ".join(sorted(test.label for test in caught.by)) or "nobody"
    return f"{names}, but not in every row" if caught.by and caught.missed else names


def bare(value: Any) -> str:
    """Return a value as it stands in a table: text without quotes, money with its cents."""
    return value if isinstance(value, str) else shown(value)
