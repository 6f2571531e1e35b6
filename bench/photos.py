"""Ten thousand photos: what the first look at them takes, what the next, and each choice.

The real service reads the folder, with its broker and its database. What a choice takes is
measured with the library that it has left, in this process: the CPU time, since the rest is that
of the disk. The peer reads each file's header at each look, as programs do that keep nothing.
"""

import asyncio
import io
import json
import os
import random
import time
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles

from bench import scenes
from bench.process import Process, need_broker, service, wait
from bench.verdict import Outcome
from media.bitmap.header import picture_size
from media.database import Database
from media.photo.folder import digest
from media.photo.library import Library
from media.photo.rotation import Rotation
from media.photo.store import PhotoStore
from media.photo.variant_store import VariantStore
from media.photo.variants import Variants
from shared.testing import Broker, Client

_PHOTOS = 10_000
_A_FOLDER = 100
_MOST_SECONDS = 300
_SIZE = (640, 480)


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Have the folder read, and choose from it."""
    need_broker()
    folder = directory / "photos"
    _fill(folder)
    settings = {"MEDIA_PHOTOS": str(folder), "MEDIA_STATE": str(directory / "media.sqlite")}
    began = time.monotonic()
    with (
        Broker(directory) as broker,
        service("media", broker, directory, settings) as media,
        Client(broker) as client,
    ):
        _wait_for(directory / "media/output.log", f"photos: {_PHOTOS} came")
        first = time.monotonic() - began
        client.subscribe("mantel/photo/response/scan")
        peak = _status(media, "VmHWM") / 1e6
        looks = [_look(client, media) for _ in range(3 if quick else 7)]
    peer = tuple(_naively(folder) for _ in looks)
    outcomes = [
        Outcome("photos-first-scan", (peak,), note=f"{_PHOTOS} photos in {first:.1f} s"),
        Outcome("photos-rescan", tuple(each[0] for each in looks), peer),
        Outcome("photos-reread", tuple(each[1] for each in looks), note="beside its messages"),
    ]
    return [*outcomes, *asyncio.run(_choices(directory, folder, 200 if quick else 1000))]


def _fill(folder: Path) -> None:
    """Write photos, each another; what is behind the end of a JPEG is no part of the picture."""
    file = io.BytesIO()
    scenes.landscape().resize(_SIZE).save(file, "JPEG", quality=60)
    for number in range(_PHOTOS):
        path = folder / f"{number // _A_FOLDER:03}" / f"{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getvalue() + number.to_bytes(4))


def _wait_for(log: Path, text: str) -> None:
    for _ in range(_MOST_SECONDS * 10):
        if log.exists() and text in log.read_text():
            return
        wait(0.1)
    raise RuntimeError(f"media never said: {text}")


def _status(media: Process, field: str) -> int:
    """Return bytes of /proc/PID/status."""
    for line in Path(f"/proc/{media.pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"there is no {field}")


def _read_bytes(media: Process) -> int:
    """Return how much the process has read, by whatever call."""
    return int(Path(f"/proc/{media.pid}/io").read_text().split()[1])


def _look(client: Client, media: Process) -> tuple[float, float]:
    """Have all files looked at once more; return ms, and bytes that were read a photo."""
    before, began = _read_bytes(media), time.perf_counter()
    client.publish("mantel/photo/request/scan", json.dumps({"transaction": "look"}))
    answer = json.loads(client.receive().payload)
    ms = 1000 * (time.perf_counter() - began)
    if answer["data"] != {"came": 0, "went": 0, "count": _PHOTOS}:
        raise RuntimeError(f"another answer was expected: {answer}")
    return ms, (_read_bytes(media) - before) / _PHOTOS


def _naively(folder: Path) -> float:
    """Return the ms of reading all headers."""
    began = time.perf_counter()
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            digest(path, path.stat().st_size)
            picture_size(path)
    return 1000 * (time.perf_counter() - began)


async def _choices(directory: Path, folder: Path, count: int) -> list[Outcome]:
    """Choose a photo for slot after slot, and draw variants."""
    async with Database(directory / "media.sqlite") as database:
        store, kept = PhotoStore(database), VariantStore(database)
        library = Library(folder, store)
        await library.load()
        rotation = Rotation(library, store, lambda: datetime.now().astimezone())
        variants = Variants(library, kept, directory, chance=random.Random(1).random)  # noqa: S311
        await rotation.photo("bench", "first", upright=False)
        await variants.draw()
        rows: list[tuple[float, float, float]] = []
        for number in range(count):
            wall, began = time.perf_counter(), time.process_time()
            await rotation.photo("bench", f"slot {number}", upright=False)
            chosen, waited = time.process_time(), time.perf_counter()
            await variants.draw()
            rows.append((chosen - began, time.process_time() - chosen, waited - wall))
    slots, draws, waits = ([1000 * each for each in column] for column in zip(*rows, strict=True))
    return [
        Outcome(
            "photos-selection",
            (quantiles(slots, n=20)[18],),
            note=f"half in {median(slots):.2f} ms; on the disk in {median(waits):.1f} ms",
        ),
        Outcome(
            "photos-variant",
            (quantiles(draws, n=20)[18],),
            note=f"half in {median(draws):.2f} ms",
        ),
    ]
