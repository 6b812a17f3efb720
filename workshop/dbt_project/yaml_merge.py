"""Entries of one YAML file added to another one, put in place of its own, or cut out of it.

Comments, quotes and the order of what stays are kept. An entry is a name as `declared` gives it.
"""

import io
import re
from collections.abc import Collection, Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from workshop.dbt_project.declared import ENTRY, SOURCE, Name

TESTS = ("data_tests", "tests")
ONE_OR_THE_OTHER = ("freshness", "loaded_at_field", "loaded_at_query")  # at the top or below `config:`


class CannotMerge(ValueError):
    """A text is not YAML that can be added to, such as one with a key twice."""


def added(text: str, ours: str, names: Collection[Name], replaces: bool = False, settings: bool = True) -> str:
    """Return `text` with those entries of `ours` that are named: what stands there already is completed.

    replaces: whether an entry that stands there already gives way to ours
    settings: whether to complete what stands below `config:`, too

    Raises CannotMerge.
    """
    root, new = loaded(text), loaded(ours)
    if not settings:
        forget_settings(new)
    for key, entry in entries_of(new):
        if key == "models" and (ENTRY, entry.get("name")) in names:
            put(list_in(root, "models"), entry, replaces)
        elif key == "sources":
            put_source(list_in(root, "sources"), entry, names, replaces)
    return dumped(root, text)


def without(text: str, names: Collection[Name]) -> str | None:
    """Return `text` without the entries that are named, or None where nothing else is in it. Raises CannotMerge."""
    root = loaded(text)
    if models := root.get("models"):
        drop(models, lambda entry: (ENTRY, entry.get("name")) in names)
    for source in root.get("sources") or ():
        prefix = f"{source.get('name')}."
        dropped = [
            called.removeprefix(prefix) for kind, called in names if kind == SOURCE and called.startswith(prefix)
        ]
        drop(source.get("tables") or [], lambda table, dropped=dropped: table.get("name") in dropped)
    drop(root.get("sources") or [], lambda source: not source.get("tables"))
    for key in ("models", "sources"):
        if key in root and not root[key]:
            del root[key]
    return dumped(root, text) if set(root) - {"version"} else None


# -- adding ------------------------------------------------------------------------------------------------


def forget_settings(root: Any) -> None:
    for _, entry in entries_of(root):
        for each in (entry, *(entry.get("tables") or ())):
            each.pop("config", None)


def put(entries: Any, ours: Any, replaces: bool) -> None:
    """Add an entry to a list, or complete the one of its name, or put it in that one's place."""
    name = str(ours.get("name")).lower()
    for number, theirs in enumerate(entries):
        if isinstance(theirs, dict) and str(theirs.get("name")).lower() == name:
            if replaces:
                entries[number] = ours
            else:
                complete(theirs, ours)
            return
    entries.append(ours)


def put_source(sources: Any, ours: Any, names: Collection[Name], replaces: bool) -> None:
    """Add those tables of a source that are named, to the source of that name where there is one."""
    tables = [table for table in ours.get("tables", ()) if (SOURCE, f"{ours['name']}.{table['name']}") in names]
    if not tables:
        return
    theirs = next((each for each in sources if isinstance(each, dict) and each.get("name") == ours["name"]), None)
    if theirs is None:
        theirs = CommentedMap({key: value for key, value in ours.items() if key != "tables"})
        theirs["tables"] = CommentedSeq()
        sources.append(theirs)
    for key, value in ours.items():
        if key != "tables" and (key not in theirs or (replaces and key != "description")):
            theirs[key] = value
    for key in ("config", *ONE_OR_THE_OTHER) if replaces else ():  # they hold for each of its tables
        if key not in ours:
            theirs.pop(key, None)
    for table in tables:
        put(list_in(theirs, "tables"), table, replaces)


def complete(theirs: Any, ours: Any) -> None:
    """Add to an entry what ours has besides: columns, tests, settings; a description where it has none, or no doc()."""
    for key, value in ours.items():
        if key == "columns":
            for column in [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []:
                put(list_in(theirs, "columns"), column, replaces=False)
        elif key in TESTS and isinstance(value, list):
            add_tests(theirs, key, value)
        elif key == "config":
            config = theirs.setdefault("config", CommentedMap())
            for name in value:
                if name not in config and not (name in ONE_OR_THE_OTHER and name in theirs):
                    config[name] = value[name]
            if not config:
                del theirs["config"]
        elif (key == "description" and ("doc(" in value and "doc(" not in str(theirs.get(key)))) or not theirs.get(key):
            theirs[key] = value


def add_tests(theirs: Any, key: str, tests: Any) -> None:
    there = next((name for name in TESTS if isinstance(theirs.get(name), list)), None)
    if there is None:
        theirs[key] = tests
        return
    kinds = {kind_of(test) for test in theirs[there]}
    theirs[there].extend(test for test in tests if kind_of(test) not in kinds)


def kind_of(test: Any) -> str:
    if not isinstance(test, dict):
        return str(test)
    return str(test.get("test_name") or next((key for key in test if key not in ("name", "config")), ""))


# -- reading and writing -----------------------------------------------------------------------------------


def entries_of(root: Any) -> Iterator[tuple[str, Any]]:
    for key in ("models", "sources"):
        for entry in root.get(key) or ():
            if isinstance(entry, dict):
                yield key, entry


def list_in(mapping: Any, key: str) -> Any:
    if not isinstance(mapping.get(key), list):
        mapping[key] = CommentedSeq()
    return mapping[key]


def drop(entries: Any, is_dropped: Any) -> None:
    for number in reversed(range(len(entries))):
        if isinstance(entries[number], dict) and is_dropped(entries[number]):
            del entries[number]


def loaded(text: str) -> Any:
    try:
        root = YAML().load(text) if not text.strip() else reader(text).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        raise CannotMerge(str(error)) from error
    if root is None:
        return CommentedMap({"version": 2})
    if not isinstance(root, CommentedMap):
        raise CannotMerge("This is no mapping.")
    return root


def dumped(root: Any, text: str) -> str:
    out = io.StringIO()
    reader(text).dump(root, out)
    return out.getvalue()


def reader(text: str) -> YAML:
    """Return what reads and writes YAML with the indentation of `text`."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    dash = re.search(r"^( *)[\w-]+:[^\S\n]*\n(?:[^\S\n]*(?:#.*)?\n)*( *)- ", text, re.MULTILINE)
    offset = max(len(dash[2]) - len(dash[1]), 0) if dash else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml
