"""Everything that Mantel announces, in a real Home Assistant (`real_home_assistant.py`)."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mantel.panel_emulator import EmulatedPanel
from shared.testing import Client, eventually
from tests.e2e.conftest import Hub, Process, running_hub
from tests.e2e.eink import Eink
from tests.e2e.household import Household, plain, png
from tests.e2e.real_home_assistant import RealHomeAssistant

ALARMS = [
    {"name": "Wake up", "alarm_time": "0630", "repeat": True},
    {"name": "Bins", "cron": "0 19 * * 4"},
]
BATTERY = {"Battery_Voltage": "3.92", "RSSI": "-61", "FW_Version": "1.5.2"}
OF_HOME_ASSISTANT = (
    "homeassistant.bootstrap",
    "homeassistant.setup",
    "aiohttp_fast_zlib",
    "img_util",
    "haffmpeg",
)
"""Who warns of what this way to start it leaves out."""
_PATIENCE = 12  # times TIMEOUT_SECONDS: births are answered after some seconds


class Home:
    """A hub with all services, and Home Assistant beside it."""

    def __init__(self, directory: Path, hub: Hub, panel: EmulatedPanel) -> None:
        self.hub = hub
        self.panel = panel
        self.household = Household(hub)
        self.household.set_alarms(ALARMS)
        (directory / "photos").mkdir()
        (directory / "photos" / "red.png").write_bytes(png(plain((255, 0, 0), (400, 300))))
        self.eink = Eink(hub)
        self.services: dict[str, Process] = {"media": self.eink.media}
        for name in ("ws-bridge", "alarms", "stats", "serial-bridge"):
            self.start(name)
        self.wall = self.eink.join("1", 800, 480)
        self.eink.get("/api/display/state", self.wall.token, **BATTERY)
        self.hass = RealHomeAssistant(directory / "homeassistant", hub.broker)

    def start(self, name: str) -> None:
        ports = {"SERIAL_BRIDGE_PORTS": f"panel={self.panel.link}"}
        self.services[name] = self.hub.start(name, **ports)
        self.services[name].wait_for_log(": connected")

    def id(self, service: str, key: str = "connectivity") -> str:
        """Return the entity id of a component; KeyError when it is none."""
        return self.hass.entities()[f"mantel_pi_{service}_{key}"]

    def has(self, service: str, key: str) -> bool:
        return f"mantel_pi_{service}_{key}" in self.hass.entities()

    def becomes(self, entity: str, *states: str) -> None:
        eventually(lambda: self.hass.states()[entity]["state"] in states, times=_PATIENCE)

    def announced(self) -> dict[str, set[str]]:
        """Return the keys of what each service has announced that is an entity."""
        found: dict[str, set[str]] = {}
        with Client(self.hub.broker, "homeassistant") as client:
            client.subscribe("homeassistant/device/+/+/config")
            for message in client.drain():
                config = json.loads(message.payload)
                found[message.topic] = {
                    each["unique_id"]
                    for each in config["cmps"].values()
                    if each["p"] != "device_automation" and "unique_id" in each
                }
        return found

    def alarm(self, name: str) -> dict[str, Any]:
        """Return an alarm of the file."""
        alarms = json.loads(self.household.config.read_text())
        return next(each for each in alarms if each["name"] == name)

    def complaints(self) -> list[str]:
        """Return what Home Assistant has to say of us."""
        return [
            line
            for line in self.hass.complaints
            if not any(each in line for each in OF_HOME_ASSISTANT)
        ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One for all tests here: to start Home Assistant takes long."""
    directory = tmp_path_factory.mktemp("home")
    link = directory / "panel"
    with running_hub(directory) as hub, EmulatedPanel("2.5", link=link, boot_seconds=0) as panel:
        home = Home(directory, hub, panel)
        with home.hass:
            told = home.announced()
            assert len(told) == 5
            wanted = set().union(*told.values())
            eventually(lambda: wanted <= set(home.hass.entities()), times=_PATIENCE)
            yield home
            assert not home.complaints()
            assert all("Traceback" not in each.log for each in hub.processes)


def test_every_component_is_an_entity_with_a_state(home: Home) -> None:
    """None is refused, none is without a value that it ought to have."""
    ids = home.hass.entities()
    assert set().union(*home.announced().values()) == set(ids)
    eventually(lambda: empty(home, ids) <= {"panel:panel:active"}, times=_PATIENCE)
    states = home.hass.states()
    names = [
        states[entity]["attributes"]["friendly_name"] for entity in set(ids.values()) & set(states)
    ]
    assert len(names) == len(set(names))
    assert not home.complaints()


def empty(home: Home, ids: dict[str, str]) -> set[str]:
    """Return the keys of what has no value, but for what has one when it was used."""
    states = home.hass.states()
    return {
        unique.rpartition("_")[2]
        for unique, entity in ids.items()
        if entity in states
        and entity.partition(".")[0] not in {"button", "event"}
        and states[entity]["state"] in {"unknown", "unavailable"}
    }


def test_pictures_load(home: Home) -> None:
    for display in ("rlcd", home.wall.id):
        image = home.id("media", f"display:{display}:picture")
        path = home.hass.states()[image]["attributes"]["entity_picture"]
        assert home.hass.ask(path).startswith(b"\x89PNG")


def test_an_alarm_is_set_and_switched(home: Home) -> None:
    time, switch = home.id("alarms", "wake-up:time"), home.id("alarms", "wake-up:enabled")
    home.hass.call("text.set_value", time, value="05:45")
    eventually(lambda: home.alarm("Wake up")["alarm_time"] == "0545")
    home.becomes(time, "05:45")
    home.hass.call("text.set_value", time, value="0630")
    home.becomes(time, "06:30")
    home.hass.call("switch.turn_off", switch)
    home.becomes(home.id("alarms", "wake-up:state"), "disabled")
    home.becomes(home.id("alarms", "wake-up:next"), "unknown")
    assert home.alarm("Wake up")["enabled"] is False
    home.hass.call("switch.turn_on", switch)
    home.becomes(switch, "on")
    home.becomes(home.id("alarms", "wake-up:state"), "waiting")


def test_an_alarm_is_snoozed_dismissed_and_skipped(home: Home) -> None:
    state = home.id("alarms", "wake-up:state")
    home.household.set_alarm("wake-up", "test")
    home.becomes(state, "ringing")
    home.hass.call("button.press", home.id("alarms", "wake-up:snooze"))
    home.becomes(state, "snoozed")
    home.hass.call("button.press", home.id("alarms", "wake-up:dismiss"))
    home.becomes(state, "waiting")
    event = home.hass.states()[home.id("alarms", "event")]["attributes"]
    assert (event["event_type"], event["id"]) == ("stop", "wake-up")
    before = home.hass.state(home.id("alarms", "wake-up:next"))
    home.hass.call("button.press", home.id("alarms", "wake-up:skip"))
    eventually(lambda: home.hass.state(home.id("alarms", "wake-up:next")) != before)
    home.household.set_alarm("wake-up", "unskip")
    home.becomes(home.id("alarms", "wake-up:next"), before)


def test_a_display_is_told_what_to_show(home: Home) -> None:
    mode = home.id("media", f"display:{home.wall.id}:mode")
    home.hass.call("select.select_option", mode, option="photo")
    home.becomes(mode, "photo")
    assert home.eink.mode(home.wall) == "photo"
    home.hass.call("select.select_option", mode, option="idle")
    home.becomes(mode, "idle")
    home.hass.call("select.select_option", mode, option="auto")
    home.becomes(mode, "auto")
    for name in ("refresh", "identify"):
        home.hass.call("button.press", home.id("media", f"display:{home.wall.id}:{name}"))


def test_a_job_runs(home: Home) -> None:
    job, switch = home.id("media", "job:dummy:state"), home.id("media", "job:dummy:enabled")
    home.hass.call("button.press", home.id("media", "job:dummy:run"))
    home.becomes(job, "success")
    assert home.hass.states()[job]["attributes"]["last_run_at"]
    home.hass.call("switch.turn_on", switch)
    home.becomes(switch, "on")
    home.hass.call("switch.turn_off", switch)
    home.becomes(switch, "off")


def test_a_button_of_the_panel_starts_an_automation(home: Home) -> None:
    devices = home.hass.say({"type": "config/device_registry/list"})
    device = next(each["id"] for each in devices if each["identifiers"] == [["mqtt", "mantel_pi"]])
    found = home.hass.say({"type": "device_automation/trigger/list", "device_id": device})
    triggers = [each for each in found if each["domain"] == "mqtt"]
    assert [each["subtype"] for each in triggers] == [f"Panel button {n}" for n in range(1, 11)]
    home.hass.ask(
        "/api/config/automation/config/panel3",
        {
            "alias": "Lamp",
            "triggers": [triggers[2]],
            "actions": [
                {"action": "input_boolean.turn_on", "target": {"entity_id": "input_boolean.lamp"}}
            ],
        },
    )
    eventually(lambda: "automation.lamp" in home.hass.states(), times=_PATIENCE)
    # it subscribes some time after it is there
    eventually(lambda: lamp_after_a_press(home), times=_PATIENCE)
    home.becomes(home.id("serial-bridge", "panel:panel:active"), "3")
    led = home.id("serial-bridge", "panel:panel:led:5")
    home.hass.call("switch.turn_on", led)
    home.becomes(led, "on")
    eventually(lambda: 5 in home.panel.leds)


def lamp_after_a_press(home: Home) -> bool:
    home.panel.press(4)  # it tells nothing of the button that was the last one
    home.panel.press(3)
    return home.hass.state("input_boolean.lamp") == "on"


def test_the_automations_of_the_examples_work(home: Home) -> None:
    """The lamp, the panel's button and who is at home."""
    lamp, state = "light.bedroom", home.id("alarms", "wake-up:state")
    assert home.hass.ask("/api/config/core/check_config", {})["result"] == "valid"
    eventually(lambda: "automation.mantel_button_1_of_the_panel" in home.hass.states())
    home.household.set_alarm("wake-up", "test")
    home.becomes(state, "ringing")
    home.becomes(lamp, "on")
    assert home.hass.states()[lamp]["attributes"]["brightness"] == 255
    home.panel.press(2)
    home.panel.press(1)
    home.becomes(state, "snoozed")
    eventually(
        lambda: home.hass.states()[lamp]["attributes"]["brightness"] in {25, 26}, times=_PATIENCE
    )
    home.hass.call("button.press", home.id("alarms", "wake-up:dismiss"))
    home.becomes(state, "waiting")
    home.panel.press(2)
    home.panel.press(1)
    home.becomes(lamp, "off")
    mode = home.id("media", "display:rlcd:mode")
    for people, wanted in (("1", "auto"), ("0", "idle"), ("2", "auto")):
        home.hass.pretend("zone.home", people)
        home.becomes(mode, wanted)
    for each in home.hass.states().values():
        if each["entity_id"].startswith("automation."):
            assert each["state"] == "on"


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
    before = home.hass.state(entity)
    home.services[service].stop(signal.SIGKILL)
    home.becomes(entity, "unavailable")
    home.becomes(running, "off")
    home.start(service)
    home.becomes(running, "on")
    eventually(
        lambda: (
            home.hass.state(entity) == before
            or (service == "stats" and home.hass.state(entity) != "unavailable")
        ),
        times=_PATIENCE,
    )


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
    eventually(lambda: home.has("media", f"display:{away.id}:mode"), times=_PATIENCE)
    home.household.set_alarms(ALARMS[:1])
    eventually(lambda: not home.has("alarms", "bins:state"), times=_PATIENCE)
    home.household.set_alarms([*ALARMS, {"name": "Tea", "alarm_time": "1600"}])
    eventually(lambda: home.has("alarms", "tea:state"), times=_PATIENCE)
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
        times=_PATIENCE,
    )
    home.hass.start()
    eventually(
        lambda: (
            not home.has("alarms", "tea:state")
            and not home.has("media", f"display:{away.id}:mode")
            and set().union(*home.announced().values()) == set(home.hass.entities())
        ),
        times=_PATIENCE,
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
