"""What a real Home Assistant shows of things that are away, come back, or have gone."""

import json
import signal
from collections.abc import Iterator

import pytest

from shared.testing import Client, eventually
from tests.e2e.real_home import ALARMS, PATIENCE, Home, running_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One for all tests here: to start Home Assistant takes long."""
    with running_home(tmp_path_factory.mktemp("home")) as home:
        yield home


@pytest.mark.parametrize("service", ["alarms", "media", "serial-bridge", "stats"])
def test_what_a_killed_service_has_is_unavailable_until_it_is_back(
    home: Home, service: str
) -> None:
    entities = {
        "alarms": "wake-up:state",
        "media": "display:rlcd:mode",
        "serial-bridge": "panel:panel:led:1",
        "stats": "cpu_percent",
    }
    entity, running = home.id(service, entities[service]), home.id(service)
    away = {"unknown", "unavailable"}
    eventually(lambda: home.hass.state(entity) not in away, times=PATIENCE)
    before = home.hass.state(entity)
    home.services[service].stop(signal.SIGKILL)
    home.becomes(entity, "unavailable")
    home.becomes(running, "off")
    home.start(service)
    home.becomes(running, "on")
    eventually(lambda: home.hass.state(entity) not in away, times=PATIENCE)
    assert service == "stats" or home.hass.state(entity) == before


def test_a_panel_that_is_pulled_out(home: Home) -> None:
    led, connected = (
        home.id("serial-bridge", "panel:panel:led:1"),
        home.id("serial-bridge", "panel:panel:connected"),
    )
    home.panel.unplug()
    home.becomes(connected, "off")
    home.becomes(led, "unavailable")
    home.panel.plug()
    home.becomes(connected, "on")
    home.becomes(led, "on", "off")


def test_what_goes_leaves_no_ghost(home: Home) -> None:
    """While Home Assistant runs, and while it is away."""
    away = home.eink.join("2", 200, 100)
    eventually(lambda: home.has("media", f"display:{away.id}:mode"), times=PATIENCE)
    home.household.set_alarms(ALARMS[:1])
    eventually(lambda: not home.has("alarms", "bins:state"), times=PATIENCE)
    home.household.set_alarms([*ALARMS, {"name": "Tea", "alarm_time": "1600"}])
    eventually(lambda: home.has("alarms", "tea:state"), times=PATIENCE)
    home.hass.stop()
    home.household.set_alarms(ALARMS)
    with Client(home.hub.broker, "operator") as operator:
        operator.subscribe("mantel/display/response/forget")
        operator.publish(
            "mantel/display/request/forget", json.dumps({"id": away.id, "transaction": 1})
        )
        assert json.loads(operator.receive().payload)["status"] == "ok"
    eventually(
        lambda: (
            not any(
                away.id in unique or "tea" in unique
                for each in home.announced().values()
                for unique in each
            )
        ),
        times=PATIENCE,
    )
    home.hass.start()
    eventually(
        lambda: (
            not home.has("alarms", "tea:state")
            and not home.has("media", f"display:{away.id}:mode")
            and set().union(*home.announced().values()) == set(home.hass.entities())
        ),
        times=PATIENCE,
    )
    home.becomes(home.id("alarms", "wake-up:state"), "waiting")
    home.becomes(home.id("media", "display:rlcd:mode"), "auto")


def test_the_birth_of_home_assistant_is_answered(home: Home) -> None:
    """A broker that has lost everything gets it all again, and so does who asks."""
    with Client(home.hub.broker, "homeassistant") as client:
        client.subscribe("homeassistant/device/+/+/config")
        client.drain()
        client.publish("homeassistant/status", "online", qos=0)
        told: set[str] = set()
        while len(told) < 5:
            told.add(client.receive().topic)
