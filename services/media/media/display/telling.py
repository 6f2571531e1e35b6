"""Tells the broker of the displays: their states, and their entities in Home Assistant."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable

from media.display.display import Display
from media.display.registry import Registry
from media.display.state import state_of
from media.entities import (
    Addresses,
    Told,
    display_entities,
    registered_entities,
    without_contact,
)
from shared import topics
from shared.complaints import Complaints
from shared.discovery import Component
from shared.mqtt import Mqtt
from shared.payloads import DisplayState
from shared.subscription import Received

_log = logging.getLogger("media")

_LOOK_SECONDS = 5.0  # a mode that changes by the clock, a display that came no more
_THEMES_SECONDS = 60.0
_AT_ONCE = 20
_MOST_ANNOUNCED = 150
"""They are one message: 697 kB with 50 that wait, of the 850 kB that `shared.discovery` allows."""
_MOST_WITH_THEMES = 60
"""Of more, the choices of a theme would take the room that other displays need in it."""
_GATHER_SECONDS = 0.1  # many displays that ask at once are told of together


class Telling:
    """What was told of each display, and to Home Assistant."""

    def __init__(
        self,
        mqtt: Mqtt,
        registry: Registry,
        others: dict[str, Component] | None = None,
        themes: Callable[[], list[str]] = list,
    ) -> None:
        """`themes` returns the names of those that a page may have; it blocks."""
        self._mqtt = mqtt
        self._registry = registry
        self._others = others or {}
        self._told: dict[str, DisplayState | None] = {}
        self._themes_of = themes
        self._themes: list[str] = []
        self._announced: object = None
        self._complaints = Complaints(_log)
        mqtt.subscribe(topics.DISPLAY_STATE, self._notice)

    def _notice(self, received: Received[DisplayState]) -> None:
        """Note what the broker keeps of displays that were forgotten while it was away."""
        id_ = received.levels["id"]
        if received.payload is not None and id_ not in self._told:
            self._told[id_] = None
            self._registry.touched.add(id_)
            self._registry.changed.set()

    async def look(self) -> None:
        """See which themes there are now."""
        self._themes = await asyncio.to_thread(self._themes_of)

    async def tell(self, ids: Iterable[str]) -> None:
        """Publish what is new of some displays; others are served in between."""
        for number, id_ in enumerate(ids):
            self._tell(id_)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
        self._announce()

    def _tell(self, id_: str) -> None:
        registry = self._registry
        display = registry.roster.get(id_)
        if display is None or not display.approved:
            if id_ in self._told:
                del self._told[id_]
                self._mqtt.clear(topics.DISPLAY_STATE, id=id_)
            return
        state = state_of(display, registry.now(), registry.zone(display))
        if self._told.get(id_) != state:
            self._told[id_] = state
            self._mqtt.publish(topics.DISPLAY_STATE, state, id=id_)

    def _announce(self) -> None:
        """Tell Home Assistant which displays there are, when these are others."""
        joined = [each for each in self._registry.roster if each.approved]
        joined.sort(key=lambda each: (each.made_at, each.id))
        approved = {_told(each) for each in joined[:_MOST_ANNOUNCED]}
        if len(joined) > _MOST_ANNOUNCED:
            self._complaints.say(
                "Home Assistant",
                f"is told of {_MOST_ANNOUNCED} displays, those that joined first; there are more",
            )
        waiting = {each.id for each in self._registry.roster if not each.approved}
        if self._announced == (approved, waiting, self._themes):
            return
        self._announced = approved, waiting, self._themes
        name: Callable[..., str] = self._mqtt.name
        components = registered_entities(
            sorted(approved),
            sorted(waiting),
            Addresses(
                lambda id_: name(topics.DISPLAY_STATE, id=id_),
                lambda id_: name(topics.DISPLAY_SET, id=id_),
                approve=name(topics.DISPLAY_REQUEST, verb="approve"),
                update=name(topics.DISPLAY_REQUEST, verb="update"),
                availability=name(topics.AVAILABILITY),
            ),
            self._themes if len(approved) <= _MOST_WITH_THEMES else (),
        )
        for each in sorted(approved):
            components |= display_entities(each.id, name(topics.DISPLAY_PREVIEW, id=each.id))
        by_topic = (each.id for each in joined if each.kind == "topic")
        self._mqtt.announce(self._others | without_contact(components, by_topic))


def _told(display: Display) -> Told:
    contact = display.contact
    return Told(
        display.id,
        battery=display.battery.percent is not None,
        signal=contact.rssi_dbm is not None,
        firmware=bool(contact.firmware),
        theme=display.theme,
    )


async def tell_displays(telling: Telling, registry: Registry) -> None:
    """Tell of each change, and of what changes by the clock, until cancelled."""
    looked = looked_at_themes = -_THEMES_SECONDS
    while True:
        registry.changed.clear()
        if time.monotonic() - looked_at_themes >= _THEMES_SECONDS:
            looked_at_themes = time.monotonic()
            await telling.look()
        if registry.readable:
            ids, registry.touched = registry.touched, set()
            if time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                ids |= {each.id for each in registry.roster}
            await telling.tell(ids)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await registry.changed.wait()
        await asyncio.sleep(_GATHER_SECONDS)
