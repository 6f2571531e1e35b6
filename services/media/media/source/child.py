"""Gets one source and ends: python -m media.source.child, a Job on stdin, an Outcome on stdout.

Of its own, because what it imports takes 40 MB, which a Pi gets back when it ends; and because
a calendar can be made that keeps any parser busy for ever, and only a process can be ended.
"""

import stat
from pathlib import Path
from typing import Any

import msgspec

from media.child_main import answer_all
from media.display.zone import house_zone
from media.source import open_meteo, openweathermap
from media.source.facts import Event, NewsItem, Weather
from media.source.forecast import reason
from media.source.job import Job, Outcome
from media.source.plain_text import plain
from media.source.reply_error import ReplyError
from media.source.web import Answer, StatusError, get

_MOST_MEMORY_BYTES = 120 << 20  # of its own, beside the 20 MB of its libraries' files
_MOST_CPU_SECONDS = 60
_WEATHER_BYTES = 2_000_000

Value = Weather | tuple[Event, ...] | tuple[NewsItem, ...]


def main() -> None:
    """Answer on stdout, whatever comes."""
    answer_all(Job, run, most_memory_bytes=_MOST_MEMORY_BYTES, most_cpu_seconds=_MOST_CPU_SECONDS)


def run(job: Job) -> Outcome:
    """Return what becomes of a job."""
    try:
        answer = _fetched(job)
        if answer.body is None:
            return Outcome(status="same", etag=job.etag, last_modified=job.last_modified)
        value, note = _understood(job, answer.body, answer.content_type)
    except MemoryError:
        return Outcome(status="error", error="is too large to be understood")
    except ReplyError as error:
        text = f"{error}{_reason(job, error)}"
        if job.key:
            text = text.replace(job.key, "***")
        return Outcome(
            status="error",
            error=text,
            retry_after_seconds=error.retry_after_seconds,
            lasting=error.lasting,
        )
    return Outcome(
        status="new",
        value=msgspec.Raw(msgspec.json.encode(value)),
        etag=answer.etag,
        last_modified=answer.last_modified,
        note=note,
    )


def _fetched(job: Job) -> Answer:
    known: dict[str, Any] = {"etag": job.etag, "last_modified": job.last_modified}
    if job.kind == "open-meteo":
        url = _below(job.url or open_meteo.BASE, open_meteo.PATH)
        asked = open_meteo.parameters(job.latitude, job.longitude, job.key)
        return get(url, asked, most_bytes=_WEATHER_BYTES, wait_seconds=job.wait_seconds)
    if job.kind == "openweathermap":
        url = _below(job.url or openweathermap.BASE, openweathermap.PATH)
        asked = openweathermap.parameters(job.latitude, job.longitude, job.key)
        return get(url, asked, most_bytes=_WEATHER_BYTES, wait_seconds=job.wait_seconds)
    if job.kind == "news":
        from media.source.news import MOST_BYTES

        return get(job.url, most_bytes=MOST_BYTES, wait_seconds=job.wait_seconds, **known)
    from media.source.events import MOST_BYTES as MOST_CALENDAR_BYTES

    if "://" not in job.url:
        return read_file(Path(job.url), job.etag, MOST_CALENDAR_BYTES)
    return get(job.url, most_bytes=MOST_CALENDAR_BYTES, wait_seconds=job.wait_seconds, **known)


def _below(base: str, path: str) -> str:
    return base if base.rstrip("/").endswith(path) else base.rstrip("/") + path


def read_file(path: Path, etag: str | None, most_bytes: int) -> Answer:
    """Return a file as if it came from the web; ReplyError."""
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise ReplyError("is no file")
        stamp = f"{facts.st_ino}-{facts.st_size}-{facts.st_mtime_ns}"
        if facts.st_size > most_bytes:
            raise ReplyError(f"is larger than {most_bytes / 1e6:g} MB")
        return Answer(None) if stamp == etag else Answer(path.read_bytes(), stamp)
    except OSError as error:
        raise ReplyError(f"cannot be read ({error.strerror})") from None
    except ValueError:  # a name with a zero byte
        raise ReplyError("is no name of a file") from None


def _understood(job: Job, body: bytes, content_type: str) -> tuple[Value, str]:
    if job.kind == "open-meteo":
        return open_meteo.weather(body, job.place), ""
    if job.kind == "openweathermap":
        return openweathermap.weather(body, job.place), ""
    if job.kind == "news":
        from media.source.news import news

        return news(body, job.name, content_type), ""
    from media.source.events import events

    return events(body, job.name, job.now, house_zone(job.timezone))


def _reason(job: Job, error: ReplyError) -> str:
    """Return what a provider of weather says itself, ": " before it."""
    of_weather = job.kind in {"open-meteo", "openweathermap"}
    told = reason(error.body) if of_weather and isinstance(error, StatusError) else ""
    return f": {plain(told, 160)}" if told else ""


if __name__ == "__main__":
    main()
