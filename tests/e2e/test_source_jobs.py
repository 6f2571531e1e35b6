"""The jobs of the sources, by the command, against the real service and providers of our own."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.testing import eventually
from tests.e2e.conftest import Hub
from tests.e2e.test_operator import MANTEL
from tests.e2e.test_sources import House, meteo
from tests.media.source.provider import ATOM, RSS, Provider, Reply, calendar, open_meteo, provider

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def web() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def house(hub: Hub, web: Provider) -> House:
    return House(hub, web)


def job(house: House, *arguments: str) -> Done:
    environment = house.hub.environment("operator", MANTEL_HOME=str(house.hub.directory))
    return subprocess.run(
        [MANTEL, "job", *arguments], env=environment, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_E31_the_weather_job(house: House) -> None:
    """`mantel job run get_weather` asks now; a failure is told, and the exit code is 1."""
    house.web.answers["/v1/forecast"] = lambda _: Reply(open_meteo(datetime.now(UTC)))
    house.write(meteo(house))
    media = house.start()
    # At once: the file may not have been read by then
    done = job(house, "run", "get_weather")
    assert done.returncode == 0, done.stderr
    assert "get_weather: 8 days of weather" in done.stdout
    before = len(house.web.asked)
    assert job(house, "run", "get_weather").returncode == 0
    assert len(house.web.asked) == before + 1
    assert "INFO   weather: 8 days, 192 hours" in job(house, "log", "get_weather").stdout
    house.web.say("/v1/forecast", b"oops", 500)
    done = job(house, "run", "get_weather")
    assert done.returncode == 1
    assert "answers with an error (500)" in done.stdout + done.stderr
    assert "WARN   weather: answers with an error (500)" in job(house, "log", "get_weather").stdout
    assert house.source("weather")["text"] == "8 days, 192 hours"  # what was known is kept
    assert "Traceback" not in media.log


def test_E32_the_calendar_job(house: House) -> None:
    """It goes on when one of the calendars fails; `days_ahead` is how far it counts."""
    day, later = (f"{datetime.now(UTC) + timedelta(days=n):%Y%m%d}" for n in (1, 20))
    events = [f"UID:{n}\nSUMMARY:{n}\nDTSTART;VALUE=DATE:{n}" for n in (day, later)]
    (house.hub.directory / "config/family.ics").write_bytes(calendar(*events))
    house.write(
        '[[calendar]]\nname = "Family"\nurl = "config/family.ics"\n'
        '[[calendar]]\nname = "Gone"\nurl = "config/gone.ics"\n'
    )
    house.start()
    done = job(house, "run", "get_calendar")
    assert done.returncode == 0, done.stderr
    gone = "1 of 2 calendars failed: Gone cannot be read (No such file or directory)"
    assert f"get_calendar: 2 events; {gone}" in done.stdout
    done = job(house, "run", "get_calendar", "--param", "days_ahead=5")
    assert "get_calendar: 1 events in 5 days" in done.stdout
    log = job(house, "log", "get_calendar").stdout
    assert "INFO   Family: 2 events" in log
    assert "WARN   Gone: cannot be read (No such file or directory)" in log
    wrong = job(house, "run", "get_calendar", "--param", "days_ahead=soon")
    assert wrong.returncode != 0
    assert "days_ahead" in wrong.stderr
    (house.hub.directory / "config/family.ics").unlink()
    assert job(house, "run", "get_calendar").returncode == 1


def test_the_news_job(house: House) -> None:
    house.web.say("/rss", RSS.encode())
    house.web.say("/atom", ATOM.encode())
    house.write(
        "".join(f'[[news]]\nname = "{n}"\nurl = "{house.web.url}/{n}"\n' for n in ("rss", "atom"))
    )
    house.start()
    done = job(house, "run", "get_news")
    assert (done.returncode, "get_news: 3 items of news" in done.stdout) == (0, True), done


def test_without_sources_they_are_skipped(house: House) -> None:
    """With what to do; in a broken file too."""
    house.start()
    for name, table in (
        ("get_weather", "[weather]"), ("get_calendar", "[[calendar]]"), ("get_news", "[[news]]"),
    ):  # fmt: skip
        done = job(house, "run", name)
        told = done.stdout + done.stderr
        assert done.returncode == 1
        assert f"put a {table} into config/sources.toml" in told.replace("\n", " ")
    house.write("[weather\n")
    eventually(lambda: house.ask("list")["data"]["problems"])
    told = job(house, "run", "get_weather").stderr.replace("\n", " ")
    assert "line 1: is no TOML" in told
    listed = json.loads(job(house, "list", "--json").stdout)
    state = next(each for each in listed if each["name"] == "get_weather")
    assert state["status"] == "skipped"


def test_they_have_the_contracts_cron_lines(house: House) -> None:
    """Off until they are enabled."""
    house.start()
    listed = {each["name"]: each for each in json.loads(job(house, "list", "--json").stdout)}
    for name in ("get_weather", "get_calendar"):
        assert (listed[name]["cron"], listed[name]["enabled"]) == ("55 5 * * *", False)
    assert listed["get_calendar"]["params"] == {"days_ahead": None}


def test_a_file_that_has_just_been_written_is_read_first(house: House) -> None:
    """Nobody has needed the sources before: they are opened for the job."""
    house.web.answers["/v1/forecast"] = lambda _: Reply(open_meteo(datetime.now(UTC)))
    house.start()
    house.write(meteo(house))
    done = job(house, "run", "get_weather")
    assert (done.returncode, "8 days of weather" in done.stdout) == (0, True), done
