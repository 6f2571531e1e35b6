"""An alarm's sound at fifty clients of port 8766, beside a send and a sleep for each client.

One after the other, the servers on the first core and the clients on the last. `bridge` is the
service with the whole way from the broker in it; `port` is the same without a broker, which the
peer does not have either.
"""

import asyncio
import contextlib
import itertools
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from bench.meter import cpu_seconds
from bench.peer_sound import CHUNK_BYTES, INTERVAL_SECONDS
from bench.process import ROOT, Process, SkipError, need_broker, pinned, running, service, wait
from bench.verdict import Outcome
from bench.web_socket import Client
from shared.testing import Broker, free_port

_LISTENERS = 50
_WINDOW_SECONDS = 9.0  # a sound of 10 s: a drift needs time to show


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Take windows of ours and of the peer in turn."""
    need_broker()
    ports = {name: free_port() for name in ("bridge", "port", "peer")}
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(Broker(directory))
        settings = {"WS_BRIDGE_CONTENTS_PORT": str(ports["bridge"])}
        bridge = stack.enter_context(service("ws-bridge", broker, directory, settings))

        def program(name: str, *arguments: object, **environment: str) -> Process:
            command = [sys.executable, "-m", f"bench.{name}", *map(str, arguments)]
            environment["PYTHONPATH"] = str(ROOT)
            return stack.enter_context(running(command, directory / name, environment))

        feed = program("feed_sound", **broker.environment("media"))
        servers = {
            "bridge": bridge,
            "port": program("push_sound", ports["port"]),
            "peer": program("peer_sound", ports["peer"]),
        }
        pids = [server.pid for server in servers.values()]
        stack.enter_context(pinned([broker.pid, feed.pid, *pids]))
        for port in ports.values():
            _wait_for(port)
        wait(1.5)
        taken = [
            {name: _window(server, ports[name]) for name, server in servers.items()}
            for _ in range(1 if quick else 3)
        ]
    return [
        _outcome("listeners-cpu", taken, "port", lambda window: window.cpu_ms),
        _outcome("listeners-cpu-all", taken, "bridge", lambda window: window.cpu_ms),
        _outcome("listeners-timeline", taken, "bridge", lambda window: window.late_ms),
    ]


def _wait_for(port: int) -> None:
    """Wait until a server listens: on a busy machine that takes seconds."""
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        wait(0.1)
    raise SkipError(f"nobody listens on port {port}")


def _outcome(
    goal: str, taken: list[dict[str, "Window"]], ours: str, number: Callable[["Window"], float]
) -> Outcome:
    mine = [window[ours] for window in taken]
    lost = sum(window.lost for window in mine)
    return Outcome(
        goal,
        tuple(map(number, mine)),
        tuple(number(window["peer"]) for window in taken),
        note=f"{_LISTENERS} clients, their core busy {max(each.busy for each in mine):.2f}, "
        f"half of the chunks within {median(each.half_ms for each in mine):.2f} ms",
        lost=f"{lost} chunks were not delivered" if lost else "",
    )


class Window:
    """What fifty clients of a server heard in one window, and what that cost it."""

    def __init__(self, ears: list["Ear"], cpu: float, busy: float) -> None:
        heard = sum(len(ear.heard) for ear in ears)
        self.cpu_ms = 1000 * cpu / heard if heard else float("inf")
        self.busy = busy
        self.lost = sum(ear.missing for ear in ears) if heard else 1
        deviations = sorted(off for ear in ears for off in ear.deviations())
        self.half_ms = 1000 * median(deviations)
        self.late_ms = 1000 * quantiles(deviations, n=100)[-1]


class Ear(Client):
    """A client; `heard` holds the number of each chunk and when it came."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[int, float]] = []

    def hear(self, frame: bytes, now: float) -> None:
        """Note each chunk; whatever else comes is none of ours."""
        if len(frame) == CHUNK_BYTES + 4:
            self.heard.append((int.from_bytes(frame[4:8]), now))

    @property
    def missing(self) -> int:
        """How many chunks between the first and the last did not come."""
        return sum(b - a - 1 for (a, _), (b, _) in itertools.pairwise(self.heard))

    def deviations(self) -> list[float]:
        """Return how far off the timeline each chunk came, in seconds.

        The timeline is the ideal interval from the first chunk on; where it begins is this
        client's median, so that what all its chunks have in common is no deviation.
        """
        off = [at - number * INTERVAL_SECONDS for number, at in self.heard]
        middle = median(off)
        return [abs(each - middle) for each in off]


def _window(server: Process, port: int) -> Window:
    return asyncio.run(_listen(server.pid, port))


async def _listen(pid: int, port: int) -> Window:
    loop = asyncio.get_running_loop()
    joined = await asyncio.gather(
        *(loop.create_connection(Ear, "127.0.0.1", port) for _ in range(_LISTENERS))
    )
    ears = [ear for _, ear in joined]
    await asyncio.sleep(0.5)
    for ear in ears:
        ear.heard.clear()
    spent, busy = cpu_seconds(pid), time.process_time()
    await asyncio.sleep(_WINDOW_SECONDS)
    spent = cpu_seconds(pid) - spent
    busy = (time.process_time() - busy) / _WINDOW_SECONDS
    window = Window(ears, spent, busy)
    for ear in ears:
        ear.transport.abort()
    return window
