"""Complete what is half done: models that were renamed or moved, and names that are asked for and not yet there."""

from pathlib import PurePosixPath

from workshop.course.backup import ADDED_TO, FILLED_IN, Keeper
from workshop.course.our_files import Files, earlier_name, later_name, moves, starter_edits, text_edits_of_all
from workshop.course.reference import renamed
from workshop.dbt_project.declared import ENTRY, MODEL, SOURCE, YAML, Name, declared_by
from workshop.dbt_project.files import Edit
from workshop.dbt_project.new_names import with_new_names
from workshop.dbt_project.yaml_merge import CannotMerge, without

SQL_AND_YAML = (".sql", *YAML)


def complete_names(keeper: Keeper) -> None:
    """Let everything point at what is there: new names follow, half moves are ended, answers give what is missing."""
    follow_new_names(keeper)
    for _ in range(len(starter_edits()) + len(text_edits_of_all())):
        given = [give_what_is_missing(keeper, name) for name in missing(Files(keeper.project))]
        if not any(given):
            break
        follow_new_names(keeper)


def follow_new_names(keeper: Keeper) -> None:
    """Point what still says a model's old name at its new one, where only that is there."""
    files = Files(keeper.project)
    names = {old: new for old, new in renamed().items() if files.has_model(new) and not files.has_model(old)}
    entries = {old: new for old, new in names.items() if (ENTRY, new) not in files.declared}
    if not names:
        return
    for file in list(files.all.values()):
        if file.text is not None and file.path.endswith(SQL_AND_YAML):
            text = with_new_names(file.path, file.text, names, entries)
            if text != file.text:
                keeper.write(file.path, text, ADDED_TO)
    for old in names.keys() - entries.keys():
        for path in files.declared.get((ENTRY, old), []):
            cut_old_entry(keeper, path, old, names[old])


def cut_old_entry(keeper: Keeper, path: str, old: str, new: str) -> None:
    """Take out what YAML says of a model's old name, where the new one is described elsewhere."""
    try:
        rest = without(Files(keeper.project).text(path) or "", [(ENTRY, old)])
    except CannotMerge:
        return
    if rest is None:
        keeper.set_aside(path, f"it describes `{old}`, which is `{new}` now and described elsewhere")
    else:
        keeper.write(path, rest, ADDED_TO)


def missing(files: Files) -> list[Name]:
    """Return the names that are asked for and that no file declares."""
    wanted = dict.fromkeys(name for file in files.all.values() for name in file.wants)
    return [name for name in wanted if name not in files.declared]


def give_what_is_missing(keeper: Keeper, name: Name) -> bool:
    """End a half move, or write the answer that declares the name. Return whether anything changed."""
    kind, called = name
    files = Files(keeper.project)
    if name in files.declared:
        return False
    old = earlier_name(called)
    if kind == MODEL and old != called and (place := files.place_of(old)):
        target = next(new for path, new in moves().items() if PurePosixPath(path).stem == old)
        keeper.move(place, target)
        return True
    ours = [*reversed(text_edits_of_all()), *starter_edits()]
    for edit in sorted(ours, key=files.can_read, reverse=True):  # the latest that needs nothing more comes first
        declares = declared_by(edit.path, edit.text)
        if name in declares and not any(each in files.declared for each in declares):
            path = path_for(files, edit)
            return path is not None and keeper.write(path, files.adapted(path, edit.text), FILLED_IN)
    return False


def path_for(files: Files, edit: Edit) -> str | None:
    """Return where a new file of ours can be written: its own path, or beside what is there; None where neither."""
    path = PurePosixPath(edit.path)
    beside = path.with_name(f"{path.stem}_answer{path.suffix}")
    free = [str(each) for each in (path, beside) if not (files.project / each).exists()]
    return free[0] if free else None


# -- moving to where others look for it ------------------------------------------------------------------------


def move_files(keeper: Keeper, edits: list[Edit]) -> None:
    """Make the moves of an answer, wherever the files are and whatever those of YAML and docs are called."""
    for edit in edits:
        if edit.moved_to and edit.path.endswith(".sql"):
            move_model(keeper, PurePosixPath(edit.path).stem, edit.moved_to)
        elif edit.moved_to and (keeper.project / edit.path).is_file() and not (keeper.project / edit.moved_to).exists():
            keeper.move(edit.path, edit.moved_to)
    follow_new_names(keeper)
    folders = folders_of(edits)
    for file in list(Files(keeper.project).all.values()):
        wanted = {folders[name] for name in file.declares if name in folders}
        lies_in = str(PurePosixPath(file.path).parent)
        if file.path.endswith(YAML) and len(wanted) == 1 and lies_in != "models" and not is_below(lies_in, min(wanted)):
            target = f"{min(wanted)}/{PurePosixPath(file.path).name}"
            if not (keeper.project / target).exists():
                keeper.move(file.path, target)


def move_model(keeper: Keeper, name: str, target: str) -> None:
    files = Files(keeper.project)
    places = files.declared.get((MODEL, PurePosixPath(target).stem), []) or files.declared.get((MODEL, name), [])
    if places and places[0] != target and not (keeper.project / target).exists():
        keeper.move(places[0], target)
    for left in files.declared.get((MODEL, name), []):
        if left != target and (keeper.project / left).is_file():
            keeper.set_aside(left, f"`{target}` has taken its place")


def folders_of(edits: list[Edit]) -> dict[Name, str]:
    """Return the folder in which each model is after the moves, and the YAML of models and sources."""
    targets = {edit.path: edit.moved_to for edit in edits if edit.moved_to}
    found: dict[Name, str] = {}
    for path, target in targets.items():
        folder = str(PurePosixPath(target).parent)
        if path.endswith(".sql"):
            found[ENTRY, later_name(PurePosixPath(path).stem)] = found[ENTRY, PurePosixPath(path).stem] = folder
    for edit in text_edits_of_all():
        for kind, name in declared_by(edit.path, edit.text):
            if kind == SOURCE and edit.path in targets:
                found[kind, name] = str(PurePosixPath(targets[edit.path]).parent)
    return found


def is_below(folder: str, wanted: str) -> bool:
    return folder == wanted or folder.startswith(f"{wanted}/")
