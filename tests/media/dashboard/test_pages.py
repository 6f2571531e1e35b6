"""Pages that are drawn ahead: when they are drawn anew, and what is left when they cannot be."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace as with_

from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import Dashboards
from media.dashboard.pages import Pages, Wish
from media.dashboard.sample import sample
from media.dashboard.studio import Studio
from media.dashboard.theme_folder import Themes
from media.dashboard.words import LANGUAGES
from media.source.facts import NextAlarm, Snapshot
from tests.media.dashboard.facts import NOW

WISH = Wish(PROFILES["mono-800x480"], "dashboard")
HEADER = 'title = "Mine"\nsizes = [[800, 480]]\nrefresh_minutes = 30\n'
BODY = """
#import "/mantel/kit.typ": *
#if page-data.alarm != none { page-data.alarm.name }
#if page-data.host != none { graph(page-data.host.graphs.at(0)) }
"""


class House:
    """What is known, as a test sets it; `use_host` is noted."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW.replace(minute=1)
        self.known: Snapshot = sample(NOW)
        self.changed = asyncio.Event()
        self.hosted = False
        self.folder = folder / "mine"
        self.folder.mkdir()
        self.write(BODY)

    def write(self, body: str) -> None:
        (self.folder / "theme.toml").write_text(HEADER)
        (self.folder / "theme.typ").write_text(body)

    def watch(self) -> asyncio.Event:
        return self.changed

    def use_host(self) -> None:
        self.hosted = True

    def snapshot(self, now: datetime) -> Snapshot:
        return with_(self.known, at=now)

    def ring(self, name: str) -> None:
        alarm = NextAlarm(id="a", name=name, at=NOW + timedelta(hours=9))
        self.known = with_(self.known, alarm=alarm)
        self.changed.set()


def run(folder: Path, work: Callable[[House, Pages], Coroutine[object, object, None]]) -> None:
    """Do something with pages that are kept up to date."""

    async def all_of_it() -> None:
        house = House(folder)
        async with Studio() as studio:
            boards = Dashboards(Themes(folder), studio, LANGUAGES["en"])
            pages = Pages(boards, lambda: house, lambda: house.now)  # type: ignore[arg-type,return-value]
            keeping = asyncio.create_task(pages.run())
            try:
                await work(house, pages)
            finally:
                keeping.cancel()

    asyncio.run(all_of_it())


async def shown(pages: Pages, wish: Wish = replace(WISH, theme="mine")) -> str:  # noqa: B008
    page = await pages.picture(wish)
    assert page is not None
    return page.version


async def until_other(pages: Pages, than: str) -> str:
    """Wait for another picture."""
    async with asyncio.timeout(20):
        while (version := await shown(pages)) == than:
            await asyncio.sleep(0.05)
    return version


def test_what_is_new_is_drawn_by_itself(tmp_path: Path) -> None:
    """Whoever asks gets it at once; and the host is followed that a theme shows."""

    async def work(house: House, pages: Pages) -> None:
        first = await shown(pages)
        assert house.hosted
        assert await shown(pages) == first
        house.ring("another")
        await until_other(pages, first)

    run(tmp_path, work)


def test_graphs_wait_for_their_time(tmp_path: Path) -> None:
    """Within the theme's minutes they draw nothing; after them they do."""

    async def work(house: House, pages: Pages) -> None:
        first = await pages.picture(replace(WISH, theme="mine"))
        assert first is not None
        assert first.until_at == NOW.replace(hour=14, minute=30)
        house.known = with_(house.known, host=sample(NOW + timedelta(minutes=7)).host)
        house.now += timedelta(minutes=7)
        house.changed.set()
        await asyncio.sleep(1.5)
        assert await shown(pages) == first.version
        house.now += timedelta(minutes=30)
        house.changed.set()
        await until_other(pages, first.version)

    run(tmp_path, work)


def test_a_theme_that_breaks_leaves_the_last_page(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once; and drawn again when it is mended."""

    async def work(house: House, pages: Pages) -> None:
        first = await shown(pages)
        house.write("#oh")
        for _ in range(2):
            house.ring("another")
            async with asyncio.timeout(20):
                while "unknown variable: oh; displays keep what they have" not in caplog.text:
                    await asyncio.sleep(0.05)
            assert await shown(pages) == first
        house.write(BODY)
        house.changed.set()
        await until_other(pages, first)

    run(tmp_path, work)
    assert caplog.text.count("displays keep what they have") == 1


def test_a_theme_that_never_was_right(tmp_path: Path) -> None:
    """There is no page, so that the display shows something else."""

    async def work(house: House, pages: Pages) -> None:
        house.write("#oh")
        assert await pages.picture(replace(WISH, theme="mine")) is None
        assert await pages.picture(replace(WISH, theme="none of this name")) is None

    run(tmp_path, work)


def test_a_card_and_the_news(tmp_path: Path) -> None:
    """Small screens and the other mode have pages too."""

    async def work(house: House, pages: Pages) -> None:
        card = await pages.picture(Wish(PROFILES["rlcd-200x200"], "dashboard"))
        news = await pages.picture(Wish(PROFILES["trmnl-og"], "news"))
        assert card is not None
        assert news is not None
        assert (card.theme, news.theme) == ("card", "newspaper")
        assert len(card.picture.frame.packed) == 5000

    run(tmp_path, work)
