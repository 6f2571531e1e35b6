"""iCalendar as events; the only module that knows icalendar. Used in the child alone.

Recurrences are unrolled with their exceptions and moved instances, in their own zones; events of
whole days stay dates, whatever the zone.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import icalendar
import recurring_ical_events

from media.source.calendar_sieve import Sieved, sieve
from media.source.facts import Event
from media.source.markup import without_tags
from media.source.plain_text import plain
from media.source.reply_error import ReplyError

MOST_BYTES = 20_000_000
AHEAD = timedelta(days=68)  # 60 are shown, and a week may pass without an answer
_WEEK = timedelta(days=7)
_MOST_EVENTS = 1000
_TITLE, _LOCATION, _DESCRIPTION, _UID = 200, 200, 1000, 200
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip


def events(
    body: bytes, calendar: str, now: datetime, zone: tzinfo
) -> tuple[tuple[Event, ...], str]:
    """Return the events from yesterday on, and what was left out; ReplyError.

    Those that are cancelled are not among them, those that are going on are.
    """
    today = now.astimezone(zone).date()
    first, last = today - timedelta(days=1), today + AHEAD
    sieved = sieve(body.decode("utf-8-sig", "replace"), first, last)
    read: dict[tuple[Any, ...], Event] = {}
    parsed, broken = _parsed(sieved)
    for component in _unrolled(parsed, first, last, zone):
        try:
            if str(component.get("STATUS", "")).upper() != "CANCELLED":
                event = _event(component, calendar, zone)
                read.setdefault((event.uid, event.first_day, event.start_at, event.title), event)
        except _BROKEN:
            broken += 1
        if len(read) > _MOST_EVENTS:
            break
    ordered = sorted(
        read.values(), key=lambda event: (event.first_day, not event.all_day, event.start_at or now)
    )
    left_out = _left_out(sieved.frequent, broken, len(read) > _MOST_EVENTS)
    return tuple(ordered[:_MOST_EVENTS]), left_out


def _left_out(frequent: int, broken: int, more: bool) -> str:
    parts = [
        f"{frequent} that recur each second or minute" if frequent else "",
        f"{broken} that cannot be understood" if broken else "",
        f"all beyond the first {_MOST_EVENTS}" if more else "",
    ]
    told = ", ".join(filter(None, parts))
    return f"events left out: {told}" if told else ""


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _parsed(sieved: Sieved) -> tuple[Any, int]:
    """Return the calendar without events that have no begin, and how many those are."""
    try:
        calendar = icalendar.Calendar.from_ical(sieved.text)
        every = calendar.subcomponents
        calendar.subcomponents = [each for each in every if each.name != "VEVENT" or _begins(each)]
    except _BROKEN as error:
        raise ReplyError(f"is a calendar that cannot be read ({str(error)[:100]})") from None
    return calendar, len(every) - len(calendar.subcomponents)


def _begins(component: Any) -> bool:  # noqa: ANN401
    try:
        return isinstance(component["DTSTART"].dt, date)
    except _BROKEN:
        return False


def _unrolled(calendar: Any, first: date, last: date, zone: tzinfo) -> Iterator[Any]:  # noqa: ANN401
    """Yield the instances week by week, which bounds how many there are at a time.

    One that lasts longer is yielded in each of its weeks.
    """
    try:
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        while first < last:
            following = min(first + _WEEK, last)
            yield from query.between(_midnight(first, zone), _midnight(following, zone))
            first = following
    except _BROKEN as error:
        raise ReplyError(f"is a calendar that cannot be read ({str(error)[:100]})") from None


def _event(component: Any, calendar: str, zone: tzinfo) -> Event:  # noqa: ANN401
    start = component["DTSTART"].dt
    ends = component.get("DTEND")
    end = ends.dt if ends is not None else start
    texts: dict[str, Any] = {
        "title": plain(str(component.get("SUMMARY", "")), _TITLE) or "(no title)",
        "calendar": calendar,
        "location": plain(str(component.get("LOCATION", "")), _LOCATION),
        "description": without_tags(str(component.get("DESCRIPTION", "")), _DESCRIPTION),
        "uid": plain(str(component.get("UID", "")), _UID),
    }
    if not isinstance(start, datetime):
        return _whole_days(start, end, texts)
    if isinstance(end, datetime) and _is_all_day(component, start, end):
        return _whole_days(start.date(), end.date(), texts)
    begin = _here(start, zone)
    over = max(_here(end, zone), begin) if isinstance(end, datetime) else begin
    # One that ends at midnight is not of the day that begins then
    last = over - timedelta(microseconds=1) if over > begin else over
    return Event(
        all_day=False,
        first_day=begin.date(),
        last_day=last.date(),
        start_at=begin,
        end_at=over,
        **texts,
    )


def _whole_days(start: date, end: Any, texts: dict[str, Any]) -> Event:  # noqa: ANN401
    last = (end.date() if isinstance(end, datetime) else end) - timedelta(days=1)
    return Event(all_day=True, first_day=start, last_day=max(last, start), **texts)


def _here(moment: datetime, zone: tzinfo) -> datetime:
    """Return it in the house's zone; one without any zone is meant there."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _is_all_day(component: Any, start: datetime, end: datetime) -> bool:  # noqa: ANN401
    """Tell whether Outlook means whole days by its midnights."""
    said = str(component.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).upper() == "TRUE"
    return said and start.time() == end.time() == time() and end > start
