"""Limits on a piece of work: on its time and its memory, and an interrupt that always comes through.

Python raises KeyboardInterrupt once. dbt swallows it in places and goes on, so it is raised here again and again until
the work has ended; and a limit of time stops work in the very same way.
"""

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType, TracebackType

SECONDS_FOR_A_CHECK = 10
SECONDS_BETWEEN_LOOKS = 0.1
SECONDS_BETWEEN_SIGNALS = 0.3
BYTES_MORE = 2 * 1024**3  # of addresses; DuckDB has its own limit below that


class TooLong(Exception):
    """The work was stopped because it took longer than it may."""


def limited(seconds: float | None = None, memory: int | None = None) -> AbstractContextManager[object]:
    """Inside, an interrupt ends the work, wherever it is swallowed, and so does a limit that is reached.

    One piece of work has one limit: inside another one, and outside of the main thread, this does nothing.

    seconds: of computing, as other people's work on the same computer is not to count; None for as long as it takes
    memory: the bytes that the process may take more than now, where the system can hold it to that

    Raises KeyboardInterrupt, TooLong; MemoryError is raised by whatever asks for more.
    """
    is_main = threading.current_thread() is threading.main_thread()
    return Limit(seconds, memory) if is_main and not current else nullcontext()


def is_over() -> bool:
    """Tell whether the work that is going on is to end: its limit is reached, or somebody has interrupted it."""
    return any(limit.reason for limit in current)


@contextmanager
def not_counted() -> Iterator[None]:
    """Inside, the time is not counted: to wait for somebody else's work, or to import a library."""
    limit, began = (current[-1] if current else None), time.process_time()
    if limit is not None:
        limit.is_counting = False
    try:
        yield
    finally:
        if limit is not None:
            limit.began += time.process_time() - began
            limit.is_counting = True


@contextmanager
def ending_its_threads() -> Iterator[None]:
    """Threads that are started inside are ended, too, where an interrupt leaves them behind."""
    before = set(threading.enumerate())
    try:
        yield
    except KeyboardInterrupt:
        for thread in set(threading.enumerate()) - before:
            raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
            raise_in(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))  # which ends a thread in silence
        raise


def file_at_work(error: BaseException | None) -> str:
    """Return the project file that dbt was at when `error` was raised, or "" where nobody can tell."""
    file, trace = "", error.__traceback__ if error else None
    while trace is not None:
        for name in ("node", "model", "macro", "block"):
            at = trace.tb_frame.f_locals.get(name)
            path = getattr(at, "original_file_path", None) or getattr(getattr(at, "file", None), "path", None)
            text = getattr(path, "original_file_path", path)
            file = text.replace("\\", "/") if isinstance(text, str) and text else file
        trace = trace.tb_next
    return file or (file_at_work(error.__cause__ or error.__context__) if error else "")


# -- how ---------------------------------------------------------------------------------------------------

current: "list[Limit]" = []  # at most one
TIDIES_UP = ("multiprocessing/util.py", "weakref.py", "_weakrefset.py")


class Limit:
    """The work that is going on in the main thread, and why it is to end, if it is."""

    def __init__(self, seconds: float | None, memory: int | None) -> None:
        self.seconds, self.memory = seconds, memory
        self.reason: type[BaseException] | None = None
        self.began, self.signalled_at, self.is_counting = 0.0, 0.0, True
        self.ended = threading.Event()
        self.watchdog = threading.Thread(target=self.watch, name="limits", daemon=True)

    def __enter__(self) -> None:
        current.append(self)
        self.before = signal.signal(signal.SIGINT, self.on_signal)
        self.memory_before = limit_memory(self.memory) if self.memory else None
        self.began = time.process_time()
        self.watchdog.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.ended.set()
        self.watchdog.join()
        signal.signal(signal.SIGINT, self.before or signal.SIG_DFL)
        if self.memory_before:
            set_memory_limit(self.memory_before)
        current.remove(self)
        if self.reason and kind is not self.reason:
            raise self.reason from error

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        self.reason = self.reason or KeyboardInterrupt
        self.signalled_at = time.monotonic()
        if not is_unfit(frame):  # the watchdog asks again in a moment
            raise KeyboardInterrupt

    def watch(self) -> None:
        while not self.ended.wait(SECONDS_BETWEEN_LOOKS):
            is_late = self.seconds and self.is_counting and time.process_time() - self.began > self.seconds
            if is_late and not self.reason:
                self.reason = TooLong
            if self.reason and time.monotonic() - self.signalled_at > SECONDS_BETWEEN_SIGNALS:
                interrupt_main_thread()


def is_unfit(frame: FrameType | None) -> bool:
    """Tell whether an exception is lost here: while the limit itself comes or goes, and while Python tidies up."""
    if frame is not None and frame.f_code.co_filename == __file__:
        return True
    while frame is not None:
        is_finalizer = frame.f_code.co_name == "__del__" or frame.f_code.co_filename.endswith(TIDIES_UP)
        if is_finalizer:
            return True
        frame = frame.f_back
    return False


def interrupt_main_thread() -> None:
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:  # this wakes it up as well
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def limit_memory(more: int) -> tuple[int, int] | None:
    """Let the process take `more` bytes than it has, and return the limits of before; None where that is not possible.

    Only Linux holds a process to it, and tells how much it has.
    """
    if sys.platform != "linux":
        return None
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # in a sandbox, which has a limit of its own
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + more
    if resource.RLIM_INFINITY not in (soft, hard) and wanted >= min(soft, hard):
        return None
    ceiling = min(limit for limit in (wanted, soft, hard) if limit != resource.RLIM_INFINITY)
    set_memory_limit((ceiling, hard))
    return soft, hard


def set_memory_limit(limits: tuple[int, int]) -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, limits)
