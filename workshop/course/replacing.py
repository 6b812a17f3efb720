"""The last rungs: one file at a time gives way, and after each the exercise's check says whether that was enough."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from workshop.course.adding import holders_of, is_about_dbt, merge
from workshop.course.backup import Keeper
from workshop.course.completing import complete_names, path_for
from workshop.course.our_files import (
    Files,
    is_later,
    known_paths,
    sources_in,
    starter_edits,
    starter_text,
    text_edits,
    text_edits_of_all,
)
from workshop.course.readable import PATH, is_needed, take_out, work_on
from workshop.course.reference import answers
from workshop.dbt_project.declared import BLOCK, SOURCE, YAML, declared_by
from workshop.dbt_project.files import Edit
from workshop.dbt_project.yaml_merge import CannotMerge, added, without
from workshop.judging.exercise import Exercise, Feedback, try_exercise
from workshop.judging.verdict import DOES_NOT_RUN, NOT_STARTED

Change = Callable[[], object]


def replace(keeper: Keeper, exercise: Exercise, feedback: Feedback) -> None:
    """Make the exercise pass: what surrounds the learner's own files gives way first, then these, one by one."""
    feedback = without_what_does_not_run(keeper, exercise, feedback)
    if feedback.verdict.has_passed:
        return
    edits = own_edits(exercise)
    if not nobody_wrote(keeper, edits):
        for change in surroundings(keeper, exercise):
            step = len(keeper.steps)
            change()
            if len(keeper.steps) > step:
                if passes(keeper, exercise):
                    return
                keeper.take_back(step)
    for edit in edits:
        step = len(keeper.steps)
        put_in_place(keeper, edit)
        complete_names(keeper)
        if len(keeper.steps) > step and passes(keeper, exercise):
            return
    for change in surroundings(keeper, exercise):
        step = len(keeper.steps)
        change()
        if len(keeper.steps) > step and passes(keeper, exercise):
            return


def own_edits(exercise: Exercise) -> list[Edit]:
    """Return the texts that an answer writes, and, for the models that it moves, what was written of them before."""
    texts = list(text_edits([exercise]))
    known = {edit.path: edit.text for edit in (*starter_edits(), *text_edits_of_all())}
    moved = [edit for edit in answers()[exercise.name].edits if edit.moved_to and edit.path.endswith(".sql")]
    written = {edit.path for edit in texts}
    return texts + [
        Edit(each.moved_to, known[each.path]) for each in moved if each.moved_to and each.moved_to not in written
    ]


def passes(keeper: Keeper, exercise: Exercise) -> bool:
    return try_exercise(exercise, work_on(keeper)).verdict.has_passed


def nobody_wrote(keeper: Keeper, edits: list[Edit]) -> bool:
    files = Files(keeper.project)
    return all(files.is_untouched(edit.path) for edit in edits)


# -- what surrounds ----------------------------------------------------------------------------------------


def without_what_does_not_run(keeper: Keeper, exercise: Exercise, feedback: Feedback) -> Feedback:
    """Set aside, one by one, the files that the check can't run and the course does not need."""
    for _ in range(len(Files(keeper.project).all)):
        files, verdict = Files(keeper.project), feedback.verdict
        named = [path for path in PATH.findall(f"{verdict.message} {verdict.title}") if path in files.all]
        extra = [path for path in named if not is_needed(files, path) and path not in known_paths()]
        if verdict.outcome == NOT_STARTED or verdict.has_passed or not extra:
            break
        why = verdict.title or "it does not run"
        take_out(keeper, extra[0], why if verdict.outcome == DOES_NOT_RUN else f"`{exercise.name}`: {why}")
        complete_names(keeper)
        feedback = try_exercise(exercise, work_on(keeper))
    return feedback


def surroundings(keeper: Keeper, exercise: Exercise) -> Iterator[Change]:
    """Give the changes to try around the exercise's own files: each takes something of the learner's away."""
    yield partial(starters_settings, keeper)
    own = {name for edit in text_edits([exercise]) for name in declared_by(edit.path, edit.text)}
    for edit in starter_edits():
        if not own.intersection(declared_by(edit.path, edit.text)):
            yield partial(starters_model, keeper, edit)
    for edit in text_edits_of_all():
        if edit.path.startswith(("macros/", "tests/")) and (keeper.project / edit.path).is_file():
            yield partial(keeper.write, edit.path, edit.text)
    for folder in ("macros/", "tests/", "snapshots/", "seeds/", "analyses/"):
        yield partial(without_folder, keeper, folder, exercise)
    yield partial(without_other_yaml, keeper, exercise)


def starters_settings(keeper: Keeper) -> None:
    text = starter_text("dbt_project.yml") or ""
    if keeper.write("dbt_project.yml", text):
        keeper.why["dbt_project.yml"] = "with its settings the models are not what they should be"


def starters_model(keeper: Keeper, edit: Edit) -> None:
    """Put a model of the starter's back that the learner has changed; on sources where they are declared."""
    files = Files(keeper.project)
    [name] = declared_by(edit.path, edit.text)
    place = files.place_of(name[1]) or edit.path
    if files.is_untouched(place) and files.text(place) is not None:
        return
    keeper.write(place, files.adapted(place, files.latest(edit)))


def without_folder(keeper: Keeper, folder: str, exercise: Exercise) -> None:
    for path in list(Files(keeper.project).all):
        if path.startswith(folder):
            take_out(keeper, path, f"with it, `{exercise.name}` does not pass")


def without_other_yaml(keeper: Keeper, exercise: Exercise) -> None:
    files = Files(keeper.project)
    for path in list(files.all):
        if path.startswith("models/") and path.endswith(YAML) and not is_needed(files, path):
            take_out(keeper, path, f"with it, `{exercise.name}` does not pass")


# -- the exercise's own files --------------------------------------------------------------------------------


def put_in_place(keeper: Keeper, edit: Edit) -> None:
    """Make an edit, whatever stands there; of other files that say the same, only that gives way."""
    files = Files(keeper.project)
    names = declared_by(edit.path, edit.text)
    text = files.adapted(edit.path, files.latest(edit))
    if names and edit.path.endswith(".sql"):
        place = files.place_of(names[0][1]) or edit.path
        there = files.text(place)
        if there is None or not is_later(place, there, edit.text):
            keeper.write(place, text)
    elif is_about_dbt(edit) and edit.path.endswith(YAML):
        put_entries(keeper, edit, text)
    elif any(kind == BLOCK for kind, _ in names):
        put_block(keeper, edit)
    else:
        keeper.write(edit.path, text)


def put_entries(keeper: Keeper, edit: Edit, text: str) -> None:
    files = Files(keeper.project)
    cut_other_sources(keeper, files, text)
    files = Files(keeper.project)
    names = declared_by(edit.path, text)
    for path, held in holders_of(files, names).items():
        there = files.text(path) or ""
        if is_later(path, there, edit.text):
            return
        try:
            keeper.write(path, added(there, text, held, replaces=True))
        except CannotMerge:
            take_out(keeper, path, "nothing can be added to it")
    files = Files(keeper.project)
    if new := [name for name in names if name not in files.declared]:
        home = next(iter(holders_of(files, names)), None) or edit.path
        merge(keeper, home, text, new)
        if any(name not in Files(keeper.project).declared for name in new):
            keeper.write(edit.path, text)


def cut_other_sources(keeper: Keeper, files: Files, text: str) -> None:
    """Take out a raw table of ours that is declared under another name."""
    ours = dict(sources_in(text))
    for file in list(files.all.values()):
        if not file.path.endswith(YAML) or file.text is None:
            continue
        others = [
            (SOURCE, ".".join(names))
            for relation, names in sources_in(file.text)
            if relation in ours and ours[relation] != names
        ]
        if others:
            try:
                rest = without(file.text, others)
            except CannotMerge:
                rest = None
            if rest is None:
                take_out(keeper, file.path, "it declares the same raw table under another name")
            else:
                keeper.write(file.path, rest)


def put_block(keeper: Keeper, edit: Edit) -> None:
    files = Files(keeper.project)
    for kind, name in declared_by(edit.path, edit.text):
        block = re.compile(rf"\{{%-?\s*docs\s+{name}\s*-?%\}}.*?\{{%-?\s*enddocs\s*-?%\}}\n?", re.DOTALL)
        ours = block.search(edit.text)
        if ours and (paths := files.declared.get((kind, name))):
            there = files.text(paths[0]) or ""
            if found := block.search(there):
                keeper.write(paths[0], there[: found.start()] + ours.group() + there[found.end() :])
        elif ours:
            path = path_for(files, edit) or edit.path
            keeper.write(path, edit.text)
