"""Can dbt read the files of a project at all? Some would keep it busy for ever, such as a pipe or a gigabyte of SQL."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import yaml

from workshop.dbt_project.files import GENERATED
from workshop.dbt_project.trouble import Trouble

READ_BY_DBT = (".sql", ".yml", ".yaml", ".md", ".csv", ".py")
LARGEST_FILE = 2_000_000  # bytes; nobody writes more by hand
LARGEST_SEED = 100_000_000
MOST_FILES = 5_000
MOST_NODES = 100_000  # in a YAML file, with whatever its aliases stand for

NO_LINK = "What you hand in is what lies in your project. Remove the link, and put files in its place."
TOO_MANY = Trouble(
    f"There are more than {MOST_FILES:,} files in your project.",
    "dbt would read all of them. Move out what does not belong to it.",
)


def unreadable(project: Path) -> Trouble | None:
    """Return what dbt can't read in `project`, or None. It opens nothing that may not end."""
    top = project.stat()
    for number, file in enumerate(entries_below(project, {(top.st_dev, top.st_ino)}), 1):
        if number > MOST_FILES:
            return TOO_MANY
        if file.is_symlink() and leads_out(file, project):
            return Trouble(f"`{name_of(file, project)}` is a link that leads out of your dbt project.", NO_LINK)
        if not file.is_dir() and file.name.endswith(READ_BY_DBT) and (trouble := trouble_with(file, project)):
            return trouble
    return None


# -- how ---------------------------------------------------------------------------------------------------

Entry = os.DirEntry[str]


def entries_below(folder: Path | str, seen: set[tuple[int, int]], is_top: bool = True) -> Iterator[Entry]:
    """Give all files and folders, each folder once. What is hidden, or made by dbt, is left out."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if entry.name.startswith(".") or (is_top and entry.name in GENERATED):
                continue
            yield entry
            if entry.is_dir():
                status = entry.stat()
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield from entries_below(entry.path, seen, is_top=False)


def name_of(file: Entry, project: Path) -> str:
    return os.path.relpath(file.path, project).replace("\\", "/")


def leads_out(file: Entry, project: Path) -> bool:
    target = Path(file.path).resolve()
    return target.exists() and not target.is_relative_to(project.resolve())


def trouble_with(file: Entry, project: Path) -> Trouble | None:
    name = name_of(file, project)
    try:
        status = file.stat()
    except OSError:
        return Trouble(f"`{name}` is a link to something that is not there.", "Remove the link, or write a file.", name)
    if not stat.S_ISREG(status.st_mode):
        return Trouble(f"`{name}` is no file that one can read to its end.", "Remove it, or write a file.", name)
    largest = LARGEST_SEED if file.name.endswith(".csv") else LARGEST_FILE
    if status.st_size > largest:
        size = f"{status.st_size / 1e6:,.0f} MB"
        return Trouble(f"`{name}` is too large: {size}.", f"At most {largest // 10**6} MB are read. Shorten it.", name)
    if not os.access(file.path, os.R_OK):
        return Trouble(f"You may not read `{name}`.", "Give yourself the right to read it, then try again.", name)
    if file.name.endswith((".yml", ".yaml")) and multiplies(Path(file.path)):
        words = "Its anchors (`&`) and aliases (`*`) multiply. Write out what you need."
        return Trouble(f"`{name}` stands for more than {MOST_NODES:,} entries.", words, name)
    return None


def multiplies(path: Path) -> bool:
    """Tell whether a YAML file stands for very much more than is written in it."""
    try:
        content = path.read_bytes()
        root = yaml.compose(content, Loader=FAST) if b"&" in content and b"*" in content else None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return False  # whoever reads it next tells what is wrong
    return root is not None and size_of(root, {}) > MOST_NODES


FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def size_of(node: yaml.Node, sizes: dict[int, float]) -> float:
    """Return how many nodes `node` stands for; infinitely many where it holds itself."""
    if id(node) not in sizes:
        sizes[id(node)] = float("inf")
        inside = node.value if isinstance(node, yaml.CollectionNode) else ()
        parts = (part for each in inside for part in (each if isinstance(each, tuple) else (each,)))
        sizes[id(node)] = 1 + sum(size_of(part, sizes) for part in parts)
    return sizes[id(node)]
