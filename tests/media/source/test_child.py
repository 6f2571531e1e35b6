"""The child that gets a source: what it answers, what bounds it, what it costs `media`."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from media.source.child import run
from media.source.child_process import get
from media.source.facts import Event, Weather
from media.source.job import Job, Kind, Outcome
from shared.testing import TIMEOUT_SECONDS
from tests.media.source import provider as shapes
from tests.media.source.provider import Provider, Reply, provider

NOW = datetime(2026, 7, 8, 12, 20, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[Provider]:
    with provider() as running:
        yield running


def job(kind: Kind, url: str, **fields: Any) -> Job:
    return Job(kind=kind, name="x", url=url, now=NOW, timezone="Europe/Brussels", **fields)


async def test_weather_of_a_process_of_its_own(web: Provider) -> None:
    """A base address may end in a slash, or be the whole one."""
    web.answers["/v1/forecast"] = lambda _: Reply(shapes.open_meteo(NOW))
    for url in (web.url, f"{web.url}/", f"{web.url}/v1/forecast"):
        outcome = await get(job("open-meteo", url, latitude=51.3, longitude=3.1, place="Sea"))
        assert outcome.status == "new"
        weather = msgspec.json.decode(outcome.value, type=Weather)
        assert (weather.place, len(weather.days)) == ("Sea", 8)


async def test_a_file_that_has_not_changed_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    file.write_bytes(shapes.calendar("UID:1\nSUMMARY:Tea\nDTSTART;VALUE=DATE:20260709"))
    first = await get(job("calendar", str(file)))
    (event,) = msgspec.json.decode(first.value, type=list[Event])
    assert (event.title, event.calendar) == ("Tea", "x")
    assert (await get(job("calendar", str(file), etag=first.etag))).status == "same"
    file.write_bytes(shapes.calendar())
    assert (await get(job("calendar", str(file), etag=first.etag))).status == "new"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: path.mkdir(), "is no file"),
        (lambda path: None, "cannot be read (No such file or directory)"),
        (lambda path: path.write_text("hello"), "is no calendar"),
        (lambda path: path.symlink_to("/dev/zero"), "is no file"),
        (lambda path: path.open("wb").truncate(100_000_000), "is larger than 20 MB"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_files_of_no_use(tmp_path: Path, make: Any, error: str) -> None:
    make(tmp_path / "a.ics")
    outcome = run(job("calendar", str(tmp_path / "a.ics")))
    assert (outcome.status, error in outcome.error) == ("error", True)


def test_a_key_is_in_no_error(web: Provider) -> None:
    """Though the provider repeats it."""
    web.say("/data/3.0/onecall", {"cod": 401, "message": "Bad key abc123!"}, 401)
    outcome = run(job("openweathermap", web.url, key="abc123"))
    assert outcome.error == "is not let in (401): Bad key ***!"
    assert outcome.lasting


async def test_a_calendar_that_takes_for_ever_is_given_up(tmp_path: Path) -> None:
    """A few lines that keep the parser busy for a minute and more."""
    file = tmp_path / "a.ics"
    file.write_bytes(shapes.calendar("UID:1\nDTSTART:00010101T000000Z\nRRULE:FREQ=HOURLY"))
    outcome = await get(job("calendar", str(file)), most_seconds=1.5)
    assert outcome == Outcome(status="error", error="takes too long to be understood")


async def test_it_is_ended_with_who_waits_for_it(web: Provider) -> None:
    """A stopping media leaves no child behind."""
    import asyncio

    gate, asked = threading.Event(), threading.Event()

    def answer(_: Any) -> Reply:
        asked.set()
        return Reply(wait=gate)

    web.answers["/rss"] = answer
    waiting = asyncio.ensure_future(get(job("news", f"{web.url}/rss")))
    await asyncio.to_thread(asked.wait, 3 * TIMEOUT_SECONDS)
    children = Path(f"/proc/{_own_pid()}/task/{_own_pid()}/children").read_text().split()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    assert children
    assert not any(Path(f"/proc/{pid}/cmdline").exists() and _is_child(pid) for pid in children)


def _own_pid() -> int:
    import os

    return os.getpid()


def _is_child(pid: str) -> bool:
    return b"media.source.child" in Path(f"/proc/{pid}/cmdline").read_bytes()


async def test_memory_is_bounded(tmp_path: Path) -> None:
    """Thousands of rules at once are refused, not paid for."""
    file = tmp_path / "a.ics"
    rule = "UID:{}\nDTSTART:20200101T000000Z\nRRULE:FREQ=HOURLY"
    file.write_bytes(shapes.calendar(*(rule.format(number) for number in range(2900))))
    outcome = await get(job("calendar", str(file)), most_seconds=6 * TIMEOUT_SECONDS)
    assert outcome.status == "error"
    assert "to be understood" in outcome.error


def test_media_itself_imports_none_of_it() -> None:
    """What gets sources takes 40 MB, and is of the child alone."""
    code = "import sys, json, media.service; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=6 * TIMEOUT_SECONDS,
    )
    loaded = set(json.loads(done.stdout))
    assert "media.source.opening" in loaded
    assert not {"httpx", "feedparser", "icalendar", "recurring_ical_events"} & loaded
    assert "media.source.sources" not in loaded
