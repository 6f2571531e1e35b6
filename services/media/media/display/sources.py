"""The contents of each mode, and those of the mode `boot`: who a display is."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from media.display.content import Content, Contents, Drawn
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of

_MOST_SPLASH = 1600
_MOST_ADDRESSES = 3
_MOST_TEXT = 40
_LOOK_SECONDS = 10.0


class ByMode:
    """Asks the contents of each mode; a mode without any has nothing to show."""

    def __init__(self, modes: dict[Mode, Contents]) -> None:
        self._modes = modes

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:
        """Return what the contents of the mode have."""
        contents = self._modes.get(mode)
        return None if contents is None else await contents.picture(display, mode, now)


class Hub:
    """What displays are told of the hub: its name, and how it is reached.

    `url` makes the base of the HTTP API from a Host header, "" where there is none; `addresses`
    returns those of this machine, OSError where it has not the one that it should.
    """

    def __init__(
        self,
        node: str,
        port: int,
        url: Callable[[str], str],
        addresses: Callable[[], list[str]],
    ) -> None:
        self.node = node
        self.port = port
        self.url = url
        self._addresses = addresses
        self._known: list[str] = []
        self._looked: float | None = None

    async def addresses(self) -> list[str]:
        """Return the addresses as they were within the last seconds."""
        now = time.monotonic()
        if self._looked is None or now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            try:
                self._known = await asyncio.to_thread(self._addresses)
            except OSError:
                self._known = []
        return self._known


class Splash:
    """Who a display is, and where its hub is: its name large, what helps most before the rest."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:  # noqa: ARG002
        """Return a page of text."""
        addresses = await self._hub.addresses()
        # One that is told by topic has asked by no name
        reached = display.host or f"{next(iter(addresses), self._hub.node)}:{self._hub.port}"
        rows = (
            ("hub", self._hub.url(reached)),
            ("hardware id", _clipped(display.hardware_id)),
            ("addresses", "  ".join(addresses[:_MOST_ADDRESSES])),
            ("screen", f"{display.width}x{display.height} pixels"),
            ("default mode", display.default_mode),
            ("host", self._hub.node),
        )
        told = tuple((name, value) for name, value in rows if value)
        size = _at_most(*screen_of(display).size)
        key = "\n".join((display.id, *(f"{name} {value}" for name, value in told)))

        def draw() -> bytes:
            from media.display.splash import splash

            return splash(display.id, told, *size)

        return Content(Drawn(key, draw), "boot", ours=True)


def _clipped(text: str) -> str:
    """Return a text whose middle is left out where it is too long to be read anyway."""
    return text if len(text) <= _MOST_TEXT else f"{text[:20]}...{text[-17:]}"


def _at_most(width: int, height: int) -> tuple[int, int]:
    """Return a size of the same shape in which text can be laid out without much memory."""
    scale = min(1.0, _MOST_SPLASH / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))
