"""Who of a port's clients gets each frame: nobody waits for the slowest. Pure.

A client that does not read is skipped: each frame tells the whole state, so that what it reads
next is the newest; where it does not, `lead` gives what has to go before. One that stays behind
is given up.
"""

from typing import Generic, TypeVar

from ws_bridge.multicast import Multicast, Outlet

C = TypeVar("C", bound=Outlet)


class Fanout(Generic[C]):
    """The clients of one port.

    A client is behind from when its connection is full (`fill`) until it has read what it was
    owed (`drain`); after `patience_seconds` of that it is given up. What it is told when it fills
    goes out whole. The kernel's own buffer (64 kB a client) comes before any of this.
    """

    def __init__(self, most_owed_bytes: int = 4096, patience_seconds: float = 30.0) -> None:
        self.most_owed_bytes = most_owed_bytes
        """With more a client's connection is full."""
        self._patience_seconds = patience_seconds
        self._even: Multicast[C] = Multicast()
        self._behind_since: dict[C, float] = {}
        self.skipped = 0

    def __len__(self) -> int:
        return len(self._even) + len(self._behind_since)

    def add(self, client: C) -> None:
        """Send to `client` from now on."""
        self._even.add(client)

    def remove(self, client: C) -> None:
        """Stop sending to `client`; it may have gone before."""
        self._even.remove(client)
        self._behind_since.pop(client, None)

    def clients(self) -> list[C]:
        """Return the clients."""
        return [*self._even.outlets(), *self._behind_since]

    def is_behind(self, client: C) -> bool:
        """Tell whether `client` has to read first."""
        return client in self._behind_since

    def send(self, frame: bytes, now: float) -> list[C]:
        """Write `frame` to all that keep up; return those to disconnect (`now` in seconds)."""
        self.skipped += len(self._behind_since)
        self._even.write(frame)
        return self.give_up(now) if self._behind_since else []

    def fill(self, client: C, now: float) -> None:
        """Note that `client` has to read first (`now` in seconds)."""
        if client in self._even:
            self._even.remove(client)
            self._behind_since[client] = now

    def drain(self, client: C) -> None:
        """Send to `client` again, and tell it at once what it missed."""
        if self._behind_since.pop(client, None) is not None:
            self._even.add(client)
            if lead := self.lead(client):
                client.write(lead)

    def lead(self, client: C) -> bytes:  # noqa: ARG002 - for those who need it
        """Return what `client` lacks, which was behind."""
        return b""

    def give_up(self, now: float) -> list[C]:
        """Remove and return those who have been behind for too long (`now` in seconds)."""
        given_up = [
            client
            for client, since in self._behind_since.items()
            if now - since >= self._patience_seconds
        ]
        for client in given_up:
            self.remove(client)
        return given_up
