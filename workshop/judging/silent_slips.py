"""Slips that run, and return something else than was meant: said below what a wrong model is told."""

import re
from itertools import pairwise

from workshop.dbt_project.explaining.place import line_number
from workshop.dbt_project.explaining.scene import Scene
from workshop.dbt_project.explaining.sql_changes import KEYWORDS
from workshop.dbt_project.explaining.sql_tables import misspelt_join
from workshop.dbt_project.explaining.sql_tokens import TEXT, WORD, tokens_of
from workshop.dbt_project.model import Model
from workshop.dbt_project.raw_table import KnownValues
from workshop.dbt_project.sql_tree import ctes_of, reads_of
from workshop.judging.reference import Reference


def silent_slips(model: Model, reference: Reference) -> str:
    """Return what in the text of a wrong model may be a slip, in sentences; "" where nothing is."""
    slip = misspelt_join(Scene("", model.text, model.path))
    found = (other_capitals(model, reference), slip.words if slip else "", unread_cte(model), missing_comma(model))
    return " ".join(filter(None, found))


def other_capitals(model: Model, reference: Reference) -> str:
    """`status = 'SUCCESS'`, where the values are in small letters."""
    if re.search(r"\b(upper|lower|initcap)\s*\(", model.text, re.IGNORECASE):
        return ""
    promises = [promise for table in reference.tables for promise in table.promises]
    lists = [promise.values for promise in promises if isinstance(promise, KnownValues)]
    every_value = {value for values in lists for value in values}
    for token in tokens_of(model.text):
        written = token.text.strip("'")
        if token.kind == TEXT and written not in every_value and written.lower() in every_value:
            values = next(values for values in lists if written.lower() in values)
            shown = ", ".join(f"`{value}`" for value in values)
            return f"Text is compared letter by letter, capitals too: `'{written}'` is none of the values {shown}."
    return ""


def unread_cte(model: Model) -> str:
    """A CTE that nobody reads, such as the last one where `select * from final` names another."""
    read = {name[0] for name in reads_of(model.sql).shadowed}
    own = {name for name in ctes_of(model.sql) if re.search(rf"\b{re.escape(name)}\b", model.text, re.IGNORECASE)}
    unread = sorted(own - read)
    return f"The CTE `{unread[0]}` is never read: does the last `select` read the right one?" if unread else ""


def missing_comma(model: Model) -> str:
    """Two columns in two lines without a comma: the second becomes the name of the first."""
    for one, other in pairwise(tokens_of(model.text)):
        between = model.text[one.end : other.at]
        are_names = one.kind == WORD and other.kind == WORD and not {one.lower, other.lower} & set(KEYWORDS)
        behind = model.text[other.end :].lstrip()
        if are_names and "\n" in between and re.match(r",|from\b", behind, re.IGNORECASE):
            line = line_number(model.text, one.at)
            return f"Behind `{one.text}` in line {line} a comma may be missing: `{other.text}` is taken for its name."
    return ""
