"""How soon devices get into the relay, one by one and a thousand at once, and what they weigh."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.meter import pss_bytes
from bench.process import wait
from bench.relay_hub import DEVICES, Options, RelayHub, relay_hub, storm, words
from bench.verdict import Outcome

_MEGABYTE = 1_000_000
_ONE_BY_ONE: Options = {"clients": 20, "parallel": 1}


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Come one by one, beside Mosquitto's WebSockets, then all at once."""
    ours, peer, crowds = [], [], []
    with relay_hub(directory) as hub:
        there: Options = {"speak": "mqtt-ws", "filter": "mantel/device/+/event"}
        for _ in range(2 if quick else 5):
            ours.append(storm(hub.port, _ONE_BY_ONE))
            wait(0.5)  # what is told of those who left wakes the broker, its WebSockets too
            peer.append(storm(hub.broker.websockets_port, {**there, **_ONE_BY_ONE}))
        for _ in range(2 if quick else 4):
            crowds.append(_crowd(hub))
            wait(0.5)
        theirs = storm(hub.broker.websockets_port, {"clients": DEVICES, **there})
    missing = sum(DEVICES - crowd["ready"] for crowd in crowds)
    lost = f"{missing} devices did not get in" if missing else ""
    busy = max(crowd["busy"] for crowd in crowds)
    return [
        Outcome(
            "relay-connect",
            tuple(run["p50_us"] / 1000 for run in ours),
            tuple(run["p50_us"] / 1000 for run in peer),
            note="to the end of the retained values, by the peer to its SUBACK",
            lost="" if all(run["ready"] == run["clients"] for run in ours) else "not all got in",
        ),
        Outcome(
            "relay-crowd",
            tuple(crowd["last_ready_seconds"] for crowd in crowds),
            note=f"{DEVICES} devices, their core busy {busy:.2f}; "
            f"by the peer {theirs['last_ready_seconds']:.2f} s",
            lost=lost,
        ),
        Outcome(
            "relay-memory",
            tuple(crowd["pss"] / _MEGABYTE for crowd in crowds),
            note=f"{DEVICES} devices, each with a subscription",
            lost=lost,
        ),
    ]


def _crowd(hub: RelayHub) -> dict[str, Any]:
    """Return what the load tells of a thousand devices, and the bridge's PSS with them."""
    line = words("storm", hub.port, (), {"clients": DEVICES, "hold": True})
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as load:
        assert load.stdin is not None
        assert load.stdout is not None
        told: dict[str, Any] = json.loads(load.stdout.readline() or "{}")
        wait(0.5)
        told["pss"] = pss_bytes(hub.bridge)
        load.stdin.close()
        load.wait(30)
    return told
