"""The sources of dashboards through a real media, from providers of our own."""

import json
import signal
import subprocess
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.testing import Client, eventually
from tests.e2e.conftest import Hub, Process
from tests.e2e.test_operator import MANTEL
from tests.media.source.provider import (
    ATOM,
    RSS,
    Provider,
    Reply,
    calendar,
    one_call,
    open_meteo,
    provider,
)

WEATHER = """
[weather]
provider = "{provider}"
url = "{url}"
latitude = 51.3
longitude = 3.14
place = "By the sea"
{more}
"""


class House:
    """A hub with a file of sources, and its operator."""

    def __init__(self, hub: Hub, web: Provider) -> None:
        self.hub = hub
        self.web = web
        self.file = hub.directory / "config/sources.toml"
        self.file.parent.mkdir()

    def write(self, text: str) -> None:
        """Write sources.toml, as an editor does."""
        aside = self.file.with_suffix(".new")
        aside.write_text(text)
        aside.replace(self.file)

    def start(self) -> Process:
        media = self.hub.start("media", TZ="Europe/Brussels")
        media.wait_for_log(": connected")
        return media

    def ask(self, verb: str, **fields: Any) -> Any:
        """Ask media, and return its whole answer."""
        mark = uuid.uuid4().hex
        with Client(self.hub.broker, "operator") as operator:
            operator.subscribe(f"mantel/source/response/{verb}")
            operator.publish(
                f"mantel/source/request/{verb}", json.dumps({**fields, "transaction": mark})
            )
            while True:
                answer = json.loads(operator.receive().payload)
                if answer["transaction"] == mark:
                    return answer

    def source(self, name: str) -> dict[str, Any]:
        """Return how a source does, {} where there is none."""
        told = self.ask("list")["data"]["sources"]
        return next((dict(each) for each in told if each["name"] == name), {})

    def until(self, name: str, **wanted: Any) -> dict[str, Any]:
        """Wait until a source does so; `tried` waits for its first answer."""
        found: dict[str, Any] = {}

        def does() -> bool:
            found.update(self.source(name))
            return bool(found) and all(found[key] == value for key, value in wanted.items())

        eventually(does, times=3)
        return found


@pytest.fixture
def web() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def house(hub: Hub, web: Provider) -> House:
    return House(hub, web)


def open_weather(house: House, key: str = "secret-key") -> str:
    more = f'key = "{key}"'
    return WEATHER.format(provider="openweathermap", url=house.web.url, more=more)


def meteo(house: House) -> str:
    return WEATHER.format(provider="open-meteo", url=house.web.url, more="")


def test_without_a_file_nothing_is_asked_and_a_new_one_is_obeyed_at_once(house: House) -> None:
    house.web.answers["/v1/forecast"] = lambda _: Reply(open_meteo(datetime.now(UTC)))
    media = house.start()
    assert house.ask("list")["data"]["sources"] == []
    house.write(meteo(house))
    found = house.until("weather", freshness="fresh")
    assert found["text"] == "8 days, 192 hours"
    assert house.web.asked[0].parameters["latitude"] == "51.3000"
    assert media.runs


def test_E31_weather_of_a_provider_with_a_key(house: House) -> None:
    """The weather comes from a One Call server; 401 and 429 are told once, and mended."""
    path = "/data/3.0/onecall"
    wrong = {"cod": 401, "message": "Invalid API key secret-key. Please see the FAQ"}
    house.web.say(path, wrong, 401)
    house.write(open_weather(house))
    media = house.start()
    found = house.until("weather", failures=1)
    assert found["error"] == "is not let in (401): Invalid API key ***. Please see the FAQ"
    house.web.say(path, {"cod": 429, "message": "Too many calls"}, 429, Retry_After="7200")
    assert house.ask("refresh", name="weather")["status"] == "ok"
    found = house.until("weather", failures=2)
    wait = datetime.fromisoformat(found["next_at"]) - datetime.now(found_zone(found))
    assert 7000 < wait.total_seconds() <= 7200
    house.web.answers[path] = lambda _: Reply(one_call(datetime.now(UTC)))
    house.ask("refresh", name="weather")
    assert house.until("weather", failures=0)["freshness"] == "fresh"
    assert house.web.asked[-1].parameters["appid"] == "secret-key"
    assert media.log.count("401") == 1
    assert media.log.count("429") == 1
    assert "secret-key" not in media.log


def found_zone(found: dict[str, Any]) -> Any:
    return datetime.fromisoformat(found["next_at"]).tzinfo


def test_E32_calendars_of_files_and_of_the_web(house: House) -> None:
    """Recurrences, cancelled, whole days and zones, of a file and of an address."""
    day = f"{datetime.now(UTC):%Y%m%d}"
    local = calendar(
        f"UID:1\nSUMMARY:Daily\nDTSTART;TZID=Europe/Brussels:{day}T235900\n"
        "DURATION:PT1M\nRRULE:FREQ=DAILY;COUNT=10",
        f"UID:2\nSUMMARY:Off\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:{day}",
        f"UID:3\nSUMMARY:Day\nDTSTART;VALUE=DATE:{day}",
    )
    (house.hub.directory / "config/family.ics").write_bytes(local)
    house.web.say("/private-token/work.ics", calendar(f"UID:4\nDTSTART:{day}T235959Z"), ETag='"1"')
    address = f"{house.web.url}/private-token/work.ics"
    house.write(
        '[[calendar]]\nname = "Family"\nurl = "config/family.ics"\n'
        f'[[calendar]]\nname = "Work"\nurl = "{address}"\n'
        '[[calendar]]\nname = "Gone"\nurl = "config/gone.ics"\n'
    )
    media = house.start()
    assert house.until("Family", freshness="fresh")["text"] == "11 events"
    assert house.until("Work", freshness="fresh")["text"] == "1 events"
    gone = house.until("Gone", failures=1)
    assert gone["error"] == "cannot be read (No such file or directory)"
    assert "private-token" not in media.log
    house.web.answers["/private-token/work.ics"] = lambda asked: Reply(
        status=304 if asked.headers.get("if-none-match") == '"1"' else 500
    )
    before = house.source("Work")["had_at"]
    house.ask("refresh", name="Work")
    eventually(lambda: house.source("Work")["had_at"] != before)
    assert house.source("Work")["error"] is None


def test_what_was_known_outlives_a_kill_and_a_cut_network(house: House) -> None:
    """And a file that was broken meanwhile."""
    house.web.answers["/v1/forecast"] = lambda _: Reply(open_meteo(datetime.now(UTC)))
    house.web.say("/rss", RSS.encode())
    house.web.say("/atom", ATOM.encode())
    house.write(
        meteo(house)
        + "".join(f'[[news]]\nname = "{n}"\nurl = "{house.web.url}/{n}"\n' for n in ("rss", "atom"))
    )
    media = house.start()
    had = house.until("weather", freshness="fresh")["had_at"]
    house.until("rss", freshness="fresh", text="2 items")
    house.until("atom", freshness="fresh", text="1 items")
    media.stop(signal.SIGKILL)
    house.web.answers.clear()
    house.write("[weather\n")
    media = house.start()
    media.wait_for_log("line 1: is no TOML")
    found = house.until("weather", freshness="fresh")
    assert (found["had_at"], found["text"]) == (had, "8 days, 192 hours")
    house.ask("refresh", name="weather")
    found = house.until("weather", failures=1)
    assert (found["error"], found["had_at"]) == ("is not there (404)", had)
    assert house.ask("list")["data"]["problems"][0].startswith("line 1: is no TOML")


def test_a_broken_file_leaves_the_last_good_one_and_is_said_once(house: House) -> None:
    house.web.answers["/v1/forecast"] = lambda _: Reply(open_meteo(datetime.now(UTC)))
    house.write(meteo(house))
    media = house.start()
    house.until("weather", freshness="fresh")
    house.write(meteo(house).replace("51.3", "151.3"))
    media.wait_for_log("line 5: [weather] latitude must be a number of degrees from -90 to 90")
    assert house.source("weather")["freshness"] == "fresh"
    house.write("")
    eventually(lambda: house.ask("list")["data"]["sources"] == [])
    assert media.log.count("latitude must be") == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"<html>Sign in</html>"), "its answer is no forecast"),
        (Reply(b'{"latitude": 51.3, "utc_off', length=500), "broke off or garbled its answer"),
        (Reply({"error": True, "reason": "Data is not ready"}, 400), "(400): Data is not ready"),
        (Reply(b"oops", 500), "answers with an error (500)"),
        (Reply(b"", 302, {"Location": "file:///etc/passwd"}), "not of the web"),
        (Reply(b"", 302, {"Location": "/v1/forecast"}), "without end"),
    ],
)
def test_answers_that_are_of_no_use(house: House, reply: Reply, error: str) -> None:
    """Each is told, and asked again in a minute."""
    house.web.answers["/v1/forecast"] = lambda _: reply
    house.write(meteo(house))
    media = house.start()
    found = house.until("weather", failures=1)
    assert error in found["error"]
    wait = datetime.fromisoformat(found["next_at"]) - datetime.fromisoformat(found["tried_at"])
    assert 50 < wait.total_seconds() < 70
    assert "Traceback" not in media.log


def test_values_of_topics(house: House) -> None:
    """Of Home Assistant and of this host, after a restart too."""
    house.write(
        '[[topic]]\nname = "Kitchen"\ntopic = "mantel/value/sensor/kitchen/state"\nunit = "°C"\n'
        'decimals = 1\n[[topic]]\nname = "Deep"\ntopic = "mantel/value/x/y/json"\n'
        'path = "sensors[1].value"\n[host]\n'
    )
    media = house.start()
    with Client(house.hub.broker, "homeassistant") as home:
        home.publish("mantel/value/sensor/kitchen/state", "21.46", retain=True)
        assert house.until("Kitchen", text="21.5 °C")["kind"] == "topic"
        home.publish("mantel/value/x/y/json", '{"sensors": [1, {"value": true}]}')
        house.until("Deep", text="on")
        home.publish("mantel/value/x/y/json", '{"sensors": [1]}')
        eventually(lambda: house.source("Deep")["error"])
        assert house.source("Deep")["text"] == "on"
        assert "there is no [1] in sensors" in media.log
        home.publish("mantel/value/sensor/kitchen/state", "unavailable", retain=True)
        house.until("Kitchen", text="-")
    house.hub.start("stats")
    house.until("host pi", freshness="fresh")
    assert media.stop() == 0
    media = house.start()
    assert house.until("Deep", text="on")["had_at"]


def test_E30_a_sample_for_every_minute(house: House) -> None:
    """Ten minutes of readings are ten samples of the last hour, after a restart too."""
    house.write("[host]\n")
    media = house.start()
    house.until("host pi", text="")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    reading = {
        "uptime_seconds": 1.0, "memory_total_bytes": 2, "memory_used_bytes": 1,
        "memory_percent": 50.0,
    }  # fmt: skip
    with Client(house.hub.broker, "stats") as stats:
        for seconds in range(600, 0, -20):
            at = (now - timedelta(seconds=seconds)).isoformat()
            stats.publish("mantel/host/pi/stats", json.dumps({**reading, "at": at}))
    house.until("host pi", text="10 of 60 minutes")
    assert media.stop() == 0
    house.start()
    house.until("host pi", text="10 of 60 minutes")


def test_the_command(house: House) -> None:
    """What an operator types, against the real service; exit code 1 when one cannot be had."""
    house.web.answers["/v1/forecast"] = lambda _: Reply(open_meteo(datetime.now(UTC)))
    house.write(meteo(house) + '[[calendar]]\nname = "Gone"\nurl = "gone.ics"\n')
    house.start()
    house.until("Gone", failures=1)

    def mantel(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = house.hub.environment("operator", MANTEL_HOME=str(house.hub.directory))
        return subprocess.run(
            [MANTEL, "source", *arguments], env=environment, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip

    assert mantel("check").stdout.endswith("all right; 1 weather, 1 calendars\n")
    done = mantel("refresh", "weather")
    assert (done.returncode, done.stdout) == (0, "weather: 8 days, 192 hours\n")
    done = mantel("refresh")
    assert done.returncode == 1
    assert "Gone: cannot be read (No such file or directory)" in done.stdout
    assert "Gone" in mantel("list").stdout


def test_requests_that_are_wrong(house: House) -> None:
    house.start()
    assert house.ask("refresh", name="x")["error"].startswith("no source x")
    assert house.ask("refresh")["error"] == "name: is missing; which source is it about?"
