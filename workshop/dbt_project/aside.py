"""Work in a thread of its own, which others can stop waiting for.

DuckDB looks whether it is to stop between two pieces of a query, never inside one call of a function, and Python
handles no signal until DuckDB comes back. `levenshtein` of two long texts comes back after hours.
"""

import atexit
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, TypeVar

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TO_STOP = 0.25

T = TypeVar("T")


class StillRunning(TimeoutError):
    """Something took too long, and goes on: nobody can stop it."""


def times_stopped() -> int:
    """Return how many pieces of work were stopped, or left alone, in this process."""
    return len(stopped)


def aside(work: Callable[[], T], stop: Callable[[], None], seconds: float | None = None) -> T:
    """Return what `work` returns, and raise what it raises.

    stop: asks the work to end; what does not end within a moment is left alone, and goes on by itself
    seconds: of computing that the work may take, or None for as long as it takes; the time that other programs take is
        not counted

    Raises TimeoutError where it takes longer, and StillRunning, which is one, where it does not even end then;
    KeyboardInterrupt.
    """
    helper = idle.pop() if idle else Helper()
    task = Task(work)
    helper.tasks.put(task)
    try:
        if not task.is_done_within(seconds):
            raise TimeoutError(f"stopped after {seconds:g} seconds")
    except BaseException as error:
        stopped.append(type(error))
        stop()
        if task.ends_soon():
            idle.append(helper)
        elif isinstance(error, TimeoutError):
            raise StillRunning(str(error)) from error
        raise
    idle.append(helper)
    if task.error is not None:
        raise task.error
    result: T = task.result
    return result


# -- how ---------------------------------------------------------------------------------------------------


class Task:
    """Something to do, and what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work, self.context = work, copy_context()
        self.result: Any = None
        self.error: BaseException | None = None
        self.undone = threading.Lock()
        self.undone.acquire()
        self.is_done = False

    def do(self) -> None:
        try:
            self.result = self.context.run(self.work)
        except BaseException as error:
            self.error = error
        finally:
            self.is_done = True
            self.undone.release()

    def is_done_within(self, seconds: float | None) -> bool:
        """Wait, with a look now and then at whether there was a signal."""
        began = time.process_time()
        look = min(SECONDS_BETWEEN_LOOKS, seconds or SECONDS_BETWEEN_LOOKS)
        while not (self.is_done or self.undone.acquire(timeout=look)):
            if seconds is not None and time.process_time() - began >= seconds:
                return False
        return True

    def ends_soon(self) -> bool:
        return self.is_done or self.undone.acquire(timeout=SECONDS_TO_STOP)


class Helper(threading.Thread):
    """A thread that does one task after the other: to start one for each would take longer than most tasks do."""

    def __init__(self) -> None:
        super().__init__(name="aside", daemon=True)
        self.tasks: SimpleQueue[Task | None] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while (task := self.tasks.get()) is not None:
            task.do()
            del task  # it may hold a connection


idle: list[Helper] = []
stopped: list[type[BaseException]] = []


@atexit.register
def end() -> None:
    """End them before Python does: DuckDB's binding complains of a thread that is still there then."""
    while idle:
        helper = idle.pop()
        helper.tasks.put(None)
        helper.join()
