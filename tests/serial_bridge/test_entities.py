"""What Home Assistant shows of a panel."""

import json

import jinja2
import msgspec

from serial_bridge.entities import button_trigger, panel_entities
from serial_bridge.orders import Light, Stop, parse_order
from shared.discovery import Component
from shared.payloads import PanelState

STATE = PanelState(
    node="pi", connected=True, answering=True, port="/dev/x", firmware=None, profile="v25",
    buttons=10, first_media=1, active=3, leds=[3, 10],
)  # fmt: skip


def entities(name: str = "panel") -> dict[str, Component]:
    return panel_entities(name, 10, event="e", state="s", command="c", availability="a")


def rendered(template: str, payload: object) -> str:
    value = msgspec.to_builtins(payload)
    environment = jinja2.Environment(autoescape=False)  # noqa: S701
    environment.filters["tojson"] = json.dumps
    return environment.from_string(template).render(value_json=value)


def test_the_state_is_shown() -> None:
    """Each entity picks its own out of the one topic; null is None, which shows as unknown."""
    found = entities()
    shown = {
        key.removeprefix("panel:panel:"): rendered(each["value_template"], STATE)
        for key, each in found.items()
        if each.get("state_topic") == "s"
    }
    assert shown.items() >= {
        "connected": "ON", "firmware": "None", "active": "3",
        "led:1": "OFF", "led:3": "ON", "led:10": "ON",
    }.items()  # fmt: skip


def test_an_event_has_its_type() -> None:
    """Home Assistant wants JSON with event_type, one of those that were announced."""
    event = entities()["panel:panel:event"]
    payload = {"event": "press", "button": 3, "sequence": 1}
    told = json.loads(rendered(event["value_template"], payload))
    assert told == payload | {"event_type": "press"}
    assert told["event_type"] in event["event_types"]


def test_commands_are_such_as_the_panel_obeys() -> None:
    """What a switch or the button sends is read by what reads orders."""
    found = entities()
    led = found["panel:panel:led:10"]
    assert parse_order(led["payload_on"].encode(), 10) == Light("LEDON", 10)
    assert parse_order(led["payload_off"].encode(), 10) == Light("LEDOFF", 10)
    assert parse_order(found["panel:panel:stop"]["payload_press"].encode(), 10) == Stop()


def test_leds_are_unavailable_without_the_panel() -> None:
    """By a second source beside the service's availability."""
    service, panel = entities()["panel:panel:led:1"]["availability"]
    assert service == {"topic": "a"}
    assert rendered(panel["value_template"], STATE) == "online"
    gone = msgspec.structs.replace(STATE, connected=False)
    assert rendered(panel["value_template"], gone) == "offline"


def test_a_trigger_for_each_button() -> None:
    """Of one type, told apart by their subtype, on all panels of the device."""
    one = button_trigger("panel", 3, "t")["panel:panel:button:3"]
    other = button_trigger("kitchen", 3, "t")["panel:kitchen:button:3"]
    assert (one["type"], one["subtype"]) == ("button_short_press", "Panel button 3")
    assert (one["topic"], one["payload"]) == ("t", "press")
    assert other["subtype"] == "Panel kitchen button 3"


def test_names_are_told_apart() -> None:
    """Of several panels on one device."""
    names = [
        each["name"] for name in ("panel", "panel-2", "hall") for each in entities(name).values()
    ]
    assert len(set(names)) == len(names)
    assert entities("panel-2")["panel:panel-2:stop"]["name"] == "Panel 2 stop"
