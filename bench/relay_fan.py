"""Messages to a hundred devices of the relay, beside Mosquitto's own WebSockets and a bridge in C.

In turn, in a shuffled order, the same messages to the same number of subscribers; the servers
run on the first core and the load on the last. CPU is that of all who serve: broker and bridge
of ours and of the bridge in C, the broker alone of the peer. All three have the same broker.
"""

import contextlib
import random
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.load_tools import program
from bench.process import pinned, running, wait
from bench.relay_hub import EVENT, Options, RelayHub, fan, relay_hub
from bench.verdict import Outcome
from shared.testing import free_port

_MANY = 100
_COUNTS = ("deliveries", "lost", "gone")


@dataclass(frozen=True)
class Scene:
    """What is published, to how many, and whether the bridge in C is measured too.

    A round may be made of slices in turn, where a difference is small beside what neighbours of
    this machine do.
    """

    options: Options
    clients: int = _MANY
    limit: bool = False
    slices: int = 1


_SCENES = {
    "small": Scene({"size": 300, "burst": 1, "messages": 400}, limit=True, slices=8),
    "large": Scene({"size": 5000, "burst": 1, "messages": 300}),
    "burst": Scene({"size": 300, "burst": 16, "topics": 16, "messages": 800}),
    "burst-large": Scene({"size": 5000, "burst": 16, "topics": 16, "messages": 480}),
    "one": Scene({"size": 300, "window": 16, "messages": 4000}, clients=1),
    "one-slow": Scene({"size": 300, "rate": 200, "messages": 400}, clients=1),
    "latency": Scene({"size": 300, "rate": 50, "messages": 150}),
}


@dataclass
class Taken:
    """What was measured of one scene: a run of each a round."""

    ours: list[dict[str, Any]] = field(default_factory=list)
    peer: list[dict[str, Any]] = field(default_factory=list)
    limit: list[dict[str, Any]] = field(default_factory=list)


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Take rounds of all scenes."""
    taken = {name: Taken() for name in _SCENES}
    with contextlib.ExitStack() as stack:
        hub = stack.enter_context(relay_hub(directory))
        limit = stack.enter_context(_limit(hub, directory / "limit"))
        for _ in range(3 if quick else 7):
            for name, scene in _SCENES.items():
                _round(hub, limit, scene, taken[name])
        version = f"Mosquitto {hub.broker.version}, "
    return [
        _cpu("relay-small", taken["small"], version),
        _cpu("relay-large", taken["large"]),
        _cpu("relay-burst", taken["burst"]),
        _cpu("relay-burst-large", taken["burst-large"]),
        _cpu("relay-limit", Taken(taken["small"].ours, taken["small"].limit)),
        _cpu("relay-one", taken["one"]),
        _cpu("relay-one-slow", taken["one-slow"]),
        _latency(taken["latency"]),
    ]


@contextlib.contextmanager
def _limit(hub: RelayHub, directory: Path) -> Any:  # noqa: ANN401
    port = free_port()
    command = [program("bridge"), "--port", str(port), "--broker", str(hub.broker.port)]
    command += ["--filter", "carry/device/+/event"]  # not what the relay is asked for
    with running(command, directory) as process, pinned([process.pid]):
        wait(0.2)
        yield port, process.pid


def _round(hub: RelayHub, limit: tuple[int, int], scene: Scene, taken: Taken) -> None:
    broker = hub.broker
    many: Options = {"clients": scene.clients, **scene.options}

    def ours() -> dict[str, Any]:
        return fan(hub.port, broker, hub.pids, {"topic": f"mantel/{EVENT}", **many})

    def peer() -> dict[str, Any]:
        there = {"speak": "mqtt-ws", "filter": "mantel/device/+/event", "topic": f"mantel/{EVENT}"}
        return fan(broker.websockets_port, broker, (broker.pid,), {**there, **many})

    def in_c() -> dict[str, Any]:
        port, pid = limit
        return fan(port, broker, (broker.pid, pid), {"topic": f"carry/{EVENT}", **many})

    turns = [(ours, taken.ours), (peer, taken.peer)]
    turns += [(in_c, taken.limit)] if scene.limit else []
    slices: list[list[dict[str, Any]]] = [[] for _ in turns]
    for _ in range(scene.slices):
        for place in random.sample(range(len(turns)), len(turns)):
            slices[place].append(turns[place][0]())
            wait(0.05)  # those who left are forgotten before the next come
    for (_, runs), parts in zip(turns, slices, strict=True):
        runs.append(_joined(parts))


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return several runs as one."""
    summed = {name: sum(part[name] for part in parts) for name in ("cpu", *_COUNTS)}
    return {**parts[0], **summed, "busy": max(part["busy"] for part in parts)}


def _lost(runs: list[dict[str, Any]]) -> str:
    missing = sum(run["lost"] + run["gone"] for run in runs)
    return f"{missing} deliveries lost" if missing else ""


def _cpu(goal: str, taken: Taken, version: str = "") -> Outcome:
    """Return CPU seconds for 100 000 deliveries, ours and theirs."""
    return Outcome(
        goal,
        tuple(1e5 * run["cpu"] / max(1, run["deliveries"]) for run in taken.ours),
        tuple(1e5 * run["cpu"] / max(1, run["deliveries"]) for run in taken.peer),
        note=f"{version}load's core busy {max(run['busy'] for run in taken.ours):.2f}, "
        f"the peer's {max(run['busy'] for run in taken.peer):.2f}",
        lost=_lost(taken.ours),
    )


def _latency(taken: Taken) -> Outcome:
    return Outcome(
        "relay-latency",
        tuple(run["p50_us"] / 1000 for run in taken.ours),
        tuple(run["p50_us"] / 1000 for run in taken.peer),
        note=f"p99 {min(run['p99_us'] for run in taken.ours) / 1000:.2f} ms at best, "
        f"the peer's {min(run['p99_us'] for run in taken.peer) / 1000:.2f}, CPU s/100k "
        f"{median(1e5 * run['cpu'] / max(1, run['deliveries']) for run in taken.ours):.2f} and "
        f"{median(1e5 * run['cpu'] / max(1, run['deliveries']) for run in taken.peer):.2f}",
        lost=_lost(taken.ours),
    )
