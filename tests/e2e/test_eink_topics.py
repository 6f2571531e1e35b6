"""Displays on the broker: their states, what is sent to them, and what Home Assistant sees."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from shared.testing import Client, eventually
from tests.e2e.conftest import Hub
from tests.e2e.eink import Device, Eink
from tests.media.bitmap.pictures import halves, photo, saved

CONFIG = "homeassistant/device/mantel-media/pi/config"


class Home:
    """Home Assistant, and what it knows from all that it was sent."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.known: dict[str, bytes] = {}
        client.subscribe("homeassistant/#", "mantel/display/#")

    def until(self, check: Any) -> None:
        """Take messages until a check of what is known is true."""
        while not check():
            message = self.client.receive()
            self.known[message.topic] = bytes(message.payload)

    def state(self, id_: str) -> dict[str, Any]:
        return dict(json.loads(self.known.get(f"mantel/display/{id_}/state") or b"{}"))

    def components(self) -> dict[str, Any]:
        return dict(json.loads(self.known.get(CONFIG) or b'{"cmps": {}}')["cmps"])


@pytest.fixture
def eink(hub: Hub) -> Eink:
    """A media."""
    return Eink(hub)


@pytest.fixture
def home(hub: Hub) -> Iterator[Home]:
    """Home Assistant with its own rights."""
    with Client(hub.broker, "homeassistant") as client:
        yield Home(client)


def test_a_display_has_a_state(eink: Eink, home: Home) -> None:
    """Retained, changed by each contact and each press, and gone with the display."""
    device = eink.join("1")
    home.until(lambda: home.state(device.id))
    state = home.state(device.id)
    assert (state["last_seen_at"], state["availability"]) == (None, "offline")
    assert (state["mode"], state["override"]) == (device.mode, None)
    assert state["mode_until_at"]
    assert (state["battery_percent"], state["rssi_dbm"]) == (None, None)
    eink.mode(device)
    home.until(lambda: home.state(device.id)["availability"] == "online")
    assert home.state(device.id)["next_wake_at"] > home.state(device.id)["last_seen_at"]
    eink.press(device, "A")
    home.until(lambda: home.state(device.id)["override"] == "photo")
    home.client.publish("mantel/display/request/forget", json.dumps({"id": device.id}))
    home.until(lambda: home.known[f"mantel/display/{device.id}/state"] == b"")


def test_a_forgotten_display_leaves_no_ghost(eink: Eink, home: Home, hub: Hub) -> None:
    """Its state is cleared too when media had no broker, or another database, meanwhile."""
    device = eink.join("1")
    home.until(lambda: home.state(device.id) and f"display:{device.id}:mode" in home.components())
    eink.media.stop(signal.SIGKILL)
    eink.settings["MEDIA_STATE"] = "another.sqlite"
    eink.start()
    home.until(lambda: home.known[f"mantel/display/{device.id}/state"] == b"")
    home.until(lambda: f"display:{device.id}:mode" not in home.components())
    assert "display:rlcd:picture" in home.components()


def entity(home: Home, device: Device, name: str) -> dict[str, Any]:
    key = f"display:{device.id}:{name}"
    home.until(lambda: key in home.components())
    return dict(home.components()[key])


def test_home_assistant_sets_the_mode(eink: Eink, home: Home) -> None:
    """Its select offers what there is, and its own word is obeyed."""
    device = eink.join("1")
    select = entity(home, device, "mode")
    assert select["options"] == ["auto", "news", "photo", "dashboard", "boot", "idle"]
    home.client.publish(select["command_topic"], "boot")
    home.until(lambda: home.state(device.id).get("override") == "boot")
    assert home.state(device.id)["mode_until_at"] is None
    assert eink.mode(device) == "boot"
    home.client.publish(select["command_topic"], "auto")
    home.until(lambda: home.state(device.id)["override"] is None)
    assert eink.mode(device) == device.mode
    assert entity(home, device, "seen")["device_class"] == "timestamp"


def test_a_mode_for_a_while(eink: Eink, home: Home) -> None:
    """It is over by itself."""
    device = eink.join("1")
    home.client.publish(f"mantel/display/{device.id}/set", b'{"mode": "news", "for_seconds": 3}')
    home.until(lambda: home.state(device.id).get("override") == "news")
    eventually(lambda: eink.mode(device) == device.mode)
    home.until(lambda: home.state(device.id)["override"] is None)


def test_a_wrong_wish_is_said_and_nothing_else(eink: Eink, home: Home) -> None:
    """One line each, with the display."""
    device = eink.join("1")
    home.client.publish(f"mantel/display/{device.id}/set", b"party")
    eink.media.wait_for_log(f"display {device.id}: command ignored, not understood")
    home.client.publish("mantel/display/nobody/set", b"photo")
    eink.media.wait_for_log("display nobody: is not known")
    home.client.publish("mantel/display/request/party", b"{}")
    eink.media.wait_for_log("request party: is not known")
    home.client.publish("mantel/display/request/list", b"[")
    eink.media.wait_for_log("topic mantel/display/request/list: payload ignored")
    assert eink.mode(device) == device.mode
    assert "Traceback" not in eink.media.log


def test_home_assistant_lets_a_display_in(hub: Hub, home: Home) -> None:
    """By a button that is there while the display waits."""
    eink = Eink(hub, MEDIA_JOIN="approve")
    assert eink.bootstrap("1").status == 403

    def buttons() -> list[str]:
        return [key for key in home.components() if key.endswith(":approve")]

    home.until(buttons)
    button = home.components()[buttons()[0]]
    home.client.publish(button["command_topic"], button["payload_press"])
    home.until(lambda: not buttons())
    device = eink.join("1")
    assert device.id in button["payload_press"]


def test_home_assistant_asks_for_the_next_picture(eink: Eink, home: Home, hub: Hub) -> None:
    """Its button refresh does."""
    folder = hub.directory / "photos"
    folder.mkdir()
    for name, picture in (("a.png", photo()), ("b.png", halves())):
        (folder / name).write_bytes(saved(picture))
    device = eink.join("1", 200, 100)
    home.client.publish(f"mantel/display/{device.id}/set", b"photo")
    eventually(lambda: eink.mode(device) == "photo")

    def version() -> str:
        return str(eink.get("/api/display/state", device.token).json["version"])

    before = version()
    refresh = entity(home, device, "refresh")
    home.client.publish(refresh["command_topic"], refresh["payload_press"])
    eventually(lambda: version() != before)


def test_displays_are_served_while_the_broker_is_away(eink: Eink, hub: Hub) -> None:
    """From what is known here."""
    device = eink.join("1")
    hub.broker.kill()
    eink.media.wait_for_log("trying again")
    assert eink.mode(device) == device.mode
    assert eink.press(device, "B").status == 200
    assert eink.join("2").id != device.id
    assert eink.get("/api/display/image", device.token).status == 200


def test_home_assistant_is_told_of_as_many_as_a_message_holds(
    eink: Eink, home: Home, hub: Hub
) -> None:
    """Of 160 displays that tell of everything 149, beside the RLCD: more would be too much."""
    devices = [eink.join(str(number)) for number in range(160)]
    told = {"Battery_Voltage": "3.9", "RSSI": "-60", "FW_Version": "1.5.2"}
    for device in devices:
        eink.get("/api/display/poll?hardware_id=1", device.token, **told)
    firmwares = 0

    def all_are_known() -> bool:
        nonlocal firmwares
        firmwares = sum(key.endswith(":firmware") for key in home.components())
        return firmwares >= 149

    home.until(all_are_known)
    assert firmwares == 149
    assert f"display:{devices[0].id}:mode" in home.components()
    assert f"display:{devices[-1].id}:mode" not in home.components()
    eink.media.wait_for_log("is told of 150 displays")
    assert "Disconnected" not in eink.media.log
    home.client.publish("mantel/display/request/forget", json.dumps({"id": devices[0].id}))
    home.until(lambda: f"display:{devices[0].id}:mode" not in home.components())
