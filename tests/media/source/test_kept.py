"""When a source is asked again, and what is kept of it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from media.source.job import Outcome
from media.source.kept import Kept, after, fingerprint, is_due, job
from shared.source_list import CalendarSource, NewsSource, WeatherSource

NOW = datetime(2026, 7, 8, 10, tzinfo=UTC)
INTERVAL = timedelta(minutes=30)
NEW = Outcome(status="new", value=msgspec.Raw(b"[]"), etag="1")
FAILED = Outcome(status="error", error="no")


def minutes(kept: Kept) -> float:
    assert kept.next_at
    assert kept.tried_at
    return (kept.next_at - kept.tried_at) / timedelta(minutes=1)


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 27.0), (0.5, 30.0), (1.0, 33.0)])
def test_after_an_answer_it_is_asked_after_its_interval(chance: float, wait: float) -> None:
    """Up to a tenth sooner or later."""
    kept = after(Kept(fingerprint="x", failures=3, error="no"), NEW, NOW, INTERVAL, chance)
    assert minutes(kept) == wait
    assert (kept.failures, kept.error, kept.had_at, kept.made_at) == (0, None, NOW, NOW)


def test_after_failures_it_waits_longer_up_to_an_hour() -> None:
    """And keeps what it had."""
    kept = after(Kept(fingerprint="x"), NEW, NOW, INTERVAL, 0.5)
    waits = []
    for _ in range(9):
        kept = after(kept, FAILED, NOW + INTERVAL, INTERVAL, 0.5)
        waits.append(minutes(kept))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (kept.had_at, bytes(kept.value), kept.error) == (NOW, b"[]", "no")
    later = after(kept, FAILED, NOW + 9 * INTERVAL, INTERVAL, 0.5)
    assert later.failing_since_at == NOW + INTERVAL
    assert after(later, NEW, NOW, INTERVAL, 0.5).failing_since_at is None


def test_what_does_not_mend_itself_and_what_the_server_asks() -> None:
    kept = Kept(fingerprint="x")
    assert minutes(after(kept, replace(FAILED, lasting=True), NOW, INTERVAL, 0.5)) == 60
    for seconds, wait in ((7200.0, 120), (1.0, 1), (1e12, 24 * 60)):
        asked = replace(FAILED, retry_after_seconds=seconds)
        assert minutes(after(kept, asked, NOW, INTERVAL, 0.5)) == wait


def test_the_same_is_as_good_as_new() -> None:
    """But its value was made then."""
    kept = after(Kept(fingerprint="x"), NEW, NOW, INTERVAL, 0.5)
    later = NOW + INTERVAL
    kept = after(kept, Outcome(status="same", etag="1"), later, INTERVAL, 0.5)
    assert (kept.had_at, kept.made_at, bytes(kept.value), kept.etag) == (later, NOW, b"[]", "1")


def test_due() -> None:
    """At its time; also when the clock was set back by days."""
    assert is_due(Kept(fingerprint="x"), NOW)
    for minutes_ahead, due in ((-1, True), (0, True), (1, False), (60 * 24, False)):
        kept = Kept(fingerprint="x", next_at=NOW + timedelta(minutes=minutes_ahead))
        assert is_due(kept, NOW) is due
    assert is_due(Kept(fingerprint="x", next_at=NOW + timedelta(days=365)), NOW)


def test_once_a_day_a_calendar_is_got_whole() -> None:
    """It has other events then, though the file is the same."""
    source = CalendarSource(name="a", url="webcal://x/y.ics")
    kept = after(Kept(fingerprint="x"), NEW, NOW, INTERVAL, 0.5)
    assert job(source, kept, "", "", NOW + timedelta(hours=23)).etag == "1"
    assert job(source, kept, "", "", NOW + timedelta(hours=24)).etag is None
    assert job(source, kept, "", "", NOW - timedelta(hours=1)).etag is None
    assert job(source, kept, "", "", NOW).url == "https://x/y.ics"


def test_fingerprint() -> None:
    """Another place or address is another source; another key, colour or interval is not."""
    place = WeatherSource(latitude=1, longitude=2, key="a")
    marks = {
        fingerprint(place, ""),
        fingerprint(WeatherSource(latitude=1, longitude=2, key="b", interval_minutes=5), ""),
    }
    assert len(marks) == 1
    marks |= {
        fingerprint(WeatherSource(latitude=1, longitude=3), ""),
        fingerprint(CalendarSource(name="a", url="x"), ""),
        fingerprint(CalendarSource(name="a", url="x"), "Asia/Tokyo"),
        fingerprint(CalendarSource(name="a", url="x", color="#000000"), ""),
        fingerprint(NewsSource(name="a", url="x"), ""),
    }
    assert len(marks) == 5
