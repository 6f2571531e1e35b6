"""What ten thousand stored sessions of the clock cost, beside a service that has none.

Each has a broker of its own. Nobody is connected while CPU and memory are measured; the commands
are those of five hundred held sessions, asked and answered over the broker.
"""

import asyncio
import contextlib
import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from alarms.session import Instant, Session, SessionAlarm, add
from alarms.session_store import SessionStore
from alarms.store import Store
from bench.meter import cpu_seconds, pss_bytes
from bench.process import Process, need_broker, service, wait
from bench.verdict import Outcome
from shared.testing import TIMEOUT_SECONDS, Broker, Client

_STORED = 10_000
_HELD = 500
_WINDOW_SECONDS = 5.0
_SETTLE_SECONDS = 7.0
_BATCH = 500
_SESSION_BYTES = 1500  # of one with four alarms


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Start both in turn, watch them idle side by side, then ask one of them much."""
    need_broker()
    with contextlib.ExitStack() as stack:
        homes = []
        for name, count in (("many", _STORED), ("none", 0)):
            place = directory / name
            place.mkdir()
            asyncio.run(_fill(place / "alarms.sqlite", count))
            homes.append(Home(stack.enter_context(Broker(place)), place))
        many, none = homes
        starts = [(many.start(), none.start()) for _ in range(2 if quick else 6)]
        with many.running() as ours, none.running() as peer:
            pids = ours.pid, peer.pid
            wait(_SETTLE_SECONDS)
            cpu = [_idle(*pids) for _ in range(2 if quick else 6)]
            memory = [pss_bytes(pid) / 1e6 for pid in pids]
            replies = [many.ask() for _ in range(1 if quick else 3)]
    note = f"{_STORED} sessions"
    every = [each for window, _ in replies for each in window]
    alone = [each for _, window in replies for each in window]
    return [
        Outcome("clock-stored-cpu", tuple(max(0.0, a - b) for a, b in cpu),
                note=f"{note}; {median(b for _, b in cpu):.2f} ms/s without them"),
        Outcome("clock-stored-start", tuple(a for a, _ in starts),
                note=f"{note}; {median(b for _, b in starts):.2f} s without them"),
        Outcome("clock-stored-memory", (memory[0],), (memory[1],), note=note),
        Outcome("clock-commands", tuple(_slow(window) for window, _ in replies),
                note=f"{_HELD} held, {note} stored; half within "
                f"{median(every):.2f} ms; a commit alone takes {median(alone):.2f} and "
                f"{_slow(alone):.2f} ms"),
    ]  # fmt: skip


async def _fill(path: Path, count: int) -> None:
    """Store sessions with three alarms each."""
    async with Store(path) as store:
        await store.read()
        sessions = SessionStore(store, path, _STORED)
        now = datetime.now(UTC)
        session = Session(timezone="Europe/Paris")
        for name in ("tea", "eggs", "bath"):
            alarm = SessionAlarm(name=name, time="06:30:00", days=("Mon", "Tue"))
            session = add(session, alarm, Instant(now, ZoneInfo("UTC")))
        for first in range(0, count, _BATCH):
            batch: dict[str, Session | None] = {
                _hash(number): session for number in range(first, first + _BATCH)
            }
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while await sessions.save(batch, now.toordinal()) is None:  # noqa: ASYNC110 - the disk was slow
                    await asyncio.sleep(0.1)


def _slow(taken: list[float]) -> float:
    """Return what 99 of 100 undercut."""
    return quantiles(taken, n=100)[-1]


def _hash(number: int) -> str:
    return f"{number:032x}"


def _idle(ours: int, peer: int) -> tuple[float, float]:
    """Return the CPU that both take while nobody is connected, in ms a second."""
    before = cpu_seconds(ours), cpu_seconds(peer)
    wait(_WINDOW_SECONDS)
    return (
        1000 * (cpu_seconds(ours) - before[0]) / _WINDOW_SECONDS,
        1000 * (cpu_seconds(peer) - before[1]) / _WINDOW_SECONDS,
    )


def _open(place: Path) -> sqlite3.Connection:
    """Return a database of its own on the same disk, as careful as that of the service."""
    database = sqlite3.connect(place / "alone.sqlite")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS one (id INTEGER PRIMARY KEY, value BLOB)")
    return database


class Home:
    """A broker with the service and its database."""

    def __init__(self, broker: Broker, place: Path) -> None:
        self._broker = broker
        self._place = place

    @contextlib.contextmanager
    def running(self) -> Iterator[Process]:
        """Run the service; it has answered a first request."""
        settings = {"MANTEL_NODE": "bench", "ALARMS_STATE": str(self._place / "alarms.sqlite")}
        with self._client() as client, service(
            "alarms", self._broker, self._place, settings
        ) as process:  # fmt: skip
            client.subscribe("mantel/service/bench/alarms/availability")
            while client.receive().payload != b"online":
                pass
            self._request(client, "open", 0, resume=True)
            self._request(client, "close", 0)
            yield process

    def start(self) -> float:
        """Return the seconds from the start of the process to its first answer."""
        began = time.monotonic()
        with self.running():
            return time.monotonic() - began

    def ask(self) -> tuple[list[float], list[float]]:
        """Hold sessions; return how long each of a thousand commands took, in ms.

        And how long commits of as much took, each between two of them: that is the disk's part.
        """
        with self._client() as client, contextlib.closing(_open(self._place)) as database:
            for number in range(_HELD):
                self._request(client, "open", number)
            taken: list[float] = []
            alone: list[float] = []
            for number in range(_HELD):
                for verb, fields in (
                    ("add", {"name": "soup", "time": "07:00:00"}),
                    ("delete", {"name": "soup"}),
                ):
                    began = time.perf_counter()
                    self._request(client, verb, number, **fields)
                    taken.append(1000 * (time.perf_counter() - began))
                began = time.perf_counter()
                with database:
                    database.execute("REPLACE INTO one VALUES (0, ?)", (bytes(_SESSION_BYTES),))
                alone.append(1000 * (time.perf_counter() - began))
            for number in range(_HELD):
                self._request(client, "close", number)
        return taken, alone

    @contextlib.contextmanager
    def _client(self) -> Iterator[Client]:
        with Client(self._broker) as client:
            # As the services do; else an acknowledgement of ours holds up our next request
            connected = client.paho.socket()
            assert isinstance(connected, socket.socket)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.subscribe("mantel/clock/response/+")
            yield client

    def _request(self, client: Client, verb: str, number: int, **fields: object) -> None:
        own = {"transaction": number, "session": _hash(number), "holder": "bench/ws-bridge"}
        client.publish(f"mantel/clock/request/{verb}", json.dumps(own | fields), qos=1)
        while True:
            message = client.receive(TIMEOUT_SECONDS)
            if message.topic.endswith(f"response/{verb}"):
                if json.loads(message.payload)["status"] != "ok":
                    raise OSError(f"{verb}: {message.payload.decode()}")
                return
