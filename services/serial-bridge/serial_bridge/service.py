"""Puts `serial-bridge` together: a bridge for each panel, and who else may tell of panels."""

import asyncio

from serial_bridge.bridge import Bridge
from serial_bridge.ports import parse_ports
from serial_bridge.roster import Roster, find_panels
from serial_bridge.settings import Settings
from shared import topics
from shared.mqtt import Mqtt


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    ports = parse_ports(settings.serial_bridge_ports)
    async with Mqtt(settings, "serial-bridge") as mqtt, asyncio.TaskGroup() as tasks:

        def serve(name: str, path: str | None) -> Bridge:
            bridge = Bridge(mqtt, settings, name, path)
            tasks.create_task(bridge.run(), name=f"serve {name}")
            return bridge

        roster = Roster(mqtt, settings, serve)
        for name, path in ports.items():
            roster.add(name, path)
        if not ports:
            tasks.create_task(find_panels(roster), name="find panels")
        roster.announce()
        mqtt.subscribe(topics.PANEL_STATE, roster.check_state)
        mqtt.subscribe(topics.PANEL_SET, roster.pass_order)
