"""The picture that a display is to show, whatever it comes from: always there, and always whole."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from media.bitmap.frame import Frame
from media.bitmap.picture import PictureError
from media.bitmap.prepared import Prepared
from media.bitmap.screen import Screen
from media.darkroom import Darkroom
from media.display.content import Content, Contents, Drawn
from media.display.decision import Choice, decide
from media.display.display import CALIBRATION, Display, Pushed
from media.display.registry import Registry
from media.display.schedule import Mode
from media.display.screens import calibration_page, screen_of
from media.display.shelf import Shelf, picture_name
from media.gallery import Gallery, Looks
from media.places import places
from shared.payloads import AlarmDefinition

_MOST_BYTES = 8_000_000
"""Of all that is kept ready: some twenty large photos."""
_MOST_ALARM_BYTES = 4_000_000
_ALARM, _IDLE = "on_alarm", "idle"
_FILES = {_ALARM: "img/on_alarm.png", _IDLE: "img/idle.png"}


@dataclass(frozen=True)
class Order:
    """What a display is to show, before it is made; two that are equal are the same picture.

    `source` is what is told of it, empty: the name of the content that is shown at last.
    """

    choice: Choice
    turn: int
    screen: Screen
    chain: tuple[Content, ...]
    looks: Looks
    source: str = ""

    @property
    def identity(self) -> object:
        """What changes when the picture may."""
        return self.screen, self.looks, self.source

    @property
    def until_at(self) -> datetime | None:
        """When there will be another content, as far as is known."""
        return self.chain[0].until_at


class Pictures:
    """What all displays show.

    Alarms have a gallery of their own, so that no photo pushes theirs out. What both have made in
    the darkroom, for large screens, waits for no more than a picture or two.
    """

    def __init__(
        self,
        registry: Registry,
        contents: Contents,
        assets: Path,
        shelf: Shelf,
        darkroom: Darkroom,
    ) -> None:
        self._registry = registry
        self._contents = contents
        self._assets = assets
        self._shelf = shelf
        self._photos = Gallery(darkroom, _MOST_BYTES)
        self._alarms = Gallery(darkroom, _MOST_ALARM_BYTES)
        self.ringing: AlarmDefinition | None = None

    async def picture(self, display: Display, mode: Mode) -> Frame:
        """Return what a display shows in a mode: what beats it, else what the mode has."""
        order = await self.order(display, mode)
        return (await self.made(order))[0].frame

    async def frame(self, display: Display) -> Frame:
        """Return what a display shows now."""
        return (await self.made(await self.order(display)))[0].frame

    def choice(self, display: Display, mode: Mode | None = None) -> Choice:
        """Return what a display is to show now, in its own mode or in another."""
        now = self._registry.now()
        if mode is None:
            mode = display.mode_at(now, self._registry.zone(display))
        return decide(display, self.ringing, mode, now)

    async def order(self, display: Display, mode: Mode | None = None) -> Order:
        """Return what has to be made for a display; nothing is made for that."""
        choice, screen = self.choice(display, mode), screen_of(display)
        source = ""
        if isinstance(choice, AlarmDefinition):
            chain = self._of_alarm(choice)
            source = f"alarm:{choice.id}"
            looks = await self._alarms.look(chain)
            return Order(choice, display.turn, screen, chain, looks, source)
        if isinstance(choice, Pushed):
            now = self._registry.now()
            mode = mode or display.mode_at(now, self._registry.zone(display))
            chain = (self._pushed(choice, screen), *await self._of_mode(display, mode))
        else:
            chain = await self._of_mode(display, choice)
        looks = await self._photos.look(chain)
        return Order(choice, display.turn, screen, chain, looks, source)

    async def made(self, order: Order) -> tuple[Prepared, str]:
        """Return a picture, and what it is."""
        gallery = self._alarms if isinstance(order.choice, AlarmDefinition) else self._photos
        prepared, content = await gallery.picture(order.chain, order.looks, order.screen)
        return prepared, order.source or content.name

    async def prepare_alarm(self, definition: AlarmDefinition, screens: Sequence[Screen]) -> None:
        """Make an alarm's picture ready for these screens."""
        chain = self._of_alarm(definition)
        looks = await self._alarms.look(chain)
        for screen in screens:
            with contextlib.suppress(PictureError):  # which has been said
                await self._alarms.picture(chain, looks, screen)

    async def put(self, picture: bytes, screen: Screen) -> str:
        """Put a picture on the shelf, ready for a screen; return its name there.

        PictureError when it cannot be shown.
        """
        name = picture_name(picture)
        await self._photos.one(Content(Drawn(name, lambda: picture), "pushed"), screen)
        await asyncio.to_thread(self._shelf.put, name, picture)
        return name

    async def forget_unused(self) -> None:
        """Take from the shelf what no display is to show any more, as far as all are known."""
        if not self._registry.readable:
            return
        now = self._registry.now()
        pushed = (each.pushed_at(now) for each in self._registry.roster)
        await asyncio.to_thread(self._shelf.keep, {each.picture for each in pushed if each})

    def _pushed(self, pushed: Pushed, screen: Screen) -> Content:
        name = pushed.picture
        if name == CALIBRATION:
            return Content(Drawn(name, lambda: calibration_page(screen)), CALIBRATION)
        called = "that was pushed"
        return Content(Drawn(name, lambda: self._on_shelf(name)), "pushed", called=called)

    def _on_shelf(self, name: str) -> bytes:
        picture = self._shelf.read(name)
        if picture is None:
            raise PictureError("was lost")
        return picture

    async def _of_mode(self, display: Display, mode: Mode) -> tuple[Content, ...]:
        content = await self._contents.picture(display, mode, self._registry.now())
        idle = Content(self._assets / _FILES[_IDLE], _IDLE, ours=True)
        return (*([content] if content is not None else []), idle, _drawing(_IDLE))

    def _of_alarm(self, definition: AlarmDefinition) -> tuple[Content, ...]:
        names = [definition.alarm_image] if definition.alarm_image else []
        names += [_FILES[_ALARM], _FILES[_IDLE]]
        return (
            *(Content(tuple(places(name, self._assets)), name, ours=True) for name in names),
            _drawing(_ALARM),
        )


def _drawing(name: str) -> Content:
    def draw() -> bytes:
        from media.bitmap.drawing import drawn  # who has pictures needs no drawings

        return drawn(name)

    own = "a drawing of our own"
    return Content(Drawn(f"drawing {name}", draw), name, called=own, ours=True)
