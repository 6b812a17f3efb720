"""Verdicts on work that was looked at before, so that only what has changed is judged anew.

There are two ways to know it again. Where no file has changed, nothing can: dbt is not even asked. Where one has, a
model is known by what dbt made of it and of all that it is built on, and a fault by the tests that may notice it.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from workshop.dbt_project.content import asks_elsewhere, content_of
from workshop.dbt_project.memory import Memory, NoMemory
from workshop.dbt_project.work import Work

T = TypeVar("T")

# What one kernel remembers. Work that is to be judged as if nothing had been judged before has none.
OF_THIS_KERNEL = Memory(2000)


def remembered(work: Work, name: str, find: Callable[[], T], holds: Callable[[T], bool] = lambda _: True) -> T:
    """Return what `find` returns, or what it returned under this name for work whose files were the same.

    holds: tells whether what was found may be remembered

    Where a file changes meanwhile, nobody knows what was seen of it, and nothing is remembered.
    """
    key = key_of(work, name)
    if key is None:
        return find()
    return work.memory.find(key, find, lambda found: holds(found) and content_of(work.project) == work.content)


def is_remembered(work: Work, name: str) -> bool:
    """Tell whether `remembered` has it already."""
    key = key_of(work, name)
    return key is not None and work.memory.has(key)


def memory_for(memory: Memory, texts: Iterable[str]) -> Memory:
    """Return the memory for what comes of this SQL: none where it asks the clock, or chance."""
    return NoMemory() if any(asks_elsewhere(text.encode(errors="replace")) for text in texts) else memory


# -- how ---------------------------------------------------------------------------------------------------


def key_of(work: Work, name: str) -> Hashable | None:
    """Return all that a verdict depends on: the files, what stands for the raw data, and what is built."""
    if not work.memory.most or not work.asked.tables:  # else the raw data is a file that others write
        return None
    return (name, work.content, work.asked, work.built) if work.content else None
