"""How soon readings flow again when the broker returns, and how soon a service's end is known."""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.process import NO_ENGINE, need_broker, packages, service, wait
from bench.verdict import Outcome
from shared.testing import Broker, Client


class _Stamp(msgspec.Struct):
    at: datetime


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Take the broker away and give it back; end each service politely and brutally."""
    need_broker()
    # the delay between two attempts has reached its limit of 2 s after four seconds
    outages, outage_seconds, ends = (1, 5.0, 1) if quick else (4, 10.0, 3)
    with Broker(directory) as broker:
        returns = list(_returns(broker, directory, outages, outage_seconds))
        term, kill = [], []
        for name in packages():
            for _ in range(ends):
                term.append(_end(broker, directory, name, signal.SIGTERM))
                kill.append(_end(broker, directory, name, signal.SIGKILL))
    services = ", ".join(packages())
    return [
        Outcome("broker-return", tuple(returns), note=f"away for {outage_seconds:g} s"),
        Outcome("sigterm-offline", tuple(term), note=services),
        Outcome("sigkill-will", tuple(kill), note=f"by the will; {services}"),
    ]


def _returns(
    broker: Broker, directory: Path, outages: int, outage_seconds: float
) -> Iterator[float]:
    """Yield the seconds from the broker's return to the first reading, outage by outage."""
    with service("stats", broker, directory, {"DOCKER_HOST": NO_ENGINE}):
        _await_reading(broker, datetime.now(UTC))
        for _ in range(outages):
            stopped_at = datetime.now(UTC)
            broker.stop()
            # not in step with the readings, nor with the attempts
            wait(outage_seconds + 0.37)
            broker.start()  # comes back when connections are accepted
            back = time.monotonic()
            yield _await_reading(broker, stopped_at) - back


def _await_reading(broker: Broker, after: datetime) -> float:
    """Return when the first reading came that was taken later than `after`.

    What the broker retained is older; a reading taken while it was away can only have come since.
    """
    with Client(broker) as client:
        client.subscribe("mantel/host/+/stats", qos=0)
        while True:
            message = client.receive()
            came = time.monotonic()
            if msgspec.json.decode(message.payload, type=_Stamp).at > after:
                return came


def _end(broker: Broker, directory: Path, name: str, by: signal.Signals) -> float:
    """Start a service, end it by a signal, return after how many seconds `offline` came."""
    topic = f"mantel/service/bench/{name}/availability"
    settings = {"MANTEL_NODE": "bench", "DOCKER_HOST": NO_ENGINE}
    with (
        Client(broker) as client,
        service(name, broker, directory, settings) as process,
    ):
        client.subscribe(topic)
        while client.receive().payload != b"online":
            pass
        wait(0.5)  # discovery and the first readings are out
        process.send_signal(by)
        sent = time.monotonic()
        while client.receive().payload != b"offline":
            pass
        return time.monotonic() - sent
