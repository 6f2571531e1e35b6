"""The clients of the clock's port, and whose tick waits for a reply. Pure."""

from collections.abc import Iterator
from typing import Protocol, TypeVar

from ws_bridge.clock import Face, Second
from ws_bridge.fanout import Fanout
from ws_bridge.multicast import Outlet

_AT_ONCE = 25  # clients, which takes a third of a millisecond; a turn of the loop costs as five


class Speaker(Outlet, Protocol):
    """A client that also says something."""

    def is_unheard(self) -> bool:
        """Tell whether it has said something that nobody took yet."""


S = TypeVar("S", bound=Speaker)


class Dial(Fanout[S]):
    """Clients that are told each second, once they have a face.

    A reply is always the next that a client hears after its command: a tick that falls between
    the two is held, and follows the reply as things are then. One that is behind misses ticks.
    """

    def __init__(self) -> None:
        super().__init__()
        self._faces: dict[S, Face] = {}
        self._held: list[S] = []

    def show(self, client: S, face: Face) -> None:
        """Tell `client` the time from now on, unless it has gone meanwhile."""
        if client in self._even or self.is_behind(client):
            self._faces[client] = face

    def remove(self, client: S) -> None:
        """Stop sending to `client`; it may have gone before."""
        super().remove(client)
        self._faces.pop(client, None)

    def is_watched(self) -> bool:
        """Whether anybody wants to know the time."""
        return bool(self._faces)

    def holds(self) -> bool:
        """Whether a tick waits for a reply."""
        return bool(self._held)

    def strike(self, second: Second, now: float) -> Iterator[None]:
        """Tell all that keep up (`now` in seconds, monotonic).

        It yields now and then: what was said meanwhile can be answered before it goes on.
        """
        clients = list(self._faces)
        for first in range(0, len(clients), _AT_ONCE):
            for client in clients[first : first + _AT_ONCE]:
                face = self._faces.get(client)  # it may have gone meanwhile
                if face is None or not face.is_ready(now) or self.is_behind(client):
                    continue
                if face.busy or client.is_unheard():
                    face.held = second
                    self._held.append(client)
                elif frames := second.frames(face):
                    client.write(frames)
            yield

    def release(self, client: S) -> bytes:
        """Return the tick that was held for the reply of `client`, empty when none was."""
        face = self._faces.get(client)
        if face is None or face.held is None:
            return b""
        second, face.held = face.held, None
        return b"" if self.is_behind(client) else second.frames(face)

    def release_all(self) -> None:
        """Tell those who still wait for a reply the time: they have waited long enough."""
        held, self._held = self._held, []
        for client in held:
            if frames := self.release(client):
                client.write(frames)
