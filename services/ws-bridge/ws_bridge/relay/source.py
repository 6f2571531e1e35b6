"""The relay's own connection to the broker: what devices want, and what they publish.

Apart from the service's, for a broker that is asked for overlapping filters on one connection
sends each message of both twice, and a press that comes twice is pressed twice.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Iterable
from typing import Any, Self

from shared.backoff import delays
from shared.client import BrokerError, Client, options
from shared.complaints import Complaints
from shared.errors import PayloadError
from shared.filters import Levels, covers, matches
from shared.settings import Settings
from ws_bridge.relay.catalog import Feed, Kind, kind_of
from ws_bridge.relay.demand import Demand
from ws_bridge.relay.message import check

_MOST_KINDS = 4096  # names whose kind is remembered
_PATIENCE_SECONDS = 2.0
_GOODBYE_SECONDS = 0.3


class Source:
    """An async context manager; hands over each message by `take(kind, name, payload)`.

    Names have no root. A retained state is handed over when it has changed; an empty payload
    says that it was removed, also while the broker or this bridge was away. `pause` comes after
    what has come together, `renew` when the broker has told all; `forget` is told what is lost.
    """

    def __init__(
        self,
        settings: Settings,
        take: Callable[[Kind, str, bytes], None],
        pause: Callable[[], None],
        forget: Callable[[Callable[[str], bool]], None],
        renew: Callable[[], None],
        *,
        connect: Callable[..., Any] = Client,
    ) -> None:
        self._settings = settings
        self._take, self._pause, self._forget, self._renew = take, pause, forget, renew
        self._connect = connect
        self._prefix = f"{settings.mqtt_root}/"
        self._complaints = Complaints(logging.getLogger("ws-bridge"))
        self._demand = Demand()
        self._asked: dict[Levels, Kind] = {}
        self._kept: dict[str, bytes] = {}  # the retained states that are known
        self._unseen: set[str] | None = None  # those not sent again yet, since the broker is back
        self._kinds: dict[str, Kind | None] = {}
        self._changed = asyncio.Event()
        self._wanted, self._got = 1, 0  # versions of the demand: as it is, and as it was met
        self._met = asyncio.Event()
        self._client: Any = None
        self.is_ready = False
        """Whether all was there once, so that what is not known does not exist."""

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there."""
        return self._client is not None

    def want(self, feeds: Iterable[Feed]) -> None:
        """Ask the broker for these too."""
        if self._demand.add(feeds):
            self._change()

    def unwant(self, feeds: Iterable[Feed]) -> None:
        """Ask for them no longer, if nobody else wants them."""
        if self._demand.remove(feeds):
            self._change()

    def _change(self) -> None:
        self._wanted += 1
        self._changed.set()

    def has(self, feeds: Iterable[Feed]) -> bool:
        """Tell whether the retained values of these are here, as far as the broker is."""
        if self.is_connected and self._got < self._wanted:
            return False
        return all(any(covers(asked, feed.levels) for asked in self._asked) for feed in feeds)

    async def settle(self) -> bool:
        """Wait for that, 2 s at most; tell whether it came to it."""
        wanted = self._wanted
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while self._got < wanted:
                    self._met.clear()
                    await self._met.wait()
        return self._got >= wanted

    async def publish(self, kind: Kind, name: str, payload: bytes) -> bool:
        """Publish, and wait until the broker has it; False when it has not."""
        client = self._client
        if client is None:
            return False
        try:
            await client.publish(
                self._prefix + name, payload, qos=kind.topic.qos, retain=kind.topic.retain
            )
        except (BrokerError, TimeoutError):
            return False
        return True

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._stay_connected(), name="relay: broker")
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for _ in range(5):
            self._task.cancel()  # more than once: connecting can lose a cancellation, see Client
            ended, _ = await asyncio.wait([self._task], timeout=_GOODBYE_SECONDS / 5)
            if ended:
                return

    async def watch(self) -> None:
        """Wait until the connection is given up, which is a fault of ours; raise it."""
        await asyncio.wait([self._task])
        await self._task

    async def _stay_connected(self) -> None:
        told = options(
            self._settings,
            f"{self._settings.mqtt_root}-{self._settings.mantel_node}"
            f"-ws-bridge{self._settings.service_suffix}-relay",
            logging.getLogger("mqtt.ws-bridge.relay"),
            "",
        )
        del told["will"]  # the service's own connection has it
        waits = delays(0.2, 2.0, random.random)
        while True:
            try:
                async with self._connect(**told) as client:
                    waits = delays(0.2, 2.0, random.random)
                    await self._converse(client)
            except* (BrokerError, OSError):
                pass  # the service's own connection tells of it
            await asyncio.sleep(next(waits))

    async def _converse(self, client: Any) -> None:  # noqa: ANN401
        self._asked = {}
        self._got = 0
        self._changed.set()
        self._unseen = set(self._kept)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(client.receive(self._receive, self._pause), name="relay: receive")
                self._client = client
                tasks.create_task(self._ask(client), name="relay: ask")
        finally:
            self._client = None

    async def _ask(self, client: Any) -> None:  # noqa: ANN401
        """Ask for what is wanted whenever that changes."""
        while True:
            self._changed.clear()
            version, wanted = self._wanted, self._demand.filters()
            gone = [levels for levels in self._asked if levels not in wanted]
            new = {levels: kind for levels, kind in wanted.items() if levels not in self._asked}
            self._asked = wanted
            calls = []
            if gone:  # first: a filter that overlaps one of the new would bring messages twice
                calls.append(client.unsubscribe([self._filter(levels) for levels in gone]))
            if new:
                calls.append(
                    client.subscribe(
                        [(self._filter(levels), _qos(kind)) for levels, kind in new.items()]
                    )
                )
                # The broker answers in order: before this answer come all retained values
                calls.append(client.subscribe(f"{self._prefix}-/nothing-is-here"))
            await asyncio.gather(*calls)
            if gone:
                self._drop()
            self._sweep()
            self._got = version
            self.is_ready = True
            self._met.set()
            await self._changed.wait()

    def _filter(self, levels: Levels) -> str:
        return self._prefix + "/".join(levels)

    def _drop(self) -> None:
        """Forget the states of what is no longer asked for."""

        def is_unwanted(name: str) -> bool:
            levels = tuple(name.split("/"))
            return not any(matches(asked, levels) for asked in self._asked)

        for name in [name for name in self._kept if is_unwanted(name)]:
            del self._kept[name]
        self._forget(is_unwanted)

    def _sweep(self) -> None:
        """Tell of what was removed while the broker was away."""
        unseen, self._unseen = self._unseen, None
        if unseen is None:
            return
        for name in unseen:
            if name in self._kept:
                self._hand_over(name, b"", retained=False)
        self._pause()
        self._renew()

    def _receive(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic.startswith(self._prefix):
            self._hand_over(topic[len(self._prefix) :], payload, retained=retained)

    def _hand_over(self, name: str, payload: bytes, *, retained: bool) -> None:
        kind = self._kinds.get(name) or self._find(name)
        if kind is None:
            return
        if self._unseen is not None:
            self._unseen.discard(name)
        try:
            if kind.is_open:
                check(kind, payload)
        except PayloadError as error:
            self._complaints.say(f"topic {name}", f"not passed on: {error}")
            return
        if kind.is_state:
            before = self._kept.get(name)
            if (before == payload and retained) or (not before and not payload):
                return
            if payload:
                self._kept[name] = payload
            else:
                del self._kept[name]
        elif retained:
            return  # an event that somebody has made the broker keep
        self._take(kind, name, payload)

    def _find(self, name: str) -> Kind | None:
        if len(self._kinds) >= _MOST_KINDS:
            self._kinds.clear()
        kind = self._kinds[name] = kind_of(tuple(name.split("/")))
        return kind


def _qos(kind: Kind) -> int:
    """Return how a kind is asked for: of a state the newest comes in the end."""
    return 0 if kind.is_state else kind.topic.qos
