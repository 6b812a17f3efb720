"""Make a project readable: what stands in dbt's way is set aside, all at once where our own reading finds it."""

import re
from functools import partial
from pathlib import Path

from workshop.course.backup import ADDED_TO, REPLACED, Keeper
from workshop.course.completing import complete_names
from workshop.course.our_files import Files, course_names, known_paths, starter_text, text_edits_of_all
from workshop.course.raw_tables import RAW_TABLES
from workshop.dbt_project.commands import install_packages
from workshop.dbt_project.declared import BLOCK, ENTRY, MODEL, SETTINGS, SOURCE, YAML, Name
from workshop.dbt_project.unreadable import why_unreadable
from workshop.dbt_project.work import DoesNotRun, Work
from workshop.dbt_project.yaml_merge import CannotMerge, added, without
from workshop.judging.remembered import OF_THIS_KERNEL, remembered

ASKED_AT_MOST = 12
PATH = re.compile(r"((?:models|macros|tests|snapshots|seeds|analyses)/[^\s'\"(),:]+\.\w+)")
NODE = re.compile(r"\b(?:model|snapshot|seed)\.\w+\.(\w+)")
IN_MODELS = re.compile(r"relative_path='([^']+)'")


def set_aside_unreadable(keeper: Keeper) -> None:
    """Set aside what dbt can't read and what is declared twice, without asking dbt; the starter's own are put back."""
    for file in list(Files(keeper.project).all.values()):
        if why := why_unreadable(file):
            take_out(keeper, file.path, why)
    settle_doubles(keeper)


def readable(keeper: Keeper) -> Work:
    """Return the project as work that dbt can read and compile. What dbt names, one by one, gives way."""
    for _ in range(ASKED_AT_MOST):
        work = work_on(keeper)
        trouble = trouble_of(work)
        if not trouble or not overcome(keeper, trouble):
            return work
        complete_names(keeper)
    blame(keeper)
    return work_on(keeper)


def work_on(keeper: Keeper) -> Work:
    """Return the project as it is now, with the packages installed that it names."""
    install_packages(keeper.project)
    return Work(keeper.project, tables=RAW_TABLES, memory=OF_THIS_KERNEL)


def trouble_of(work: Work) -> DoesNotRun | None:
    """Return why dbt can't read or compile the project, or None where it can."""
    return remembered(work, "compiles", partial(trouble_in, work), lambda trouble: trouble is None)


def trouble_in(work: Work) -> DoesNotRun | None:
    try:
        work.compiled()
    except DoesNotRun as error:
        if error.trouble.said == "Interrupted.":
            raise KeyboardInterrupt from error
        return error
    return None


# -- what is there twice -----------------------------------------------------------------------------------


def settle_doubles(keeper: Keeper) -> None:
    """Leave one file for each name: a model before a seed, the learner's own before ours, what is in its place."""
    files = Files(keeper.project)
    for name, paths in files.declared.items():
        kind, called = name
        if len(paths) > 1 and all((keeper.project / path).exists() for path in paths):
            in_line = place_in_line if kind == MODEL else richest_first
            first, *others = sorted(dict.fromkeys(paths), key=lambda path: in_line(files, path))
            for path in others:
                if kind == MODEL:
                    take_out(keeper, path, f"`{first}` has the same name")
                elif kind == BLOCK:
                    cut_block(keeper, path, called, f"`{first}` has the block `{called}`, too")
                else:
                    cut_entry(keeper, path, name, first)
            if kind == BLOCK and paths.count(first) > 1:
                cut_block(keeper, first, called, "", keeps_first=True)


def place_in_line(files: Files, path: str) -> tuple[bool, bool, bool, str]:
    is_elsewhere = not path.startswith("models/")  # a seed or a snapshot
    return (is_elsewhere, files.is_untouched(path), path not in known_paths(), path)


def richest_first(files: Files, path: str) -> tuple[bool, int, bool]:
    text = files.text(path) or ""
    return (path not in known_paths(), -text.count("- "), files.is_untouched(path))


def cut_entry(keeper: Keeper, path: str, name: Name, first: str) -> None:
    """Take an entry out of a file, after what it has besides was added to the first one of its name."""
    files = Files(keeper.project)
    try:
        completed = added(files.text(first) or "", files.text(path) or "", [name], settings=False)
        rest = without(files.text(path) or "", [name])
    except CannotMerge:
        take_out(keeper, path, f"`{first}` describes `{name[1]}`, too")
        return
    keeper.write(first, completed, ADDED_TO)
    if rest is None:
        take_out(keeper, path, f"`{first}` describes `{name[1]}`, too, and has its tests now")
    else:
        keeper.write(path, rest, ADDED_TO)


def cut_block(keeper: Keeper, path: str, called: str, why: str, keeps_first: bool = False) -> None:
    block = re.compile(rf"\{{%-?\s*docs\s+{called}\s*-?%\}}.*?\{{%-?\s*enddocs\s*-?%\}}\n?", re.DOTALL)
    text = Files(keeper.project).text(path) or ""
    found = block.search(text)
    start = found.end() if keeps_first and found else 0
    rest = text[:start] + block.sub("", text[start:])
    if rest.strip():
        keeper.write(path, rest, ADDED_TO)
    else:
        take_out(keeper, path, why)


# -- what dbt names ----------------------------------------------------------------------------------------


def overcome(keeper: Keeper, trouble: DoesNotRun) -> bool:
    """Make one change that takes the trouble away, and return whether there was any to make."""
    if "not found" in trouble.trouble.said and set_aside_what_asks_for_nothing(keeper):
        return True
    culprit = culprit_of(keeper, trouble)
    if culprit is None:
        return blame(keeper)
    first_line = trouble.trouble.said.partition("\n")[0].rstrip(".")
    if culprit.endswith(YAML) and put_ours_in(keeper, culprit):
        return True
    take_out(keeper, culprit, f"dbt says: {first_line[:120]}")
    return True


def set_aside_what_asks_for_nothing(keeper: Keeper) -> bool:
    """Set aside all files that ask for a name that nobody declares, and return whether there were any."""
    files = Files(keeper.project)
    asking = {file.path: name for file in files.all.values() for name in file.wants if name not in files.declared}
    for path, (kind, called) in asking.items():
        take_out(keeper, path, f"it asks for the {kind} `{called}`, and there is none")
    return bool(asking)


def culprit_of(keeper: Keeper, trouble: DoesNotRun) -> str | None:
    """Return the file to blame: of those that dbt names, one that the course does not need, if there is one."""
    files, said = Files(keeper.project), f"{trouble.trouble.said} {trouble.trouble.file}"
    named: list[str] = [path for path in PATH.findall(said) if path in files.all]
    named += [f"models/{path}" for path in IN_MODELS.findall(said) if f"models/{path}" in files.all]
    for model in NODE.findall(said):
        named += files.declared.get((MODEL, model), [])
    disabled = re.search(r"node named '(\w+)' which is disabled", said)
    if disabled:
        named = [*files.declared.get((ENTRY, disabled[1]), ()), *files.declared.get((MODEL, disabled[1]), ()), *named]
        return named[0] if named else None
    if "database representation" in said or "Contract enforcement" in said:
        return None  # what is to blame is mostly another one than dbt names first
    if named:
        return min(named, key=lambda path: is_needed(files, path))
    if "packages.yml" in said:
        return "packages.yml" if "packages.yml" in files.all else None
    is_settings = trouble.trouble.file in ("dbt_project.yml", "profiles.yml") or "dbt_project.yml" in said
    if is_settings and files.text("dbt_project.yml") != starter_text("dbt_project.yml"):
        return "dbt_project.yml"
    return None


def is_needed(files: Files, path: str) -> bool:
    return any(name in course_names() for name in files.all[path].declares)


def put_ours_in(keeper: Keeper, path: str) -> bool:
    """Put the answers' entries in place of those of a YAML file, and return whether that changed it."""
    files = Files(keeper.project)
    text = files.text(path) or ""
    names = [name for name in files.all[path].declares if name[0] in (ENTRY, SOURCE)]
    changed = text
    try:
        for edit in text_edits_of_all():
            if edit.path.endswith(YAML) and edit.path.startswith("models/") and files.can_read(edit):
                changed = added(changed, files.adapted(edit.path, edit.text), names, replaces=True)
    except CannotMerge:
        return False
    if changed == text or len(names) < 2 or keeper.how.get(path) == REPLACED:
        return False
    return keeper.write(path, changed)


def blame(keeper: Keeper) -> bool:
    """Find the files that dbt can't go on with among those that the course does not need, and set them aside.

    All of them are taken away; then halves come back, as long as dbt can read what is there.
    """
    files = Files(keeper.project)
    suspects = [path for path, file in files.all.items() if file.text is not None and not is_needed(files, path)]
    suspects = [path for path in suspects if path not in SETTINGS]
    suspects += [path for path in SETTINGS if path in files.all and files.text(path) != starter_text(path)]
    if not suspects:
        return False
    step = len(keeper.steps)
    kept = {path: (keeper.project / path).read_bytes() for path in suspects}
    for path in suspects:
        take_out(keeper, path, "dbt can't go on with it")
    if trouble_of(Work(keeper.project, tables=RAW_TABLES)):
        keeper.take_back(step)
        return False
    guilty = guilty_among(keeper.project, kept, list(kept))
    keeper.take_back(step)
    for path in guilty:
        take_out(keeper, path, "dbt can't go on with it")
    return bool(guilty)


def guilty_among(project: Path, kept: dict[str, bytes], paths: list[str]) -> list[str]:
    """Put files back, and return those with which dbt can't read the project; they are gone again."""
    before = {path: (project / path).read_bytes() if (project / path).is_file() else None for path in paths}
    for path in paths:
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_bytes(kept[path])
    if not paths or not trouble_of(Work(project, tables=RAW_TABLES)):
        return []
    for path, content in before.items():
        if content is None:
            (project / path).unlink()
        else:
            (project / path).write_bytes(content)
    if len(paths) == 1:
        return paths
    half = len(paths) // 2
    return guilty_among(project, kept, paths[:half]) + guilty_among(project, kept, paths[half:])


def take_out(keeper: Keeper, path: str, why: str) -> None:
    """Set a file aside; where the starter has one of that path, it comes back."""
    original = starter_text(path)
    if original is not None and (keeper.project / path).is_file() and Files(keeper.project).text(path) != original:
        keeper.write(path, original)
        keeper.why[path] = why
    else:
        keeper.set_aside(path, why)
