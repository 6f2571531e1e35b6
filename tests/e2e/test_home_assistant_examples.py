"""The examples for Home Assistant name entities and topics that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.testing import Client
from tests.e2e.conftest import Hub
from tests.e2e.household import Household

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/home-assistant"
_DOMAINS = "binary_sensor|button|event|image|select|sensor|switch|text"
_LAST = ("alarms", "media", "serial-bridge", "stats", "ws-bridge")


def entity_id(node: str, component: dict[str, Any]) -> str:
    """Return the id that Home Assistant makes of its device's and an entity's name."""
    words = re.sub(r"[^a-z0-9]+", "_", f"{node} {component['name']}".lower())
    return f"{component['p']}.{words.strip('_')}"


def test_every_entity_of_the_examples_is_announced(hub: Hub) -> None:
    """With a hub, an alarm and a panel of the names that the examples use."""
    Household(hub).set_alarms([{"name": "Wake up", "alarm_time": "0630"}])
    told: dict[str, dict[str, Any]] = {}
    with Client(hub.broker, "homeassistant") as client:
        client.subscribe("homeassistant/device/+/+/config")
        for service in _LAST:
            hub.start(
                service, MANTEL_NODE="raspberrypi", SERIAL_BRIDGE_PORTS="panel=/nonexistent/port"
            )
        wanted = {"rlcd:mode", "wake-up:state", "panel:panel:stop", "cpu_percent"}
        while len(told) < len(_LAST) or not all(
            any(key.endswith(each) for cmps in told.values() for key in cmps) for each in wanted
        ):
            message = client.receive()
            told[message.topic] = json.loads(message.payload)["cmps"]
    announced = {
        entity_id("raspberrypi", each)
        for components in told.values()
        for each in components.values()
        if "name" in each
    }
    triggers = {each["topic"] for cmps in told.values() for each in cmps.values() if "type" in each}
    texts = [file.read_text() for file in sorted(EXAMPLES.glob("*.yaml"))]
    assert len(texts) == 2
    for text in texts:
        used = set(re.findall(rf"\b(?:{_DOMAINS})\.raspberrypi_\w+", text))
        assert len(used) > 4
        assert used <= announced, used - announced
        assert set(re.findall(r"topic: (\S+)", text)) <= triggers


@pytest.mark.parametrize("name", ["mantel.yaml", "dashboard.yaml"])
def test_an_example_has_no_tabs_and_says_what_to_do_with_it(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    assert text.startswith("# ")
    assert "\t" not in text
