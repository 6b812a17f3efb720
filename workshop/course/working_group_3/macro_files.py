"""A macro of the learner's own: where it is, and why it is not there."""

import re
from difflib import get_close_matches
from typing import Any

from workshop.course.reference import reference
from workshop.dbt_project.sql_text import without_comments
from workshop.dbt_project.work import NotStarted, Work
from workshop.judging.verdict import Verdict, not_yet

MACRO = re.compile(r"\{%-?\s*macro\b")
LOOKED_AT = ("macros", "models", "tests", "analyses", "snapshots")


def macro_named(work: Work, name: str) -> Any | None:
    """Return dbt's macro of that name in the project's own files, or None. Raises DoesNotRun."""
    return own_macros(work).get(name)


def own_macros(work: Work) -> dict[str, Any]:
    project = work.manifest.metadata.project_name
    return {macro.name: macro for macro in work.manifest.macros.values() if macro.package_name == project}


def why_there_is_none(work: Work, name: str, exercise: str, kind: str = "macro") -> Verdict:
    """Return the verdict where no macro of that name is there. Raises NotStarted where nobody has begun.

    kind: the word of Jinja that it is written with, "macro" or "test"
    """
    prefix = "test_" if kind == "test" else ""
    own = [macro.removeprefix(prefix) for macro in own_macros(work) if macro.startswith(prefix)]
    written = re.compile(rf"\b(?:macro|test)\s+(?:test_)?{name.removeprefix(prefix)}\b")
    for folder in LOOKED_AT:
        for file in sorted(work.project.glob(f"{folder}/**/*")):
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
            if written.search(text):
                place = file.relative_to(work.project).as_posix()
                is_looked_at = file.suffix == ".sql" and place.startswith(("macros/", "tests/generic/"))
                mistake = f"{kind}_in_other_braces" if is_looked_at else f"{kind}_where_dbt_does_not_look"
                if kind == "test" and MACRO.search(text):
                    mistake = "macro_in_place_of_test"
                return not_yet(reference().mistake(exercise, mistake), place)
    if close := get_close_matches(name.removeprefix(prefix), own, 1, 0.6):
        return not_yet(reference().mistake(exercise, f"{kind}_misnamed"), close[0])
    raise NotStarted(f"There is no {kind} `{name.removeprefix(prefix)}` in your project yet.")


def text_of_macros(work: Work) -> str:
    """Return the text of all macro files and generic tests, without comments."""
    files = [file for folder in ("macros", "tests") for file in sorted(work.project.glob(f"{folder}/**/*.sql"))]
    return "\n".join(without_comments(file.read_text(encoding="utf-8", errors="replace")) for file in files)
