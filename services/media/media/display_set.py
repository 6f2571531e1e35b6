"""Obeys what is sent to a display's `set` topic: a picture to show, or to show it no more."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from media.bitmap.picture import PictureError
from media.showing import DISPLAY, Showing
from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.subscription import Received

log = logging.getLogger("media")


class _Mode(msgspec.Struct, frozen=True):
    mode: str


class Newest:
    """Holds the newest message of one display: an older one would be painted over anyway."""

    def __init__(
        self, display: str, elsewhere: Callable[[Received[bytes]], bool] = lambda _: False
    ) -> None:
        self._display = display
        self._elsewhere = elsewhere
        self._complaints = Complaints(log)
        self._message: bytes | None = None
        self._came = asyncio.Event()

    def put(self, received: Received[bytes]) -> None:
        """Take a message in place of the one that waits; `elsewhere` takes those of others."""
        display = received.levels["id"]
        if display != self._display:
            if self._elsewhere(received):
                return
            self._complaints.say(f"display {display}", "is not known; what is sent to it is lost")
            return
        self._message = received.payload or b""
        self._came.set()

    async def take(self) -> bytes:
        """Return the newest message as soon as there is one."""
        while (message := self._message) is None:
            self._came.clear()
            await self._came.wait()
        self._message = None
        return message


def wanted(message: bytes) -> bytes | None:
    """Return the picture that a message is, None for the idle one; PayloadError for neither.

    Nothing at all, the word `idle` and `{"mode": "idle"}` mean the idle picture.
    """
    text = message.strip()
    if text in {b"", b"idle"}:
        return None
    if not text.startswith(b"{"):
        return message
    try:
        mode = msgspec.json.decode(text, type=_Mode).mode
    except msgspec.MsgspecError as error:
        raise PayloadError(f"payload ignored: {error}") from None
    if mode != "idle":
        raise PayloadError(f"mode {mode!r} is not known: idle is, or send a picture")
    return None


async def obey_pictures(
    mqtt: Mqtt,
    showing: Showing,
    display: str = DISPLAY,
    elsewhere: Callable[[Received[bytes]], bool] = lambda _: False,
) -> None:
    """Show the pictures that are sent to a display, until cancelled.

    `elsewhere` takes what is sent to another, and tells whether it knows that one.
    """
    complaints = Complaints(log)
    newest = Newest(display, elsewhere)
    mqtt.subscribe(topics.DISPLAY_SET, newest.put)
    while True:
        message = await newest.take()
        try:
            picture = wanted(message)
            if picture is None:
                await showing.withdraw()
            else:
                await showing.push(picture)
            complaints.settle(f"display {display}")
        except PayloadError as error:
            complaints.say(f"display {display}", str(error))
        except PictureError as error:
            complaints.say(f"display {display}", f"the picture that was sent {error}; not shown")
