"""Pages that are drawn ahead: when they are drawn anew, and what is left when they cannot be."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from msgspec.structs import replace as with_

from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import Dashboards
from media.dashboard.page_wish import Shown, Wish
from media.dashboard.pages import Pages
from media.dashboard.sample import sample
from media.dashboard.studio import Studio
from media.dashboard.theme_folder import Themes
from media.dashboard.words import LANGUAGES
from media.source.facts import NextAlarm, Snapshot
from shared.testing import TIMEOUT_SECONDS
from tests.media.bitmap.pictures import halves, photo, saved
from tests.media.dashboard.facts import NOW

PATIENCE = 6 * TIMEOUT_SECONDS  # the child that draws yields to all others
WISH = Wish(PROFILES["mono-800x480"], "dashboard")
HEADER = 'title = "Mine"\nsizes = [[800, 480]]\nrefresh_minutes = 30\n'
IMPORT = '#import "/mantel/kit.typ": *\n'
BODY = (
    IMPORT
    + """#if page-data.alarm != none { page-data.alarm.name }
#if page-data.host != none { graph(page-data.host.graphs.at(0)) }
"""
)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing changes together here."""
    monkeypatch.setattr("media.dashboard.pages._GATHER_SECONDS", 0.0)


class House:
    """What is known, as a test sets it; `use_host` is noted, and how often it was looked at."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW.replace(minute=1)
        self.known: Snapshot = sample(NOW)
        self.changed = asyncio.Event()
        self.hosted = False
        self.looks = 0
        self.photos: dict[str, Path] = {}
        self.folder = folder / "mine"
        self.folder.mkdir()
        self.write(BODY)

    def write(self, body: str, shows: str = "") -> None:
        own = f'shows = ["{shows}"]\n' if shows else ""
        for name, text in (("theme.toml", HEADER + own), ("theme.typ", body)):
            draft = self.folder / f"{name}.tmp"
            draft.write_text(text)
            draft.rename(self.folder / name)  # whole: somebody may be reading it

    def watch(self) -> asyncio.Event:
        return self.changed

    def use_host(self) -> None:
        self.hosted = True

    def snapshot(self, now: datetime, zone: tzinfo | None) -> Snapshot:
        self.looks += 1
        return with_(self.known, at=now.astimezone(zone) if zone else now)

    async def photo(self, display: str) -> tuple[Path, datetime] | None:
        found = self.photos.get(display)
        return None if found is None else (found, NOW.replace(minute=20))

    def ring(self, name: str, hours: int = 9) -> None:
        alarm = NextAlarm(id="a", name=name, at=NOW + timedelta(hours=hours))
        self.known = with_(self.known, alarm=alarm)
        self.changed.set()

    async def settled(self) -> None:
        """Return when the one page has been drawn, or was not, of what is there now."""
        async with asyncio.timeout(PATIENCE):
            # Whoever looks first may have read the theme before now; the second not, and he is
            # done when the third looks
            for _ in range(3):
                before = self.looks
                self.changed.set()
                while self.looks == before:
                    await asyncio.sleep(0.01)


def run(folder: Path, work: Callable[[House, Pages], Coroutine[object, object, None]]) -> None:
    """Do something with pages that are kept up to date."""

    async def all_of_it() -> None:
        house = House(folder)
        async with Studio(most_seconds=PATIENCE) as studio:
            boards = Dashboards(Themes(folder), studio, LANGUAGES["en"])
            pages = Pages(boards, lambda: house, lambda: house.now, house.photo)  # type: ignore[arg-type,return-value]
            keeping = asyncio.create_task(pages.run())
            try:
                await work(house, pages)
            finally:
                keeping.cancel()

    asyncio.run(all_of_it())


MINE = replace(WISH, theme="mine")


async def drawn(pages: Pages, wish: Wish = MINE, display: str = "") -> Shown:
    page = await pages.picture(wish, PATIENCE, display)
    assert page is not None
    return page


async def shown(pages: Pages, wish: Wish = MINE, display: str = "") -> str:
    return (await drawn(pages, wish, display)).version


async def until_other(pages: Pages, than: str, wish: Wish = MINE, display: str = "") -> str:
    """Wait for another picture."""
    async with asyncio.timeout(PATIENCE):
        while (version := await shown(pages, wish, display)) == than:
            await asyncio.sleep(0.01)
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
        first = await drawn(pages)
        assert first.until_at == NOW.replace(hour=14, minute=30)
        house.known = with_(house.known, host=sample(NOW + timedelta(minutes=7)).host)
        house.now += timedelta(minutes=7)
        await house.settled()
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
        await house.settled()  # nobody is left who draws by the theme as it was
        house.ring("another")
        await house.settled()
        assert "unknown variable: oh; displays keep what they have" in caplog.text
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
        own = await shown(pages)
        shutil.move(house.folder, tmp_path / "aside")
        house.changed.set()
        assert await until_other(pages, own) == await shown(pages, WISH)
        house.ring("another")
        await until_other(pages, await shown(pages))
        assert (await drawn(pages)).theme == "landscape"
        shutil.move(tmp_path / "aside", house.folder)
        house.changed.set()
        await until_other(pages, await shown(pages))
        assert (await drawn(pages)).theme == "mine"
        house.write("#oh")
        assert (await drawn(pages, replace(MINE, timezone="UTC"))).theme == "landscape"

    run(tmp_path, work)
    assert caplog.text.count("no theme 'mine'; there are: aside, gray, ") == 1
    assert caplog.text.count("displays have the theme that suits") == 2


def test_a_theme_that_breaks_is_told_of_once_for_all_that_show_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One display keeps its page, another has never had one."""

    async def work(house: House, pages: Pages) -> None:
        await shown(pages)
        house.write("#oh")
        there = replace(MINE, timezone="Asia/Kathmandu")
        for hours in (9, 10):
            before = await shown(pages, there)
            house.ring("another", hours)
            await until_other(pages, before, there)
        assert caplog.text.count("unknown variable: oh") == 1
        assert "is drawn again" not in caplog.text

    caplog.set_level(logging.INFO)
    run(tmp_path, work)


def test_a_theme_of_the_other_mode_does_not_count(tmp_path: Path) -> None:
    """So a display may have a newspaper of its own, and the usual dashboard."""

    async def work(house: House, pages: Pages) -> None:
        for mode, theme in (("dashboard", "landscape"), ("news", "newspaper")):
            page = await drawn(pages, replace(WISH, mode=mode, theme="newspaper"))  # type: ignore[arg-type]
            assert page.theme == theme

    run(tmp_path, work)


def test_a_page_in_another_zone(tmp_path: Path) -> None:
    """Its clock and its day are those of there, and so is when it is drawn anew."""

    async def work(house: House, pages: Pages) -> None:
        house.write(
            IMPORT + "#set text(size: 90pt)\n#page-data.clock #page-data.date.iso", shows="clock"
        )
        here = await drawn(pages)
        there = await drawn(pages, replace(MINE, timezone="Asia/Kathmandu"))
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
        found = [await drawn(pages, wish, name) for name in ("a", "b", "c", "d")]
        versions = [page.version for page in found]
        assert len(set(versions)) == 3
        assert versions[2] == versions[3]
        assert found[0].until_at == NOW.replace(minute=20)
        house.photos["a"] = house.photos["b"]
        house.changed.set()
        assert await until_other(pages, versions[0], wish, "a") == versions[1]
        await drawn(pages, WISH, "a")
        assert {each.photo_of for each in pages.wanted()} == {"a", "b", "c", "d", ""}
        assert wish not in pages.wanted()

    run(tmp_path, work)


def test_a_photo_that_is_missing_on_a_page_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The page is drawn, and drawn again, without it."""

    async def work(house: House, pages: Pages) -> None:
        wish = replace(WISH, theme="photo")
        house.photos = {"a": tmp_path / "gone.png", "b": tmp_path / "b.png"}
        house.photos["b"].write_bytes(saved(photo()))
        for name in ("a", "b"):
            await drawn(pages, wish, name)
        for name in ("a", "b", "a"):
            house.now += timedelta(days=1)
            house.changed.set()
            await until_other(pages, await shown(pages, wish, name), wish, name)
        assert caplog.text.count("gone.png: No such file") == 1

    run(tmp_path, work)


def test_a_card_and_the_news(tmp_path: Path) -> None:
    """Small screens and the other mode have pages too."""

    async def work(house: House, pages: Pages) -> None:
        card = await drawn(pages, Wish(PROFILES["rlcd-200x200"], "dashboard"))
        news = await drawn(pages, Wish(PROFILES["trmnl-og"], "news"))
        assert (card.theme, news.theme) == ("card", "newspaper")
        assert len(card.picture.frame.packed) == 5000

    run(tmp_path, work)
