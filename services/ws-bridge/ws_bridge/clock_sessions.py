"""The clock's sessions that connections of this bridge hold; `alarms` owns them.

Here is a copy of each, nothing durable. Only the hash of an identifier goes over the broker: who
may read topics may not take over a session.
"""

import asyncio
import contextlib
import hashlib
import itertools
import logging
import re
import secrets
from typing import Any

import msgspec

from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.payloads import ClockSession, Response
from shared.subscription import Received
from ws_bridge.clock import Copy
from ws_bridge.clock_answers import AWAY, ENDED, LATE, Outcome
from ws_bridge.clock_commands import CommandError

_ANSWER_SECONDS = 0.9  # of the second within which a client has its reply
_AGAIN_SECONDS = 2.0  # until an `open` that nobody answered is sent once more
_REFUSED_SECONDS = 15.0  # and one that was refused: a disk may be full for long
_MOST_OPENING = 4096  # requests whose answer may yet come; the oldest are given up
_CONNECTING_SECONDS = 0.25  # until it is seen that the broker is back; only while one is to open

_log = logging.getLogger("ws-bridge")


def new_id() -> str:
    """Return a fresh identifier of a session, of 192 random bits."""
    return secrets.token_urlsafe(24)


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of an identifier."""
    return re.fullmatch(r"[A-Za-z0-9_-]{32}", text) is not None


def is_foreign_id(text: str) -> bool:
    """Tell whether `text` may be an identifier that another server has made (`mantel import`)."""
    return re.fullmatch(r"[A-Za-z0-9_-]{16,128}", text) is not None


def hash_of(identifier: str) -> str:
    """Return by which name the broker and `alarms` know a session."""
    return hashlib.sha256(identifier.encode()).hexdigest()[:32]


class Held:
    """A session, and how many connections of this bridge it has."""

    def __init__(self, name: str) -> None:
        self.hash = name
        self.copy = Copy()
        self.connections = 0
        self.ended = False
        self.asked_at = float("-inf")


class Sessions:
    """`holder` is this bridge, as in the levels of its availability: node/service."""

    def __init__(self, mqtt: Mqtt, holder: str) -> None:
        self._mqtt = mqtt
        self._holder = holder
        self._complaints = Complaints(_log)
        self._held: dict[str, Held] = {}
        self._unopened: dict[str, Held] = {}
        self._states: dict[str, ClockSession] = {}
        self._alarms: set[str] = set()
        self._transactions = (f"{holder}-{secrets.token_hex(4)}-{n}" for n in itertools.count())
        self._answers: dict[str, asyncio.Future[Response]] = {}
        self._opening: dict[str, Held] = {}
        self._wake = asyncio.Event()
        # in this order: a state comes before the response that tells of it
        mqtt.subscribe(topics.CLOCK_SESSION, self._take_state)
        mqtt.subscribe(topics.CLOCK_RESPONSE, self._take_response)
        mqtt.subscribe(topics.AVAILABILITY, self._take_availability, service="alarms")

    @property
    def online(self) -> bool:
        """Whether `alarms` can be asked now."""
        return bool(self._alarms) and self._mqtt.connected

    async def enter(self, said: str | bytes) -> tuple[str, Held]:
        """Return the session that a client's first message asks for, held: the same or a new one.

        While `alarms` is away or silent an identifier of our own form is kept; one of another
        server's only when `alarms` knows it, since anybody can think out a short one.
        """
        if isinstance(said, str) and is_foreign_id(said.strip()):
            identifier = said.strip()
            name = hash_of(identifier)
            if name in self._held:
                return identifier, self._hold(name)
            known = None
            with contextlib.suppress(CommandError):
                known = (await self._request("open", name, {"resume": True})).known
            if known or (known is None and is_id(identifier)):
                return identifier, self._hold(name, opened=known is True)
        identifier = new_id()
        return identifier, self._hold(hash_of(identifier))

    def leave(self, held: Held) -> None:
        """Take back what `enter` gave."""
        held.connections -= 1
        if held.connections or held.ended:
            return
        self._held.pop(held.hash, None)
        self._unopened.pop(held.hash, None)
        self._post("close", held.hash, next(self._transactions), {})

    async def ask(self, held: Held, verb: str, fields: dict[str, Any]) -> Outcome:
        """Have `alarms` do something; CommandError when it did not, in words for a person."""
        if held.ended:
            raise CommandError(ENDED)
        if held.hash in self._unopened and self.online:
            self._ask_to_open(held, asyncio.get_running_loop().time())  # first things first
        if verb != "end":
            return await self._request(verb, held.hash, fields)
        # else the state that is removed would be taken for one that alarms has lost
        held.ended = True
        try:
            outcome = await self._request(verb, held.hash, fields)
        except CommandError:
            held.ended = False
            self._open(held)
            raise
        self._held.pop(held.hash, None)
        self._unopened.pop(held.hash, None)
        held.copy.take(None)
        return outcome

    async def keep_open(self) -> None:
        """Tell `alarms` which sessions are held, again and again until it has answered."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            now = loop.time()
            for held in list(self._unopened.values()) if self.online else ():
                if now - held.asked_at >= _AGAIN_SECONDS:
                    self._ask_to_open(held, now)
            waiting = self._unopened and self._alarms
            again = _AGAIN_SECONDS if self._mqtt.connected else _CONNECTING_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(again if waiting else None):
                    await self._wake.wait()

    def _hold(self, name: str, *, opened: bool = False) -> Held:
        held = self._held.get(name)
        if held is None:
            held = self._held[name] = Held(name)
            self._show(held, self._states.get(name))
            if not opened:
                self._open(held)
        held.connections += 1
        return held

    def _open(self, held: Held) -> None:
        held.asked_at = float("-inf")
        self._unopened[held.hash] = held
        self._wake.set()

    def _ask_to_open(self, held: Held, now: float) -> None:
        transaction = next(self._transactions)
        if self._post("open", held.hash, transaction, {"resume": False}):
            held.asked_at = now
            self._opening[transaction] = held
            if len(self._opening) > _MOST_OPENING:
                del self._opening[next(iter(self._opening))]

    async def _request(self, verb: str, session: str, fields: dict[str, Any]) -> Outcome:
        transaction = next(self._transactions)
        answer = self._answers[transaction] = asyncio.get_running_loop().create_future()
        try:
            if not self.online or not self._post(verb, session, transaction, fields):
                raise CommandError(AWAY)
            async with asyncio.timeout(_ANSWER_SECONDS):
                response = await answer
        except TimeoutError:
            raise CommandError(LATE) from None
        finally:
            del self._answers[transaction]
        if response.status == "error":
            raise CommandError(" ".join((response.error or "it was refused").split()))
        try:
            return msgspec.convert(response.data or {}, Outcome)
        except msgspec.ValidationError as error:
            self._complaints.say(f"clock {verb}", f"answer of alarms not understood: {error}")
            return Outcome()

    def _post(self, verb: str, session: str, transaction: str, fields: dict[str, Any]) -> bool:
        own = {"transaction": transaction, "session": session, "holder": self._holder}
        return self._mqtt.publish(topics.CLOCK_REQUEST, fields | own, verb=verb)

    def _take_response(self, response: Received[Response]) -> None:
        payload = response.payload
        if payload is None or not isinstance(payload.transaction, str):
            return
        opened = self._opening.pop(payload.transaction, None)
        if opened is not None:
            if payload.status == "error":  # it stays unopened, and is asked for again
                self._complaints.say("clock", f"alarms does not open a session: {payload.error}")
                opened.asked_at += _REFUSED_SECONDS - _AGAIN_SECONDS
            else:
                self._complaints.settle("clock")
                self._unopened.pop(opened.hash, None)
        answer = self._answers.get(payload.transaction)
        if answer is not None and not answer.done():
            answer.set_result(payload)

    def _take_state(self, told: Received[ClockSession]) -> None:
        name = told.levels["hash"]
        held = self._held.get(name)
        if told.payload is None:
            self._states.pop(name, None)
            if held is not None and not held.ended:
                self._open(held)  # alarms thinks that nobody holds it; what is known stands
            return
        self._states[name] = told.payload
        if held is not None:
            self._show(held, told.payload)

    def _show(self, held: Held, state: ClockSession | None) -> None:
        if not held.copy.take(state) and state is not None:
            self._complaints.say(f"zone {state.timezone}", "not known here; the hub's is shown")

    def _take_availability(self, availability: Received[str]) -> None:
        """Open all again: `alarms` or the broker was away, or this is the first connection."""
        node = availability.levels["node"]
        if availability.payload != "online":
            self._alarms.discard(node)
            return
        self._alarms.add(node)
        self._opening.clear()
        for held in self._held.values():
            self._open(held)
