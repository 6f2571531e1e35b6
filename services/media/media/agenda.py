"""Looks after all displays: shows what is due, and makes ready what comes next."""

import asyncio
import contextlib
import time
from datetime import datetime, timedelta

from media.bitmap.screen import Screen
from media.showing import Showing

LOOK_SECONDS = 15.0
"""How often it is looked whether files have changed, for displays that do not ask just now."""
_AHEAD = timedelta(seconds=60)
_GATHER_SECONDS = 0.01


class Agenda:
    """What is to be done for the displays, and when."""

    def __init__(self, showing: Showing) -> None:
        self._showing = showing
        self._at: dict[str, datetime] = {}
        self._made: dict[str, datetime] = {}
        self._looked = -LOOK_SECONDS
        self._screens: list[Screen] = []

    async def do_due(self) -> None:
        """Show what has changed, and what has become due by the clock."""
        showing, registry = self._showing, self._showing.registry
        now = registry.now()
        changed, showing.stale = showing.stale, set()
        changed |= {id_ for id_, at in self._at.items() if at <= now}
        ids = set(changed)
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            ids |= {each.id for each in registry.roster} | showing.retained
        for id_ in sorted(ids, key=self._place):
            display = registry.roster.get(id_)
            if display is None or id_ in changed:
                self._at.pop(id_, None)
            # Only now: to look through a schedule takes longer than all the rest
            if display is not None and id_ not in self._at and (at := showing.changes_at(display)):
                self._at[id_] = at
            if display is None or showing.may_show(display):
                await showing.show(id_)

    def _place(self, id_: str) -> tuple[bool, str]:
        """Return the place of a display among those that are due: who does not ask comes first."""
        display = self._showing.registry.roster.get(id_)
        return display is None or display.kind != "topic", id_

    async def make_ahead(self) -> None:
        """Make what displays will show in the next minute, and alarms' pictures for new screens."""
        showing = self._showing
        soon = showing.registry.now() + _AHEAD
        for id_, at in list(self._at.items()):
            display = showing.registry.roster.get(id_)
            if display is not None and at <= soon and self._made.get(id_) != at:
                self._made[id_] = at
                await showing.make_ahead(display, at)
        for gone in self._made.keys() - self._at.keys():
            del self._made[gone]
        screens = showing.alarm_screens()
        if screens != self._screens:
            self._screens = screens
            await showing.prepare_again()

    def wait_seconds(self) -> float:
        """Return how long there is nothing to do."""
        look = self._looked + LOOK_SECONDS - time.monotonic()
        now = self._showing.registry.now()
        first = min(self._at.values(), default=None)
        left = look if first is None else min(look, (first - now).total_seconds())
        return max(0.0, left)


async def show_displays(showing: Showing) -> None:
    """Show each change, and what changes by the clock or by a file, until cancelled."""
    await showing.registry.loaded.wait()
    await showing.pictures.forget_unused()
    agenda = Agenda(showing)
    while True:
        showing.changed.clear()
        await agenda.do_due()
        await agenda.make_ahead()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(agenda.wait_seconds()):
                await showing.changed.wait()
        await asyncio.sleep(_GATHER_SECONDS)
