"""Obeys what is sent to the `set` topic of a display: a picture to show, or a mode."""

import asyncio
import logging
from collections import OrderedDict
from datetime import timedelta

from msgspec.structs import replace

from media.bitmap.picture import PictureError
from media.display.display import Display
from media.display.refusal import UnknownError
from media.display.registry import Registry
from media.display.wake import next_wake
from media.display.wish import Push, Wish, read_wish
from media.showing import Showing
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.subscription import Received

_log = logging.getLogger("media")

_MOST_WAITING = 100
_IDENTIFIES = timedelta(seconds=60)
_MOST_WAITING_BYTES = 16_000_000


class Wishes:
    """What was sent and is not done yet.

    A picture that waits gives way to what is sent to its display next: it would be painted over
    anyway. When 100 wait, or 16 MB, the next is refused and said.
    """

    def __init__(self, registry: Registry, showing: Showing) -> None:
        self._registry = registry
        self._showing = showing
        self._waiting: OrderedDict[int, tuple[str, Wish | Push]] = OrderedDict()
        self._number = 0
        self._came = asyncio.Event()
        self.rests = True
        """Whether nothing is being done just now."""
        self._complaints = Complaints(_log)

    def take(self, received: Received[bytes]) -> None:
        """Take a message for a display."""
        id_ = received.levels["id"]
        subject = f"display {id_}"
        if received.retained:  # would be obeyed again after each restart
            self._complaints.say(subject, "retained command ignored; publish it without retain")
            return
        if id_ not in self._registry.roster:
            self._complaints.say(subject, "is not known; what is sent to it is lost")
            return
        try:
            wish = read_wish(received.payload or b"")
        except PayloadError as error:
            self._complaints.say(subject, f"command ignored, {error}")
            return
        self._paint_over(id_)
        pictures = (each for _, each in self._waiting.values() if isinstance(each, Push))
        size = sum(len(each.picture) for each in pictures)
        if len(self._waiting) >= _MOST_WAITING or size > _MOST_WAITING_BYTES:
            self._complaints.say(subject, "command lost: too many wait")
            return
        self._number += 1
        self._waiting[self._number] = id_, wish
        self._came.set()

    def _paint_over(self, id_: str) -> None:
        for number, (of, wish) in list(self._waiting.items()):
            if of == id_ and isinstance(wish, Push):
                del self._waiting[number]

    async def obey(self) -> None:
        """Do what was sent, in order, until cancelled."""
        while True:
            while not self._waiting:
                self._came.clear()
                self.rests = True
                await self._came.wait()
            self.rests = False
            _, (id_, wish) = self._waiting.popitem(last=False)
            try:
                await self._do(id_, wish)
            except PictureError as error:
                told = f"the picture that was sent {error}; not shown"
                self._complaints.say(f"display {id_}", told)
            except UnknownError:  # forgotten in between
                continue
            else:
                self._complaints.settle(f"display {id_}")

    async def _do(self, id_: str, wish: Wish | Push) -> None:
        registry = self._registry
        if isinstance(wish, Push):
            await self._showing.push(id_, wish.picture, wish.for_seconds)
        elif wish.mode == "hold":
            await registry.press(id_, "C")
        elif wish.mode == "auto":
            await registry.override(id_, Display.returned)
        else:
            await registry.override(id_, lambda each: self._shows(each, wish))

    def _shows(self, display: Display, wish: Wish) -> Display:
        """Return a display that shows what is wanted."""
        if wish.mode == "next":
            return replace(display, turn=display.turn + 1, pushed=None)
        if wish.mode == "identify":
            # One that sleeps shows it when it wakes
            now = self._registry.now()
            begins = max(now, next_wake(display) or now)
            return display.overridden("boot", begins + _IDENTIFIES)
        until = None
        if wish.for_seconds is not None:
            until = self._registry.now() + timedelta(seconds=wish.for_seconds)
        return display.overridden(wish.mode, until)  # type: ignore[arg-type]
