"""The blocks of a snapshot from what is kept: without what is over, and empty at their limits."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from media.source import open_meteo
from media.source.facts import Event, NewsItem
from media.source.kept import Fetched, Kept
from media.source.shown import Known, agenda, news, read_value, weather
from shared.source_list import CalendarSource, NewsSource, WeatherSource
from tests.media.source import provider

NOW = datetime(2026, 7, 8, 14, 20, tzinfo=ZoneInfo("Europe/Brussels"))
HOUR = timedelta(hours=1)


def known(source: Fetched, value: Any, had: datetime | None = NOW, **changed: Any) -> Known:
    kept = Kept(
        fingerprint="x", value=msgspec.Raw(msgspec.json.encode(value)), had_at=had, **changed
    )
    return Known(source=source, kept=kept, value=read_value(source, kept.value))


def event(title: str, start: datetime, hours: float = 1, calendar: str = "a") -> Event:
    end = start + hours * HOUR
    return Event(
        title=title, calendar=calendar, all_day=False, first_day=start.date(),
        last_day=end.date(), start_at=start, end_at=end,
    )  # fmt: skip


def whole(title: str, first: date, last: date) -> Event:
    return Event(title=title, calendar="a", all_day=True, first_day=first, last_day=last)


CALENDAR = CalendarSource(name="a", url="x", color="#2a6fdb")


def test_weather_is_emptied_after_a_day() -> None:
    """Until then it says how old it is, and why."""
    source = WeatherSource(latitude=1, longitude=2, interval_minutes=30)
    body = msgspec.json.encode(provider.open_meteo(NOW))
    it = known(source, open_meteo.weather(body, "Sea"), error="timed out")
    block = weather(it, NOW + timedelta(hours=5))
    assert block.value is not None
    assert (block.age.freshness, block.age.as_of, block.age.hours) == ("old", "as of 14:20", 5)
    assert block.age.error == "timed out"
    assert block.value.hours[0].at <= NOW + timedelta(hours=5)
    assert weather(it, NOW + timedelta(hours=24)).value is not None
    late = weather(it, NOW + timedelta(hours=24, minutes=1))
    assert (late.value, late.age.freshness) == (None, "empty")
    never = weather(Known(source=source, kept=Kept(fingerprint="x", error="no")), NOW)
    assert (never.value, never.age.error) == (None, "no")


def test_agenda_of_another_zone() -> None:
    """The moments and the days of events are those of there; whole days are no zone's."""
    late = NOW.replace(hour=23, minute=30)
    events = [event("late", late, 0.5), whole("today", NOW.date(), NOW.date())]
    there = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    block = agenda([known(CALENDAR, events)], there)
    assert block.value is not None
    today, late_there = block.value.events
    assert (today.title, today.first_day) == ("today", NOW.date())
    assert late_there.first_day == late_there.last_day == date(2026, 7, 9)
    assert f"{late_there.start_at:%H:%M}" == "06:30"


def test_agenda_begins_now() -> None:
    """What is over is left out, what goes on is not; of a day the whole-day events come first."""
    today = NOW.date()
    events = [
        event("over", NOW - 2 * HOUR),
        event("just over", NOW - HOUR),
        event("going on", NOW - HOUR, 1.5),
        event("next", NOW + HOUR),
        whole("today", today, today),
        whole("yesterday", today - timedelta(days=1), today - timedelta(days=1)),
        whole("trip", today - timedelta(days=3), today),
        whole("tomorrow", today + timedelta(days=1), today + timedelta(days=1)),
        event("in two months", NOW + timedelta(days=61)),
    ]
    block = agenda([known(CALENDAR, events)], NOW)
    assert block.value is not None
    titles = [each.title for each in block.value.events]
    assert titles == ["trip", "today", "going on", "next", "tomorrow"]
    assert block.value.calendars[0].colour == "#2a6fdb"
    moments = [each.start_at for each in block.value.events if each.start_at]
    assert {str(each.tzinfo) for each in moments} == {"Europe/Brussels"}


def test_agenda_mixes_calendars_and_drops_the_one_that_is_too_old() -> None:
    old = CalendarSource(name="old", url="x")
    dead = CalendarSource(name="dead", url="x")
    block = agenda(
        [
            known(CALENDAR, [event("b", NOW + 2 * HOUR)]),
            known(old, [event("a", NOW + HOUR)], NOW - timedelta(hours=3)),
            known(dead, [event("c", NOW + HOUR)], NOW - timedelta(days=8)),
        ],
        NOW,
    )
    assert block.value is not None
    assert [each.title for each in block.value.events] == ["a", "b"]
    assert [each.age.freshness for each in block.value.calendars] == ["fresh", "aged", "empty"]
    assert block.age.as_of == "as of 11:20"


def test_an_agenda_without_events_is_not_an_empty_block() -> None:
    """Nothing to do is something to know."""
    block = agenda([known(CALENDAR, [])], NOW)
    assert block.value is not None
    assert block.value.events == ()
    assert agenda([Known(source=CALENDAR, kept=Kept(fingerprint="x"))], NOW).value is None


def test_news_are_mixed_newest_first_and_told_once() -> None:
    def item(title: str, hours: float | None, source: str = "x") -> NewsItem:
        at = None if hours is None else NOW.astimezone(UTC) - hours * HOUR
        return NewsItem(title=title, summary="", source=source, published_at=at)

    one, two = NewsSource(name="one", url="x"), NewsSource(name="two", url="x")
    block = news(
        [
            known(one, [item("old", 5), item("no time", None), item("future", -99)]),
            known(two, [item("new", 1), item("old", 5)]),
        ],
        NOW,
    )
    assert block.value is not None
    assert [each.title for each in block.value.items] == ["future", "new", "old", "no time"]
