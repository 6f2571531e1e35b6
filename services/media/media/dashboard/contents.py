"""What a display shows in the modes `dashboard` and `news`: a page, drawn ahead."""

from datetime import datetime

from media.dashboard.pages import Pages, Wish
from media.display.content import Content, Drawn
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of

_FIRST_SECONDS = 5.0  # a display that sleeps rather waits for its page than shows another till then


class Dashboard:
    """The page that suits the screen of a display."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def picture(self, display: Display, mode: Mode, now: datetime) -> Content | None:  # noqa: ARG002
        """Return the page as it was drawn last; None while none could be."""
        if mode not in {"dashboard", "news"}:
            return None
        wish = Wish(screen_of(display), "news" if mode == "news" else "dashboard")
        shown = await self._pages.picture(wish, _FIRST_SECONDS)
        if shown is None:
            return None
        drawn = Drawn(f"page {shown.version}", lambda: shown.picture)
        return Content(drawn, shown.theme, until_at=shown.until_at, called=f"page {shown.theme}")
