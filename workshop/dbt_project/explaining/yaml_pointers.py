"""What stands behind `to:` in a relationships test, and is no `ref` or `source` as Jinja takes them."""

import re

from workshop.dbt_project.explaining.scene import nearest

QUOTES = "\"'\u2018\u2019\u201c\u201d`"
FUNCTIONS = ("ref", "source")


def pointer_slip(value: str) -> str:
    """Return what is wrong with a `ref` or `source` behind `to:`, in a sentence; "" where nothing is known to be."""
    if re.fullmatch(r"ref\((['\"])\w+\1\)|source\((['\"])\w+\2,(['\"])\w+\3\)", value.replace(" ", "")):
        return ""
    called = re.match(rf"(\w+)\s*([(\[{{{QUOTES}. ])", value.strip())
    function = called and next((each for each in FUNCTIONS if called[1] == each), nearest(called[1], FUNCTIONS))
    if not called or not function or re.search(r"[{}=|~+]", value):
        return ""
    written = re.findall(r"\w+", value)[1:]
    right = f"`to: {function}({', '.join(repr(name) for name in written)})`"
    if function == "source" and len(written) == 1:
        return "`source` takes two names, the source's and the table's: `to: source('a_source', 'its_table')`."
    if len(written) != 1 + (function == "source"):
        return ""  # of another package, or a version
    if called[1] != function:
        return f"Jinja knows no `{called[1]}`. Did you mean `{function}`? As in {right}."
    if called[2] != "(" or value.count("(") != value.count(")"):
        return f"Round brackets stand around what `{function}` takes: {right}."
    if function == "source" and "," not in value:
        return f"`source` takes two names, the source's and the table's, with a comma between: {right}."
    several = "The names need quotes" if len(written) > 1 else "The name needs quotes"
    return f"{several}, straight ones of one kind: {right}."
