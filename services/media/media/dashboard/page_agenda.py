"""The calendar of a page: its events day by day. Pure."""

from datetime import date, datetime
from typing import Any

from media.dashboard.letters import tidy
from media.dashboard.words import Words
from media.source.facts import Agenda, Event

_MOST_EVENTS = 40
_MOST_DAYS = 20


def agenda(known: Agenda, now: datetime, words: Words) -> dict[str, Any]:
    """Return today, empty or not, and the days on which something begins.

    An event of several days stands once, on the first of them that is still to come.
    """
    today = now.date()
    colours = {each.name: each.colour for each in known.calendars}
    days: dict[date, list[dict[str, Any]]] = {today: []}
    for event in known.events[:_MOST_EVENTS]:
        day = max(event.first_day, today)
        days.setdefault(day, []).append(_event(event, day, words, colours))
    shown = sorted(days.items())[:_MOST_DAYS]
    return {
        "days": [
            {
                "name": words.near_day(day, today),
                "short": words.short_day(day),
                "date": words.short_day(day) if (day - today).days < 2 else "",
                "number": day.day,
                "weekday": words.short_weekday(day),
                "month": words.short_month(day),
                "is_today": day == today,
                "events": events,
            }
            for day, events in shown
        ],
        "calendars": [
            {
                "name": tidy(each.name, 40),
                "colour": each.colour,
                "as_of": words.age(each.age, today),
            }
            for each in known.calendars
        ],
    }


def _event(event: Event, day: date, words: Words, colours: dict[str, str | None]) -> dict[str, Any]:
    time, until, note = "", "", ""
    if event.start_at is not None and event.end_at is not None:
        if event.start_at.date() == day:
            time = f"{event.start_at:%H:%M}"
        if event.end_at > event.start_at:
            until = _until(event.end_at, day)
    if not until and event.last_day > day:
        note = f"{words.labels['until']} {words.short_day(event.last_day)}"
    when = words.labels["all_day"]
    if time or until:
        when = time or f"{words.labels['until']} {until}"
    return {
        "title": tidy(event.title, 120) or "…",
        "time": time,
        "until": until,
        "when": when,  # what stands before its title: "09:00", "until 12:00", "all day"
        "note": note,  # what may stand behind it: "until Wed 2 Dec"
        "all_day": event.all_day,
        "location": tidy(event.location, 60),
        "calendar": tidy(event.calendar, 40),
        "colour": colours.get(event.calendar),
    }


def _until(end_at: datetime, day: date) -> str:
    """Return the time of its end, "" when that is on another day."""
    if end_at.date() == day:
        return f"{end_at:%H:%M}"
    if (end_at.date() - day).days == 1 and end_at.hour == end_at.minute == 0:
        return "24:00"
    return ""
