"""Who is among the panels: those that are found, and what becomes of messages for others."""

import asyncio
import json
import os
import tty
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from serial_bridge.bridge import Bridge
from serial_bridge.roster import Roster, find_panels
from serial_bridge.settings import Settings
from shared import topics
from shared.fake_broker import FakeBroker
from shared.mqtt import Mqtt
from shared.testing import TIMEOUT_SECONDS

SETTINGS = Settings(mantel_node="pi", ha_discovery_prefix="")
ONE = "usb-Espressif_USB_JTAG_serial_debug_unit_01-if00"
TWO = "usb-Espressif_USB_JTAG_serial_debug_unit_02-if00"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[FakeBroker]:
    """A broker, and panels that are looked for in `tmp_path`."""
    broker = FakeBroker()
    async with (
        Mqtt(SETTINGS, "serial-bridge", connect=broker.client) as mqtt,
        asyncio.TaskGroup() as tasks,
    ):
        running = []

        def serve(name: str, path: str | None) -> Bridge:
            bridge = Bridge(mqtt, SETTINGS, name, path)
            running.append(tasks.create_task(bridge.run()))
            return bridge

        running.append(tasks.create_task(find_panels(Roster(mqtt, SETTINGS, serve), tmp_path)))
        yield broker
        for task in running:
            task.cancel()


async def eventually_state(broker: FakeBroker, panel: str, **wanted: object) -> None:
    name = topics.PANEL_STATE.name("mantel", id=panel)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            message = broker.retained.get(name)
            if message and wanted.items() <= json.loads(message.payload).items():
                return
            await asyncio.sleep(0.01)


async def test_panels_are_found_as_they_come(broker: FakeBroker, tmp_path: Path) -> None:
    """The first is there before its port; a second one beside it has a name of its own."""
    await eventually_state(broker, "panel", port=None, connected=False)
    ptys = []
    for name in (TWO, ONE):
        master, slave = os.openpty()
        tty.setraw(slave)
        ptys += [master, slave]
        (tmp_path / name).symlink_to(os.ttyname(slave))
        panel = "panel" if name == TWO else "panel-2"
        await eventually_state(broker, panel, port=str(tmp_path / name), connected=True)
    (tmp_path / ONE).unlink()
    for end in ptys[2:]:
        os.close(end)
    await eventually_state(broker, "panel-2", port=str(tmp_path / ONE), connected=False)
    await eventually_state(broker, "panel", connected=True)
    for end in ptys[:2]:
        os.close(end)


async def shown_in_a_life(broker: FakeBroker, directory: Path, *keys: str) -> set[str]:
    """Run the service until it has announced itself with `keys`; return all that it shows."""
    settings = Settings(mantel_node="pi")
    topic = topics.DISCOVERY.name(
        "homeassistant", root="mantel", service="serial-bridge", node="pi"
    )
    before = broker.retained.get(topic)
    found: set[str] = set()
    async with (
        Mqtt(settings, "serial-bridge", connect=broker.client) as mqtt,
        asyncio.TaskGroup() as tasks,
        asyncio.timeout(TIMEOUT_SECONDS),
    ):
        running = []

        def serve(name: str, path: str | None) -> Bridge:
            bridge = Bridge(mqtt, settings, name, path)
            running.append(tasks.create_task(bridge.run()))
            return bridge

        roster = Roster(mqtt, settings, serve)
        running.append(tasks.create_task(find_panels(roster, directory)))
        roster.announce()
        while not found or not found.issuperset(keys):
            await asyncio.sleep(0.01)
            message = broker.retained.get(topic)
            if message is not None and message is not before:
                told = json.loads(message.payload)["cmps"]
                found = {key for key, entity in told.items() if set(entity) != {"p"}}
        for task in running:
            task.cancel()
    return found


async def test_what_home_assistant_shows_of_a_panel_stays_while_it_is_out(tmp_path: Path) -> None:
    """A home without a panel is shown none; one that had one keeps what its owner made of it."""
    broker = FakeBroker()
    assert await shown_in_a_life(broker, tmp_path) == {"connectivity"}
    master, slave = os.openpty()
    tty.setraw(slave)
    port = tmp_path / ONE
    port.symlink_to(os.ttyname(slave))
    shown = await shown_in_a_life(broker, tmp_path, "panel:panel:event")
    port.unlink()
    assert await shown_in_a_life(broker, tmp_path) == shown
    port.symlink_to(os.ttyname(slave))
    assert await shown_in_a_life(broker, tmp_path) == shown
    os.close(master)
    os.close(slave)
