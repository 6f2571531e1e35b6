"""Twenty thousand connections with wrong tokens: refused, and nothing of them is left.

Half of them say the token in their hello, from a thousand addresses, and half in the handshake,
from four. A device with the right token gets in meanwhile.
"""

import concurrent.futures
import time
from pathlib import Path

from bench.relay_hub import Options, relay_hub, rss_bytes, storm
from bench.verdict import Outcome

_WRONG = 20_000
_MANY, _FEW = 1000, 4
_LOOK_SECONDS = 0.1
_MEGABYTE = 1_000_000


def measure(directory: Path, *, quick: bool) -> list[Outcome]:  # noqa: ARG001 - always all of them
    """Knock, and look at the memory."""
    attack: Options = {
        "token": "wrong", "parallel": 50, "addresses": _MANY, "seconds": 120,
    }  # fmt: skip
    told, waits = [], []
    with relay_hub(directory) as hub, concurrent.futures.ThreadPoolExecutor(1) as pool:
        storm(hub.port, {**attack, "clients": 2000})  # what is kept for each address is there
        before = most = rss_bytes(hub.bridge)
        for way in (Options(), Options(headers=True, addresses=_FEW)):
            load = {**attack, **way, "clients": _WRONG // 2}
            loading = pool.submit(storm, hub.port, load, (hub.bridge,))
            while not loading.done():
                came = storm(hub.port, {"clients": 1, "seconds": 5})
                waits.append(came["p50_us"] / 1000 if came["ready"] else float("inf"))
                most = max(most, rss_bytes(hub.bridge))
                time.sleep(_LOOK_SECONDS)
            told.append(loading.result())
    inside = sum(run["ready"] for run in told)
    unanswered = sum(run["clients"] - run["ready"] - run["gone"] for run in told)
    reasons = ", ".join(
        f"{code}: {number}" for run in told for code, number in run["reasons"].items()
    )
    cost = 1000 * sum(run["cpu"] for run in told) / _WRONG
    lost = f"{inside} wrong tokens got in, {unanswered} were not answered"
    return [
        Outcome(
            "relay-refused",
            ((most - before) / _MEGABYTE,),
            note=f"{_WRONG} refused ({reasons}), {cost:.2f} CPU ms each; meanwhile the right "
            f"token got in within {max(waits):.0f} ms",
            lost=lost if inside or unanswered or float("inf") in waits else "",
        )
    ]
