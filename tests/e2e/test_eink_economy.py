"""What spares a display's battery: when it wakes, how it refreshes, and what it tells of itself."""

import io
import json
import signal
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from shared.testing import Client, eventually
from tests.e2e.answer import Answer
from tests.e2e.conftest import Hub
from tests.e2e.eink import Device, Eink
from tests.e2e.test_eink_pictures import IMAGE, STATE, Wall
from tests.e2e.test_eink_topics import Home, entity
from tests.media.bitmap.pictures import halves, photo, saved

TOLD = {
    "Battery_Voltage": "3.92", "RSSI": "-61", "FW_Version": "1.5.2", "Update_Source": "timer",
}  # fmt: skip


@pytest.fixture
def wall(hub: Hub) -> Wall:
    """A hub with an idle picture."""
    return Wall(hub)


def profiled(hub: Hub, eink: Eink, device: Device, profile: str) -> None:
    """Let a display have a screen of this kind, in what media keeps of it."""
    eink.media.stop(signal.SIGTERM)
    with sqlite3.connect(hub.directory / eink.settings["MEDIA_STATE"]) as base:
        ((value,),) = base.execute("SELECT value FROM display WHERE id = ?", (device.id,))
        changed = json.loads(value) | {"profile": profile}
        base.execute(
            "UPDATE display SET value = ? WHERE id = ?", (json.dumps(changed).encode(), device.id)
        )
    base.close()
    eink.start()


def asked(home: Home, device: Device, **fields: Any) -> None:
    """Change fields of a display."""
    home.client.publish("mantel/display/request/update", json.dumps({"id": device.id, **fields}))


def hours_around_now(**after: float) -> list[dict[str, str]]:
    """Return quiet hours from before now to a while after, by this machine's clock."""
    now = datetime.now().astimezone()
    begin, end = now - timedelta(minutes=5), now + timedelta(**after)
    return [{"start": f"{begin:%H:%M}", "end": f"{end:%H:%M}"}]


def test_state_and_image_tell_of_the_next_wake(wall: Wall) -> None:
    """In a header too, on 304 as well."""
    device = wall.eink.join("1", 200, 100)
    state = wall.eink.get(STATE, device.token)
    seconds = state.headers["x-next-wake-seconds"]
    assert seconds == str(state.json["refresh_interval"])
    tag = state.headers["etag"]
    for path in (STATE, IMAGE):
        same = wall.eink.get(path, device.token, If_None_Match=tag)
        assert same.status == 304
        assert 60 <= int(same.headers["x-next-wake-seconds"]) <= 930


def test_quiet_hours_are_one_sleep(hub: Hub, wall: Wall) -> None:
    """Set by topic, shown in the list, kept over a restart, and `sleeping` all along."""
    device = wall.eink.join("1", 200, 100)
    quiet = hours_around_now(hours=5)
    with Client(hub.broker, "homeassistant") as client:
        home = Home(client)
        asked(home, device, quiet=quiet)
        eventually(lambda: _seconds(wall.eink, device) > 3 * 3600)
        wall.eink.media.stop(signal.SIGKILL)
        wall.eink.start()
        before, seconds = datetime.now().astimezone(), _seconds(wall.eink, device)
        wakes = before + timedelta(seconds=seconds)
        assert f"{wakes:%H:%M}" == quiet[0]["end"]
        assert 28 <= wakes.second <= 32

        def is_told() -> bool:
            told = home.state(device.id).get("next_wake_at")
            if not told:
                return False
            return abs((datetime.fromisoformat(told) - wakes).total_seconds()) <= 2

        home.until(is_told)  # the one from before may still be on its way
        asked(home, device, quiet=[])
        eventually(lambda: _seconds(wall.eink, device) <= 930)


def _seconds(eink: Eink, device: Device) -> int:
    return int(eink.get(STATE, device.token).json["refresh_interval"])


def test_home_assistant_sees_what_a_device_tells(hub: Hub, wall: Wall) -> None:
    """Battery, signal and firmware, of those that tell of them alone, after a restart too."""
    mute, device = wall.eink.join("1", 200, 100), wall.eink.join("2", 200, 100)
    with Client(hub.broker, "homeassistant") as client:
        home = Home(client)
        wall.eink.get(STATE, device.token, **TOLD)
        home.until(lambda: home.state(device.id).get("battery_percent"))
        state = home.state(device.id)
        assert (state["battery_percent"], state["battery_low"]) == (70, False)
        assert (state["rssi_dbm"], state["firmware"]) == (-61, "1.5.2")
        for name in ("battery", "battery_low", "signal", "firmware", "wake", "identify"):
            assert entity(home, device, name)["name"].startswith(device.id)
        own = {key for key in home.components() if key.startswith(f"display:{mute.id}:")}
        assert {key.rsplit(":")[-1] for key in own} == {
            "mode", "theme", "seen", "wake", "availability", "refresh", "identify", "picture",
        }  # fmt: skip
        availability = home.components()[f"display:{device.id}:battery"]["availability"]
        client.subscribe("mantel/service/#")
        home.until(lambda: all(each["topic"] in home.known for each in availability))
        assert home.known[availability[0]["topic"]] == b"online"
        for _ in range(5):
            wall.eink.get(STATE, device.token, **TOLD | {"Battery_Voltage": "3.40"})
        home.until(lambda: home.state(device.id)["battery_low"])
        assert home.state(device.id)["battery_percent"] == 3
        wall.eink.get(STATE, device.token, **TOLD | {"Battery_Voltage": "3.92"})
        wall.eink.media.stop(signal.SIGTERM)
        home.known.clear()
        wall.eink.start()
        home.until(lambda: home.state(device.id))
        assert home.state(device.id)["battery_percent"] == 3  # it was not charged
        assert home.state(device.id)["availability"] in {"online", "sleeping"}


def test_a_low_battery_sleeps_longer(wall: Wall) -> None:
    """From the answer on to the call that told of it, unless it is charged."""
    device = wall.eink.join("1", 200, 100)

    def seconds(**told: str) -> int:
        answer = wall.eink.get(STATE, device.token, **told)
        return int(answer.headers["x-next-wake-seconds"])

    usual = seconds()
    assert 2 * usual - 62 <= seconds(Battery_Voltage="3.50") <= 2 * usual
    charged = seconds(Battery_Voltage="3.50", Battery_Charging="1")
    assert usual - 31 <= charged <= usual


def test_a_mark_asks_for_a_charge(hub: Hub, wall: Wall) -> None:
    """In the very answer to who tells of it, until it is charged or the mark is not wanted.

    No picture changes while the voltage shakes around the limit: the mark comes once.
    """
    device = wall.eink.join("1", 800, 480)

    def version(volts: str, **told: str) -> str:
        headers = {"Battery_Voltage": volts, **told}
        return str(wall.eink.get(STATE, device.token, **headers).json["version"])

    plain = version("3.92")
    versions = [version(volts) for volts in ("3.55", "3.55", "3.59", "3.62", "3.57", "3.65")]
    marked = versions[-1]
    assert versions == [plain, *[marked] * 5]
    assert marked != plain
    shown = wall.eink.get(IMAGE, device.token)
    assert shown.headers["etag"] == f'"{marked}"'
    with Image.open(io.BytesIO(shown.body)) as picture:
        corner = picture.convert("RGB").crop((760, 456, 800, 480)).getcolors()
    assert corner is not None
    assert {rgb for _, rgb in corner} == {(0, 0, 0), (255, 255, 255), (156, 72, 75)}
    assert version("3.62", Battery_Charging="1") == plain
    assert version("3.62", Battery_Charging="0") == marked
    with Client(hub.broker, "homeassistant") as client:
        home = Home(client)
        asked(home, device, shows_battery=False)
        eventually(lambda: version("3.55") == plain)
        asked(home, device, shows_battery=True)
        eventually(lambda: version("3.55") == marked)


def test_identify_shows_its_name_when_it_is_awake(hub: Hub, wall: Wall) -> None:
    """For a minute from its next wake."""
    device = wall.eink.join("1", 200, 100)
    before = datetime.now().astimezone()
    sleeps = _seconds(wall.eink, device)
    with Client(hub.broker, "homeassistant") as client:
        home = Home(client)
        button = entity(home, device, "identify")
        client.publish(button["command_topic"], button["payload_press"])
        home.until(lambda: home.state(device.id).get("override") == "boot")
        until = datetime.fromisoformat(home.state(device.id)["mode_until_at"])
    assert abs((until - before).total_seconds() - sleeps - 60) <= 3
    state = wall.eink.get(STATE, device.token).json
    splash = wall.eink.get("/api/display/splash_screen", device.token)
    assert state["version"] in splash.headers["content-disposition"]


class Panel:
    """A display with a screen of some kind that does as it is told."""

    def __init__(self, wall: Wall, hub: Hub, profile: str) -> None:
        wall.eink.settings.setdefault("MEDIA_STATE", "media.sqlite")
        wall.eink.media.stop(signal.SIGTERM)
        wall.eink.start()
        self.wall = wall
        self.device = wall.eink.join("1", 800, 480)
        profiled(hub, wall.eink, self.device, profile)

    def state(self, **headers: str) -> str:
        answer = self.wall.eink.get(STATE, self.device.token, **headers)
        if answer.status == 200:
            assert answer.json["refresh"] == answer.headers["x-refresh"]
        return answer.headers["x-refresh"]

    def take(self, **headers: str) -> Answer:
        return self.wall.eink.get(IMAGE, self.device.token, **headers)


def test_a_screen_is_told_how_to_refresh(hub: Hub, wall: Wall) -> None:
    """Full at first, in parts where little changes, not at all when nothing does.

    To ask changes nothing: the answer for a picture stays what it was.
    """
    wall.hang(saved(halves((800, 480))))
    panel = Panel(wall, hub, "mono-800x480")
    assert panel.state() == "full"
    first = panel.take()
    assert first.headers["x-refresh"] == panel.take().headers["x-refresh"] == "full"
    assert panel.state() == "none"
    tag = first.headers["etag"]
    assert panel.take(If_None_Match=tag).headers["x-refresh"] == "none"
    assert panel.state(If_None_Match=tag) == "none"
    little = halves((800, 480))
    little.paste((0, 0, 0), (700, 0, 780, 80))
    wall.hang(saved(little))
    assert panel.state() == panel.state() == "partial"
    assert panel.take().headers["x-refresh"] == panel.take().headers["x-refresh"] == "partial"
    assert panel.state() == "none"
    assert panel.state(Update_Source="powercycle") == "full"
    assert panel.take(Update_Source="powercycle").headers["x-refresh"] == "full"
    assert panel.state(Update_Source="powercycle") == "none"
    wall.hang(saved(photo((800, 480))))
    assert panel.state(Update_Source="timer") == "full"


def test_a_coloured_screen_flickers_each_quarter_of_an_hour_at_most(hub: Hub, wall: Wall) -> None:
    """A picture that comes sooner is there, and is not to be shown yet."""
    panel = Panel(wall, hub, "spectra6-800x480")
    assert panel.take().headers["x-refresh"] == "full"
    wall.hang(saved(halves((800, 480))))
    assert panel.state() == "none"
    assert panel.take().headers["x-refresh"] == "none"
