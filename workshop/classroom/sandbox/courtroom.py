"""Two sandboxes for one project after the other: dbt's, which lives on as long as all went well, and a judge's each."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from workshop.classroom.sandbox.channel import Channel, Silence
from workshop.classroom.sandbox.copying import copy_project
from workshop.classroom.sandbox.walls import FOR_DBT, FOR_THE_JUDGE, walled
from workshop.places import PROJECT_NAME, WORKSHOP_UTILS

SECONDS_FOR_A_PROJECT = 60
SECONDS_UNTIL_DBT_IS_READY = 120
SECONDS_TO_CLEAR = 3
MOST_RESULTS = 200

JUDGE = "workshop.classroom.sandbox.judge_side"
DBT = "workshop.classroom.sandbox.dbt_side"


class NoSandbox(Exception):
    """The sandbox did not start; the message says what was seen."""


class Courtroom:
    """Judges strangers' projects, one at a time, each for so many seconds. To be used by one thread, and closed."""

    def __init__(self, seconds: float = SECONDS_FOR_A_PROJECT) -> None:
        self.seconds = seconds
        self.folder = Path(tempfile.mkdtemp(prefix="workshop-room-")).resolve()
        self.room, self.scratch = self.folder / "room", self.folder / "scratch"
        self.room.mkdir()
        self.scratch.mkdir()
        self.dbt: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None
        self.is_asked = False

    def judge(self, project: Path, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return what the judge says, a line an exercise as far as it came, and what was left out of the project.

        Raises TooMuch, OSError where the project can't be read, NoSandbox.
        """
        copy = self.room / PROJECT_NAME
        try:
            left_out = copy_project(project, copy, WORKSHOP_UTILS)
            control = self.dbt_ready()
            ours, judges = socket.socketpair()
            asking, answering = socket.socketpair()
            with ours, asking:
                with answering:
                    self.is_asked = True
                    socket.send_fds(control, [b"p"], [answering.fileno()])
                with judges:
                    words = ["-m", JUDGE, str(asking.fileno()), str(judges.fileno()), str(self.seconds / 2)]
                    words += [str(copy), *names]
                    judge = started(
                        walled(words, FOR_THE_JUDGE, self.room, self.scratch), asking.fileno(), judges.fileno()
                    )
                try:
                    lines = heard(Channel(ours), len(names), self.seconds)
                finally:
                    end(judge)
            return lines, left_out
        finally:
            shutil.rmtree(copy, ignore_errors=True)
            self.clear()

    def close(self) -> None:
        self.dismiss_dbt()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- dbt's side ------------------------------------------------------------------------------------------

    def dbt_ready(self) -> socket.socket:
        """Return the control of a dbt that waits for a project. Raises NoSandbox."""
        if self.control is None:
            self.control, theirs = socket.socketpair()
            with theirs:
                project = self.room / PROJECT_NAME
                words = ["-m", DBT, str(theirs.fileno()), str(project), str(self.scratch)]
                self.dbt = started(walled(words, FOR_DBT, self.room, self.scratch), theirs.fileno())
            if not self.is_ready(SECONDS_UNTIL_DBT_IS_READY):
                self.dismiss_dbt()
                raise NoSandbox("dbt did not start in the sandbox")
        return self.control

    def is_ready(self, seconds: float) -> bool:
        if self.control is None:
            return False
        self.control.settimeout(seconds)
        with suppress(OSError):
            return self.control.recv(1) == b"."
        return False

    def clear(self) -> None:
        """Let dbt's side go on only where it says that the last project left nothing behind."""
        if self.is_asked and not self.is_ready(SECONDS_TO_CLEAR):
            self.dismiss_dbt()
        self.is_asked = False

    def dismiss_dbt(self) -> None:
        if self.control is not None:
            self.control.close()
        if self.dbt is not None:
            end(self.dbt)
        self.dbt = self.control = None
        if sys.platform == "darwin":  # on Linux it is the sandbox's own, in memory
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir(exist_ok=True)


# -- how ---------------------------------------------------------------------------------------------------


def started(command: Sequence[str], *ends: int) -> "subprocess.Popen[bytes]":
    quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    return subprocess.Popen(command, pass_fds=ends, start_new_session=True, env={"PATH": os.defpath}, **quiet)


def heard(results: Channel, number: int, seconds: float) -> list[str]:
    """Return as many lines as there are, at most `number`, until the judge ends or the time is over."""
    lines: list[str] = []
    until = time.monotonic() + seconds
    with suppress(Silence):
        while len(lines) < min(number, MOST_RESULTS):
            lines.append(results.hear(until - time.monotonic()))
    return lines


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a sandbox with all that is in it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
