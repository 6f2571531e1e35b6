"""Obeys what is sent to the `set` topic of a display of the registry."""

import asyncio
import logging
from datetime import timedelta

from msgspec.structs import replace

from media.display.display import Display
from media.display.registry import Registry, UnknownError
from media.display.wake import next_wake
from media.display.wish import Wish, read_wish
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.subscription import Received

_log = logging.getLogger("media")

_MOST_WAITING = 100
_IDENTIFIES = timedelta(seconds=60)


class Wishes:
    """What was sent and is not done yet; when 100 wait, the next is refused and said."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._queue: asyncio.Queue[tuple[str, Wish]] = asyncio.Queue(_MOST_WAITING)
        self._complaints = Complaints(_log)

    def take(self, received: Received[bytes]) -> bool:
        """Take a message for a display of the registry; False when it is none of its."""
        id_ = received.levels["id"]
        if id_ not in self._registry.roster:
            return False
        subject = f"display {id_}"
        if received.retained:  # would be obeyed again after each restart
            self._complaints.say(subject, "retained command ignored; publish it without retain")
            return True
        try:
            self._queue.put_nowait((id_, read_wish(received.payload or b"")))
        except PayloadError as error:
            self._complaints.say(subject, f"command ignored, {error}")
        except asyncio.QueueFull:
            self._complaints.say(subject, "command lost: too many wait")
        return True

    async def obey(self) -> None:
        """Do what was sent, in order, until cancelled."""
        registry = self._registry
        while True:
            id_, wish = await self._queue.get()
            try:
                if wish.mode == "hold":
                    await registry.press(id_, "C")
                elif wish.mode == "auto":
                    await registry.override(id_, Display.returned)
                else:
                    await registry.override(id_, lambda each: self._shows(each, wish))  # noqa: B023
                self._complaints.settle(f"display {id_}")
            except UnknownError:  # forgotten in between
                continue

    def _shows(self, display: Display, wish: Wish) -> Display:
        """Return a display that shows what is wanted."""
        if wish.mode == "next":
            return replace(display, turn=display.turn + 1)
        if wish.mode == "identify":
            # One that sleeps shows it when it wakes
            now = self._registry.now()
            begins = max(now, next_wake(display) or now)
            return display.overridden("boot", begins + _IDENTIFIES)
        assert wish.mode not in {"auto", "hold"}  # noqa: S101 - done elsewhere
        until = None
        if wish.for_seconds is not None:
            until = self._registry.now() + timedelta(seconds=wish.for_seconds)
        return display.overridden(wish.mode, until)  # type: ignore[arg-type]
