"""Fill in what nobody has written, and add to the learner's own files what an answer has besides."""

from collections.abc import Sequence

from workshop.course.backup import ADDED_TO, FILLED_IN, Keeper
from workshop.course.completing import move_files, path_for
from workshop.course.our_files import Files, is_later, sources_in, text_edits
from workshop.course.reference import answers
from workshop.dbt_project.declared import MODEL, SOURCE, YAML, Name, declared_by
from workshop.dbt_project.files import Edit
from workshop.dbt_project.new_names import with_sources
from workshop.dbt_project.yaml_merge import CannotMerge, added
from workshop.judging.exercise import Exercise


def add(keeper: Keeper, exercises: Sequence[Exercise]) -> None:
    """Make the answers' edits where nobody has written, and complete the learner's own where somebody has."""
    for exercise in exercises:
        move_files(keeper, list(answers()[exercise.name].edits))
        for edit in text_edits([exercise]):
            if is_about_dbt(edit) and edit.path.endswith(".sql"):
                fill_in_model(keeper, edit)
            elif is_about_dbt(edit) and edit.path.endswith(YAML):
                add_entries(keeper, edit)
            elif is_about_dbt(edit):
                fill_in_blocks(keeper, edit)
            else:
                fill_in_file(keeper, edit)
        if any(name[0] == SOURCE for edit in text_edits([exercise]) for name in declared_by(edit.path, edit.text)):
            swap_raw_tables(keeper)


# -- how ---------------------------------------------------------------------------------------------------


def is_about_dbt(edit: Edit) -> bool:
    return bool(declared_by(edit.path, edit.text))


def fill_in_model(keeper: Keeper, edit: Edit) -> None:
    """Write a model that is not there, or that is as we wrote it for an earlier exercise."""
    files = Files(keeper.project)
    [(_, model)] = declared_by(edit.path, edit.text)
    place = files.place_of(model) or edit.path
    write_ours(keeper, files, place, edit.text)


def fill_in_file(keeper: Keeper, edit: Edit) -> None:
    write_ours(keeper, Files(keeper.project), edit.path, edit.text)


def write_ours(keeper: Keeper, files: Files, place: str, text: str) -> None:
    there = files.text(place)
    if files.is_untouched(place) and (there is None or not is_later(place, there, text)):
        keeper.write(place, files.adapted(place, text), FILLED_IN)


def add_entries(keeper: Keeper, edit: Edit) -> None:
    """Write a YAML file that nobody has; else add to each file what ours says of the names that it declares."""
    files = Files(keeper.project)
    text = files.adapted(edit.path, edit.text)
    names = [name for name in declared_by(edit.path, text) if not is_declared_otherwise(files, name, text)]
    holders = holders_of(files, names)
    if len(holders) <= 1 and files.is_untouched(next(iter(holders), edit.path)):
        write_ours(keeper, files, next(iter(holders), edit.path), edit.text)
        return
    new = [name for name in names if name not in files.declared]
    for path, held in holders.items():
        merge(keeper, path, text, held)
    if new:
        home = next(iter(holders), edit.path)
        path = home if holders or files.text(home) is not None else edit.path
        merge(keeper, path, text, new)


def holders_of(files: Files, names: Sequence[Name]) -> dict[str, list[Name]]:
    """Return the files that declare some of the names, with those names."""
    found: dict[str, list[Name]] = {}
    for name in names:
        for path in files.declared.get(name, ())[:1]:
            found.setdefault(path, []).append(name)
    return found


def is_declared_otherwise(files: Files, name: Name, text: str) -> bool:
    """Tell whether a raw table is declared under other names than those of our text."""
    kind, called = name
    ours = next((relation for relation, names in sources_in(text) if ".".join(names) == called), None)
    return kind == SOURCE and ours is not None and name not in files.declared and ours in files.sources()


def merge(keeper: Keeper, path: str, text: str, names: Sequence[Name]) -> None:
    """Add entries to a file; where nothing can be added to it, it stays as it is, for the next rung."""
    there = Files(keeper.project).text(path)
    try:
        keeper.write(path, added(there or "", text, names), ADDED_TO if there is not None else FILLED_IN)
    except CannotMerge:
        return


def fill_in_blocks(keeper: Keeper, edit: Edit) -> None:
    """Write a docs block that nobody has; below what there is where the file has other text."""
    files = Files(keeper.project)
    names = declared_by(edit.path, edit.text)
    if any(name in files.declared for name in names):
        [path, *_] = [files.declared[name][0] for name in names if name in files.declared]
        write_ours(keeper, files, path, edit.text)
        return
    there = files.text(edit.path)
    if there is None or files.is_untouched(edit.path):
        path = (path_for(files, edit) if there is None else None) or edit.path
        keeper.write(path, edit.text, FILLED_IN)
    else:
        keeper.write(edit.path, f"{there.rstrip()}\n\n{edit.text}", ADDED_TO)


def swap_raw_tables(keeper: Keeper) -> None:
    """Let models read a declared source where they name its raw table themselves; the rest of them stays."""
    files = Files(keeper.project)
    sources = files.sources()
    for file in list(files.all.values()):
        if file.text is not None and file.path.endswith(".sql") and any(kind == MODEL for kind, _ in file.declares):
            text = with_sources(file.text, sources)
            if text != file.text:
                keeper.write(file.path, text, keeper.how.get(file.path, ADDED_TO))
