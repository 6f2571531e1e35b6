"""The browsers of the panel's port, and which of them were behind. Pure."""

from ws_bridge.fanout import C, Fanout
from ws_bridge.panel_frames import STOP, play_frame


class Viewers(Fanout[C]):
    """Clients that are told to stop and to play.

    One that does not read misses some of it; what it hears next begins with a stop, and is what
    plays at that moment.
    """

    def __init__(self) -> None:
        super().__init__()
        self._number = 0  # of the last steps
        self._last = b""
        self._told: dict[C, int] = {}  # to those who are behind

    def remove(self, client: C) -> None:
        """Stop sending to `client`; it may have gone before."""
        super().remove(client)
        self._told.pop(client, None)

    def show(self, *steps: int | None, now: float) -> list[C]:
        """Let all that keep up play a number, or stop (None); return those to disconnect.

        Steps that are told together are one write a client.
        """
        frames = [STOP if media is None else play_frame(media) for media in steps]
        self._number += 1
        self._last = frames[-1]
        return self.send(b"".join(frames), now)

    def fill(self, client: C, now: float) -> None:
        """Note that `client` has to read first, and what it was told."""
        super().fill(client, now)
        self._told[client] = self._number

    def lead(self, client: C) -> bytes:
        """Return what a client lacks that was behind: a stop, and what plays."""
        if self._told.pop(client) == self._number:
            return b""
        return STOP if self._last is STOP else STOP + self._last
