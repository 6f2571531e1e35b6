"""One frame to many clients: built once, written to all, and nobody waits for the slowest. Pure.

A client that does not read is skipped: each frame tells the whole state, so that what it reads
next is the newest; where it does not, `lead` gives what has to go before. One that stays behind
is given up.
"""

from typing import Generic, Protocol, TypeVar


class Client(Protocol):
    """The writing side of a connection."""

    def write(self, frame: bytes) -> None:
        """Hand over a frame without waiting."""

    def owed_bytes(self) -> int:
        """Return how many bytes wait in this process for the client to read."""


C = TypeVar("C", bound=Client)


class Fanout(Generic[C]):
    """The clients of one port.

    A client that owes more than `most_owed_bytes` is skipped, and after `patience_seconds` of
    that it is given up. The kernel's own buffer (64 kB a client) comes before any of this.
    """

    def __init__(self, most_owed_bytes: int = 4096, patience_seconds: float = 30.0) -> None:
        self.most_owed_bytes = most_owed_bytes
        self._patience_seconds = patience_seconds
        self._behind_since: dict[C, float | None] = {}
        self.skipped = 0

    def __len__(self) -> int:
        return len(self._behind_since)

    def add(self, client: C) -> None:
        """Send to `client` from now on."""
        self._behind_since[client] = None

    def remove(self, client: C) -> None:
        """Stop sending to `client`; it may have gone before."""
        self._behind_since.pop(client, None)

    def lead(self, client: C) -> bytes:  # noqa: ARG002 - for those who need it
        """Return what `client` is to get before anything else: it may have been behind."""
        return b""

    def clients(self) -> list[C]:
        """Return the clients, in the order in which they came."""
        return list(self._behind_since)

    def send(self, frame: bytes, now: float) -> list[C]:
        """Write `frame` to all that keep up; return those to disconnect (`now` in seconds).

        An empty one: what they lack alone.
        """
        lead, most = self.lead, self.most_owed_bytes
        late = []
        for client, since in self._behind_since.items():
            # `tell` for one that has kept up, which nearly all have: it is most of what sound costs
            if since is None and client.owed_bytes() <= most:
                client.write(lead(client) + frame)
            else:
                late.append(client)
        for client in late:
            self.tell(client, frame, now)
        return self.give_up(now) if late else []

    def tell(self, client: C, frame: bytes, now: float) -> None:
        """Write `frame` to one if it keeps up, else skip it (`now` in seconds)."""
        if client.owed_bytes() <= self.most_owed_bytes:
            client.write(self.lead(client) + frame)  # an empty part is no copy
            if self._behind_since[client] is not None:
                self._behind_since[client] = None
            return
        self.skipped += 1
        if self._behind_since[client] is None:
            self._behind_since[client] = now

    def resume(self, client: C) -> None:
        """Tell a client that has read what it was owed what it missed, not only the next time."""
        if self._behind_since.get(client) is not None:
            self._behind_since[client] = None
            client.write(self.lead(client))

    def give_up(self, now: float) -> list[C]:
        """Remove and return those who have been behind for too long (`now` in seconds)."""
        given_up = [
            client
            for client, since in self._behind_since.items()
            if since is not None and now - since >= self._patience_seconds
        ]
        for client in given_up:
            self.remove(client)
        return given_up
