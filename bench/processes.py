"""What the ten busiest processes cost to find, against psutil with the same attributes.

Both do it in turn in this thread, whose CPU clock is read around each: a neighbour that slows
the machine slows both. Their first calls, which fill the caches of both, are not counted.
"""

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from bench.process import wait
from bench.verdict import Outcome
from stats.process_table import ProcessTable
from stats.processes import top

_ATTRIBUTES = ["pid", "name", "username", "cpu_percent", "memory_percent", "create_time"]
_FIRST = 10
_PAUSE_SECONDS = 0.2
_AGREEING = 0.9
"""Share of the processes that both must list; some come and go between the two."""


def measure(directory: Path, *, quick: bool) -> list[Outcome]:  # noqa: ARG001 - all have it
    """List in turn; return the comparison, in CPU ms a list."""
    windows, turns = (3, 5) if quick else (8, 10)
    table = ProcessTable("")
    ours: list[float] = []
    peer: list[float] = []
    counts: list[tuple[int, int]] = []
    _own_list(table)
    _psutil_list()
    for _ in range(windows):
        spent = [0.0, 0.0]
        for _ in range(turns):
            wait(_PAUSE_SECONDS)
            first, own = _timed(lambda: _own_list(table))
            second, theirs = _timed(_psutil_list)
            spent = [spent[0] + first, spent[1] + second]
            counts.append((own, theirs))
        ours.append(1000 * spent[0] / turns)
        peer.append(1000 * spent[1] / turns)
    short = sum(own < theirs * _AGREEING for own, theirs in counts)
    return [
        Outcome(
            "processes-top",
            tuple(ours),
            tuple(peer),
            note=f"{counts[-1][0]} processes, psutil {psutil.__version__}",
            lost=f"{short} of {len(counts)} lists were short of processes" if short else "",
        )
    ]


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    """Return the CPU seconds that this thread spent on it, and its result."""
    begun = time.thread_time()
    result = work()
    return time.thread_time() - begun, result


def _own_list(table: ProcessTable) -> int:
    rows = table.read()
    top(rows, "cpu", _FIRST)
    return len(rows)


def _psutil_list() -> int:
    rows = [process.info for process in psutil.process_iter(_ATTRIBUTES)]
    sorted(rows, key=lambda row: row["cpu_percent"] or 0.0, reverse=True)[:_FIRST]
    return len(rows)
