"""The endpoint of a run: its budget by the house's day, its waits, its key; with the real child."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from media.art.ask import Ask
from media.art.endpoint import Endpoint
from media.art.store import ArtStore, Day
from media.database import Database
from media.job.job import JobError, SkipError
from tests.media.art.endpoint import CHAT, SEEN, endpoint, refused, said
from tests.media.art.endpoint import Endpoint as Web
from tests.media.bitmap.pictures import photo, saved

EVENING = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)
"""Half past eleven in the house."""


class Desk:
    """An endpoint whose clock the test sets."""

    def __init__(self, folder: Path, web: Web, database: Database) -> None:
        self.folder = folder
        self.web = web
        self.now = EVENING
        self.store = ArtStore(database)
        zone = ZoneInfo("Europe/Brussels")
        self.endpoint = Endpoint(folder / "sources.toml", self.store, lambda: self.now, zone)
        (folder / "a.jpg").write_bytes(saved(photo(), "JPEG"))
        self.ask = Ask(kind="classify", model="see", prompt="look", path=str(folder / "a.jpg"))
        self.configure()

    def configure(self, more: str = "") -> None:
        text = f'[art]\nurl = "{self.web.url}"\nclassification_model = "see"\n{more}\n'
        (self.folder / "sources.toml").write_text(text)


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    with endpoint() as web:
        async with Database(folder / "media.sqlite") as database:
            yield Desk(folder, web, database)


async def test_the_day_is_that_of_the_house(tmp_path: Path) -> None:
    """At midnight there, which is not that of UTC, there are calls again."""
    async with desk(tmp_path) as one:
        one.configure("daily_calls = 1")
        settings = await one.endpoint.settings()
        first = await one.endpoint.call(settings, one.ask)
        assert first is not None
        assert '"GOOD"' in first.text
        assert await one.endpoint.call(settings, one.ask) is None
        with pytest.raises(SkipError, match="1 of 1 calls today"):
            await one.endpoint.need_budget(settings)
        one.now += timedelta(hours=1)
        assert one.now.day == EVENING.day
        await one.endpoint.need_budget(settings)
        assert await one.endpoint.call(settings, one.ask) is not None
        assert await one.store.day("2026-07-01") == Day(1)
        assert await one.store.day("2026-07-02") == Day(1)


async def test_who_asks_to_wait_is_let_be(tmp_path: Path) -> None:
    """Until then, whichever job would ask."""
    async with desk(tmp_path) as one:
        one.web.say(CHAT, refused(503, "busy", Retry_After="600"))
        settings = await one.endpoint.settings()
        reply = await one.endpoint.call(settings, one.ask)
        assert reply is not None
        assert (reply.fault, reply.retry_after_seconds) == ("wait", 600)
        with pytest.raises(SkipError, match="wait until 23:40"):
            await one.endpoint.settings()
        one.now += timedelta(seconds=601)
        one.web.say(CHAT, said(SEEN))
        assert await one.endpoint.call(await one.endpoint.settings(), one.ask) is not None


async def test_the_key_may_stand_in_a_file(tmp_path: Path) -> None:
    """One that is not there, or is none, costs no call."""
    async with desk(tmp_path) as one:
        key = tmp_path / "art.key"
        key.write_text("sk-file\n")
        one.configure(f'key_file = "{key}"')
        settings = await one.endpoint.settings()
        await one.endpoint.call(settings, one.ask)
        assert one.web.asked[0].headers["authorization"] == "Bearer sk-file"
        key.write_bytes(b"\xff")
        with pytest.raises(JobError, match="holds no key"):
            await one.endpoint.call(settings, one.ask)
        key.unlink()
        with pytest.raises(JobError, match="cannot be read"):
            await one.endpoint.call(settings, one.ask)
        assert await one.store.day("2026-07-01") == Day(1)


async def test_what_cannot_be_sent_costs_nothing(tmp_path: Path) -> None:
    """A photo that is broken is found before anything is asked."""
    async with desk(tmp_path) as one:
        (tmp_path / "a.jpg").write_bytes(b"broken")
        reply = await one.endpoint.call(await one.endpoint.settings(), one.ask)
        assert reply is not None
        assert (reply.fault, reply.asked) == ("photo", False)
        assert await one.store.day("2026-07-01") == Day(0)
        assert one.web.asked == []


async def test_the_file_of_settings_is_bounded(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        one.configure("# " + "x" * 300_000)
        with pytest.raises(JobError, match="larger than 262144 bytes"):
            await one.endpoint.settings()
