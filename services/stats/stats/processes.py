"""A process as the kernel tells of it, and which of many come first. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST = 100
"""No list of processes is longer."""


@dataclass(slots=True)
class Process:
    """One process: percent of one core (so it may exceed 100), of the memory, and seconds."""

    pid: int
    name: str
    user: str | None
    """None where it cannot be told."""
    cpu_percent: float
    memory_percent: float
    running_time: float


class Counters(NamedTuple):
    """What /proc/[pid]/stat tells: time in ticks (`started` since boot), memory in pages."""

    name: str
    busy: int
    started: int
    resident: int


def counters(line: bytes) -> Counters | None:
    """Return what a line of /proc/[pid]/stat tells, None when it is not whole.

    The name stands in parentheses and may have blanks, parentheses and line ends of its own.
    """
    head, _, rest = line.rpartition(b")")
    fields = rest.split(None, 22)
    try:
        # From the state on: 11 and 12 are user and system time, 19 the start, 21 the memory
        return Counters(
            head[head.index(b"(") + 1 :].decode("utf-8", "replace"),
            int(fields[11]) + int(fields[12]),
            int(fields[19]),
            int(fields[21]),
        )
    except (ValueError, IndexError):
        return None


# The key to sort by and whether the greatest comes first; of equals the smaller pid does
_ORDERS: dict[str, tuple[Callable[[Process], Any], bool]] = {
    "cpu": (lambda process: process.cpu_percent, True),
    "memory": (lambda process: process.memory_percent, True),
    "time": (lambda process: process.running_time, True),
    "name": (lambda process: process.name.casefold(), False),
    "pid": (lambda process: process.pid, False),
}


def top(rows: Sequence[Process], sort: str, limit: int) -> list[Process]:
    """Return the first `limit` (0 to 100) by cpu, memory, name, pid or time; else by cpu."""
    key, descending = _ORDERS.get(sort.lower(), _ORDERS["cpu"])
    by_pid = sorted(rows, key=lambda process: process.pid)
    # A stable sort keeps the order of equals, in reverse too
    return sorted(by_pid, key=key, reverse=descending)[: max(0, min(limit, MOST))]
