"""The same bytes to many sockets: what every WebSocket port of the bridge sends by.

Nearly all of what a message costs is the kernel's part, so there is nothing beside it: to who
owes nothing the bytes go straight to the socket. asyncio's transport writes for all others.
"""

import os
from typing import Generic, Protocol, TypeVar


class Outlet(Protocol):
    """The writing side of a connection."""

    file: int
    """The number of its socket, which is open until the outlet is removed."""
    owes: bool
    """Whether bytes wait in this process that are to be sent before any others."""

    def write(self, data: bytes, /) -> None:
        """Hand over bytes, after those that are owed, without waiting."""


Out = TypeVar("Out", bound=Outlet)


class Multicast(Generic[Out]):
    """Outlets that get the very same bytes; a write may take its own outlet out, and no other."""

    def __init__(self) -> None:
        self._outlets: dict[Out, int] = {}

    def __len__(self) -> int:
        return len(self._outlets)

    def __contains__(self, outlet: object) -> bool:
        return outlet in self._outlets

    def outlets(self) -> list[Out]:
        """Return all."""
        return list(self._outlets)

    def add(self, outlet: Out) -> None:
        """Write to `outlet` from now on."""
        self._outlets[outlet] = outlet.file

    def remove(self, outlet: Out) -> None:
        """Write to `outlet` no longer; it may have been removed before."""
        self._outlets.pop(outlet, None)

    def write(self, data: bytes) -> None:
        """Write to all."""
        size, send, late = len(data), os.write, []
        for outlet, file in self._outlets.items():
            if outlet.owes:
                late.append((outlet, 0))
                continue
            try:
                sent = send(file, data)
            except OSError:  # full, or gone: the transport finds out
                sent = 0
            if sent != size:
                late.append((outlet, sent))
        for outlet, sent in late:
            outlet.write(data[sent:])
