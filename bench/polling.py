"""Displays that ask by HTTP: one that has its picture, and five hundred at moments of their own.

All is as with devices: the real service with its broker and its database, and for each question
a connection of its own, which is in the time. With the many, `media` and the broker run on the
first core and the displays on the last. What may be shown is made before: who asks while a
picture is made waits for that, a tenth of a second and more.
"""

import asyncio
import json
import random
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from bench import scenes
from bench.meter import cpu_seconds
from bench.process import Process, need_broker, pinned, service, wait
from bench.verdict import Outcome
from shared.testing import TIMEOUT_SECONDS, Broker, free_port

_DISPLAYS = 500
_SIZES = ((800, 480), (1200, 1600), (400, 300))
_MEAN_SECONDS = 4.0
"""How often each asks. By the minute, as displays do, 500 are 8 a second: that measures nothing."""
_PRESSES = 0.01  # of all questions; the next photo follows
_PHOTOS = 3
_STATE, _IMAGE = "/api/display/state", "/api/display/image"


class Answer(NamedTuple):
    """An answer: its status, its ETag, and the ms from the connection's first packet to its end."""

    status: int
    tag: str
    body: bytes
    ms: float


class Device:
    """A display that has joined."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.token = ""
        self.tag = ""

    async def ask(self, method: str, path: str, body: object = None, tag: str = "") -> Answer:
        """Ask by a new connection, as devices do."""
        sent = json.dumps(body).encode() if body is not None else b""
        head = [
            f"{method} {path} HTTP/1.1", "Host: hub", "Connection: close",
            f"Content-Length: {len(sent)}", "Content-Type: application/json",
            "Battery-Voltage: 3.95", "RSSI: -60", "Update-Source: timer",
        ]  # fmt: skip
        if self.token:
            head.append(f"Authorization: Token {self.token}")
        if tag:
            head.append(f"If-None-Match: {tag}")
        began = time.perf_counter()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            try:
                writer.write("\r\n".join([*head, "", ""]).encode() + sent)
                answer = await reader.read()
                while not reader.at_eof():
                    answer += await reader.read()
            finally:
                writer.close()
        ms = 1000 * (time.perf_counter() - began)
        told, _, content = answer.partition(b"\r\n\r\n")
        lines = told.decode("latin-1").split("\r\n")
        named = dict(line.lower().split(": ", 1) for line in lines[1:])
        length = int(named.get("content-length", len(content)))
        if len(content) != length and lines[0].split()[1] != "304":
            raise RuntimeError(f"{path}: {len(content)} of {length} bytes came")
        return Answer(int(lines[0].split()[1]), named.get("etag", ""), content, ms)

    async def join(self, number: int) -> None:
        """Join with a size of the usual ones."""
        width, height = _SIZES[number % len(_SIZES)]
        wanted = {
            "hardware_id": f"bench-{number}",
            "horizontal_pixels": width,
            "vertical_pixels": height,
        }
        answer = await self.ask("POST", "/api/display/bootstrap", wanted)
        if answer.status != 200:
            raise RuntimeError(f"a display cannot join: {answer}")
        self.token = json.loads(answer.body)["token_key"]


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Let displays join, and ask."""
    need_broker()
    port = free_port()
    photos = directory / "photos"
    photos.mkdir()
    for number, scene in enumerate((scenes.landscape(), scenes.portrait(), scenes.still_life())):
        scene.save(photos / f"{number}.png")
    settings = {
        "MEDIA_HTTP_HOST": "127.0.0.1",
        "MEDIA_HTTP_PORT": str(port),
        "MEDIA_PHOTOS": str(photos),
        "MEDIA_STATE": str(directory / "media.sqlite"),
        "TZ": "UTC",
    }
    with (
        Broker(directory) as broker,
        service("media", broker, directory, settings) as media,
    ):
        wait(2)
        outcomes = asyncio.run(_alone(port, media, quick=quick))
        with pinned([broker.pid, media.pid]):
            crowd = asyncio.run(_together(port, media, 10 if quick else 60))
        return [*outcomes, crowd]


async def _alone(port: int, media: Process, *, quick: bool) -> list[Outcome]:
    one = Device(port)
    await one.join(0)
    windows, count = (3, 100) if quick else (7, 300)
    making = await _making(one, media)
    alone = {
        goal: [await _unchanged(one, path, media, count) for _ in range(windows)]
        for goal, path in (("unchanged-state", _STATE), ("unchanged-image", _IMAGE))
    }
    outcomes = [
        Outcome(goal, tuple(each[0] for each in found), note=_middle(found))
        for goal, found in alone.items()
    ]
    cpu = tuple(each[2] for each in alone["unchanged-image"])
    return [*outcomes, Outcome("unchanged-cpu", cpu, (making,) * windows)]


async def _together(port: int, media: Process, seconds: float) -> Outcome:
    devices = [Device(port) for _ in range(_DISPLAYS)]
    for number, device in enumerate(devices):
        await device.join(number + 1)
    for device in devices[: len(_SIZES)]:
        for _ in range(_PHOTOS):
            await _press(device)
            await device.ask("GET", _IMAGE)
    return await _crowd(devices, media, seconds)


async def _press(device: Device) -> Answer:
    return await device.ask("POST", "/api/display/button", {"button_pressed": "A"})


async def _making(one: Device, media: Process) -> float:
    """Return the CPU ms of an answer whose picture is made for it."""
    before = cpu_seconds(media.pid)
    answer = await one.ask("GET", _IMAGE)
    if answer.status != 200:
        raise RuntimeError(f"no picture: {answer.status}")
    one.tag = answer.tag
    return 1000 * (cpu_seconds(media.pid) - before)


async def _unchanged(
    one: Device, path: str, media: Process, count: int
) -> tuple[float, float, float]:
    """Return the ms that 19 of 20 and half of all undercut, and the CPU ms of each."""
    before, times = cpu_seconds(media.pid), []
    for _ in range(count):
        answer = await one.ask("GET", path, tag=one.tag)
        if answer.status != 304:
            raise RuntimeError(f"{path} is said to be another: {answer.status}")
        times.append(answer.ms)
    cpu = 1000 * (cpu_seconds(media.pid) - before) / count
    return quantiles(times, n=20)[18], median(times), cpu


def _middle(found: list[tuple[float, float, float]]) -> str:
    return f"half within {median(each[1] for each in found):.2f} ms"


async def _crowd(devices: list[Device], media: Process, seconds: float) -> Outcome:
    """Let all ask for a while: the state, the picture when it is another, a button now and then."""
    times: list[float] = []
    wrong: list[str] = []
    for device in devices:  # each has its picture before it is measured
        device.tag = (await device.ask("GET", _IMAGE)).tag
    until, before = time.monotonic() + seconds, cpu_seconds(media.pid)

    async def poll(device: Device, number: int) -> None:
        dice = random.Random(number)  # noqa: S311
        await asyncio.sleep(dice.uniform(0, _MEAN_SECONDS))
        while time.monotonic() < until:
            try:
                if dice.random() < _PRESSES:
                    times.append((await _press(device)).ms)
                answer = await device.ask("GET", _STATE, tag=device.tag)
                times.append(answer.ms)
                if answer.status == 200:
                    answer = await device.ask("GET", _IMAGE)
                    times.append(answer.ms)
                    device.tag = answer.tag
            except (OSError, TimeoutError) as error:
                wrong.append(f"{type(error).__name__} {error}")
            else:
                if answer.status not in {200, 304}:
                    wrong.append(f"status {answer.status}")
            await asyncio.sleep(dice.expovariate(1 / _MEAN_SECONDS))

    await asyncio.gather(*(poll(device, number) for number, device in enumerate(devices)))
    cpu = 1000 * (cpu_seconds(media.pid) - before) / len(times)
    lost = f"{len(wrong)} without an answer, such as {wrong[0]}" if wrong else ""
    return Outcome(
        "polling",
        (quantiles(times, n=100)[98],),
        lost=lost,
        note=f"{len(times)} answers, {len(times) / seconds:.0f} a second; half within "
        f"{median(times):.1f} ms, the slowest {max(times):.0f} ms; {cpu:.2f} ms of CPU each",
    )
