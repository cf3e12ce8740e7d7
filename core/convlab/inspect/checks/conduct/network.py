"""No network during checks."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class NetworkDisabledError(OSError):
    """A part opened a network connection during a check."""


@contextmanager
def without_network(report: Callable[[str], None]) -> Iterator[None]:
    """Make every attempt of this process to reach another machine fail immediately.

    Args:
        report: called with the host of each attempt, in the frames that make it.
    """
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(host: str) -> None:
        report(host)
        raise NetworkDisabledError(f"network access is disabled during checks; tried to reach {host}")

    def checked_connect(self: socket.socket, address: Any) -> None:
        if not _is_local(self, address):
            refuse(str(address[0]))
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_local(self, address):
            refuse(str(address[0]))
        return connect_ex(self, address)

    def checked_resolve(host: Any, *arguments: Any, **keywords: Any) -> Any:
        if host and not _names_this_machine(host):
            refuse(host.decode() if isinstance(host, bytes) else str(host))
        return resolve(host, *arguments, **keywords)

    patched: dict[str, tuple[Any, Any]] = {
        "connect": (socket.socket, checked_connect),
        "connect_ex": (socket.socket, checked_connect_ex),
        "getaddrinfo": (socket, checked_resolve),
    }
    for name, (owner, function) in patched.items():
        setattr(owner, name, function)
    try:
        yield
    finally:
        for (name, (owner, _)), original in zip(patched.items(), (connect, connect_ex, resolve), strict=True):
            setattr(owner, name, original)


def _is_local(connecting: socket.socket, address: Any) -> bool:
    internet = (socket.AF_INET, socket.AF_INET6)
    return connecting.family not in internet or _names_this_machine(address[0])


def _names_this_machine(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    return name in ("localhost", "::1", "0.0.0.0", socket.gethostname()) or name.startswith("127.")
