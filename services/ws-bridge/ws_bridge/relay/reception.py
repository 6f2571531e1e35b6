"""The first message of a connection: who is it, and may it come in."""

import asyncio
import logging
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from shared.complaints import Complaints
from ws_bridge.host import RefusalError
from ws_bridge.relay.line import DeviceLine
from ws_bridge.relay.refusals import Refusals
from ws_bridge.relay.registry import Registry
from ws_bridge.relay.rights import Rights
from ws_bridge.relay.sessions import Sessions, welcome
from ws_bridge.relay.source import Source
from ws_bridge.relay.spread import Spread
from ws_bridge.relay.words import Hello, MessageError, parse, parse_hello

_NOT_READY = "the hub does not know its devices yet: try again in some seconds"
_REFUSED = "unknown device or wrong token"
_TOO_MANY = "too many wrong tokens"
_RETRY_SECONDS = 5


class Reception:
    """Takes hellos; `clock` tells the time in seconds.

    With `behind_proxy` the address of who was refused is the one that the proxy tells.
    """

    def __init__(
        self,
        registry: Registry,
        sessions: Sessions,
        spread: Spread,
        source: Source,
        clock: Callable[[], float],
        *,
        behind_proxy: bool = False,
    ) -> None:
        self._behind_proxy = behind_proxy
        self._registry, self._sessions = registry, sessions
        self._spread, self._source, self._clock = spread, source, clock
        self._refusals = Refusals()
        self._complaints = Complaints(logging.getLogger("ws-bridge"))
        self._tasks: set[asyncio.Task[None]] = set()

    def check_headers(self, line: DeviceLine) -> None:
        """Let a handshake in; RefusalError when it names a device and has not its token."""
        device = line.headers.get_all("X-Device")
        credentials = line.headers.get_all("Authorization")
        if not device and not credentials:
            return
        name = device[0] if len(device) == 1 else ""
        scheme, _, token = (credentials[0] if len(credentials) == 1 else "").partition(" ")
        if scheme.lower() == "bearer" and self._registry.admit(name, token.strip()) is not None:
            line.device = name
            return
        if not self._source.is_ready and not self._registry.knows(name):
            raise RefusalError(503, _NOT_READY, _RETRY_SECONDS)
        wait = self._note(line)
        if wait is not None:
            raise RefusalError(429, _TOO_MANY, int(wait) + 1)
        raise RefusalError(401, _REFUSED)

    def greet(
        self,
        line: DeviceLine,
        message: str | bytes,
        then: Callable[[], "asyncio.Future[None] | None"],
    ) -> "asyncio.Future[None] | None":
        """Take the first message; `then` takes it as any other where it is no hello."""
        try:
            hello = self._hello(line, message)
        except MessageError as error:
            line.goodbye(4400, "bad_hello", str(error))
            return None
        if hello is None:
            self._enter(line, self._registry.rights(line.device), Hello())
            return then()
        if not hello.device and line.device:
            self._enter(line, self._registry.rights(line.device), hello)
        elif not hello.device:
            self._let_anybody_in(line, hello)
        elif (rights := self._registry.admit(hello.device, hello.token)) is not None:
            self._enter(line, rights, hello)
        elif self._source.is_ready or self._registry.knows(hello.device):
            self._refuse(line)
        else:
            task = asyncio.create_task(self._wait(line, hello))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return task
        return None

    def _hello(self, line: DeviceLine, message: str | bytes) -> Hello | None:
        """Return the hello; None where the handshake has said it and the message is another."""
        is_known = bool(line.device)
        if isinstance(message, bytes):
            if is_known:
                return None
            raise MessageError("the first message is a hello, as text")
        try:
            verb, _ = parse(message)
        except MessageError:
            if is_known:
                return None
            raise
        if verb != "hello":
            if is_known:
                return None
            raise MessageError("the first message is a hello")
        hello = parse_hello(message)
        if bool(hello.device) != bool(hello.token):
            raise MessageError("device and token belong together")
        return hello

    async def _wait(self, line: DeviceLine, hello: Hello) -> None:
        """Wait until the devices are known, when the hub has just started."""
        await self._source.settle()
        rights = self._registry.admit(hello.device, hello.token)
        if rights is not None:
            if line.is_open:
                self._enter(line, rights, hello)
        elif self._source.is_ready:
            self._refuse(line)
        else:
            line.goodbye(4503, "not_ready", _NOT_READY)

    def _refuse(self, line: DeviceLine) -> None:
        if self._note(line) is None:
            line.goodbye(4401, "refused", _REFUSED)
        else:
            line.goodbye(4429, "too_many", _TOO_MANY)

    def _note(self, line: DeviceLine) -> float | None:
        """Count a refusal; return in how many seconds to try again when they are too many."""
        address = _told_address(line) if self._behind_proxy else line.address
        self._complaints.say(f"relay, {address}", "a device with a wrong name or token was refused")
        return self._refusals.note(address, self._clock())

    def _let_anybody_in(self, line: DeviceLine, hello: Hello) -> None:
        rights = self._registry.anybody()
        if rights is None:
            line.goodbye(4400, "bad_hello", "device and token are missing")
        elif not _is_from_here(line):
            line.goodbye(4401, "refused", "a page of another host needs a token")
        else:
            self._enter(line, rights, hello)

    def _enter(self, line: DeviceLine, rights: Rights, hello: Hello) -> None:
        session, resumed = self._sessions.enter(line, rights, hello.form, hello.resume)
        bridge = self._sessions.presence.bridge
        line.write(welcome(session, self._spread, bridge, resumed=resumed))
        self._spread.catch_up(session)


def _told_address(line: DeviceLine) -> str:
    """Return the address that the nearest proxy has seen, where it tells one."""
    told = line.headers.get_all("X-Forwarded-For")
    try:
        return str(ip_address(told[-1].rpartition(",")[2].strip())) if told else line.address
    except ValueError:
        return line.address


def _is_from_here(line: DeviceLine) -> bool:
    """Tell whether no page, or one of this host, has opened the connection."""
    origins = line.headers.get_all("Origin")
    if not origins:
        return True
    hosts = line.headers.get_all("Host")
    try:
        origin = urlsplit(origins[0]).hostname
        return len(hosts) == 1 and bool(origin) and urlsplit(f"//{hosts[0]}").hostname == origin
    except ValueError:
        return False
