"""Shows on every display what it is to show: made ahead, and told to the broker when it changes."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from media.bitmap.picture import PictureError
from media.bitmap.screen import Screen
from media.display.decision import ended_by_alarm
from media.display.display import CALIBRATION, Display, Pushed
from media.display.pictures import Order, Pictures
from media.display.refusal import UnknownError
from media.display.registry import Registry
from media.display.screens import screen_of
from media.frames import Frames
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition

_MOST_DEFINITIONS = 256


class Showing:
    """Publishes what displays show, and nothing while that stays the same.

    Its calls may overlap: what is to be shown is looked at again when its picture is ready, and
    bitmap, frame and preview of one picture are published together. A pushed picture without an
    end of its own is shown until the next alarm; one that comes while an alarm rings is shown
    when that is over.
    """

    def __init__(
        self,
        mqtt: Mqtt,
        registry: Registry,
        pictures: Pictures,
        url: Callable[[str, str], str | None] = lambda _id, _version: None,
    ) -> None:
        self.pictures = pictures
        self.registry = registry
        self._frames = Frames(mqtt, url, self._alter)
        self._definitions: dict[str, AlarmDefinition] = {}
        self._ended: dict[str, Pushed] = {}
        self._shown: dict[str, object] = {}
        self._until: dict[str, datetime] = {}
        self._pushing = asyncio.Lock()
        self.knows_alarms = asyncio.Event()
        """Set when it is known whether an alarm rings."""
        self.stale: set[str] = set()
        self.changed = asyncio.Event()
        registry.altered = self._alter

    @property
    def retained(self) -> set[str]:
        """The displays of which the broker keeps something."""
        return self._frames.retained

    def _alter(self, id_: str) -> None:
        self.stale.add(id_)
        self.changed.set()

    async def alarm(self, definition: AlarmDefinition) -> None:
        """Show the picture of an alarm that rings; return when it is published."""
        if self.pictures.ringing is None:
            now = self.registry.now()
            for each in self.registry.roster:
                if pushed := ended_by_alarm(each, now):
                    self._ended[each.id] = pushed
        await self._ring(definition)

    async def idle(self) -> None:
        """Show what is shown while nothing rings; return when it is published."""
        await self.registry.loaded.wait()
        await self._end_pushed()
        await self._ring(None)

    async def _ring(self, definition: AlarmDefinition | None) -> None:
        """Show it at once where it goes by topic; others ask, and are told of soon."""
        self.pictures.ringing = definition
        self.knows_alarms.set()
        showing = [each for each in self.registry.roster if each.shows_alarms]
        for each in showing:
            self._alter(each.id)
        for each in showing:
            if each.kind == "topic":
                await self.show(each.id)

    async def prepare(self, definition: AlarmDefinition) -> None:
        """Make an alarm's picture ready, so that it is there at once when the alarm rings."""
        self._definitions.pop(definition.id, None)
        self._definitions[definition.id] = definition
        while len(self._definitions) > _MOST_DEFINITIONS:
            del self._definitions[next(iter(self._definitions))]
        await self.pictures.prepare_alarm(definition, self.alarm_screens())

    def alarm_screens(self) -> list[Screen]:
        """Return each kind of screen on which alarms are shown."""
        shows = (each for each in self.registry.roster if each.shows_alarms)
        return list(dict.fromkeys(map(screen_of, shows)))

    async def _end_pushed(self) -> None:
        """Take back what an alarm has ended, unless another picture has been pushed since."""
        ended, self._ended = self._ended, {}
        for id_, pushed in ended.items():
            with contextlib.suppress(UnknownError):  # forgotten meanwhile
                await self.registry.override(id_, _without(pushed))

    async def push(self, id_: str, picture: bytes, for_seconds: float | None) -> None:
        """Show a picture that somebody sent; return when it is.

        PictureError when that is not possible, UnknownError when there is no such display.
        """
        async with self._pushing:  # what is on the shelf and in no display yet is to stay there
            name = await self.pictures.put(picture, screen_of(self.registry.get(id_)))
            await self._override(id_, name, for_seconds)
            await self.pictures.forget_unused()
        await self._show_now(id_)

    async def show_calibration(self, id_: str, for_seconds: float | None) -> None:
        """Show the page by which a display's inks are measured; UnknownError."""
        await self._override(id_, CALIBRATION, for_seconds)
        await self._show_now(id_)

    async def _override(self, id_: str, name: str, for_seconds: float | None) -> None:
        until = None
        if for_seconds is not None:
            until = self.registry.now() + timedelta(seconds=for_seconds)
        pushed = Pushed(name, until)
        await self.registry.override(id_, lambda each: replace(each, pushed=pushed))

    async def _show_now(self, id_: str) -> None:
        if self.may_show(self.registry.get(id_)):
            await self.show(id_)

    def may_show(self, display: Display) -> bool:
        """Tell whether it is known what a display is to show: an alarm may ring."""
        return self.knows_alarms.is_set() or not display.shows_alarms

    def rings_on(self, display: Display) -> bool:
        """Tell whether a display shows an alarm now, and what was pushed only afterwards."""
        return isinstance(self.pictures.choice(display), AlarmDefinition)

    async def show(self, id_: str) -> None:
        """Publish what a display shows, if that is another than before."""
        while True:
            display = self.registry.roster.get(id_)
            if display is None or not display.approved:
                self._clear(id_)
                return
            order = await self.pictures.order(display)
            if self._shown.get(id_) == order.identity:
                return
            try:
                picture, source = await self.pictures.made(order)
            except PictureError:  # which has been said; it is looked at again soon
                return
            if self._is_due(id_, order):
                self._frames.publish(display, picture, source)
                self._shown[id_] = order.identity
                self._note_until(id_, order)
                return

    def _is_due(self, id_: str, order: Order) -> bool:
        display = self.registry.roster.get(id_)
        if display is None:
            return False
        now = (self.pictures.choice(display), display.turn, screen_of(display))
        return now == (order.choice, order.turn, order.screen)

    def _note_until(self, id_: str, order: Order) -> None:
        self._until.pop(id_, None)
        if order.until_at is not None:
            self._until[id_] = order.until_at

    def _clear(self, id_: str) -> None:
        for kept in (self._shown, self._until):
            kept.pop(id_, None)
        if self.registry.readable:
            self._frames.clear(id_)

    async def make_ahead(self, display: Display, moment: datetime) -> None:
        """Make what a display will show from a moment on; where that cannot be it was said."""
        mode = display.mode_at(moment, self.registry.zone(display))
        if display.pushed_at(moment) is None:
            display = replace(display, pushed=None)
        with contextlib.suppress(PictureError):
            await self.pictures.made(await self.pictures.order(display, mode))

    async def prepare_again(self) -> None:
        """Make the alarms' pictures ready for screens that have come since."""
        for definition in list(self._definitions.values()):
            await self.pictures.prepare_alarm(definition, self.alarm_screens())

    def changes_at(self, display: Display) -> datetime | None:
        """Return when a display shows something else by the clock."""
        now = self.registry.now()
        until = display.mode_until(now, self.registry.zone(display))
        times = [until, self._until.get(display.id)]
        return min((each for each in times if each is not None and each > now), default=None)


def _without(pushed: Pushed) -> Callable[[Display], Display]:
    """Return what takes this picture back, and none that was pushed since."""
    return lambda each: replace(each, pushed=None) if each.pushed is pushed else each
