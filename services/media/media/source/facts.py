"""What the sources know, as whoever draws a dashboard gets it: one `Snapshot`. Pure.

All moments carry an offset: those of the weather that of its place, all others that of `at`,
which is the house's, or another for whom a snapshot was taken.
An absent value is None, never 0. All texts are plain and bounded: no tags, no control
characters, one line each (but `summary` and `description`, which may be long).
"""

from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from media.source.weather import (
    Icon,
    Weather,
    WeatherAlert,
    WeatherDay,
    WeatherHour,
    WeatherNow,
    Wind,
    WindSector,
)
from shared.payloads import Container

__all__ = [
    "Age", "Agenda", "Block", "Calendar", "Event", "Feed", "Freshness", "Host", "HostDisk",
    "HostMinute", "HostReading", "Icon", "News", "NewsItem", "NextAlarm", "Snapshot",
    "TopicValue", "Weather", "WeatherAlert", "WeatherDay", "WeatherHour", "WeatherNow", "Wind",
    "WindSector",
]  # fmt: skip

T = TypeVar("T")

Freshness = Literal["fresh", "aged", "old", "empty"]
"""fresh: shown as it is; aged: with `as_of`; old: with the crossed mark too; empty: not shown."""


class Event(Struct, frozen=True, kw_only=True):
    """One event, or one instance of one that recurs, in the house's zone.

    `first_day` and `last_day` (itself included) are set for every event, so that days can be
    filled by them alone. An event of whole days has no moments: it is no zone's.
    """

    title: str
    calendar: str  # name of its calendar, see `Agenda.calendars`
    all_day: bool
    first_day: date
    last_day: date
    start_at: datetime | None = None
    end_at: datetime | None = None
    location: str = ""
    description: str = ""
    uid: str = ""


class Calendar(Struct, frozen=True, kw_only=True):
    """One of the calendars whose events an agenda mixes."""

    name: str
    colour: str | None = None  # "#rrggbb"
    age: "Age"


class Agenda(Struct, frozen=True, kw_only=True):
    """The events of all calendars from now on, those that are going on included, by their begin.

    Of one day those of whole days come first.
    """

    events: tuple[Event, ...]
    calendars: tuple[Calendar, ...]


class NewsItem(Struct, frozen=True, kw_only=True):
    """One article of a feed."""

    title: str
    summary: str  # plain text of at most 1000 characters, "" where there is none
    source: str  # name of its feed
    published_at: datetime | None = None
    link: str = ""


class Feed(Struct, frozen=True, kw_only=True):
    """One of the feeds whose items the news mix."""

    name: str
    age: "Age"


class News(Struct, frozen=True, kw_only=True):
    """The items of all feeds, the newest first; of feeds that tell no time, in their order."""

    items: tuple[NewsItem, ...]
    feeds: tuple[Feed, ...]


class HostMinute(Struct, frozen=True, kw_only=True):
    """The means of one minute; all None for a minute in which nothing was heard."""

    at: datetime  # its begin
    cpu_percent: float | None = None
    memory_used_bytes: float | None = None
    swap_used_bytes: float | None = None
    rx_bytes_per_second: float | None = None
    tx_bytes_per_second: float | None = None


class HostDisk(Struct, frozen=True, kw_only=True):
    """A mounted file system."""

    mount: str
    total_bytes: int
    used_bytes: int
    used_percent: float


class HostReading(Struct, frozen=True, kw_only=True):
    """What is shown of the newest reading of a host."""

    at: datetime
    cpu_percent: float | None = None
    cpu_temperature_celsius: float | None = None
    load_1_minute: float | None = None
    memory_total_bytes: int
    memory_used_bytes: int
    memory_percent: float
    swap_total_bytes: int = 0
    swap_used_bytes: int = 0
    rx_bytes_per_second: float | None = None
    tx_bytes_per_second: float | None = None
    uptime_seconds: float
    disks: tuple[HostDisk, ...] = ()


class Host(Struct, frozen=True, kw_only=True):
    """A host: its newest reading, its containers, and the last hour.

    `minutes` are exactly 60, one for each minute that is over, the oldest first.
    """

    node: str
    reading: HostReading
    minutes: tuple[HostMinute, ...]
    containers: tuple[Container, ...] = ()


class NextAlarm(Struct, frozen=True, kw_only=True):
    """The alarm that rings next."""

    id: str
    name: str
    at: datetime


class TopicValue(Struct, frozen=True, kw_only=True):
    """A value of an MQTT topic. `text` is how it is shown, with its unit: "21.5 °C", "on"."""

    name: str
    text: str
    value: float | bool | str | None
    unit: str = ""
    age: "Age"


class Age(Struct, frozen=True, kw_only=True):
    """How old something is.

    `as_of` is the text to show, "" while it is fresh: "as of 14:05", "as of Fri 14:05" when that
    was another day, "as of 3 Nov" when it was a week ago and more. It stays the same while
    nothing new comes, so that a picture does not change for it. `hours` counts whole hours.
    `error` is why it is not newer, None while all is well.
    """

    freshness: Freshness
    as_of: str = ""
    at: datetime | None = None  # when it was had; None: never
    hours: int = 0
    error: str | None = None


class Block(Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a dashboard: what is known (None when it is empty or never came) and its age."""

    value: T | None
    age: Age


class Snapshot(Struct, frozen=True, kw_only=True):
    """All that is known at one moment; a block is None when no such source is configured.

    `values` are those of `[[topic]]`, by name, in the order of the file. `agenda` and `news` have
    the age of the oldest of their parts; that of each is in them.
    """

    at: datetime  # in the house's zone, or that which was asked for
    weather: Block[Weather] | None = None
    agenda: Block[Agenda] | None = None
    news: Block[News] | None = None
    host: Block[Host] | None = None
    alarm: NextAlarm | None = None
    values: dict[str, TopicValue] = {}
