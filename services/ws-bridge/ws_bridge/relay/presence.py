"""Which devices are there, as `device/{id}/state` tells the home and the other copies."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import msgspec

from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.payloads import DeviceState
from ws_bridge.relay.session import Session

_AGAIN_SECONDS = 2.0

Publish = Callable[[str, bytes], Awaitable[bool]]
"""Publishes the state of a device; False when the broker does not have it."""


@dataclass
class _Here:
    session: Session
    state: DeviceState
    is_heard: bool = False
    """Whether the broker has passed our word on: what came before it is older."""


class Presence:
    """The devices that this copy of the bridge holds.

    `replace` is called for one that has connected to another copy since.
    """

    def __init__(self, bridge: str, replace: Callable[[Session], None]) -> None:
        self.bridge, self._replace = bridge, replace
        self._here: dict[str, _Here] = {}
        self._told: dict[str, DeviceState] = {}  # what the broker last told of each device
        self._running: dict[str, bool] = {}  # the copies of the bridge
        self._unsaid: dict[str, bytes] = {}
        self._changed = asyncio.Event()
        self._complaints = Complaints(logging.getLogger("ws-bridge"))

    def arrive(self, session: Session) -> None:
        """Tell that a device is connected."""
        if device := session.rights.device:
            state = DeviceState(
                connected=True,
                since_at=_now(),
                bridge=self.bridge,
                connection=uuid4().hex[:16],
            )
            self._here[device] = _Here(session, state)
            self._say(device, state)

    def leave(self, session: Session, why: str | None) -> None:
        """Tell that it is not, unless it is elsewhere."""
        device = session.rights.device
        here = self._here.get(device)
        if here is None or here.session is not session:
            return
        del self._here[device]
        told = self._told.get(device)
        if here.is_heard and (told is None or _is_elsewhere(told, here.state)):
            return
        changes = {"connected": False, "since_at": _now(), "ended": why}
        self._say(device, msgspec.structs.replace(here.state, **changes, dropped=session.dropped))

    def forget(self, device: str) -> None:
        """Remove what is known of a device that is no more."""
        self._here.pop(device, None)
        self._told.pop(device, None)
        self._say(device, None)

    def take(self, device: str, payload: bytes) -> None:
        """Take what a copy of the bridge, or this one, says of a device."""
        if not payload:
            self._told.pop(device, None)
            return
        try:
            state = topics.DEVICE_STATE.decode(payload)
        except PayloadError as error:
            self._complaints.say(f"device {device}", f"its state cannot be read: {error}")
            return
        self._told[device] = state
        here = self._here.get(device)
        if here is None:
            if state.bridge == self.bridge:  # from before this copy was started
                self._correct(device, state)
        elif not state.connected:
            # Another copy has told of the end of what came before, or takes this one for gone
            if here.is_heard:
                self._say(device, here.state)
        elif state.connection == here.state.connection:
            here.is_heard = True
        elif here.is_heard:
            self._replace(here.session)

    def see(self, bridge: str, *, running: bool) -> None:
        """Take whether a copy of the bridge runs: one that was killed has said no goodbye."""
        self._running[bridge] = running
        if not running:
            self._tell_gone(lambda state: state.bridge == bridge)

    def _tell_gone(self, is_lost: Callable[[DeviceState], bool]) -> None:
        for device, state in self._told.items():
            if device not in self._here and is_lost(state):
                self._correct(device, state)

    def _correct(self, device: str, state: DeviceState) -> None:
        """Tell that a device is not there, whatever was said of it."""
        if state.connected and device not in self._unsaid:
            self._say(device, msgspec.structs.replace(state, connected=False, since_at=_now()))

    def tell_drops(self) -> None:
        """Publish how many events devices did not get, where that has changed."""
        for device, here in self._here.items():
            if here.session.dropped != here.state.dropped:
                here.state = msgspec.structs.replace(here.state, dropped=here.session.dropped)
                self._say(device, here.state)

    def say_again(self) -> None:
        """Tell of all that are here: the broker is back, and may have forgotten them."""
        for device, here in self._here.items():
            self._say(device, here.state)
        self._tell_gone(lambda state: not self._running.get(state.bridge))
        self._changed.set()

    async def publish(self, publish: Publish) -> None:
        """Publish what is to be told, for ever; of each device the newest, until it is taken."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_SECONDS if self._unsaid else None):
                    await self._changed.wait()
            self._changed.clear()
            while self._unsaid:
                device = next(iter(self._unsaid))
                payload = self._unsaid.pop(device)
                if not await publish(device, payload):
                    self._unsaid.setdefault(device, payload)
                    break

    def _say(self, device: str, state: DeviceState | None) -> None:
        self._unsaid[device] = b"" if state is None else topics.DEVICE_STATE.encode(state)
        self._changed.set()


def _is_elsewhere(told: DeviceState, here: DeviceState) -> bool:
    return told.connected and told.connection != here.connection


def _now() -> datetime:
    return datetime.now().astimezone()
