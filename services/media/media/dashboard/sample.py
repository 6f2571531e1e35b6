"""Facts that were made up, to see a theme with: full, with long words, or with nothing. Pure."""

import math
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from media.dashboard.sample_texts import agenda, moment, news
from media.source.facts import (
    Age,
    Block,
    Host,
    HostDisk,
    HostMinute,
    HostReading,
    Icon,
    NextAlarm,
    Snapshot,
    TopicValue,
    Weather,
    WeatherDay,
    WeatherHour,
    WeatherNow,
    Wind,
)
from media.source.wind import wind
from shared.payloads import Container

Facts = Literal["now", "sample", "long", "old", "none"]
"""now: what the house knows; the others are made up."""

_FRESH = Age(freshness="fresh")
_ICONS: tuple[Icon, ...] = ("rain", "partly_cloudy", "snow", "clear", "fog", "thunderstorm")


def sample(now: datetime, kind: Facts = "sample") -> Snapshot:
    """Return made-up facts at a moment of the house's zone."""
    if kind == "none":
        return Snapshot(at=now)
    snapshot = Snapshot(
        at=now,
        weather=Block(value=_weather(now), age=_FRESH),
        agenda=Block(value=agenda(now, long=kind == "long"), age=_FRESH),
        news=Block(value=news(now), age=_FRESH),
        host=Block(value=_host(now), age=_FRESH),
        alarm=NextAlarm(id="weekdays", name="Weekdays", at=moment(now, 1, 6, 30)),
        values={
            each.name: each
            for each in (
                _value("Living room", "21.5 °C"),
                _value("Greenhouse", "14.2 °C"),
                _value("Front door", "closed"),
                _value("Solar power", "1.8 kW"),
            )
        },
    )
    return _aged(snapshot, now) if kind == "old" else snapshot


def _aged(snapshot: Snapshot, now: datetime) -> Snapshot:
    """Return it as it is when the network has been away for half a day."""
    age = Age(freshness="old", at=now - timedelta(hours=13), hours=13, error="no route")
    return replace(
        snapshot,
        weather=replace(snapshot.weather, age=age) if snapshot.weather else None,
        agenda=replace(snapshot.agenda, age=age) if snapshot.agenda else None,
        news=replace(snapshot.news, age=age) if snapshot.news else None,
        host=Block(value=None, age=Age(freshness="empty", at=now - timedelta(hours=2))),
    )


def _weather(now: datetime) -> Weather:
    breeze = wind(6.2, 225, 11)
    return Weather(
        place="Blankenberge",
        provider="open-meteo",
        credit="Weather data by Open-Meteo.com (CC BY 4.0)",
        now=WeatherNow(
            at=now,
            icon="showers",
            description="light showers",
            is_day=True,
            temperature_celsius=7.4,
            feels_like_celsius=3.8,
            humidity_percent=82,
            wind=breeze,
        ),
        hours=tuple(_hour(now, count) for count in range(24)),
        days=tuple(_day(now, count, icon, breeze) for count, icon in enumerate(_ICONS)),
    )


def _hour(now: datetime, count: int) -> WeatherHour:
    at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=count)
    return WeatherHour(
        at=at,
        icon=_ICONS[count // 4 % 6],
        temperature_celsius=6 + 4 * math.sin((at.hour - 9) / 24 * 2 * math.pi),
        precipitation_percent=max(0, 70 - 7 * count),
        precipitation_millimetres=0.4,
    )


def _day(now: datetime, count: int, icon: Icon, breeze: Wind | None) -> WeatherDay:
    return WeatherDay(
        day=now.date() + timedelta(days=count),
        icon=icon,
        description=icon.replace("_", " "),
        most_celsius=9.2 - 2 * count,
        least_celsius=3.1 - 2 * count,
        feels_like_celsius=5.5 - 2 * count,
        precipitation_percent=(70, 20, 60, 0, 5, 85)[count],
        precipitation_millimetres=(4.2, 0.3, 6.1, 0, 0, 12)[count],
        wind=breeze,
        sunrise_at=moment(now, count, 7, 58),
        sunset_at=moment(now, count, 16, 25),
    )


def _host(now: datetime) -> Host:
    minutes = tuple(_minute(now, count) for count in range(60))
    reading = HostReading(
        at=now, cpu_percent=23, cpu_temperature_celsius=51.3, load_1_minute=0.4,
        memory_total_bytes=3_900_000_000, memory_used_bytes=2_010_000_000, memory_percent=51.5,
        swap_total_bytes=1_000_000_000, swap_used_bytes=300_000_000, uptime_seconds=1_060_000,
        rx_bytes_per_second=812_000, tx_bytes_per_second=96_000,
        disks=(
            HostDisk(mount="/", total_bytes=62_000_000_000, used_bytes=21_400_000_000,
                     used_percent=34.5),
            HostDisk(mount="/media/archive", total_bytes=2_000_000_000_000,
                     used_bytes=1_840_000_000_000, used_percent=92),
            HostDisk(mount="/boot", total_bytes=512_000_000, used_bytes=61_000_000,
                     used_percent=11.9),
        ),
    )  # fmt: skip
    names = ("home assistant", "mosquitto", "photos", "jellyfin", "backup")
    containers = tuple(
        Container(
            name=name, status="stopped" if name == "backup" else "running", health=None, image=None,
            since_at=None,
        )
        for name in names
    )  # fmt: skip
    return Host(node="pi", reading=reading, minutes=minutes, containers=containers)


def _minute(now: datetime, count: int) -> HostMinute:
    at = now - timedelta(minutes=60 - count)
    number = at.hour * 60 + at.minute
    return HostMinute(
        at=at,
        cpu_percent=None if 20 <= count < 24 else 14 + 9 * math.sin(number / 4) + number % 7 * 3,
        memory_used_bytes=1.9e9 + 2e8 * math.sin(number / 9),
        swap_used_bytes=2.4e8 + 1e6 * count,
        rx_bytes_per_second=4e5 + 3.4e5 * math.sin(number / 3) ** 2 * (number % 11),
        tx_bytes_per_second=9e4 + 6e4 * math.cos(number / 5),
    )


def _value(name: str, text: str) -> TopicValue:
    return TopicValue(name=name, text=text, value=text, age=_FRESH)
