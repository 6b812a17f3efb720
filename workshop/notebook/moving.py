"""`%dbtmove`: where files go, all of them or none, and what in the project still says an old name."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import yaml
from IPython.core.error import UsageError

from workshop.dbt_project.files import GENERATED, WRITABLE_SUFFIXES, ProjectTrouble, move_file, path_in_project

USAGE = "Write %dbtmove, the file, and where it goes, with a space between."


def move(project: Path, words: Sequence[str]) -> str:
    """Move files of the project as `%dbtmove` asks, all of them or none, and return what was done, as Markdown.

    words: the files, and then the folder or the new name; in a file's name, `*` stands for anything. Commas between
        files do no harm.

    Raises UsageError and ProjectTrouble.
    """
    words = [part for word in words for part in split_at_commas(project, word)]
    if len(words) < 2:
        raise UsageError(USAGE)
    moves = planned(project, words[:-1], words[-1])
    done: list[tuple[str, str]] = []
    try:
        for old, new in moves:
            move_file(project, old, new)
            done.append((old, new))
    except ProjectTrouble:
        for old, new in reversed(done):
            os.replace(project / new, project / old)
        raise
    lines = [f"`{old}` is now `{new}`." for old, new in done]
    lines += [each for old, new in done for each in still_named(project, old, new)]
    return "\n\n".join(lines)


# -- how ---------------------------------------------------------------------------------------------------


def split_at_commas(project: Path, word: str) -> list[str]:
    """Return the names in a word, which are several where somebody has put commas between them."""
    return [word] if (project / word).exists() else list(filter(None, word.split(",")))


def planned(project: Path, files: Sequence[str], target: str) -> list[tuple[str, str]]:
    """Return each file with its new path. Raises UsageError, ProjectTrouble where one can't go there."""
    sources = [name for typed in files for name in matching(project, typed)]
    is_folder = target.endswith("/") or (project / target).is_dir() or not PurePosixPath(target).suffix
    if len(sources) > 1 and not is_folder:
        raise UsageError(f"Several files need a folder to go to, such as models/marts/core, and {target} is a file.")
    if is_folder and len(sources) == 1 and may_be_a_name(project, sources[0], target):
        raise ProjectTrouble(
            f"Is {target} a folder, or the file's new name? Write {target}/ for the folder, and "
            f"{target}{PurePosixPath(sources[0]).suffix} for the name. Nothing was moved."
        )
    news = [f"{target}/{old.rpartition('/')[2]}" if is_folder else beside(old, target) for old in sources]
    moves = [(old, as_typed(new)) for old, new in zip(sources, news, strict=True)]
    for old, new in moves:
        path_in_project(project, old, WRITABLE_SUFFIXES)
        path = path_in_project(project, new, (PurePosixPath(old).suffix,))
        if not (project / old).is_file():
            raise ProjectTrouble(f"There is no file {old} in your project. Nothing was moved.")
        if path.exists():
            is_there = (project / old).samefile(path)
            raise ProjectTrouble(
                f"{old} is there already. Nothing was moved."
                if is_there
                else f"{new} exists already. Nothing was moved; rename or remove one of the two first."
            )
    if len({new for _, new in moves}) < len(moves):
        raise ProjectTrouble("Two of these files have the same name. Nothing was moved.")
    return moves


def may_be_a_name(project: Path, old: str, target: str) -> bool:
    """Tell whether a target without an ending may be a model's new name, as `fct_orders` is one of `orders`."""
    model, last = PurePosixPath(old), PurePosixPath(target).name
    is_there = target.endswith("/") or (project / target).is_dir()
    return model.suffix == ".sql" and model.stem in last and not is_there


def beside(old: str, target: str) -> str:
    """Return a new name with its folder; a bare one means the folder in which the file is."""
    folder = old.rpartition("/")[0]
    return f"{folder}/{target}" if folder and "/" not in target else target


def matching(project: Path, typed: str) -> list[str]:
    """Return the files that `typed` stands for, relative to the project. Raises ProjectTrouble where there is none."""
    if "*" not in typed:
        return [as_typed(typed)]
    if typed.startswith("/") or ".." in PurePosixPath(typed).parts:
        raise ProjectTrouble(f"{typed} leads out of your dbt project. Write a path such as models/staging/*.sql.")
    found = [path.relative_to(project).as_posix() for path in sorted(project.glob(typed)) if path.is_file()]
    if not found:
        raise ProjectTrouble(f"No file in your project is called {typed}. Nothing was moved.")
    return found


def as_typed(path: str) -> str:
    """Return a path without the parts that say nothing, such as "./" and a slash at its end."""
    return os.path.normpath(path).replace("\\", "/")


def still_named(project: Path, old: str, new: str) -> Iterator[str]:
    """Give a sentence for what the move means to others in the project, where a model got another name."""
    before, after = PurePosixPath(old).stem, PurePosixPath(new).stem
    if not old.endswith(".sql") or before == after:
        return
    reference = re.compile(rf"""\bref\(\s*['"]{re.escape(before)}['"]""")
    texts = list(texts_in(project))
    if reading := [f"`{name}`" for name, text in texts if reference.search(text)]:
        yield f"`ref('{before}')` is now `ref('{after}')`. The old one is still in {', '.join(reading)}."
    if describing := [
        f"`{name}`" for name, text in texts if name.endswith((".yml", ".yaml")) and describes(text, before)
    ]:
        yield f"The model is still called `{before}` in {', '.join(describing)}."


def describes(text: str, model: str) -> bool:
    """Tell whether YAML describes a model of this name; no where it can't be read, which dbt will tell."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    models = content.get("models") if isinstance(content, dict) else None
    entries = models if isinstance(models, list) else []
    return any(isinstance(entry, dict) and entry.get("name") == model for entry in entries)


def texts_in(project: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(project.rglob("*")):
        name = path.relative_to(project)
        if path.suffix in WRITABLE_SUFFIXES and name.parts[0] not in GENERATED and path.is_file():
            yield name.as_posix(), path.read_text(encoding="utf-8", errors="replace")
