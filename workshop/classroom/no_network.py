"""Prove that something needs no network: inside, connections to anywhere but this computer are refused, and noted."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def without_network() -> Iterator[set[str]]:
    """Refuse connections to anywhere but this computer; gives the set of the hosts that were wanted."""
    wanted: set[str] = set()

    def refusing(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_this_computer(str(address[0])):
                wanted.add(str(address[0]))
                raise ConnectionRefusedError("The doctor lets nothing out.")
            return original(self, address)

        return connect

    def look_up(host: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        if not is_this_computer(name):
            wanted.add(name)
            raise socket.gaierror("The doctor lets nothing out.")
        return original_look_up(host, *more, **options)

    kept, original_look_up = (socket.socket.connect, socket.socket.connect_ex), socket.getaddrinfo
    socket.socket.connect, socket.socket.connect_ex = map(refusing, kept)  # type: ignore[method-assign]
    socket.getaddrinfo = look_up
    try:
        yield wanted
    finally:
        socket.socket.connect, socket.socket.connect_ex = kept  # type: ignore[method-assign]
        socket.getaddrinfo = original_look_up


def is_this_computer(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host in ("::1", "")
