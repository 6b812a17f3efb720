"""The words of Jinja and dbt, and the names that a file gives itself."""

import re

STATEMENTS = "for endfor if elif else endif set endset macro endmacro do call endcall test endtest snapshot".split()
STATEMENTS += "endsnapshot docs enddocs".split()


OPENS = {"for": "endfor", "if": "endif", "macro": "endmacro", "test": "endtest", "snapshot": "endsnapshot"}
OPENS |= {"call": "endcall", "docs": "enddocs", "raw": "endraw"}


FUNCTIONS = (
    "ref",
    "source",
    "config",
    "var",
    "env_var",
    "macro",
    "doc",
    "is_incremental",
    "run_query",
    "return",
    "log",
)


OWN_NAMES = re.compile(r"\{%-?\s*(?:set\s+(\w+)|for\s+(\w+)(?:\s*,\s*(\w+))?|macro\s+\w+\(([^)]*)\))")


def names_set(text: str) -> set[str]:
    """Return the names that a file gives a value itself."""
    groups = [group for match in OWN_NAMES.finditer(text) for group in match.groups() if group]
    return {name.split("=")[0].strip() for group in groups for name in group.split(",")}


def in_comment(text: str, at: int) -> bool:
    """Tell whether a place stands behind `--` in its line, or between /* and */."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return "--" in line or text.rfind("/*", 0, at) > text.rfind("*/", 0, at)
