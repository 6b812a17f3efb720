"""What came of work that was done before, by all that went into it: a check need not do the same again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from workshop.dbt_project import aside, limits

T = TypeVar("T")


class Memory:
    """Keeps what was found last, by its key. A key is compared in full: it holds all that the finding depends on."""

    def __init__(self, most: int) -> None:
        """most: how many findings are kept"""
        self.most = most
        self.kept: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = threading.Lock()

    def has(self, key: Hashable) -> bool:
        with self.lock:
            return key in self.kept

    def find(self, key: Hashable, find: Callable[[], T], holds: Callable[[T], bool] = lambda _: True) -> T:
        """Return what was found for this key before, else what `find` returns; whatever it raises is not kept.

        holds: tells whether a finding may be kept

        A finding is not kept either where something was stopped on the way, or the time was over: next time it may be
        another one.
        """
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                known: T = self.kept[key]
                return known
        stopped = aside.times_stopped()
        found = find()
        if aside.times_stopped() == stopped and not limits.is_over() and holds(found):
            with self.lock:
                self.kept[key] = found
                while len(self.kept) > self.most:
                    self.kept.popitem(last=False)
        return found


class NoMemory(Memory):
    """Keeps nothing."""

    def __init__(self) -> None:
        super().__init__(0)
