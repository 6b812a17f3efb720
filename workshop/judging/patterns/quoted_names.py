"""Columns in single quotes: each row holds the column's name, as a piece of text."""

from collections.abc import Iterator

from workshop.dbt_project.words import listed
from workshop.judging.patterns.evidence import Evidence, Pattern
from workshop.judging.values import plain


def quoted_names(evidence: Evidence) -> Iterator[Pattern]:
    """Give the pattern of all columns that hold the name of a column in every row."""
    held = {name: text for name in evidence.expected.columns if (text := text_in_every_row(evidence, name))}
    if not held:
        return
    one = len(held) == 1
    written = ", ".join(f"`'{text}'`" for text in held.values())
    yield Pattern(
        "column_in_single_quotes",
        "A column in single quotes" if one else "Columns in single quotes",
        f"{listed(list(held))} {'holds' if one else 'hold'} the same text in every row: {written}. What stands in "
        f"single quotes is a piece of text, and no column. Write {listed(list(held.values()))}, without quotes.",
        frozenset("rows" if name == evidence.key else name for name in held) & evidence.difference.aspects,
    )


# -- how ---------------------------------------------------------------------------------------------------


def text_in_every_row(evidence: Evidence, name: str) -> str:
    """Return the one text that a wrong column holds, where a column of some input has that name; else ""."""
    if name not in evidence.renamed.columns:
        return ""
    values = set(map(plain, evidence.renamed.column(name)))
    text = values.pop() if len(values) == 1 else None
    columns = {column.lower() for rows in evidence.inputs.values() for column in rows.columns}
    is_a_name = isinstance(text, str) and text.rpartition(".")[2].lower() in columns
    return str(text) if is_a_name and text not in evidence.expected.column(name) else ""
