"""A press on the serial line, and the moment at which a hundred browsers have it."""

import asyncio
import time
import urllib.request
from pathlib import Path
from statistics import median, quantiles

from bench.process import need_broker, service, wait
from bench.verdict import Outcome
from bench.web_socket import HELLO, Client
from mantel.panel_emulator import EmulatedPanel
from shared.testing import TIMEOUT_SECONDS, Broker, free_port

_BROWSERS = 100
_PAUSE_SECONDS = 0.05  # far below what the bridge takes for hands


class Browser(Client):
    """A client that notes when each play came."""

    hello = HELLO.replace(b"GET / ", b"GET /ws ")

    def __init__(self, heard: "asyncio.Queue[tuple[bytes, float]]") -> None:
        super().__init__()
        self._heard = heard
        self.ready = asyncio.get_running_loop().create_future()

    def upgraded(self) -> None:
        """Tell that presses are heard from now on."""
        self.ready.set_result(None)

    def hear(self, frame: bytes, now: float) -> None:
        """Note each play; the stop before it is there then as well."""
        if b"play" in frame:
            self._heard.put_nowait((frame[2:], now))


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Run both bridges with an emulated panel, and the browsers in this process."""
    need_broker()
    port = free_port()
    with (
        Broker(directory) as broker,
        EmulatedPanel("2.5", boot_seconds=0) as panel,
        service("serial-bridge", broker, directory, {"SERIAL_BRIDGE_PORTS": f"panel={panel.path}"}),
        service("ws-bridge", broker, directory, {"WS_BRIDGE_HTTP_PORT": str(port)}),
    ):
        wait(1.5)
        # It knows the panel when it answers for it
        status = f"http://127.0.0.1:{port}/status"
        until = time.monotonic() + TIMEOUT_SECONDS
        while b'"serial_connected":true' not in urllib.request.urlopen(status).read():
            assert time.monotonic() < until, "the panel was not found"
            wait(0.1)
        times, lost = asyncio.run(_press(panel, port, 100 if quick else 500))
    return [
        Outcome(
            "press-to-browsers",
            (quantiles(times, n=100)[98],),
            note=f"p99 of {len(times)} frames at {_BROWSERS} browsers, median {median(times):.2f}",
            lost=f"{lost} frames did not come, or were others" if lost else "",
        )
    ]


async def _press(panel: EmulatedPanel, port: int, count: int) -> tuple[list[float], int]:
    """Press so often; return the ms of each frame, and how many were wrong."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()
    browsers = [
        (await loop.create_connection(lambda: Browser(heard), "127.0.0.1", port))[1]
        for _ in range(_BROWSERS)
    ]
    await asyncio.gather(*(browser.ready for browser in browsers))
    times: list[float] = []
    lost = 0
    for number in range(count):
        button = 1 + number % 10
        started = time.monotonic()
        panel.press(button)
        for _ in range(_BROWSERS):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                message, at = await heard.get()
            lost += message != b'{"type": "play", "id": %d}' % button
            times.append(1000 * (at - started))
        await asyncio.sleep(_PAUSE_SECONDS)
    for browser in browsers:
        browser.transport.abort()
    return times, lost + heard.qsize()
