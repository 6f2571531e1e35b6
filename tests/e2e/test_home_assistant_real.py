"""Everything that Mantel announces, in a real Home Assistant (`real_home_assistant.py`)."""

from collections.abc import Iterator

import pytest

from shared.testing import eventually
from tests.e2e.real_home import PATIENCE, Home, running_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One for all tests here: to start Home Assistant takes long."""
    with running_home(tmp_path_factory.mktemp("home")) as home:
        yield home


def test_every_component_is_an_entity_with_a_state(home: Home) -> None:
    """None is refused, none is without a value that it ought to have."""
    ids = home.hass.entities()
    assert set().union(*home.announced().values()) == set(ids)
    eventually(lambda: empty(home, ids) <= {"panel:panel:active"}, times=PATIENCE)
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
    home.hass.call("button.press", home.id("alarms", "wake-up:test"))
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
    home.hass.call("button.press", home.id("alarms", "wake-up:unskip"))
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
    eventually(lambda: "automation.lamp" in home.hass.states(), times=PATIENCE)
    # it subscribes some time after it is there
    eventually(lambda: lamp_after_a_press(home), times=PATIENCE)
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
    eventually(lambda: "automation.mantel_button_1_of_the_panel" in home.hass.states())
    home.household.set_alarm("wake-up", "test")
    home.becomes(state, "ringing")
    home.becomes(lamp, "on")
    assert home.hass.states()[lamp]["attributes"]["brightness"] == 255
    home.panel.press(2)
    home.panel.press(1)
    home.becomes(state, "snoozed")
    eventually(
        lambda: home.hass.states()[lamp]["attributes"]["brightness"] in {25, 26}, times=PATIENCE
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
