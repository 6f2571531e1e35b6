"""Pages that are drawn ahead: when they are drawn anew, and what is left when they cannot be."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from msgspec.structs import replace as with_

from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import Dashboards
from media.dashboard.page_wish import Wish
from media.dashboard.pages import Pages
from media.dashboard.sample import sample
from media.dashboard.studio import Studio
from media.dashboard.theme_folder import Themes
from media.dashboard.words import LANGUAGES
from media.source.facts import NextAlarm, Snapshot
from tests.media.bitmap.pictures import halves, photo, saved
from tests.media.dashboard.facts import NOW

WISH = Wish(PROFILES["mono-800x480"], "dashboard")
HEADER = 'title = "Mine"\nsizes = [[800, 480]]\nrefresh_minutes = 30\n'
IMPORT = '#import "/mantel/kit.typ": *\n'
BODY = (
    IMPORT
    + """#if page-data.alarm != none { page-data.alarm.name }
#if page-data.host != none { graph(page-data.host.graphs.at(0)) }
"""
)


class House:
    """What is known, as a test sets it; `use_host` is noted."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW.replace(minute=1)
        self.known: Snapshot = sample(NOW)
        self.changed = asyncio.Event()
        self.hosted = False
        self.photos: dict[str, Path] = {}
        self.folder = folder / "mine"
        self.folder.mkdir()
        self.write(BODY)

    def write(self, body: str, shows: str = "") -> None:
        own = f'shows = ["{shows}"]\n' if shows else ""
        (self.folder / "theme.toml").write_text(HEADER + own)
        (self.folder / "theme.typ").write_text(body)

    def watch(self) -> asyncio.Event:
        return self.changed

    def use_host(self) -> None:
        self.hosted = True

    def snapshot(self, now: datetime, zone: tzinfo | None) -> Snapshot:
        return with_(self.known, at=now.astimezone(zone) if zone else now)

    async def photo(self, display: str) -> tuple[Path, datetime] | None:
        found = self.photos.get(display)
        return None if found is None else (found, NOW.replace(minute=20))

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
            pages = Pages(boards, lambda: house, lambda: house.now, house.photo)  # type: ignore[arg-type,return-value]
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


def test_a_theme_that_is_gone_or_never_was_right(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The one that suits is drawn, which is said once; the chosen one when it is there again."""

    async def work(house: House, pages: Pages) -> None:
        own, wish = await shown(pages), replace(WISH, theme="mine")
        shutil.move(house.folder, tmp_path / "aside")
        house.changed.set()
        assert await until_other(pages, own) == await shown(pages, WISH)
        house.ring("another")
        await until_other(pages, await shown(pages))
        assert (await pages.picture(wish) or wish).theme == "landscape"
        shutil.move(tmp_path / "aside", house.folder)
        house.changed.set()
        await until_other(pages, await shown(pages))
        assert (await pages.picture(wish) or wish).theme == "mine"
        house.write("#oh")
        broken = await pages.picture(replace(wish, mode="dashboard", timezone="UTC"))
        assert broken is not None
        assert broken.theme == "landscape"

    run(tmp_path, work)
    assert caplog.text.count("no theme 'mine'; there are: aside, gray, ") == 1
    assert caplog.text.count("displays have the theme that suits") == 2


def test_a_theme_of_the_other_mode_does_not_count(tmp_path: Path) -> None:
    """So a display may have a newspaper of its own, and the usual dashboard."""

    async def work(house: House, pages: Pages) -> None:
        for mode, theme in (("dashboard", "landscape"), ("news", "newspaper")):
            page = await pages.picture(Wish(PROFILES["mono-800x480"], mode, "newspaper"))  # type: ignore[arg-type]
            assert page is not None
            assert page.theme == theme

    run(tmp_path, work)


def test_a_page_in_another_zone(tmp_path: Path) -> None:
    """Its clock and its day are those of there, and so is when it is drawn anew."""

    async def work(house: House, pages: Pages) -> None:
        house.write(
            IMPORT + "#set text(size: 90pt)\n#page-data.clock #page-data.date.iso", shows="clock"
        )
        here = await pages.picture(replace(WISH, theme="mine"))
        there = await pages.picture(replace(WISH, theme="mine", timezone="Asia/Kathmandu"))
        assert here is not None
        assert there is not None
        assert here.version != there.version
        assert here.until_at == NOW.replace(hour=14, minute=30)
        assert there.until_at == NOW.replace(hour=14, minute=15)  # 19:00 in +05:45

    run(tmp_path, work)


def test_a_page_with_a_photo_is_each_displays_own(tmp_path: Path) -> None:
    """With the photo that it would show, as long as it would; without one it is shared."""

    async def work(house: House, pages: Pages) -> None:
        wish = replace(WISH, theme="photo")
        for name, picture in (("a", photo()), ("b", halves())):
            house.photos[name] = tmp_path / f"{name}.png"
            house.photos[name].write_bytes(saved(picture))
        found = [await pages.picture(wish, display=name) for name in ("a", "b", "c", "d")]
        versions = [page.version for page in found if page is not None]
        assert len(versions) == 4
        assert len(set(versions)) == 3
        assert versions[2] == versions[3]
        assert found[0] is not None
        assert found[0].until_at == NOW.replace(minute=20)
        house.photos["a"] = house.photos["b"]
        house.changed.set()
        async with asyncio.timeout(20):
            while (page := await pages.picture(wish, display="a")) and page.version != versions[1]:
                await asyncio.sleep(0.05)
        await pages.picture(WISH, display="a")
        assert {each.photo_of for each in pages.wanted()} == {"a", "b", "c", "d", ""}
        assert wish not in pages.wanted()

    run(tmp_path, work)


def test_a_photo_that_is_missing_on_a_page_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The page is drawn, and drawn again, without it."""

    async def work(house: House, pages: Pages) -> None:
        wish = replace(WISH, theme="photo")
        house.photos["a"] = tmp_path / "gone.png"
        first = await pages.picture(wish, display="a")
        assert first is not None
        house.now += timedelta(days=1)
        house.changed.set()
        async with asyncio.timeout(20):
            while (
                page := await pages.picture(wish, display="a")
            ) and page.version == first.version:
                await asyncio.sleep(0.05)
        assert caplog.text.count("gone.png: No such file") == 1

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
