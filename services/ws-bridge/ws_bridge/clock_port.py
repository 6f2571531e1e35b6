"""The clock's port: one timer for all clients, and what each says is answered in its order."""

import asyncio
import time
from datetime import UTC, datetime
from zoneinfo import available_timezones

from shared.zone import HubZone
from ws_bridge.clock import AlarmFormat, Face, Second
from ws_bridge.clock_answers import Zones, answered, confirmed, wanted
from ws_bridge.clock_commands import CommandError, parse
from ws_bridge.clock_sessions import Held, Sessions
from ws_bridge.dial import Dial
from ws_bridge.listener import Listener
from ws_bridge.peer import Peer
from ws_bridge.wire import text_frame

MOST_MESSAGE_BYTES = 16384
"""4096 characters in UTF-8; who sends more is cut off."""

_HELD_SECONDS = 0.05  # a tick waits no longer for a reply


class ClockPort:
    """What happens on the port; `form` is how a connection is told what rings at first."""

    def __init__(self, sessions: Sessions, zone: HubZone, form: AlarmFormat) -> None:
        self.dial: Dial[Peer] = Dial()
        self._sessions = sessions
        self._zone = zone
        self._form: AlarmFormat = form
        self._zones = Zones(())
        self._zones_read = asyncio.Event()
        self._watched = asyncio.Event()

    async def converse(self, peer: Peer) -> None:
        """Serve a connection until it breaks: silence until its first message."""
        identifier, held = await self._sessions.enter(await peer.hear())
        try:
            peer.write(text_frame(f"SESSION:{identifier}".encode()))
            face = Face(held.copy, self._form, asyncio.get_running_loop().time())
            self.dial.show(peer, face)
            self._watched.set()
            while True:
                said = await peer.hear()
                face.busy = True
                reply = await self._reply(said, identifier, held, face)
                face.busy = False
                peer.write(text_frame(reply.encode()) + self.dial.release(peer))
        finally:
            self._sessions.leave(held)

    async def read_zones(self) -> None:
        """Find out which zones there are: a walk through many folders, long on a slow card."""
        self._zones = Zones(await asyncio.to_thread(available_timezones))
        self._zones_read.set()

    async def tick(self, listener: Listener) -> None:
        """Tell everybody the time at each second of the wall clock, also when that is set."""
        loop = asyncio.get_running_loop()
        while True:
            if not self.dial.is_watched():
                self._watched.clear()
                await self._watched.wait()
            at = datetime.fromtimestamp(await _next_second(), UTC)
            second = Second(at, self._zone.read())
            now = loop.time()
            for _ in self.dial.strike(second, now):
                await asyncio.sleep(0)
            if self.dial.holds():
                loop.call_at(now + _HELD_SECONDS, self.dial.release_all)
            listener.give_up(self.dial.give_up(now))

    async def _reply(self, said: str | bytes, identifier: str, held: Held, face: Face) -> str:
        try:
            if isinstance(said, bytes):
                raise CommandError("a command is text, not binary")
            return f"OK:{await self._do(said, identifier, held, face)}"
        except CommandError as error:
            return f"ERR:{error}"

    async def _do(self, said: str, identifier: str, held: Held, face: Face) -> str:
        command = parse(said)
        if command.name in ("TZ", "TZLIST"):
            await self._zones_read.wait()
        request = wanted(command, self._zones)
        home = self._zone.read()
        if request is None:
            now = datetime.now(UTC)
            return answered(command, identifier, face, now, home, self._zones)
        verb, fields = request
        outcome = await self._sessions.ask(held, verb, fields)
        return confirmed(command, outcome, face.copy.zone or home)


async def _next_second() -> int:
    """Return the second that the wall clock has just begun; it may be set meanwhile."""
    due = int(time.time()) + 1
    while (ahead := due - time.time()) > 0:  # a timer may also wake a little early
        if ahead > 1:
            due = int(time.time()) + 1  # it was set back
        else:
            await asyncio.sleep(ahead)
    return int(time.time())
