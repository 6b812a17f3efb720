"""What the answers say of files: their texts, whose a file is, where it is in a project, what it is called later."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import yaml

from workshop.course.backup_log import digest_of
from workshop.course.reference import answers, needed_of_dbt, renamed
from workshop.dbt_project.declared import (
    MODEL,
    Name,
    ProjectFile,
    data_tests_asked_for,
    declared_by,
    files_of,
    wanted_by,
)
from workshop.dbt_project.files import Edit, tidy
from workshop.dbt_project.new_names import with_new_names, with_source_names
from workshop.dbt_project.yaml_nodes import compose, items, value_of
from workshop.judging.exercise import Exercise
from workshop.places import STARTER

TEST = re.compile(r"\{%-?\s*test\s+(\w+)")
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")


class Files:
    """The files of a project as they are at this moment; make a new one after each change."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.all: dict[str, ProjectFile] = {file.path: file for file in files_of(project)}
        self.declared: dict[Name, list[str]] = {}
        for file in self.all.values():
            for name in file.declares:
                self.declared.setdefault(name, []).append(file.path)

    def text(self, path: str) -> str | None:
        """Return the text of a file; None where there is none."""
        if path in self.all:
            return self.all[path].text
        file = self.project / path
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None

    def is_untouched(self, path: str) -> bool:
        """Tell whether there is no such file, or its text is the starter's or that of an answer."""
        text = self.text(path)
        return not (self.project / path).exists() if text is None else canonical(path, text) in our_texts()

    def has_model(self, name: str) -> bool:
        return (MODEL, name) in self.declared

    def place_of(self, model: str) -> str | None:
        """Return where a model is, by this name or that of before or after its renaming."""
        for name in (model, later_name(model), earlier_name(model)):
            if places := self.declared.get((MODEL, name)):
                return places[0]
        return None

    def adapted(self, path: str, text: str) -> str:
        """Return a text of ours with the names that models and sources have in this project."""
        names = {old: new for old, new in renamed().items() if self.has_model(new) and not self.has_model(old)}
        names |= {new: old for old, new in renamed().items() if self.has_model(old) and not self.has_model(new)}
        return with_source_names(with_new_names(path, text, names, names), self.sources())

    def latest(self, edit: Edit) -> str:
        """Return the latest text of what an edit writes that can be read with what is there."""
        declares = set(declared_by(edit.path, edit.text))
        texts = [
            each for each in text_edits_of_all() if declares and declares == set(declared_by(each.path, each.text))
        ]
        later = texts[texts.index(edit) :] if edit in texts else texts
        usable = [each.text for each in later if self.can_read(each)]
        return (usable or [edit.text])[-1]

    def can_read(self, edit: Edit) -> bool:
        """Tell whether all that a text of ours needs besides models is there: sources, blocks, macros, tests."""
        has_names = all(want in self.declared for want in wants_besides_models(edit))
        return has_names and self.has_macros_of(edit) and self.has_tests_of(edit)

    def has_macros_of(self, edit: Edit) -> bool:
        if not edit.path.startswith("models/") or not edit.path.endswith(".sql"):
            return True
        texts = [file.text or "" for file in self.all.values() if file.path.startswith("macros/")]
        there = {name for text in texts for name in MACRO.findall(text)}
        packages = self.text("packages.yml") or ""
        return all(name in there or name in packages for name in needed_of_dbt(edit.text) - {"ref", "source", "config"})

    def has_tests_of(self, edit: Edit) -> bool:
        texts = [file.text or "" for file in self.all.values() if file.path.startswith(("macros/", "tests/generic/"))]
        return data_tests_asked_for(edit.path, edit.text) <= {name for text in texts for name in TEST.findall(text)}

    def sources(self) -> dict[str, tuple[str, str]]:
        """Return the source and table, as `source()` takes them, of each raw table that is declared."""
        return {
            relation: names
            for file in self.all.values()
            if file.path.endswith((".yml", ".yaml"))
            for relation, names in sources_in(file.text or "")
        }


def text_edits(exercises: Sequence[Exercise]) -> Iterator[Edit]:
    """Give the edits of the answers that write a text, in order."""
    for exercise in exercises:
        yield from (edit for edit in answers()[exercise.name].edits if edit.moved_to is None)


def moves() -> dict[str, str]:
    """Return where an answer moves files, by where they are before."""
    edits = [edit for answer in answers().values() for edit in answer.edits]
    return {edit.path: edit.moved_to for edit in edits if edit.moved_to}


def known_paths() -> set[str]:
    """Return where the answers have files, before and after they move."""
    edits = [edit for answer in answers().values() for edit in answer.edits]
    ours = {edit.path for edit in edits} | {edit.moved_to for edit in edits if edit.moved_to}
    return ours | {path.relative_to(STARTER).as_posix() for path in STARTER.rglob("*") if path.is_file()}


def later_name(model: str) -> str:
    return renamed().get(model, model)


def earlier_name(model: str) -> str:
    return next((old for old, new in renamed().items() if new == model), model)


def canonical(path: str, text: str) -> str:
    """Return the digest of a text that bears the latest names of models, so that ours is known by either."""
    return digest_of(with_new_names(path, tidy(text), renamed(), renamed()))


@cache
def our_texts() -> dict[str, int]:
    """Return a number for each text of the starter's and of the answers; later texts have higher ones."""
    starter = [(path.name, path.read_text(encoding="utf-8")) for path in STARTER.rglob("*") if path.is_file()]
    edits = [(edit.path, edit.text) for answer in answers().values() for edit in answer.edits if edit.text]
    return {canonical(path, text): number for number, (path, text) in enumerate([*starter, *edits])}


def is_later(path: str, there: str, text: str) -> bool:
    """Tell whether what is there is a text of ours from a later answer than `text`."""
    number = our_texts().get(canonical(path, there))
    return number is not None and number > our_texts().get(canonical(path, text), 0)


def course_names() -> set[Name]:
    """Return every name that the starter or an answer declares, models by old and new names."""
    found = {name for edit in (*text_edits_of_all(), *starter_edits()) for name in declared_by(edit.path, edit.text)}
    return found | {(MODEL, later_name(name)) for kind, name in found if kind == MODEL}


def text_edits_of_all() -> list[Edit]:
    return [edit for answer in answers().values() for edit in answer.edits if edit.moved_to is None]


def starter_edits() -> list[Edit]:
    """Return the starter's models as edits."""
    paths = sorted(STARTER.glob("models/**/*.sql"))
    return [Edit(path.relative_to(STARTER).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def starter_text(path: str) -> str | None:
    file = STARTER / path
    return file.read_text(encoding="utf-8") if file.is_file() else None


def wants_besides_models(edit: Edit) -> list[Name]:
    return [name for name in wanted_by(edit.path, edit.text) if name[0] != MODEL]


def sources_in(text: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Give schema.table in lower case and the names for `source()` of each table that a YAML text declares."""
    try:
        root = compose(text)
    except (yaml.YAMLError, RecursionError):
        return
    for source in items(root, "sources"):
        name = value_of(source, "name")
        for table in items(source, "tables"):
            called = value_of(table, "name")
            relation = f"{value_of(source, 'schema') or name}.{value_of(table, 'identifier') or called}"
            yield relation.lower(), (name, called)
