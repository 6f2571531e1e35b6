"""The relay's port: connections in, the broker's messages out."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Self

from shared import topics
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.pace import beats
from ws_bridge.host import RefusalError
from ws_bridge.port import BACKLOG, MOST_CONNECTIONS, listen
from ws_bridge.relay.catalog import KINDS, Feed, Kind
from ws_bridge.relay.desk import Desk
from ws_bridge.relay.line import DeviceLine
from ws_bridge.relay.reception import Reception
from ws_bridge.relay.registry import Registry
from ws_bridge.relay.rights import parse_filters
from ws_bridge.relay.sessions import Sessions
from ws_bridge.relay.source import Source
from ws_bridge.relay.spread import Spread
from ws_bridge.settings import Settings

_PING_SECONDS = 20.0
_EXPIRE_SECONDS = 1.0
_DROPS_SECONDS = 10.0
_CONFIG = next(kind for kind in KINDS if kind.topic is topics.DEVICE_CONFIG)
_STATE = next(kind for kind in KINDS if kind.topic is topics.DEVICE_STATE)
_AVAILABILITY = next(kind for kind in KINDS if kind.topic is topics.AVAILABILITY)

log = logging.getLogger("ws-bridge")


class RelayPort:
    """An async context manager: listens while it is entered; `run` is its work.

    `announce` is told the devices, when all are known and whenever they change.
    """

    def __init__(
        self, settings: Settings, announce: Callable[[list[str]], None] = lambda _: None
    ) -> None:
        self._announce = announce
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._now = loop.time
        self._spread = Spread(lambda at: loop.call_at(at, self._flush))
        self._source = Source(
            settings, self._take, self._pause, self._spread.states.forget, self._renew
        )
        node = f"{settings.mantel_node}/ws-bridge{settings.service_suffix}"
        self.sessions = Sessions(self._spread, self._source, node, loop.time)
        self._registry = Registry(parse_filters(settings.ws_bridge_relay_open))
        self._reception = Reception(
            self._registry,
            self.sessions,
            self._spread,
            self._source,
            loop.time,
            behind_proxy=settings.ws_bridge_behind_proxy,
        )
        self._desk = Desk(self._spread, self._source, self.sessions)
        self._lines: dict[DeviceLine, None] = {}
        self._complaints = Complaints(log)
        self._source.want(Feed(kind, kind.levels) for kind in (_CONFIG, _STATE, _AVAILABILITY))

    async def __aenter__(self) -> Self:
        address = (self._settings.ws_bridge_host, self._settings.ws_bridge_relay_port)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: DeviceLine(self), sock=listen(address, "WS_BRIDGE_RELAY_PORT"), backlog=BACKLOG
        )
        await self._source.__aenter__()
        log.info("listening on port %s", address[1])
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._server.close()
        await self._source.__aexit__()
        lines = list(self._lines)
        for line in lines:
            if line.is_open:
                line.goodbye(1001, "stopping", "the bridge stops")
            else:
                line.abort()
        with contextlib.suppress(TimeoutError, ValueError):  # ValueError: there is none
            async with asyncio.timeout(0.3):  # who answers the goodbye does so at once
                await asyncio.wait([line.gone for line in lines])

    async def run(self) -> None:
        """Do all that the port is for, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._source.watch(), name="relay: watch broker")
            tasks.create_task(self._keep_alive(), name="relay: pings")
            tasks.create_task(self._expire(), name="relay: expire")
            tasks.create_task(
                self.sessions.presence.publish(
                    lambda device, payload: self._source.publish(
                        _STATE, f"device/{device}/state", payload
                    )
                ),
                name="relay: presence",
            )

    # --- what the broker says ---

    def _take(self, kind: Kind, name: str, payload: bytes) -> None:
        if kind is _CONFIG:
            self._change_device(name.split("/")[1], payload)
            return
        if kind is _STATE:
            self.sessions.presence.take(name.split("/")[1], payload)
        elif kind is _AVAILABILITY:
            _, node, service, _ = name.split("/")
            self.sessions.presence.see(f"{node}/{service}", running=payload == b"online")
        self._spread.take(kind, name, payload, self._now())

    def _change_device(self, device: str, payload: bytes) -> None:
        before = self._registry.token_hash(device)
        try:
            self._registry.take(device, payload)
        except PayloadError as error:
            self._complaints.say(f"device {device}", f"its rights cannot be read: {error}")
        else:
            self._complaints.settle(f"device {device}")
        session = self.sessions.of_device(device)
        if session is not None and self._registry.token_hash(device) == before and before:
            self.sessions.restrict(session, self._registry.rights(device))
        elif session is not None:
            if session.writer is not None:
                session.writer.goodbye(4403, "revoked", "the token was revoked")
            self.sessions.end(session)
        if not payload:
            self.sessions.presence.forget(device)
        if self._source.is_ready:
            self._announce(self._registry.devices())

    def _renew(self) -> None:
        self.sessions.presence.say_again()
        self._announce(self._registry.devices())

    def _pause(self) -> None:
        self._spread.settle(self._now())

    def _flush(self) -> None:
        self._spread.flush(self._now())

    # --- what connections do ---

    def arrive(self, line: DeviceLine) -> None:
        """Count a connection; far too many are cut off unheard."""
        self._lines[line] = None
        if len(self._lines) > 2 * MOST_CONNECTIONS:
            line.abort()

    def open(self, line: DeviceLine) -> None:
        """Let a handshake in; raises RefusalError."""
        if len(self._lines) > MOST_CONNECTIONS:
            raise RefusalError(503, "too many connections", 10)
        self._reception.check_headers(line)

    def greet(self, line: DeviceLine) -> None:
        """Wait: the device speaks first."""

    def hear(self, line: DeviceLine, message: str | bytes) -> "asyncio.Future[None] | None":
        """Do what a device says."""
        session = line.session
        if session is not None:
            return self._desk.hear(line, session, message)
        return self._reception.greet(line, message, lambda: self._hear_again(line, message))

    def _hear_again(self, line: DeviceLine, message: str | bytes) -> "asyncio.Future[None] | None":
        session: Any = line.session
        return self._desk.hear(line, session, message)

    def fill(self, line: DeviceLine) -> None:
        """Let a device read before it gets more."""
        session = line.session
        if session is not None:
            self._spread.fill(session)
            if session.behind_since is None:
                session.behind_since = self._now()

    def drain(self, line: DeviceLine) -> None:
        """Give a device what it lacks."""
        session = line.session
        if session is not None:
            session.behind_since = None if session.cohort is None else session.behind_since
            self._spread.catch_up(session)

    def leave(self, line: DeviceLine) -> None:
        """Forget a connection."""
        self._lines.pop(line, None)
        self.sessions.leave(line)

    # --- what time does ---

    async def _keep_alive(self) -> None:
        async for _ in beats(_PING_SECONDS):
            for line in list(self._lines):
                line.ping()

    async def _expire(self) -> None:
        rounds = 0
        async for _ in beats(_EXPIRE_SECONDS):
            self._spread.expire(self._now())
            self.sessions.expire()
            rounds += 1
            if rounds % int(_DROPS_SECONDS / _EXPIRE_SECONDS) == 0:
                self.sessions.presence.tell_drops()
