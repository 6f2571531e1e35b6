"""What is kept of a source that is fetched, and when it is asked again. Pure."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from media.source.job import Job, Kind, Outcome
from shared.source_list import CalendarSource, NewsSource, WeatherSource

Fetched = WeatherSource | CalendarSource | NewsSource
Block = Literal["weather", "calendar", "news"]

LIMITS: dict[Block, timedelta] = {
    "weather": timedelta(hours=24),
    "calendar": timedelta(days=7),
    "news": timedelta(days=7),
}
"""Older than that nothing is shown of it."""

_MOST_BACKOFF = timedelta(hours=1)
_MOST_WAIT = timedelta(hours=24)
_WHOLE = timedelta(days=1)
"""After so long it is fetched whole: a calendar that is the same has other events before it."""


class Kept(Struct, frozen=True, kw_only=True):
    """What is known of a source; `fingerprint` is of what it was asked for.

    `had_at` is when the value was last known to be right, `made_at` when it was made.
    """

    fingerprint: str
    value: msgspec.Raw = msgspec.Raw(b"null")
    etag: str | None = None
    last_modified: str | None = None
    had_at: datetime | None = None
    made_at: datetime | None = None
    tried_at: datetime | None = None
    next_at: datetime | None = None
    error: str | None = None
    note: str = ""
    failures: int = 0
    failing_since_at: datetime | None = None


def block_of(source: Fetched) -> Block:
    """Return what a source is part of."""
    if isinstance(source, WeatherSource):
        return "weather"
    return "calendar" if isinstance(source, CalendarSource) else "news"


def fingerprint(source: Fetched, timezone: str) -> str:
    """Return a hash of all that makes an answer another one; of a key it says nothing."""
    if isinstance(source, WeatherSource):
        what = (
            source.provider, source.url, source.latitude, source.longitude, source.place,
        )  # fmt: skip
    else:
        what = (source.name, source.url, timezone)  # type: ignore[assignment]
    text = repr((block_of(source), what))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def is_due(kept: Kept, now: datetime) -> bool:
    """Tell whether it is to be asked; also when its time is further away than is ever planned."""
    return kept.next_at is None or not now < kept.next_at < now + 2 * _MOST_WAIT


def job(source: Fetched, kept: Kept, key: str, timezone: str, now: datetime) -> Job:
    """Return what a child is asked."""
    whole = kept.made_at is None or not timedelta() <= now - kept.made_at < _WHOLE
    if isinstance(source, WeatherSource):
        return Job(
            kind=source.provider,
            name=source.name,
            url=source.url or "",
            latitude=source.latitude,
            longitude=source.longitude,
            place=source.place,
            key=key,
            timezone=timezone,
            now=now,
        )
    kind: Kind = "calendar" if isinstance(source, CalendarSource) else "news"
    url = source.address if isinstance(source, CalendarSource) else source.url
    return Job(
        kind=kind,
        name=source.name,
        url=url,
        timezone=timezone,
        now=now,
        etag=None if whole else kept.etag,
        last_modified=None if whole else kept.last_modified,
    )


def after(kept: Kept, outcome: Outcome, now: datetime, interval: timedelta, chance: float) -> Kept:
    """Return what is kept when it was asked at `now`; `chance` is 0..1.

    Then it is asked again after its interval, up to a tenth sooner or later, so that not all hubs
    ask at once; after failures in 1, 2, 4 ... 60 minutes, and not before the server allows it.
    """
    if outcome.status != "error":
        kept = replace(
            kept,
            had_at=now,
            etag=outcome.etag,
            last_modified=outcome.last_modified,
            next_at=now + interval * (0.9 + 0.2 * chance),
            error=None,
            failures=0,
            failing_since_at=None,
            tried_at=now,
        )
        if outcome.status == "new":
            kept = replace(kept, value=outcome.value, made_at=now, note=outcome.note)
        return kept
    failures = kept.failures + 1
    wait = min(timedelta(minutes=2 ** min(failures - 1, 10)), _MOST_BACKOFF)
    if outcome.lasting:
        wait = _MOST_BACKOFF
    wait *= 0.9 + 0.2 * chance
    if outcome.retry_after_seconds is not None:
        asked = timedelta(seconds=min(outcome.retry_after_seconds, _MOST_WAIT.total_seconds()))
        wait = max(wait, asked)
    return replace(
        kept,
        error=outcome.error,
        failures=failures,
        failing_since_at=kept.failing_since_at or now,
        next_at=now + wait,
        tried_at=now,
    )
