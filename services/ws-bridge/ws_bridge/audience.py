"""The clients of the contents port, and how far each has been told what is on. Pure."""

from ws_bridge.contents import NOTHING, Scene, steps
from ws_bridge.fanout import C, Fanout

MOST_OWED_BYTES = 65536
"""A third of a second of sound beyond what the kernel holds: more than WiFi is ever away for."""


class Audience(Fanout[C]):
    """Clients that are led from one scene to the next.

    One that is behind misses chunks of sound, whole ones, and scenes; when it has read what it
    was owed it is led to the scene of that moment.
    """

    def __init__(self) -> None:
        super().__init__(most_owed_bytes=MOST_OWED_BYTES)
        self._scene = NOTHING
        self._told: dict[C, Scene] = {}  # to those who are behind, the others know it

    def add(self, client: C) -> None:
        """Tell `client` what is on, and send to it from now on."""
        super().add(client)
        if opening := steps(NOTHING, self._scene):
            client.write(opening)

    def remove(self, client: C) -> None:
        """Stop sending to `client`; it may have gone before."""
        super().remove(client)
        self._told.pop(client, None)

    def turn(self, scene: Scene, now: float) -> list[C]:
        """Lead all that keep up to `scene`; return those to disconnect (`now` in seconds)."""
        if scene is self._scene:
            return []
        before, self._scene = self._scene, scene
        return self.send(steps(before, scene), now)

    def fill(self, client: C, now: float) -> None:
        """Note that `client` has to read first, and what it was told."""
        super().fill(client, now)
        self._told[client] = self._scene

    def lead(self, client: C) -> bytes:
        """Return the frames that `client` lacks for the scene."""
        return steps(self._told.pop(client), self._scene)
