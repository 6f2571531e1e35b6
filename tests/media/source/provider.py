"""A provider on the web: a server of our own that answers in the shapes of the real ones."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from shared.testing import TIMEOUT_SECONDS


class Asked(NamedTuple):
    """A request: its path, its parameters and its headers with lower-case names."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


class Reply(NamedTuple):
    """What is answered; a body that is no bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] | None = None
    length: int | None = None  # told, when it is not that of the body
    wait: threading.Event | None = None  # before anything is answered


Answer = Callable[[Asked], Reply]


class Provider:
    """Answers what `answers` says of a path, else 404; `asked` are all requests."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []

    def say(self, path: str, body: Any = b"", status: int = 200, **headers: str) -> None:
        """Answer a path always the same; `_` in a header is a `-`."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda _: Reply(body, status, told)

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(each.path == path for each in self.asked)


@contextmanager
def provider() -> Iterator[Provider]:
    """Run one."""
    running: Provider

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = Asked(
                parts.path,
                {name: values[0] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
            )
            running.asked.append(asked)
            answer = running.answers.get(parts.path)
            reply = answer(asked) if answer else Reply({"detail": "not found"}, 404)
            if reply.wait is not None:
                reply.wait.wait(6 * TIMEOUT_SECONDS)
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in (reply.headers or {}).items():
                self.send_header(name, value)
            length = len(body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(body)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    running = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def open_meteo(now: datetime, offset_hours: int = 2, zone: str = "Europe/Brussels") -> Any:
    """Return an answer of Open-Meteo of `now`: local times without offset, lists side by side."""
    local = now.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=offset_hours)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = [midnight + timedelta(hours=hour) for hour in range(8 * 24)]
    days = [midnight + timedelta(days=day) for day in range(8)]
    quarter = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
    return {
        "latitude": 51.3,
        "longitude": 3.14,
        "generationtime_ms": 0.21,
        "utc_offset_seconds": offset_hours * 3600,
        "timezone": zone,
        "timezone_abbreviation": "GMT+2",
        "elevation": 6.0,
        "current_units": {"time": "iso8601", "temperature_2m": "°C", "wind_speed_10m": "m/s"},
        "current": {
            "time": f"{quarter:%Y-%m-%dT%H:%M}",
            "interval": 900,
            "temperature_2m": 18.4,
            "apparent_temperature": 17.1,
            "relative_humidity_2m": 71,
            "is_day": 1,
            "weather_code": 61,
            "wind_speed_10m": 6.2,
            "wind_direction_10m": 225,
            "wind_gusts_10m": 11.0,
        },
        "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
        "hourly": {
            "time": [f"{hour:%Y-%m-%dT%H:%M}" for hour in hours],
            "temperature_2m": [10 + hour.hour / 2 for hour in hours],
            "precipitation_probability": [hour.hour for hour in hours],
            "precipitation": [0.0 for _ in hours],
            "weather_code": [3 for _ in hours],
        },
        "daily_units": {"time": "iso8601", "temperature_2m_max": "°C"},
        "daily": {
            "time": [f"{day:%Y-%m-%d}" for day in days],
            "weather_code": [0, 2, 45, 63, 75, 95, 99, 1234],
            "temperature_2m_max": [21.5, 22, 19, 18, 2, 23, 24, None],
            "temperature_2m_min": [11.5, 12, 11, 10, -3, 13, 14, None],
            "apparent_temperature_max": [20, 21, 18, 17, 0, 22, 23, None],
            "precipitation_sum": [0, 0.4, 1, 8.2, 12, 20, 3, None],
            "precipitation_probability_max": [5, 20, 40, 95, 90, 80, 70, None],
            "wind_speed_10m_max": [5, 6, 2, 12, 3, 18, 33, None],
            "wind_direction_10m_dominant": [0, 45, 90, 180, 270, 315, 350, None],
            "wind_gusts_10m_max": [8, 9, 4, 19, 6, 27, 45, None],
            "sunrise": [f"{day:%Y-%m-%d}T05:41" for day in days],
            "sunset": [f"{day:%Y-%m-%d}T21:58" for day in days],
        },
    }


def one_call(now: datetime) -> Any:
    """Return an answer of OpenWeatherMap's One Call 3.0; on a calm dry day it leaves out a lot."""
    second = int(now.timestamp())
    hour = second // 3600 * 3600
    clouds = {"id": 803, "main": "Clouds", "description": "broken clouds", "icon": "04d"}
    rain = {"id": 500, "main": "Rain", "description": "light rain", "icon": "10d"}
    mist = {"id": 701, "main": "Mist", "description": "mist", "icon": "50d"}
    return {
        "lat": 51.3,
        "lon": 3.14,
        "timezone": "Europe/Brussels",
        "timezone_offset": 7200,
        "current": {
            "dt": second,
            "sunrise": hour - 8 * 3600,
            "sunset": hour + 8 * 3600,
            "temp": 18.4,
            "feels_like": 17.9,
            "pressure": 1014,
            "humidity": 65,
            "dew_point": 10.1,
            "uvi": 4.2,
            "clouds": 75,
            "visibility": 10000,
            "wind_speed": 4.12,
            "wind_deg": 350,
            "weather": [rain, mist],
        },
        "hourly": [
            {
                "dt": hour + 3600 * step,
                "temp": 18 + step / 10,
                "feels_like": 17,
                "pop": 0.2,
                "weather": [rain if step % 2 else clouds],
                **({"rain": {"1h": 0.31}} if step % 2 else {}),
            }
            for step in range(48)
        ],
        "daily": [
            {
                "dt": hour + 86400 * step,
                "sunrise": hour - 8 * 3600 + 86400 * step,
                "sunset": hour + 8 * 3600 + 86400 * step,
                "summary": "Expect a day of partly cloudy with rain",
                "temp": {"day": 20, "min": 11, "max": 22, "night": 13, "eve": 18, "morn": 12},
                "feels_like": {"day": 19, "night": 12, "eve": 17, "morn": 11},
                "wind_speed": 7.5,
                "wind_deg": 200,
                "weather": [rain],
                "clouds": 60,
                "pop": 0.85,
                **({"rain": 3.2} if step == 0 else {}),
                **({"wind_gust": 12.3, "snow": 1.0, "rain": 0.5} if step == 1 else {}),
            }
            for step in range(8)
        ],
        "alerts": [
            {
                "sender_name": "Weather office",
                "event": "Wind advisory",
                "start": second - 60,
                "end": second + 3600,
                "description": "...",
                "tags": ["Wind"],
            }
        ],
    }


def calendar(*events: str, head: str = "") -> bytes:
    """Return a calendar of events, each its lines without BEGIN and END."""
    bodies = "".join(f"BEGIN:VEVENT\n{each.strip()}\nEND:VEVENT\n" for each in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{head}{bodies}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Town news</title><link>http://example.com/</link>
<item><title>Bridge &amp;amp; tower &lt;b&gt;open&lt;/b&gt;</title><link>http://example.com/1</link>
<description>&lt;p&gt;The &lt;a href="x"&gt;bridge&lt;/a&gt; is open.&lt;/p&gt;
&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;At last.&lt;/p&gt;</description>
<pubDate>Wed, 08 Jul 2026 10:00:00 +0200</pubDate></item>
<item><title>Older</title><link>http://example.com/2</link><description>x</description>
<pubDate>Tue, 07 Jul 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title><id>urn:1</id>
<updated>2026-07-08T12:00:00Z</updated>
<entry><title>Rain</title><id>urn:2</id><updated>2026-07-08T12:00:00Z</updated>
<content type="html">&lt;div&gt;It rains&lt;br/&gt;all day&lt;/div&gt;</content></entry></feed>"""
