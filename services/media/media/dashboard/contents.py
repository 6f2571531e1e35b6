"""What a display shows in the modes `dashboard` and `news`: a page, drawn ahead."""

import asyncio
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from media.dashboard.dashboards import PageMode
from media.dashboard.page_wish import Wish
from media.dashboard.pages import Pages
from media.display.content import Content, Contents, Drawn
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of

_PHOTO_LASTS = timedelta(hours=1)
_FIRST_SECONDS = 5.0  # a display that sleeps rather waits for its page than shows another till then


async def photo_of(
    display: Display | None, photos: Contents, now: datetime
) -> tuple[Path, datetime] | None:
    """Return the photo that a display would show in the mode `photo`, and until when."""
    content = None if display is None else await photos.picture(display, "photo", now)
    if content is None or not content.files:
        return None
    file = await asyncio.to_thread(_first_there, content.files)
    return file, content.until_at or now + _PHOTO_LASTS


def _first_there(files: tuple[Path, ...]) -> Path:
    """Return the first that there is: the file of art may have been removed by hand."""
    return next((each for each in files if os.path.isfile(each)), files[-1])  # noqa: PTH113 - a Path raises


class Dashboard:
    """The page that suits the screen of a display."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:  # noqa: ARG002
        """Return the page as it was drawn last; None while none could be."""
        if mode not in {"dashboard", "news"}:
            return None
        page_mode: PageMode = "news" if mode == "news" else "dashboard"
        wish = Wish(screen_of(display), page_mode, display.theme, display.timezone)
        shown = await self._pages.picture(wish, _FIRST_SECONDS, display.id)
        if shown is None and wish.screen.charge_mark:  # rather without the mark than no page
            plain = replace(wish, screen=replace(wish.screen, charge_mark=False))
            shown = await self._pages.picture(plain, 0, display.id)
        if shown is None:
            return None
        drawn = Drawn(f"page {shown.version}", lambda: shown.picture)
        return Content(drawn, shown.theme, until_at=shown.until_at, called=f"page {shown.theme}")
