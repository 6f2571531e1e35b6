"""The panels of this service: who is among them, who was, and who gets a message."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from serial_bridge.bridge import Bridge
from serial_bridge.entities import button_trigger, panel_entities
from serial_bridge.ports import BY_ID, FIRST, Names, find_ports
from serial_bridge.settings import Settings
from shared import topics
from shared.complaints import Complaints
from shared.discovery import Component
from shared.mqtt import Mqtt
from shared.payloads import PanelState
from shared.subscription import Received

_LOOK_SECONDS = 1.0
_MOST_OTHERS = 256


class Roster:
    """`serve(name, path)` starts the bridge of a panel."""

    def __init__(
        self, mqtt: Mqtt, settings: Settings, serve: Callable[[str, str | None], Bridge]
    ) -> None:
        self._mqtt = mqtt
        self._node = settings.mantel_node
        self._buttons = settings.serial_bridge_buttons
        self._looks_for_them = not settings.serial_bridge_ports
        self._serve = serve
        self._bridges: dict[str, Bridge] = {}
        self._others: set[str] = set()
        self._complaints = Complaints(logging.getLogger("serial-bridge"))

    def add(self, name: str, path: str | None) -> None:
        """Serve one more panel; one that waits for its port gets it."""
        if name in self._bridges:
            self._bridges[name].path = path
        else:
            self._bridges[name] = self._serve(name, path)

    def announce(self) -> None:
        """Tell Home Assistant of the panels that have or had a port.

        The first one may be on its way: what an earlier life announced of it stays.
        """
        found: dict[str, Component] = {}
        name = self._mqtt.name
        shown = [panel for panel, bridge in self._bridges.items() if bridge.path is not None]
        for panel in shown:
            found |= panel_entities(
                panel,
                self._buttons,
                event=name(topics.PANEL_EVENT, id=panel),
                state=name(topics.PANEL_STATE, id=panel),
                command=name(topics.PANEL_SET, id=panel),
                availability=name(topics.AVAILABILITY),
            )
            for button in range(1, self._buttons + 1):
                topic = name(topics.PANEL_BUTTON, id=panel, n=str(button))
                found |= button_trigger(panel, button, topic)
        awaited = self._looks_for_them and FIRST not in shown
        self._mqtt.announce(found, (f"panel:{FIRST}:",) if awaited else ())

    def check_state(self, received: Received[PanelState]) -> None:
        """Clear the retained state of a panel that this host had and has no more.

        Those of other hosts on the same broker are theirs.
        """
        panel, state = received.levels["id"], received.payload
        if state is None or panel in self._bridges:
            return
        if state.node != self._node:
            if len(self._others) < _MOST_OTHERS:
                self._others.add(panel)
        elif received.retained:
            self._mqtt.clear(topics.PANEL_STATE, id=panel)

    def pass_order(self, received: Received[bytes]) -> None:
        """Hand an order to the panel that it is for."""
        panel = received.levels["id"]
        subject = f"panel {panel}: set"
        bridge = self._bridges.get(panel)
        if bridge is None:
            if panel not in self._others:
                self._complaints.say(subject, "ignored, there is no such panel")
        elif received.retained:
            self._complaints.say(subject, "a retained order ignored: it would be obeyed for ever")
        else:
            bridge.obey(received.payload or b"")


async def find_panels(roster: Roster, directory: Path = BY_ID) -> None:
    """Look each second for Espressif ports; the first panel is there before its port is."""
    roster.add(FIRST, None)
    names = Names()
    while True:
        if new := names.take(find_ports(directory)):
            for name, port in new.items():
                roster.add(name, str(directory / port))
            roster.announce()
        await asyncio.sleep(_LOOK_SECONDS)
