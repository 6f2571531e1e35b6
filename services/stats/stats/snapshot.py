"""What the HTTP API tells of the host at one moment, in the units of its answers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Cores = list[tuple[float, float]]
"""Busy and total CPU seconds of each core since boot."""


class Room(NamedTuple):
    """The size of a file system, in bytes; what only root may use is neither used nor free."""

    total: int
    used: int
    free: int


class Device(NamedTuple):
    """A mounted file system; without `room` it cannot be read."""

    device: str
    mountpoint: str
    filesystem: str
    room: Room | None


@dataclass(frozen=True)
class Snapshot:
    """Unix seconds, seconds, megahertz, degrees Celsius, bytes, percent; None where unknown."""

    at: float
    uptime: float
    cores: Cores
    frequency: float | None
    temperature: float | None
    load: tuple[float, float, float]
    memory: tuple[int, int, int, float]
    """Total, available, used, percent."""
    swap: tuple[int, int, int, float]
    """Total, used, free, percent."""
    disk: Room | None
    """Of `/`."""
    disk_io: Mapping[str, int]
    network: Mapping[str, object]
    gpu: Mapping[str, object]
    power: Mapping[str, object]
    clocks: Mapping[str, object]
    hardware: Mapping[str, object]
