"""Five hundred clients of the clock: how far their ticks are off, and how long a reply takes.

A tick is late by how long after the whole second it came at a client. Meanwhile twenty of
them say something each 50 ms, at moments that have nothing to do with the tick. Services and
broker run on the first core and the clients on the last.
"""

import asyncio
import contextlib
import time
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles

from bench.meter import cpu_seconds
from bench.process import need_broker, pinned, service, wait
from bench.verdict import Outcome
from bench.web_socket import Client
from shared.testing import Broker, free_port

_CLIENTS = 500
_TALKERS = 20
_WINDOW_SECONDS = 300.0  # as long as the contract asks for no drift
_QUICK_SECONDS = 10.0
_PAUSE_SECONDS = 0.05
_LOCAL, _REMOTE = (b"PING", b"TIME", b"TZ"), (b"ALARM ADD 06:30 work", b"ALARM DEL work")

_TICK = b"\x81\x1920"  # 25 characters that begin with the year


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Fill the port of one bridge, and listen."""
    need_broker()
    port = free_port()
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(Broker(directory))
        alarms = stack.enter_context(service("alarms", broker, directory, {}))
        settings = {"WS_BRIDGE_CLOCK_PORT": str(port)}
        bridge = stack.enter_context(service("ws-bridge", broker, directory, settings))
        stack.enter_context(pinned([broker.pid, alarms.pid, bridge.pid]))
        wait(3)
        return asyncio.run(_listen(port, bridge.pid, _QUICK_SECONDS if quick else _WINDOW_SECONDS))


class Watcher(Client):
    """A client; `ticks` holds when each came and what it said, `replies` the seconds of each.

    A tick is only noted: five hundred come at once, and a reply would wait for their reading.
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0.0
        self.ticks: list[tuple[float, bytes]] = []
        self.replies: list[float] = []
        self.refused = 0
        self.answered = asyncio.Event()

    def upgraded(self) -> None:
        """Open a session."""
        self.say(b"")

    def say(self, text: bytes) -> None:
        """Say something short."""
        self._asked = time.perf_counter()
        self.answered.clear()
        self.transport.write(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)

    def data_received(self, data: bytes) -> None:
        """Note a tick that comes alone; the rest as usual."""
        if data[:4] == _TICK and len(data) == 2 + data[1] and not self._buffer:
            self.ticks.append((time.time(), data[2:]))
            return
        super().data_received(data)

    def hear(self, frame: bytes, now: float) -> None:  # noqa: ARG002 - ticks are of the wall clock
        """Note ticks and replies."""
        text = frame[2:]
        if text[:1].isdigit():
            self.ticks.append((time.time(), text))
        elif text.startswith((b"OK:", b"ERR:", b"SESSION:")):
            self.refused += text.startswith(b"ERR:")
            self.replies.append(time.perf_counter() - self._asked)
            self.answered.set()

    def seconds(self) -> list[tuple[float, float]]:
        """Return each second that it was told, and how late."""
        told = [(datetime.fromisoformat(text.decode()).timestamp(), at) for at, text in self.ticks]
        return [(second, at - second) for second, at in told]


async def _listen(port: int, pid: int, window: float) -> list[Outcome]:
    loop = asyncio.get_running_loop()
    watchers = []
    for _ in range(_CLIENTS // 50):
        joined = [loop.create_connection(Watcher, "127.0.0.1", port) for _ in range(50)]
        watchers += [watcher for _, watcher in await asyncio.gather(*joined)]
    async with asyncio.timeout(30):
        for watcher in watchers:
            await watcher.answered.wait()
    await asyncio.sleep(1.5)  # for their first tick
    for watcher in watchers:
        watcher.ticks.clear()
        watcher.replies.clear()
    spent, busy = cpu_seconds(pid), time.process_time()
    talkers = watchers[:: _CLIENTS // _TALKERS]
    half = len(talkers) - 2  # two of them change something, which takes a commit each
    async with asyncio.TaskGroup() as tasks:
        for number, talker in enumerate(talkers):
            words = _LOCAL if number < half else _REMOTE
            tasks.create_task(_talk(talker, words, number, window))
    spent = cpu_seconds(pid) - spent
    busy = (time.process_time() - busy) / window
    seconds = [watcher.seconds() for watcher in watchers]
    missing = sum(int(each[-1][0] - each[0][0]) + 1 - len(each) for each in seconds)
    lost = f"{missing} ticks did not come" if missing else ""
    late = [late for each in seconds for _, late in each]
    local = [each for talker in talkers[:half] for each in talker.replies]
    remote = [each for talker in talkers[half:] for each in talker.replies]
    refused = sum(talker.refused for talker in talkers)
    note = (
        f"{_CLIENTS} clients for {window:.0f} s, their core busy {busy:.2f}, half of the ticks "
        f"within {1000 * median(late):.1f} ms, bridge {1000 * spent / window:.0f} CPU ms a second"
    )
    for watcher in watchers:
        watcher.transport.abort()
    return [
        Outcome("clock-jitter", (1000 * _most(late),), lost=lost, note=note),
        Outcome(
            "clock-reply",
            (1000 * _most(local),),
            note=f"{len(local)} replies, half within {1000 * median(local):.2f} ms",
        ),
        Outcome(
            "clock-commit",
            (1000 * _most(remote),),
            note=f"{len(remote)} replies, {refused} refused, half within "
            f"{1000 * median(remote):.1f} ms",
        ),
    ]


async def _talk(talker: Watcher, words: tuple[bytes, ...], number: int, window: float) -> None:
    end = time.monotonic() + window
    await asyncio.sleep(_PAUSE_SECONDS * number / _TALKERS)
    count = 0
    while time.monotonic() < end:
        talker.say(words[count % len(words)])
        count += 1
        async with asyncio.timeout(5):
            await talker.answered.wait()
        await asyncio.sleep(_PAUSE_SECONDS + 0.0007 * (count % 13))


def _most(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1]
