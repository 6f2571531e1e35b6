"""The blocks of a snapshot, from what is kept of the sources that are fetched. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from media.source.age import age, worst
from media.source.current import current
from media.source.facts import (
    Age,
    Agenda,
    Block,
    Calendar,
    Event,
    Feed,
    News,
    NewsItem,
    Weather,
)
from media.source.kept import LIMITS, Fetched, Kept, block_of
from shared.source_list import CalendarSource

_MOST_EVENTS = 500
_MOST_ITEMS = 100
_SHOWN_DAYS = timedelta(days=60)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Value = Weather | tuple[Event, ...] | tuple[NewsItem, ...] | None


class Known(Struct, kw_only=True):
    """A source, what is kept of it, and its value read from that."""

    source: Fetched
    kept: Kept
    value: Value = None
    refreshing: bool = False


def read_value(source: Fetched, raw: msgspec.Raw) -> Value:
    """Return a value of a source as what it is; msgspec.MsgspecError when it is another's."""
    if bytes(raw) == b"null":
        return None
    kinds = {"weather": Weather, "calendar": tuple[Event, ...], "news": tuple[NewsItem, ...]}
    found: Value = msgspec.json.decode(raw, type=kinds[block_of(source)])
    return found


def age_of(known: Known, now: datetime) -> Age:
    """Return how old the value of a source is."""
    interval = timedelta(minutes=known.source.interval_minutes)
    limit = max(LIMITS[block_of(known.source)], 7 * interval)
    had = known.kept.had_at if known.value is not None else None
    return age(had, now, interval, limit, known.kept.error)


def weather(known: Known, now: datetime) -> Block[Weather]:
    """Return the weather without what is over."""
    its = age_of(known, now)
    if its.freshness == "empty" or not isinstance(known.value, Weather):
        return Block(value=None, age=its)
    return Block(value=current(known.value, now), age=its)


def agenda(sources: Iterable[Known], now: datetime) -> Block[Agenda]:
    """Return the events of all calendars, from now on for 60 days."""
    calendars, events = [], []
    for known in sources:
        its = age_of(known, now)
        color = known.source.color if isinstance(known.source, CalendarSource) else None
        calendars.append(Calendar(name=known.source.name, colour=color, age=its))
        if its.freshness != "empty" and isinstance(known.value, tuple):
            events += [each for each in known.value if isinstance(each, Event)]
    last = now.date() + _SHOWN_DAYS
    coming = [
        _here(event, now) for event in events if _is_to_come(event, now) and event.first_day <= last
    ]
    coming.sort(key=lambda event: (event.first_day, not event.all_day, event.start_at or _LONG_AGO))
    its = worst([each.age for each in calendars])
    value = Agenda(events=tuple(coming[:_MOST_EVENTS]), calendars=tuple(calendars))
    return Block(value=None if its.freshness == "empty" else value, age=its)


def _is_to_come(event: Event, now: datetime) -> bool:
    if event.start_at is None or event.end_at is None:
        return event.last_day >= now.date()
    return event.end_at > now or event.start_at == event.end_at == now


def _here(event: Event, now: datetime) -> Event:
    """Return it with its moments and days in the zone of `now`, which need not be the house's."""
    if event.start_at is None or event.end_at is None:
        return event
    begin, over = (each.astimezone(now.tzinfo) for each in (event.start_at, event.end_at))
    # One that ends at midnight is not of the day that begins then
    last = over - timedelta(microseconds=1) if over > begin else over
    return replace(event, start_at=begin, end_at=over, first_day=begin.date(), last_day=last.date())


def news(sources: Iterable[Known], now: datetime) -> Block[News]:
    """Return the items of all feeds, the newest first; what comes twice is told once."""
    feeds: list[Feed] = []
    items: dict[tuple[str, str], NewsItem] = {}
    for known in sources:
        its = age_of(known, now)
        feeds.append(Feed(name=known.source.name, age=its))
        if its.freshness != "empty" and isinstance(known.value, tuple):
            for item in known.value:
                if isinstance(item, NewsItem):
                    items.setdefault((item.title, item.link), item)
    newest = sorted(items.values(), key=lambda item: _published(item, now), reverse=True)
    its = worst([each.age for each in feeds])
    value = News(items=tuple(newest[:_MOST_ITEMS]), feeds=tuple(feeds))
    return Block(value=None if its.freshness == "empty" else value, age=its)


def _published(item: NewsItem, now: datetime) -> datetime:
    """Return when; a feed that dates its items in the future does not stay on top for it."""
    return min(item.published_at or _LONG_AGO, now)


def row(known: Known, now: datetime) -> dict[str, Any]:
    """Return how a source does: what `mantel source list` shows, without its address."""
    kept, its = known.kept, age_of(known, now)
    source = known.source
    return {
        "name": source.name,
        "kind": block_of(source),
        "freshness": its.freshness,
        "had_at": its.at,
        "tried_at": kept.tried_at,
        "next_at": kept.next_at,
        "interval_minutes": source.interval_minutes,
        "failures": kept.failures,
        "failing_since_at": kept.failing_since_at,
        "error": kept.error,
        "note": kept.note,
        "refreshing": known.refreshing,
        "text": _counted(known.value),
    }


def heard_row(name: str, kind: str, its: Age, text: str) -> dict[str, Any]:
    """Return the same of what comes by itself, on topics."""
    return {
        "name": name,
        "kind": kind,
        "freshness": its.freshness,
        "had_at": its.at,
        "tried_at": None,
        "next_at": None,
        "interval_minutes": None,
        "failures": 0,
        "failing_since_at": None,
        "error": its.error,
        "note": "",
        "refreshing": False,
        "text": text,
    }


def _counted(value: Value) -> str:
    """Return in a few words what is known."""
    if isinstance(value, Weather):
        return f"{len(value.days)} days, {len(value.hours)} hours"
    if value is None:
        return ""
    kind = "items" if value and isinstance(value[0], NewsItem) else "events"
    return f"{len(value)} {kind}"
