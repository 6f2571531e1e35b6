"""`mantel doctor` as a whole, on a real broker; each check has a test of its own."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared import topics
from shared.payloads import DisplayState, Health
from shared.testing import Broker, Client
from shared.users import SERVICES
from tests.cli.conftest import Run
from tests.cli.test_source import Media

HEALTH = Health(
    version="0.1.0", uptime_seconds=7200, rss_bytes=1, reconnects=0, published=1, received=1,
    dropped=0, last_error=None,
)  # fmt: skip


def findings(run: Run, **environment: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    done = run("doctor", "--json", **environment)
    told = json.loads(done.stdout)
    of: dict[str, list[dict[str, Any]]] = {}
    for finding in told["findings"]:
        of.setdefault(finding["check"], []).append(finding)
    problem = any(finding["verdict"] == "problem" for finding in told["findings"])
    assert (told["verdict"] == "problem") == problem == (done.exit_code == 1)
    return done.exit_code, of


@pytest.fixture
def whole(client: Client, home: Path) -> None:
    """Let all services say that they are there, and give them ports that are free."""
    for service in SERVICES:
        levels = {"node": "pi", "service": service}
        client.publish(topics.AVAILABILITY.name("mantel", **levels), b"online", retain=True)
        health = topics.HEALTH.encode(HEALTH)
        client.publish(topics.HEALTH.name("mantel", **levels), health, retain=True)
    (home / ".env").write_text(
        "PISTAT_PORT=1\nWS_BRIDGE_STATS_PORT=0\nWS_BRIDGE_CONTENTS_PORT=0\nMQTT_WEBSOCKETS_PORT=0\n"
    )


@pytest.mark.usefixtures("whole")
def test_a_hub_that_is_well(run: Run, broker: Broker) -> None:
    code, of = findings(run)
    assert code == 0, of
    assert set(of) == {
        "settings", "broker", *SERVICES, "ports", "clock", "time zone", "folders",
        "photos", "sources", "displays", "serial ports", "firmware", "docker",
    }  # fmt: skip
    assert of["broker"][0]["text"].startswith("mosquitto version 2")
    assert "lets us in" in of["broker"][0]["text"]
    assert of["media"][0]["text"].startswith("online on pi since about ")
    assert of["media"][0]["text"].endswith("(2 h ago)")
    assert f"port {broker.port} (MQTT_PORT) is mosquitto's" in of["ports"][0]["text"]
    assert of["ports"][1]["verdict"] == "warning"  # nobody is stats here


@pytest.mark.usefixtures("whole")
def test_sources_displays_and_photos(run: Run, client: Client, home: Path) -> None:
    """As `media` tells of them, each with what to do; a broken file is a problem."""
    media = Media(client)
    (home / "config").mkdir()
    (home / "config/sources.toml").write_text("[weather]\n")
    now = datetime.now(UTC)
    had, since = ((now - timedelta(hours=each)).isoformat() for each in (3, 2))
    media.have("weather", had_at=had, failing_since_at=since, error="is not let in (401)")
    media.have("Work", kind="calendar", had_at=had)
    media.problems = ["line 3: is no TOML"]
    state = topics.DISPLAY_STATE.encode(
        DisplayState(
            mode="photo", mode_until_at=None, override=None, last_seen_at=now - timedelta(days=3),
            next_wake_at=now - timedelta(days=2), battery_percent=4, battery_low=True,
            rssi_dbm=None, firmware=None, availability="offline",
        )
    )  # fmt: skip
    client.publish(topics.DISPLAY_STATE.name("mantel", id="pvx-jqr-cef"), state, retain=True)
    code, of = findings(run)
    assert code == 1
    broken, weather, work = of["sources"]
    assert broken["text"].startswith("config/sources.toml: line 3: is no TOML; ")
    assert ": is not let in (401); shown as had " in weather["text"]
    assert weather["text"].startswith("weather: failing since ")
    assert weather["advice"].startswith("look at its key in config/sources.toml; ")
    assert (work["verdict"], work["text"][:18]) == ("ok", "calendar Work: had")
    well, silent, low = of["displays"]
    assert well["text"] == "0 of 1 that ask for their pictures come as they should; 0 told by topic"
    assert silent["text"].startswith("pvx-jqr-cef: silent since ")
    assert silent["text"].endswith("(3 d ago)")
    assert "`mantel display forget pvx-jqr-cef` if it is gone" in silent["advice"]
    assert low["text"] == "pvx-jqr-cef: its battery is low, 4 % left"
    (photos,) = of["photos"]
    assert photos["text"].startswith(f"{home}/photos is not there: displays in the mode photo ")


@pytest.mark.usefixtures("whole")
def test_a_service_that_ended(run: Run, client: Client) -> None:
    client.publish("mantel/service/pi/alarms/availability", b"offline", retain=True)
    code, of = findings(run)
    assert code == 1
    (finding,) = of["alarms"]
    assert (finding["verdict"], finding["text"]) == ("problem", "offline on pi")
    assert "start it" in finding["advice"]


@pytest.mark.usefixtures("whole")
def test_bad_settings_are_told_beside_the_rest(run: Run, home: Path) -> None:
    with (home / ".env").open("a") as file:
        file.write("ALARMS_GRACE_SECONDS=soon\nWS_BRIDGE_STATS_PRT=1\n")
    code, of = findings(run)
    assert code == 1
    assert ("problem", "alarms: ALARMS_GRACE_SECONDS=soon: must be a number") in [
        (finding["verdict"], finding["text"]) for finding in of["settings"]
    ]
    assert of["media"][0]["verdict"] == "ok"


@pytest.mark.usefixtures("whole")
def test_without_a_password_and_with_a_wrong_one(run: Run) -> None:
    code, of = findings(run, MQTT_PASSWORD="wrong")
    assert code == 1
    assert "refuses operator: Not authorized" in of["broker"][0]["text"]
    assert "make credentials" in of["broker"][0]["advice"]
    _, of = findings(run, MQTT_PASSWORD="")
    assert "no password for the broker's user operator" in of["broker"][0]["text"]
    assert "alarms" not in of


def test_a_zone_that_does_not_exist(run: Run) -> None:
    """It is a setting like others: the rest is looked at."""
    _, of = findings(run, TZ="Mars/Olympus")
    assert "every service: TZ=Mars/Olympus: no such time zone" in of["settings"][0]["text"]
    assert "time zone" not in of
    assert of["clock"]


def test_without_a_broker(run: Run, broker: Broker) -> None:
    broker.stop()
    done = run("doctor")
    assert done.exit_code == 1
    assert f"broker 127.0.0.1:{broker.port}: Connection refused" in done.stdout
    assert "-> start it: make run" in done.stdout
    assert done.stderr == ""


@pytest.mark.usefixtures("impatient")
def test_where_no_hub_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container: what cannot be seen from here is named, and is no problem."""
    from mantel.checks import configuration

    monkeypatch.setattr(configuration, "INSTALLED", Path("/nonexistent"))
    _, of = findings(run)
    assert of["place"][0]["verdict"] == "warning"
    assert not {"settings", "ports", "folders", "docker"} & set(of)
    assert of["broker"][0]["verdict"] == "ok"
