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
        self._told: dict[C, int] = {}
        self._number = 0  # of the last frame
        self._last = b""
        self._is_sending = False
        self._begins_with_stop = False

    def add(self, client: C) -> None:
        """Send to `client` from now on; nothing is told of what was before."""
        super().add(client)
        self._told[client] = self._number

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
        self._begins_with_stop = frames[0] is STOP
        self._is_sending = True
        try:
            return self.send(b"".join(frames), now)
        finally:
            self._is_sending = False

    def lead(self, client: C) -> bytes:
        """Return what a client lacks before the frame that is sent, or up to now."""
        missed = self._number - self._told[client]
        self._told[client] = self._number
        if self._is_sending:
            return STOP if missed > 1 and not self._begins_with_stop else b""
        if missed == 0:
            return b""
        return STOP if self._last is STOP else STOP + self._last
