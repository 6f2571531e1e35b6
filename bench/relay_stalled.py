"""One device of the relay never reads, and is owed 37 MB: the others must not notice.

Ten devices, 7500 events of 5 kB each, 500 a second; in turn without and with one among them
that stops reading as soon as it has subscribed. It came first: whoever is served in the order of
coming meets it before all others.
"""

import concurrent.futures
import time
from pathlib import Path
from typing import Any

from bench.process import wait
from bench.relay_hub import EVENT, Options, RelayHub, fan, relay_hub, rss_bytes
from bench.verdict import Outcome
from shared import topics
from shared.testing import Client

_DEVICES = 10
_LOAD: Options = {
    "topic": f"mantel/{EVENT}", "topics": 16, "size": 5000, "rate": 500, "messages": 7500,
}  # fmt: skip
_LOOK_SECONDS = 0.1
_MEGABYTE = 1_000_000


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Take windows in turn, the first of each uncounted: memory grows until all was used once."""
    alone, beside, dropped = [], [], []
    with relay_hub(directory) as hub:
        fan(hub.port, hub.broker, hub.pids, {**_LOAD, "clients": _DEVICES, "messages": 1000})
        for _ in range(1 if quick else 4):
            alone.append(_window(hub, stalled=0))
            beside.append(_window(hub, stalled=1))
            dropped.append(_dropped(hub))
    missing, without = (sum(run["lost"] + run["gone"] for run in runs) for runs in (beside, alone))
    lost, partial = f"{missing} deliveries to others lost" if missing else "", ""
    if without:  # then it was not the stalled one
        lost, partial = "", f"too busy a machine: {without} lost with nobody stalled, too"
    owed = int(str(_LOAD["messages"])) * int(str(_LOAD["size"])) / _MEGABYTE
    growth = tuple(
        max(0.0, run["grown"] - other["grown"]) / _MEGABYTE
        for run, other in zip(beside, alone, strict=True)
    )
    return [
        Outcome(
            "relay-stalled-memory",
            tuple(run["grown"] / _MEGABYTE for run in beside),
            note=f"owed {owed:.1f} MB, {min(dropped)} of {_LOAD['messages']} events dropped; "
            f"{max(growth):.2f} MB more than with nobody stalled",
            lost=lost,
            partial=partial if min(dropped) > 0 else "the stalled device was not stalled",
        ),
        Outcome(
            "relay-stalled",
            tuple(run["p50_us"] / 1000 for run in beside),
            tuple(run["p50_us"] / 1000 for run in alone),
            note=f"{_DEVICES - 1} devices that read, p99 "
            f"{min(run['p99_us'] for run in beside) / 1000:.2f} ms at best, "
            f"with nobody stalled {min(run['p99_us'] for run in alone) / 1000:.2f}",
            lost=lost,
            partial=partial,
        ),
    ]


def _dropped(hub: RelayHub) -> int:
    """Return how many events the device that came first did not get, as the bridge tells."""
    with Client(hub.broker) as client:
        client.subscribe(topics.DEVICE_STATE.name("mantel", id="load-0"))
        while (state := topics.DEVICE_STATE.decode(bytes(client.receive().payload))).connected:
            pass
    return state.dropped


def _window(hub: RelayHub, *, stalled: int) -> dict[str, Any]:
    """Return what the load tells, and the most by which the bridge's memory grew meanwhile."""
    before = rss_bytes(hub.bridge)
    most = before
    load = {**_LOAD, "clients": _DEVICES - 1 + stalled, "stalled": stalled}
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        loading = pool.submit(fan, hub.port, hub.broker, hub.pids, load)
        while not loading.done():
            time.sleep(_LOOK_SECONDS)
            most = max(most, rss_bytes(hub.bridge))
        told = loading.result()
    wait(1)
    return told | {"grown": most - before}
