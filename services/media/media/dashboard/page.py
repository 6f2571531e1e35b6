"""What a theme gets of a snapshot: texts in the house's words, and numbers of graphs. Pure.

The same facts give the same page, byte for byte, so that a display keeps its picture. There is
no clock in it unless the theme asks for one. docs/dashboards.md names every field.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, Literal, TypeVar

import msgspec

from media.dashboard.letters import tidy
from media.dashboard.page_agenda import agenda
from media.dashboard.page_host import host
from media.dashboard.page_weather import weather
from media.dashboard.words import Words
from media.source.facts import Age, Block, News, NextAlarm, Snapshot, TopicValue

Page = dict[str, Any]

BLOCKS = ("clock", "weather", "agenda", "host", "alarm", "news", "values")
BlockName = Literal["clock", "weather", "agenda", "host", "alarm", "news", "values"]

T = TypeVar("T")

VERSION = 1
"""Of the form of a page; it grows when a field changes its meaning."""

_MOST_NEWS = 16
_MOST_VALUES = 12


def page(snapshot: Snapshot, words: Words, shows: Collection[str]) -> Page:
    """Return the page for a theme that shows the blocks `shows`; the others are None in it."""
    today = snapshot.at.date()
    made: Page = {
        "version": VERSION,
        "language": words.language,
        "words": words.labels,
        "date": _date(today, words),
        "clock": f"{snapshot.at:%H:%M}" if "clock" in shows else None,
    }
    made["weather"] = _block(snapshot.weather, shows, "weather", snapshot.at, words, weather)
    made["agenda"] = _block(snapshot.agenda, shows, "agenda", snapshot.at, words, agenda)
    made["host"] = _block(snapshot.host, shows, "host", snapshot.at, words, host)
    made["news"] = _block(snapshot.news, shows, "news", snapshot.at, words, _news)
    made["alarm"] = _alarm(snapshot.alarm, today, words) if "alarm" in shows else None
    values = snapshot.values.values() if "values" in shows else ()
    made["values"] = [_value(each, today, words) for each in values][:_MOST_VALUES]
    return made


def encoded(made: Page) -> bytes:
    """Return a page as the JSON that a theme reads."""
    return msgspec.json.encode(made, order="deterministic")


def steady(made: Page) -> bytes:
    """Return what of a page is worth a new picture at once: all but graphs, and the clock."""
    return encoded({**made, "host": None, "clock": None})


def _date(day: date, words: Words) -> Page:
    return {
        "iso": day.isoformat(),
        "day": day.day,
        "year": day.year,
        "week": day.isocalendar().week,
        "weekday": words.weekday(day),
        "month": words.month(day),
        "long": words.long_day(day),
        "short": words.short_day(day),
        "day_month": f"{words.day_of_month(day)} {words.month(day)}",
    }


def _block(
    block: Block[T] | None,
    shows: Collection[str],
    name: str,
    now: datetime,
    words: Words,
    make: Callable[[T, datetime, Words], Page],
) -> Page | None:
    """Return a block with its age; None when it is not shown, or no such source is set up."""
    if block is None or name not in shows:
        return None
    made = {} if block.value is None else make(block.value, now, words)
    return {**made, **_age(block.age, now.date(), words), "empty": block.value is None}


def _age(age: Age, today: date, words: Words) -> Page:
    # What was never had is old when it cannot be had; else it is on its way
    gone = age.freshness == "empty" and (age.at is not None or age.error is not None)
    return {"as_of": words.age(age, today), "old": age.freshness == "old" or gone}


def _alarm(alarm: NextAlarm | None, today: date, words: Words) -> Page | None:
    if alarm is None:
        return None
    return {
        "name": tidy(alarm.name, 60),
        "time": f"{alarm.at:%H:%M}",
        "day": "" if alarm.at.date() == today else words.near_day(alarm.at.date(), today),
        "short_day": "" if alarm.at.date() == today else words.short_weekday(alarm.at),
    }


def _news(news: News, now: datetime, words: Words) -> Page:
    return {
        "items": [
            {
                "title": tidy(item.title, 160),
                "summary": tidy(item.summary, 700),
                "source": tidy(item.source, 40),
                "at": words.moment(item.published_at.astimezone(now.tzinfo), now.date())
                if item.published_at
                else "",
            }
            for item in news.items[:_MOST_NEWS]
        ]
    }


def _value(value: TopicValue, today: date, words: Words) -> Page:
    return {
        "name": tidy(value.name, 40),
        "text": tidy(value.text, 40),
        **_age(value.age, today, words),
        "empty": value.age.freshness == "empty",
    }
