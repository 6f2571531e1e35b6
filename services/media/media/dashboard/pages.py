"""The pages that displays show, drawn ahead: whoever asks gets the last one at once."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from media.dashboard.dashboards import Dashboards
from media.dashboard.page import encoded, steady
from media.dashboard.page_wish import Shown, Wish, slot_of
from media.dashboard.theme import NoThemeError, Theme, ThemeError
from shared.complaints import Complaints

if TYPE_CHECKING:
    from media.source.sources import Sources

_log = logging.getLogger("media")

_GATHER_SECONDS = 1.0  # what changes together is drawn together
_FIRST_SECONDS = 20.0
_MOST_WANTED = 64
_UNWANTED = timedelta(days=2)


Photo = Callable[[str], Awaitable[tuple[Path, datetime] | None]]
"""Returns which photo a display shows now, and until when; None where there is none."""


async def _no_photo(_: str) -> None:
    return None


@dataclass
class _Kept:
    asked_at: datetime
    shown: Shown | None = None
    steady: bytes = b""
    whole: bytes = b""
    slot: int = -1
    fault: str = ""
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
        photo: Photo = _no_photo,
    ) -> None:
        self._dashboards = dashboards
        self._get = sources
        self._sources: Sources | None = None
        self._clock = clock
        self._photo = photo
        self._with_photo: set[Wish] = set()
        self._changed = asyncio.Event()
        self._begun = asyncio.Event()
        self._wanted: dict[Wish, _Kept] = {}
        self._complaints = Complaints(_log)
        self._drawing = asyncio.Lock()
        self._first: set[asyncio.Task[None]] = set()

    async def picture(
        self, wish: Wish, wait_seconds: float = _FIRST_SECONDS, display: str = ""
    ) -> Shown | None:
        """Return the page that `display` is to show; None when none could be drawn so far.

        The first of a kind is waited for so long; it is drawn also when nobody waits any more.
        Where its theme has a photo each display has a page of its own, up to some number.
        """
        shown = None
        if wish not in self._with_photo:
            shown = await self._picture(wish, wait_seconds)
            if wish not in self._with_photo:
                return shown
        own = replace(wish, photo_of=display)
        if display and (own in self._wanted or len(self._wanted) < _MOST_WANTED // 2):
            self._wanted.pop(wish, None)
            return await self._picture(own, wait_seconds) or shown
        return await self._picture(wish, wait_seconds)

    async def _picture(self, wish: Wish, wait_seconds: float) -> Shown | None:
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
                await self._draw_by(await self._theme(wish, wish.theme), wish, kept)
            except ThemeError as error:
                instead = "displays keep what they have"
                if wish.theme and await self._draw_otherwise(error, wish, kept):
                    instead = "displays have the theme that suits"
                kept.fault = str(error)
                if kept.fault not in self._faults_beside(wish):
                    self._complaints.say(wish.subject, f"{error}; {instead}")
            else:
                kept.fault = ""
                if not self._faults_beside(wish):
                    self._complaints.settle(wish.subject, "is drawn again")

    def _faults_beside(self, wish: Wish) -> set[str]:
        """Return what is wrong with the same page for others: it is not said for each."""
        beside = (
            kept
            for each, kept in self._wanted.items()
            if each != wish and each.subject == wish.subject
        )
        return {kept.fault for kept in beside if kept.fault}

    async def _theme(self, wish: Wish, name: str) -> Theme | None:
        theme = await self._dashboards.theme_for(wish.screen, wish.mode, name)
        if name and theme is not None and theme.header.mode != wish.mode:
            return await self._dashboards.theme_for(wish.screen, wish.mode)
        return theme

    async def _draw_otherwise(self, error: ThemeError, wish: Wish, kept: _Kept) -> bool:
        """Draw a page by the theme that suits, when the chosen one is gone or was never right."""
        before = kept.shown
        if (
            before is not None
            and before.theme == wish.theme
            and not isinstance(error, NoThemeError)
        ):
            return False
        with contextlib.suppress(ThemeError):
            await self._draw_by(await self._theme(wish, ""), wish, kept)
            return True
        return False

    async def _draw_by(self, theme: Theme | None, wish: Wish, kept: _Kept) -> None:
        if "host" in (theme.header.shows if theme else ()):
            self._opened().use_host()
        now = self._clock()
        zone = ZoneInfo(wish.timezone) if wish.timezone else None
        snapshot = self._opened().snapshot(now, zone)
        photo = await self._photo_for(theme, wish)
        facts = self._dashboards.facts(snapshot, theme)
        mark = f"{theme.mark if theme else ''} {photo and photo[0]} ".encode()
        calm, whole = mark + steady(facts), mark + encoded(facts)
        minutes = theme.header.refresh_minutes if theme else 60
        slot, until_at = slot_of(snapshot.at, minutes)
        if photo is not None:
            until_at = min(until_at, photo[1])
        if kept.shown is not None and (
            whole == kept.whole or (calm == kept.steady and slot == kept.slot)
        ):
            kept.slot = slot
            kept.shown = Shown(kept.shown.picture, kept.shown.theme, until_at)
            return
        picture = await self._dashboards.render(
            snapshot, wish.screen, theme, photo[0] if photo else None
        )  # fmt: skip
        kept.steady, kept.whole, kept.slot = calm, whole, slot
        kept.shown = Shown(picture, theme.name if theme else "card", until_at)

    async def _photo_for(self, theme: Theme | None, wish: Wish) -> tuple[Path, datetime] | None:
        """Return the photo that is on a page; note whether each display has one of its own."""
        shared = replace(wish, photo_of="")
        if theme is None or theme.header.photo is None:
            self._with_photo.discard(shared)
            return None
        self._with_photo.add(shared)
        return await self._photo(wish.photo_of) if wish.photo_of else None

    def _forget(self, now: datetime) -> None:
        """Draw no more for those who have not asked for days."""
        for wish, kept in list(self._wanted.items()):
            if now - kept.asked_at > _UNWANTED:
                del self._wanted[wish]
        while len(self._wanted) > _MOST_WANTED:
            del self._wanted[min(self._wanted, key=lambda wish: self._wanted[wish].asked_at)]
