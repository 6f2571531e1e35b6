"""When an alarm rings: what people type, what they read. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.payloads import AlarmDefinition

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {"daily": DAYS, "weekdays": DAYS[:5], "weekend": DAYS[5:]}
_TIME = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")
_DATE = r"(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])"
_DATES = re.compile(rf"{_DATE}(-{_DATE})?")


def parse_time(text: str) -> str:
    """Return a time of day, typed as 6:30, 06:30 or 0630, as HHMM; ValueError for others."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"'{text}' is no time of day; type it as 06:30")
    return f"{int(found[1]):02}{found[2]}"


def parse_days(text: str) -> list[str]:
    """Return days in the week's order, from Mon-Fri, Sat,Sun, weekdays, weekend or daily.

    A range may go round the week's end (Fri-Mon). ValueError for what is none of these.
    """
    chosen: set[str] = set()
    for part in filter(None, re.split(r"[,\s]+", text.strip())):
        if part.lower() in _GROUPS:
            chosen |= set(_GROUPS[part.lower()])
            continue
        first, _, last = part.partition("-")
        start, end = _day(first), _day(last or first)
        chosen |= {DAYS[(start + step) % 7] for step in range((end - start) % 7 + 1)}
    if not chosen:
        raise ValueError("no day is named; type them as Mon-Fri or Sat,Sun")
    return [day for day in DAYS if day in chosen]


def _day(text: str) -> int:
    for number, name in enumerate(_NAMES):
        if len(text) >= 3 and name.startswith(text.lower()):
            return number
    raise ValueError(f"'{text}' is no day; days are {', '.join(DAYS)}")


def parse_dates(text: str) -> list[str]:
    """Return dates MM/DD and ranges MM/DD-MM/DD, typed with commas; ValueError for others."""
    dates = [part for part in re.split(r"[,\s]+", text.strip()) if part]
    for part in dates:
        if not _DATES.fullmatch(part):
            raise ValueError(f"'{part}' is no date; type 12/24 or 12/24-12/26")
    if not dates:
        raise ValueError("no date is named; type 12/24 or 12/24-12/26")
    return dates


def rings(alarm: AlarmDefinition) -> str:
    """Return in a few words when an alarm rings: `06:30 Mon-Fri`, with zone and exceptions."""
    if alarm.cron:
        words = [f"cron {alarm.cron}"]
    else:
        time = alarm.alarm_time or "----"
        words = [f"{time[:2]}:{time[2:]}"]
        if alarm.alarm_days is not None:
            words.append(_spans(alarm.alarm_days))
        elif alarm.alarm_dates is not None:
            words.append(", ".join(alarm.alarm_dates))
        else:
            words.append("daily")
    words += [alarm.timezone] if alarm.timezone else []
    words += [f"not on holidays of {alarm.skip_holidays}"] if alarm.skip_holidays else []
    words += ["once"] if alarm.once else []
    return " ".join(words)


def _spans(days: Sequence[str]) -> str:
    """Return days with ranges of three and more drawn together."""
    numbers = sorted({DAYS.index(day) for day in days})
    if len(numbers) == len(DAYS):
        return "daily"
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][-1] == number - 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return (
        ", ".join(
            f"{DAYS[span[0]]}-{DAYS[span[-1]]}"
            if len(span) > 2
            else ", ".join(DAYS[number] for number in span)
            for span in spans
        )
        or "never"
    )


def moment(at: datetime, now: datetime, *, elsewhere: bool = False) -> str:
    """Return a moment as people read it, `Mon 23 Nov 06:30 (in 16 h)`, in the zone that it is in.

    `elsewhere`: that is not the reader's zone, so that its offset is told.
    """
    text = f"{at:%a} {at.day} {at:%b}{f' {at.year}' if at.year != now.year else ''} {at:%H:%M}"
    if elsewhere:
        text += f" {at:%z}"
    away = at - now
    return f"{text} ({f'in {span(away)}' if away > timedelta() else f'{span(-away)} ago'})"


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit, or two: 40 s, 5 min, 3 h 20 min, 12 d."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d"
