"""What a dashboard costs, beside a headless Chromium that draws an equal page.

Ours is measured as media has it drawn: by a child, through its pipes, with other numbers each
time. The browser is driven by its DevTools, without a library between, which favours it.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from bench.dashboards_page import as_html
from bench.meter import cpu_seconds, pss_bytes
from bench.process import SkipError, deployed
from bench.verdict import Outcome
from media.bitmap.screen import Screen
from media.dashboard.dashboards import job_for, plain_screen
from media.dashboard.page import BLOCKS, Page, page
from media.dashboard.sample import sample
from media.dashboard.studio import Studio
from media.dashboard.theme import Theme
from media.dashboard.theme_folder import built_in, read_folder
from media.dashboard.words import LANGUAGES
from media.source.facts import Snapshot
from tests.e2e.browser import Browser, program
from tests.e2e.browser import Page as Tab

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_SIZES = {"small": ("landscape", (800, 480)), "large": ("portrait", (1200, 1600))}
_LOOK_SECONDS = 0.005
_MANY, _FEW = 400, 50


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Draw both pages by both, in turn."""
    if program() is None:
        raise SkipError("chromium is not installed")
    rounds, colds = (5, 3) if quick else (15, 7)
    os.environ.update(deployed())  # as media starts its child
    # As yielding as our child: what else this machine does slows both alike
    peers = ThreadPoolExecutor(1, initializer=lambda: os.setpriority(os.PRIO_PROCESS, 0, 10))
    outcomes = []
    for name, (theme_name, size) in _SIZES.items():
        theme = read_folder(theme_name, built_in() / theme_name)
        screen = plain_screen(*size)
        (directory / name).mkdir(parents=True)
        ours = asyncio.run(_ours(theme, screen, rounds))
        peer = peers.submit(_browser, directory / name, size, rounds).result()
        outcomes += [
            Outcome(f"page-{name}", ours.clock, peer.clock),
            Outcome(f"page-{name}-cpu", ours.cores, peer.cores),
            Outcome(f"page-memory-{name}", (ours.memory,), (peer.memory,)),
        ]
        if name == "small":
            cold = [
                (
                    _cold(theme, screen),
                    peers.submit(_cold_browser, directory / name, size).result(),
                )
                for _ in range(colds)
            ]
            outcomes.append(
                Outcome("page-cold", tuple(a for a, _ in cold), tuple(b for _, b in cold))
            )
            grown = asyncio.run(_grown(theme, screen))
            outcomes.append(Outcome("page-growth", (grown,)))
    return outcomes


def _facts(number: int) -> Page:
    """Return what is known a moment later: other minutes, another weather, another calendar."""
    now = _NOON + timedelta(minutes=number)
    known: Snapshot = sample(now)
    assert known.alarm is not None
    alarm = replace(known.alarm, name=f"Weekdays {number}")
    return page(replace(known, alarm=alarm), LANGUAGES["en"], BLOCKS)


class _Taken(NamedTuple):
    """What the pages took: ms of the clock and of all cores each, and at most so many MB."""

    clock: tuple[float, ...]
    cores: tuple[float, ...]
    memory: float


async def _ours(theme: Theme, screen: Screen, rounds: int) -> _Taken:
    """Draw pages by a child that runs already."""
    clock, cores = [], []
    async with Studio() as studio:
        for _ in range(3):
            await studio.draw(job_for(theme, _facts(-1), screen, png=True))
        assert studio.pid is not None
        with _peak([studio.pid]) as peak:
            for number in range(rounds):
                job = job_for(theme, _facts(number), screen, png=True)
                started, used = time.perf_counter(), cpu_seconds(studio.pid)
                await studio.draw(job)
                clock.append(1000 * (time.perf_counter() - started))
                cores.append(1000 * (cpu_seconds(studio.pid) - used))
    return _Taken(tuple(clock), tuple(cores), max(peak) / 1e6)


def _cold(theme: Theme, screen: Screen) -> float:
    """Return the ms from nothing to a picture."""

    async def once() -> float:
        started = time.perf_counter()
        async with Studio() as studio:
            await studio.draw(job_for(theme, _facts(0), screen, png=True))
            return 1000 * (time.perf_counter() - started)

    return asyncio.run(once())


async def _grown(theme: Theme, screen: Screen) -> float:
    """Return by how many MB the child has grown between the fiftieth and the last page."""
    resident = []
    async with Studio() as studio:
        for number in range(_MANY):
            await studio.draw(job_for(theme, _facts(number), screen, png=True))
            if number + 1 in {_FEW, _MANY}:
                assert studio.pid is not None
                resident.append(_resident(studio.pid))
    return (resident[1] - resident[0]) / 1e6


def _browser(directory: Path, size: tuple[int, int], rounds: int) -> _Taken:
    """Draw pages by a browser that is open already, as the older e-ink server does.

    It opens a page and waits until the network has been idle for half a second.
    """
    clock, cores = [], []
    file = directory / "page.html"
    with _running(directory / "warm") as browser, _opened(browser, size) as tab:
        for _ in range(3):
            _shot(tab, _facts(-1), size)
        with _peak(_tree(browser.pid)) as peak:
            for number in range(rounds):
                started, used = time.perf_counter(), cpu_seconds(browser.pid)
                file.write_text(as_html(_facts(number), *size))
                loader = tab.call("Page.navigate", url=file.as_uri())["loaderId"]
                tab.wait_for_load(loader, "networkIdle")
                tab.call("Page.captureScreenshot", format="png")
                clock.append(1000 * (time.perf_counter() - started))
                cores.append(1000 * (cpu_seconds(browser.pid) - used))
    return _Taken(tuple(clock), tuple(cores), max(peak) / 1e6)


def _cold_browser(directory: Path, size: tuple[int, int]) -> float:
    started = time.perf_counter()
    profile = Path(tempfile.mkdtemp(dir=directory))
    with _running(profile) as browser, _opened(browser, size) as tab:
        _shot(tab, _facts(0), size)
        took = 1000 * (time.perf_counter() - started)
    shutil.rmtree(profile, ignore_errors=True)
    return took


@contextlib.contextmanager
def _running(profile: Path) -> Iterator[Browser]:
    browser = Browser(profile)
    try:
        yield browser
    finally:
        browser.close()


@contextlib.contextmanager
def _opened(browser: Browser, size: tuple[int, int]) -> Iterator[Tab]:
    blank = "data:text/html," + urllib.parse.quote("<!doctype html>")
    with browser.open(blank, width=size[0], height=size[1]) as tab:
        yield tab


def _shot(tab: Tab, facts: dict[str, Any], size: tuple[int, int]) -> None:
    """Have the browser lay out a page anew and give its PNG."""
    frame = tab.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    tab.call("Page.setDocumentContent", frameId=frame, html=as_html(facts, *size))
    tab.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)


@contextlib.contextmanager
def _peak(pids: list[int]) -> Iterator[list[int]]:
    """Fill a list with what these processes take together, until the end."""
    found: list[int] = [_together(pids)]
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_SECONDS):
            found.append(_together(pids))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        done.set()
        looking.join()


def _together(pids: list[int]) -> int:
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, RuntimeError):  # one that has just ended
            total += pss_bytes(pid)
    return total


def _tree(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    return found


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory")
