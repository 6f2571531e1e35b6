"""Keeps Home Assistant's picture of a service right: announces, withdraws, announces again.

The broker is the ledger: what the service announced in an earlier life is read back on connect,
so that an entity whose disk or container has gone in between leaves no ghost.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

from shared import __version__, discovery
from shared.complaints import Complaints
from shared.outbox import Outbox
from shared.subscription import Subscription

_READ_BACK_SECONDS = 1.0
_JITTER_SECONDS = (1.0, 5.0)  # many services hear of Home Assistant's start at once
_SETTLE_SECONDS = 1.0  # Home Assistant loses a second payload that comes while it works on one


class Announcement:
    """The discovery payload of one service, on `topic` (retained)."""

    def __init__(
        self, topic: str, availability_topic: str, *, root: str, node: str, service: str
    ) -> None:
        self.topic = topic
        self._identity = {
            "availability_topic": availability_topic,
            "root": root,
            "node": node,
            "service": service,
        }
        self._owner = discovery.own_ids(root, node, service)
        self._complaints = Complaints(logging.getLogger(service))
        self._components: dict[str, discovery.Component] | None = None
        self._undecided: tuple[str, ...] = ()
        self._gone: dict[str, discovery.Component] = {}
        self._restarted = False
        self._due = asyncio.Event()
        self._found: asyncio.Future[bytes] | None = None

    def replace(
        self, components: dict[str, discovery.Component], undecided: tuple[str, ...] = ()
    ) -> None:
        """Announce these from now on; the service's connectivity is added to them.

        What was announced before under a key that begins like one of `undecided` stays.
        Before the first call nothing is announced: what the service has is not known yet, and
        an empty announcement would take back what it had before its restart.
        """
        if (components, undecided) != (self._components, self._undecided):
            self._components, self._undecided = components, undecided
            self._due.set()

    def again(self) -> None:
        """Announce everything once more: Home Assistant was restarted."""
        self._restarted = True
        self._due.set()

    def offer(self, topic: str, raw: bytes) -> None:
        """Take a message if it is the announcement that the broker kept."""
        if topic == self.topic and self._found is not None and not self._found.done():
            self._found.set_result(raw)

    async def keep(self, client: Any) -> None:  # noqa: ANN401
        """Announce on this connection, at once and on each change, until cancelled."""
        previous = await self._read_back(client)
        while True:
            if self._components is None:
                await self._due.wait()
            self._due.clear()
            before = discovery.announced(previous)
            kept = {key: each for key, each in before.items() if key.startswith(self._undecided)}
            wanted = self._fitting((kept if self._undecided else {}) | (self._components or {}))
            gone = discovery.gone(before, wanted)
            self._gone = discovery.fitting(discovery.gone(self._gone | gone, wanted), self._owner)
            if self._restarted and self._gone:
                # It remembers what went while it was down, and takes it back only when it has
                # heard of it once more
                gone = self._gone
                await self._publish(client, discovery.fitting(wanted | gone, self._owner))
            if gone:
                await self._publish(client, wanted, gone)
            if self._restarted:
                self._restarted, self._gone = False, {}
            previous = await self._publish(client, wanted)
            await self._due.wait()

    def _fitting(self, wanted: dict[str, discovery.Component]) -> dict[str, discovery.Component]:
        """Return what one message takes; say once that there is more."""
        found = discovery.fitting(wanted, self._owner)
        if len(found) < len(wanted):
            first = next(key for key in wanted if key not in found)
            self._complaints.say(
                "Home Assistant",
                f"{len(wanted) - len(found)} of {len(wanted)} entities are not announced, from "
                f"{first} on: one message cannot hold them",
            )
        else:
            self._complaints.settle("Home Assistant", "all entities are announced")
        return found

    async def _publish(
        self,
        client: Any,  # noqa: ANN401
        components: dict[str, discovery.Component],
        removed: dict[str, discovery.Component] | None = None,
    ) -> bytes:
        """Publish, leave Home Assistant time for it, and return the payload."""
        payload = discovery.config(
            **self._identity, version=__version__, components=components, removed=removed or {}
        )
        await client.publish(self.topic, payload, qos=1, retain=True)
        await asyncio.sleep(_SETTLE_SECONDS)
        return payload

    async def follow_births(
        self,
        births: Subscription[str],
        say_online: Callable[[], Awaitable[None]],
        outbox: Outbox,
    ) -> None:
        """When Home Assistant has started: discovery, then availability and states again."""
        async for birth in births:
            if birth.payload == "online":
                await asyncio.sleep(random.uniform(*_JITTER_SECONDS))  # noqa: S311
                self.again()
                await asyncio.sleep(_SETTLE_SECONDS)
                await say_online()
                outbox.post_states()

    async def _read_back(self, client: Any) -> bytes:  # noqa: ANN401
        """Return what the broker kept of an earlier announcement, b"" when there is none."""
        self._found = asyncio.get_running_loop().create_future()
        await client.subscribe(self.topic, qos=1)
        try:
            async with asyncio.timeout(_READ_BACK_SECONDS):
                return await self._found
        except TimeoutError:
            return b""
        finally:
            self._found = None
            await client.unsubscribe(self.topic)
