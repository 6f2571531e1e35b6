"""What a host tells of itself: its newest reading, its containers, and the last hour."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from media.source.age import age
from media.source.facts import Block, Host, HostDisk, HostReading
from media.source.minutes import Minutes, Sum
from shared import topics
from shared.complaints import Complaints
from shared.mqtt import Mqtt
from shared.payloads import Container, Time
from shared.subscription import Received

_log = logging.getLogger("media")

_INTERVAL, _LIMIT = timedelta(minutes=1), timedelta(hours=1)


class _Disk(Struct):
    total_bytes: int
    used_bytes: int
    used_percent: float


class _Stats(Struct):
    """The part of a HostStats that is shown; of its sixty fields the others are skipped."""

    at: Time
    memory_total_bytes: int
    memory_used_bytes: int
    memory_percent: float
    uptime_seconds: float
    cpu_percent: float | None = None
    cpu_temperature_celsius: float | None = None
    load_1_minute: float | None = None
    swap_total_bytes: int = 0
    swap_used_bytes: int = 0
    network_rx_bytes_per_second: float | None = None
    network_tx_bytes_per_second: float | None = None
    disks: dict[str, _Disk] = {}

    def reading(self) -> HostReading:
        return HostReading(
            at=self.at,
            cpu_percent=self.cpu_percent,
            cpu_temperature_celsius=self.cpu_temperature_celsius,
            load_1_minute=self.load_1_minute,
            memory_total_bytes=self.memory_total_bytes,
            memory_used_bytes=self.memory_used_bytes,
            memory_percent=self.memory_percent,
            swap_total_bytes=self.swap_total_bytes,
            swap_used_bytes=self.swap_used_bytes,
            rx_bytes_per_second=self.network_rx_bytes_per_second,
            tx_bytes_per_second=self.network_tx_bytes_per_second,
            uptime_seconds=self.uptime_seconds,
            disks=tuple(
                HostDisk(
                    mount=mount,
                    total_bytes=disk.total_bytes,
                    used_bytes=disk.used_bytes,
                    used_percent=disk.used_percent,
                )
                for mount, disk in self.disks.items()
            ),
        )


_decoder = msgspec.json.Decoder(_Stats)


class HostMemory(Struct, kw_only=True):
    """What is kept of a host."""

    node: str = ""
    reading: HostReading | None = None
    minutes: dict[str, Sum] = {}


class HostListener:
    """Follows one host at a time."""

    def __init__(self, mqtt: Mqtt, changed: Callable[[], None]) -> None:
        self._mqtt = mqtt
        self._changed = changed
        self._complaints = Complaints(_log)
        self._subscribed: set[str] = set()
        self._minutes = Minutes()
        self._reading: HostReading | None = None
        self._containers: tuple[Container, ...] = ()
        self.node = ""

    def follow(self, node: str, kept: HostMemory | None = None) -> None:
        """Follow a host, "" for none; `kept` is what an earlier life knew."""
        if node == self.node:
            return
        self.node, self._containers = node, ()
        if kept is None or kept.node != node:
            kept = HostMemory()
        self._minutes, self._reading = Minutes(kept.minutes), kept.reading
        if node and node not in self._subscribed:
            self._subscribed.add(node)
            self._mqtt.subscribe(topics.HOST_STATS.unread(), self._hear_stats, node=node)
            self._mqtt.subscribe(topics.HOST_CONTAINERS, self._hear_containers, node=node)

    def memory(self) -> HostMemory:
        """Return what is to be kept."""
        return HostMemory(node=self.node, reading=self._reading, minutes=self._minutes.dump())

    def _hear_stats(self, received: Received[bytes]) -> None:
        if received.levels["node"] != self.node or not received.payload:
            return
        try:
            stats = _decoder.decode(received.payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._complaints.say(f"host {self.node}", f"reading ignored: {error}")
            return
        self._complaints.settle(f"host {self.node}")
        if self._reading is not None and self._reading.at == stats.at:
            return  # the retained one, told again on a new connection
        before, self._reading = self._reading, stats.reading()
        self._minutes.add(stats.at, self._reading)
        if before is None or _minute(before.at) != _minute(stats.at):
            self._changed()  # not each 2 s: a picture is not drawn for that

    def _hear_containers(self, received: Received[list[Container]]) -> None:
        containers = tuple(received.payload or ())
        if received.levels["node"] == self.node and containers != self._containers:
            self._containers = containers
            self._changed()

    def block(self, now: datetime) -> Block[Host] | None:
        """Return what is known, None when no host is followed."""
        if not self.node:
            return None
        its = age(self._reading.at if self._reading else None, now, _INTERVAL, _LIMIT)
        if self._reading is None or its.freshness == "empty":
            return Block(value=None, age=its)
        host = Host(
            node=self.node,
            reading=self._reading,
            minutes=self._minutes.last(now),
            containers=self._containers,
        )
        return Block(value=host, age=its)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
