"""The pages that displays show, drawn ahead: whoever asks gets the last one at once."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from media.bitmap.prepared import Prepared
from media.bitmap.screen import Screen
from media.dashboard.dashboards import Dashboards, PageMode
from media.dashboard.page import encoded, steady
from media.dashboard.theme import Theme, ThemeError
from shared.complaints import Complaints

if TYPE_CHECKING:
    from media.source.sources import Sources

_log = logging.getLogger("media")

_GATHER_SECONDS = 1.0  # what changes together is drawn together
_FIRST_SECONDS = 20.0
_MOST_WANTED = 64
_UNWANTED = timedelta(days=2)


@dataclass(frozen=True)
class Wish:
    """What somebody shows: a page of a mode on a screen, with a theme and a photo of their own."""

    screen: Screen
    mode: PageMode
    theme: str = ""
    photo: Path | None = None


@dataclass(frozen=True)
class Shown:
    """A page as it is shown, the `version` of its picture, and when there may be another."""

    picture: Prepared
    theme: str
    until_at: datetime

    @property
    def version(self) -> str:
        """What changes with the picture."""
        return self.picture.frame.version


@dataclass
class _Kept:
    asked_at: datetime
    shown: Shown | None = None
    steady: bytes = b""
    whole: bytes = b""
    slot: int = -1
    first: asyncio.Task[None] | None = None


class Pages:
    """`run` must run; `picture` may wait for the first page of a kind, then never again.

    A page that cannot be drawn leaves the last good one, and is told of once. The sources are
    got when the first page is asked for: a home without pages need not load them.
    """

    def __init__(
        self,
        dashboards: Dashboards,
        sources: "Callable[[], Sources]",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._dashboards = dashboards
        self._get = sources
        self._sources: Sources | None = None
        self._clock = clock
        self._changed = asyncio.Event()
        self._begun = asyncio.Event()
        self._wanted: dict[Wish, _Kept] = {}
        self._complaints = Complaints(_log)
        self._drawing = asyncio.Lock()
        self._first: set[asyncio.Task[None]] = set()

    async def picture(self, wish: Wish, wait_seconds: float = _FIRST_SECONDS) -> Shown | None:
        """Return the page that is to be shown; None when none could be drawn so far.

        The first of a kind is waited for so long; it is drawn also when nobody waits any more.
        """
        kept = self._wanted.get(wish)
        now = self._clock()
        if kept is None:
            kept = self._wanted[wish] = _Kept(now)
            self._forget(now)
        kept.asked_at = now
        if kept.shown is None:
            if kept.first is None or kept.first.done():
                kept.first = asyncio.create_task(self._draw(wish, kept))
                self._first.add(kept.first)
                kept.first.add_done_callback(self._first.discard)
            await asyncio.wait({kept.first}, timeout=wait_seconds)
        return kept.shown

    def wanted(self) -> list[Wish]:
        """Return what displays show, or have shown in the last days."""
        return list(self._wanted)

    async def draw(self, wish: Wish) -> Shown | None:
        """Draw a page now; None when it cannot be drawn, whatever was shown before."""
        kept = self._wanted.get(wish)
        if kept is None:
            kept = self._wanted[wish] = _Kept(self._clock())
            self._forget(self._clock())
        kept.whole = kept.steady = b""
        await self._draw(wish, kept)
        return kept.shown if kept.whole else None

    async def run(self) -> None:
        """Draw anew what has changed, until cancelled; a theme's clock each minute."""
        await self._begun.wait()
        try:
            while True:
                self._changed.clear()
                for wish, kept in list(self._wanted.items()):
                    await self._draw(wish, kept)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(60 - self._clock().timestamp() % 60 + 0.05):
                        await self._changed.wait()
                        await asyncio.sleep(_GATHER_SECONDS)
        finally:
            for task in self._first:
                task.cancel()

    def _opened(self) -> "Sources":
        if self._sources is None:
            self._sources = self._get()
            self._changed = self._sources.watch()
            self._begun.set()
        return self._sources

    async def _draw(self, wish: Wish, kept: _Kept) -> None:
        """Draw a page unless it is the same as the last."""
        async with self._drawing:
            try:
                theme = await self._dashboards.theme_for(wish.screen, wish.mode, wish.theme)
                if "host" in (theme.header.shows if theme else ()):
                    self._opened().use_host()
                await self._draw_by(theme, wish, kept)
            except ThemeError as error:
                self._complaints.say(_subject(wish), f"{error}; displays keep what they have")
            else:
                self._complaints.settle(_subject(wish), "is drawn again")

    async def _draw_by(self, theme: Theme | None, wish: Wish, kept: _Kept) -> None:
        now = self._clock()
        snapshot = self._opened().snapshot(now)
        facts = self._dashboards.facts(snapshot, theme)
        mark = theme.mark.encode() if theme else b""
        calm, whole = mark + steady(facts), mark + encoded(facts)
        minutes = theme.header.refresh_minutes if theme else 60
        slot, until_at = _slot(snapshot.at, minutes)
        if kept.shown is not None and (
            whole == kept.whole or (calm == kept.steady and slot == kept.slot)
        ):
            kept.slot = slot
            kept.shown = Shown(kept.shown.picture, kept.shown.theme, until_at)
            return
        picture = await self._dashboards.render(snapshot, wish.screen, theme, wish.photo)
        kept.steady, kept.whole, kept.slot = calm, whole, slot
        kept.shown = Shown(picture, theme.name if theme else "card", until_at)

    def _forget(self, now: datetime) -> None:
        """Draw no more for those who have not asked for days."""
        for wish, kept in list(self._wanted.items()):
            if now - kept.asked_at > _UNWANTED:
                del self._wanted[wish]
        while len(self._wanted) > _MOST_WANTED:
            del self._wanted[min(self._wanted, key=lambda wish: self._wanted[wish].asked_at)]


def _slot(now: datetime, minutes: int) -> tuple[int, datetime]:
    """Return the number of the current stretch of so many minutes, and when it ends."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    number = (now - midnight) // timedelta(minutes=minutes)
    end = midnight + (number + 1) * timedelta(minutes=minutes)
    return midnight.toordinal() * 1440 + number, end


def _subject(wish: Wish) -> str:
    width, height = wish.screen.size
    return f"page {wish.theme or wish.mode} {width}x{height}"
