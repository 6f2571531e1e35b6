"""A hub with all that Mantel has, beside a real Home Assistant."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
PATIENCE = 12  # times TIMEOUT_SECONDS: births are answered after some seconds


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
        eventually(lambda: self.hass.states()[entity]["state"] in states, times=PATIENCE)

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


@contextlib.contextmanager
def running_home(directory: Path) -> Iterator[Home]:
    """Start everything; at the end nobody has anything to complain of."""
    link = directory / "panel"
    with running_hub(directory) as hub, EmulatedPanel("2.5", link=link, boot_seconds=0) as panel:
        home = Home(directory, hub, panel)
        with home.hass:
            told = home.announced()
            assert len(told) == 5
            wanted = set().union(*told.values())
            eventually(lambda: wanted <= set(home.hass.entities()), times=PATIENCE)
            yield home
            assert not home.complaints()
            assert all("Traceback" not in each.log for each in hub.processes)
