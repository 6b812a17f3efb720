"""The smallest part of the raw data on which something goes wrong.

The idea is RATest's: Miao, Roy and Yang, "Explaining Wrong Queries Using Small Examples", SIGMOD 2019.
"""

from collections.abc import Callable

from workshop.judging.raw_data import Part, RawData

MOST_PASSES = 4


def shrink(raw: RawData, goes_wrong: Callable[[Part], bool]) -> Part | None:
    """Return a part from which nothing can be dropped, or None where nothing goes wrong in the small shop.

    It starts from one row that points at nothing, with all that belong to it, if that will do, else from the whole
    small shop, and drops each row that is not needed, with those that point at it, until nothing more goes.
    """
    part = next((part for part in [*raw.families(raw.small), raw.small] if goes_wrong(part)), None)
    for _ in range(MOST_PASSES):
        before = part
        for table, key in [(name, key) for name, keys in (part or {}).items() for key in keys]:
            if part is not None and key in part[table]:
                smaller = raw.without(part, table, key)
                if goes_wrong(smaller):
                    part = smaller
        if part == before:
            break
    return part
