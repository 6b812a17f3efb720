"""Lines of text between two processes, each at most so long, each awaited at most for so long."""

import socket
import time
from contextlib import suppress

LONGEST_LINE = 32 * 2**20


class Silence(Exception):
    """The other side has ended, takes too long, or says too much; the message tells which."""


class Channel:
    """One end of a pair of sockets."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.rest = bytearray()

    def say(self, line: str) -> None:
        """Raises Silence."""
        self.end.settimeout(None)
        try:
            self.end.sendall(line.encode("utf-8", "replace") + b"\n")
        except OSError as error:
            raise Silence("it ended") from error

    def hear(self, seconds: float | None = None) -> str:
        """Return the next line. Raises Silence."""
        until = time.monotonic() + seconds if seconds is not None else None
        searched = 0
        while (at := self.rest.find(b"\n", searched)) < 0:
            searched = len(self.rest)
            if searched > LONGEST_LINE:
                raise Silence("it said too much")
            self.rest += self.more(until)
        line = self.rest[:at].decode("utf-8", "replace")
        del self.rest[: at + 1]
        return line

    def more(self, until: float | None) -> bytes:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise Silence("it took too long")
        self.end.settimeout(left)
        data = b""
        with suppress(ConnectionError):
            try:
                data = self.end.recv(2**20)
            except TimeoutError as error:
                raise Silence("it took too long") from error
        if not data:
            raise Silence("it ended")
        return data
