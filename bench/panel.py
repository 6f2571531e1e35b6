"""The button panel: what it costs while nobody presses, what it hears, how soon it is told."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median, quantiles

from bench.meter import cpu_seconds
from bench.panel_session import SESSION, variant
from bench.process import need_broker, service, wait
from bench.verdict import Outcome
from mantel.panel_emulator import EmulatedPanel
from serial_bridge.framing import Framer
from serial_bridge.protocol import Press, parse
from shared.testing import Broker, Client

_SETTLE_SECONDS = 5.0
_SEED = 6


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Run `serial-bridge` with an emulated panel; spoil a session in this process."""
    need_broker()
    with (
        Broker(directory) as broker,
        EmulatedPanel("2.5", boot_seconds=0) as panel,
        service("serial-bridge", broker, directory, {"SERIAL_BRIDGE_PORTS": f"panel={panel.path}"})
        as process,
        Client(broker) as client,
    ):  # fmt: skip
        client.subscribe("mantel/panel/panel/state")
        while json.loads(client.receive().payload)["firmware"] is None:
            pass
        wait(_SETTLE_SECONDS)  # the announcement to Home Assistant is over then
        seconds = 10.0 if quick else 60.0
        before = cpu_seconds(process.pid)
        wait(seconds)
        idle = 100 * (cpu_seconds(process.pid) - before) / seconds
        client.subscribe("mantel/panel/panel/event")
        times = list(_presses(panel, client, 100 if quick else 500))
    return [
        Outcome("panel-idle", (idle,), note=f"over {seconds:g} s"),
        _session(10_000 if quick else 100_000),
        Outcome(
            "panel-press",
            (quantiles(times, n=100)[98],),
            note=f"p99 of {len(times)}, median {median(times):.2f}; without a browser",
        ),
    ]


def _presses(panel: EmulatedPanel, client: Client, count: int) -> Iterator[float]:
    """Press; yield the ms until each `play` came."""
    for number in range(count):
        button = 1 + number % 10
        started = time.monotonic()
        panel.press(button)
        while True:
            message = client.receive()
            if message.topic.endswith("/event"):
                event = json.loads(message.payload)
                if event["event"] == "play" and event["button"] == button:
                    break
        yield 1000 * (time.monotonic() - started)
        wait(0.03)  # below what the bridge takes for hands


def _session(variants: int) -> Outcome:
    """Feed so many variants of a session; the time is that of framing and reading alone."""
    dice = Random(_SEED)  # noqa: S311 - not for secrets
    wrong = presses = pieces_fed = 0
    spent = 0.0
    for _ in range(variants):
        pieces, intact = variant(dice)
        framer = Framer()
        started = time.thread_time()
        messages = [parse(line) for piece in pieces for line in framer.feed(piece)]
        spent += time.thread_time() - started
        wrong += [each.number for each in messages if isinstance(each, Press)] != intact
        presses += len(intact)
        pieces_fed += len(pieces)
    return Outcome(
        "panel-session",
        (1e6 * spent / (variants * len(SESSION)),),
        note=f"{variants} variants in {pieces_fed} pieces, {presses} intact presses",
        lost=f"{wrong} variants were heard wrongly" if wrong else "",
    )
