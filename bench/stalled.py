"""One client that never reads must not delay the others.

The latency of a hundred healthy clients, with and without a stalled one beside them, in turn.
What nine of ten deliveries exceed is compared: a bridge that waits makes all of them late, while a
busy neighbour on the same cores makes many late in one window and few in the next.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from statistics import quantiles

from bench.displays import Crowd, left_bytes, stalled
from bench.process import ROOT, pinned, running, wait
from bench.push_frames import FRAME_BYTES, FRAMES_A_SECOND
from bench.verdict import Outcome
from shared.testing import free_port

_HEALTHY = 100
_FILL_SECONDS = 2.5  # the kernel takes 64 kB and more for the one that does not read
_WINDOW_SECONDS = 2.0

Window = tuple[Crowd, int, int]
"""Who listened, the first number and the one behind the last."""


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Run the listener in a process of its own; compare window by window."""
    port, log = free_port(), directory / "push" / "output.log"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.push_frames", str(port)]
    with running(command, log.parent, environment) as pushing, pinned([pushing.pid]):
        wait(1)
        alone, beside, kept = asyncio.run(_windows(port, 1 if quick else 4))
    sent = {int(number): float(at) for number, at in map(str.split, _numbered(log))}
    missing = sum(
        crowd.without(number) for crowd, *numbers in alone + beside for number in range(*numbers)
    )
    offered = FRAMES_A_SECOND * FRAME_BYTES * (_FILL_SECONDS + _WINDOW_SECONDS)
    took = max(kept) / offered
    slow = max((late for window in beside for late in _late(sent, window)), default=float("inf"))
    return [
        Outcome(
            "stalled-client",
            tuple(_tenth_ms(sent, window) for window in beside),
            tuple(_tenth_ms(sent, window) for window in alone),
            note=f"{_HEALTHY} clients, {FRAMES_A_SECOND} frames/s, slowest {1000 * slow:.0f} ms; "
            f"the stalled one was sent {100 * took:.0f} % of its frames",
            lost=f"{missing} frames were not delivered" if missing else "",
            partial="the stalled client was not stalled" if took > 0.8 else "",
        )
    ]


def _numbered(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if line[:1].isdigit()]


def _late(sent: dict[int, float], window: Window) -> list[float]:
    """Return after how many seconds each client had each frame."""
    crowd, *numbers = window
    return [
        display.came[number] - sent[number]
        for number in range(*numbers)
        for display in crowd.displays
        if number in display.came
    ]


def _tenth_ms(sent: dict[int, float], window: Window) -> float:
    late = _late(sent, window)
    return 1000 * (quantiles(late, n=10)[0] if len(late) > 1 else float("inf"))


async def _windows(port: int, count: int) -> tuple[list[Window], list[Window], list[int]]:
    """Return the windows without and with a stalled client, and what each such client got.

    It comes before the healthy ones: a bridge serves its clients in the order of their coming.
    """
    alone, beside, kept = [], [], []
    for _ in range(count):
        alone.append(await _window(port))
        with contextlib.closing(await asyncio.to_thread(stalled, port)) as client:
            await asyncio.sleep(_FILL_SECONDS)
            beside.append(await _window(port))
            kept.append(await asyncio.to_thread(left_bytes, client))
    return alone, beside, kept


async def _window(port: int) -> Window:
    crowd = Crowd(port)
    await crowd.join(_HEALTHY)
    await asyncio.sleep(0.5)
    first = crowd.newest + 1
    await asyncio.sleep(_WINDOW_SECONDS)
    last = crowd.newest
    await asyncio.sleep(0.2)  # the last of them has come to everybody
    crowd.leave()
    return crowd, first, last
