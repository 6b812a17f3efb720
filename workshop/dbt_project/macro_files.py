"""The files of macros and generic tests: which one dbt can't read, and which macro takes the place of one of dbt's."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from workshop.dbt_project.trouble import Trouble, did_you_mean
from workshop.dbt_project.yaml_files import LARGEST_FILE

FOLDERS = ("macros", "tests/generic")
BUILT_IN = "ref source config this target execute return log var env_var run_query statement".split()
NAMED = re.compile(r"\{%-?\s*(?:macro|test)\s+(\w+)")
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")


def with_macro_file(trouble: Trouble, project: Path) -> Trouble:
    """Return the trouble with the macro file that it is in, where dbt names none, and with the macro behind it."""
    if not trouble.file and (found := unreadable(project)):
        trouble = replace(trouble, file=found[0], line=found[1] or trouble.line)
    for file, name in shadowing(project):
        hint = f" Your macro `{name}` ({file}) takes the place of dbt's own: rename it."
        return replace(trouble, meaning=trouble.meaning + hint)
    return replace(trouble, meaning=trouble.meaning + near_name(trouble, project))


# -- how ---------------------------------------------------------------------------------------------------


def macro_texts(project: Path) -> Iterator[tuple[str, str]]:
    for folder in FOLDERS:
        for path in sorted((project / folder).glob("**/*.sql")):
            with suppress(OSError, UnicodeDecodeError):
                if path.is_file() and path.stat().st_size <= LARGEST_FILE:
                    yield path.relative_to(project).as_posix(), path.read_text(encoding="utf-8-sig")


def unreadable(project: Path) -> tuple[str, int | None] | None:
    """Return the first macro file that dbt's own reader refuses, and the line, where it tells one."""
    from dbt_common.clients.jinja import extract_toplevel_blocks, parse

    for file, text in macro_texts(project):
        try:
            extract_toplevel_blocks(text, allowed_blocks={"macro", "materialization", "test", "data_test"})
            parse(text)
        except Exception as error:  # dbt has a class of its own for each, and Jinja some more
            return file, getattr(error, "lineno", None)
    return None


def near_name(trouble: Trouble, project: Path) -> str:
    """Return a "did you mean" for a macro or test that is not there, or ""."""
    wanted = re.search(r"'(\w+)' is undefined", trouble.said)
    if not wanted or "Did you mean" in trouble.meaning:
        return ""
    names = [name for _, text in macro_texts(project) for name in NAMED.findall(text)]
    return did_you_mean(wanted.group(1).removeprefix("test_"), names)


def shadowing(project: Path) -> Iterator[tuple[str, str]]:
    """Give the macros that bear the name of something that dbt brings, with their files."""
    for file, text in macro_texts(project):
        for name in MACRO.findall(text):
            if name in BUILT_IN:
                yield file, name
