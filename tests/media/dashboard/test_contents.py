"""What a display shows in the modes that have pages."""

from dataclasses import replace as with_screen
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from media.dashboard import contents
from media.dashboard.contents import Dashboard, photo_of
from media.dashboard.page_wish import Wish
from media.dashboard.pages import Pages
from media.display.battery import Battery
from media.display.content import Content
from media.display.display import Display
from media.display.schedule import Mode
from media.display.screens import screen_of
from tests.media.dashboard.facts import NOW
from tests.media.dashboard.test_pages import House, run

DISPLAY = Display(id="a", hardware_id="1", width=800, height=480, made_at=NOW, profile="trmnl-og")


class Photos:
    """Shows one photo, or whatever it is given."""

    def __init__(self, source: Path | tuple[Path, ...] | bytes) -> None:
        self.content = Content(source, "one")

    async def picture(self, display: Display, mode: Mode, now: object) -> Content:
        assert (display, mode, now) == (DISPLAY, "photo", NOW)
        return self.content


async def test_the_photo_of_a_display(tmp_path: Path) -> None:
    """A file, for an hour where it is not known for how long; None for what is no file.

    Of art whose file is gone it is the photo.
    """
    file = Path("one.jpg")
    assert await photo_of(DISPLAY, Photos(file), NOW) == (file, NOW + timedelta(hours=1))
    assert await photo_of(DISPLAY, Photos(b"x"), NOW) is None
    assert await photo_of(None, Photos(file), NOW) is None
    there = tmp_path / "there.jpg"
    there.touch()
    assert await photo_of(DISPLAY, Photos((file, there)), NOW) == (there, NOW + timedelta(hours=1))


def test_a_page_is_shown_without_the_mark_until_it_is_drawn_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A battery that gets low costs no page."""
    low = replace(DISPLAY, battery=Battery((3.5,), 5, low=True))

    async def work(house: House, pages: Pages) -> None:
        board = Dashboard(pages)
        plain = await board.picture(DISPLAY, "dashboard", NOW)
        monkeypatch.setattr(contents, "_FIRST_SECONDS", 0)
        first = await board.picture(low, "dashboard", NOW)
        assert plain is not None
        assert first is not None
        assert first.stamp == plain.stamp
        screen = screen_of(low)
        assert screen == with_screen(screen_of(DISPLAY), charge_mark=True)
        marked = await pages.picture(Wish(screen, "dashboard"))
        then = await board.picture(low, "dashboard", NOW)
        assert marked is not None
        assert then is not None
        assert then.stamp == (f"page {marked.version}", "")
        assert then.stamp != plain.stamp

    run(tmp_path, work)
