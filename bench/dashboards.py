"""What a dashboard costs, beside a headless Chromium that draws an equal page.

Ours is measured as media has it drawn: by a child, through its pipes, with other numbers each
time.
"""

import asyncio
import os
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from bench.dashboards_browsers import (
    Playwright,
    Taken,
    command_line,
    launched_devtools,
    launched_playwright_bytes,
    open_devtools,
    open_playwright,
)
from bench.dashboards_page import as_html
from bench.meter import cpu_seconds, peak_bytes
from bench.process import SkipError, deployed
from bench.verdict import Outcome
from media.bitmap.screen import Screen
from media.dashboard.dashboards import job_for, plain_screen
from media.dashboard.job import Job
from media.dashboard.page import BLOCKS, Page, page
from media.dashboard.sample import sample
from media.dashboard.studio import Studio
from media.dashboard.theme import Theme
from media.dashboard.theme_folder import built_in, read_folder
from media.dashboard.words import LANGUAGES
from media.source.facts import Snapshot
from tests.e2e.browser import program

_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_SIZES = {"small": ("landscape", (800, 480)), "large": ("portrait", (1200, 1600))}
_MANY, _FEW = 400, 50


class _Sheet(NamedTuple):
    """One of the pages: as our theme for a screen, and as a file for a browser."""

    name: str
    theme: Theme
    screen: Screen
    file: Path


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Draw both pages by all, in turn."""
    if program() is None:
        raise SkipError("chromium is not installed")
    rounds, colds = (5, 3) if quick else (15, 7)
    os.environ.update(deployed())  # as media starts its child
    outcomes = []
    # As yielding as our child: what else this machine does slows both alike
    with ThreadPoolExecutor(1, initializer=lambda: os.nice(10)) as pool:
        for name, (theme_name, size) in _SIZES.items():
            (directory / name).mkdir(parents=True)
            file = directory / name / "page.html"
            file.write_text(as_html(_facts(0), *size))
            theme = read_folder(theme_name, built_in() / theme_name)
            sheet = _Sheet(name, theme, plain_screen(*size), file)
            outcomes += _warm(sheet, rounds, pool)
            if name == "small":
                outcomes += _cold(sheet, colds, pool)
                outcomes.append(Outcome("page-growth", (asyncio.run(_grown(sheet)),)))
    return outcomes


def _warm(sheet: _Sheet, rounds: int, pool: Executor) -> list[Outcome]:
    """Draw by what runs already, and weigh it; a browser for one page by Playwright."""
    name, size = sheet.name, sheet.screen.size
    ours = asyncio.run(_ours(sheet, rounds))
    weight = asyncio.run(_weight(sheet))
    plain = pool.submit(open_devtools, sheet.file.parent, size, _facts, rounds).result()
    outcomes = [
        Outcome(f"page-{name}-devtools", ours.clock, plain.clock),
        Outcome(f"page-memory-{name}-devtools", (weight,), (plain.memory,)),
    ]
    goals = f"page-{name}", f"page-{name}-cpu", f"page-memory-{name}"
    try:
        idle = pool.submit(open_playwright, sheet.file, size, _facts, rounds).result()
        peak = pool.submit(launched_playwright_bytes, sheet.file, size).result() / 1e6
    except SkipError as reason:
        return [Outcome(goal, skipped=str(reason)) for goal in goals] + outcomes
    return [
        Outcome(goals[0], ours.clock, idle.clock),
        Outcome(goals[1], ours.cores, idle.cores),
        Outcome(goals[2], (weight,), (peak,)),
        *outcomes,
    ]


def _cold(sheet: _Sheet, rounds: int, pool: Executor) -> list[Outcome]:
    """Draw from no process to a picture."""
    file, size = sheet.file, sheet.screen.size
    ours, lines, plain, launched = [], [], [], []
    skipped = ""
    with ExitStack() as stack:
        try:
            peer = stack.enter_context(pool.submit(Playwright, size).result())
            peer.ask("launch", file)  # its Python has run for long, as the one that asks our child
        except SkipError as reason:
            skipped = str(reason)
        for _ in range(rounds):
            ours.append(asyncio.run(_once(sheet)))
            lines.append(pool.submit(command_line, file, size).result())
            plain.append(pool.submit(launched_devtools, file.parent, size, _facts(0)).result())
            if not skipped:
                launched.append(peer.ask("launch", file))
    each = () if skipped else tuple(ours)
    return [
        Outcome("page-cold", each, tuple(launched), skipped=skipped),
        Outcome("page-cold-cli", tuple(ours), tuple(lines)),
        Outcome("page-cold-devtools", tuple(ours), tuple(plain)),
    ]


def _facts(number: int) -> Page:
    """Return what is known a moment later: other minutes, another weather, another calendar."""
    now = _NOON + timedelta(minutes=number)
    known: Snapshot = sample(now)
    assert known.alarm is not None
    alarm = replace(known.alarm, name=f"Weekdays {number}")
    return page(replace(known, alarm=alarm), LANGUAGES["en"], BLOCKS)


async def _ours(sheet: _Sheet, rounds: int) -> Taken:
    """Draw pages by a child that runs already."""
    clock, cores = [], []
    async with Studio() as studio:
        for _ in range(3):
            await studio.draw(_job(sheet, -1))
        assert studio.pid is not None
        for number in range(rounds):
            job = _job(sheet, number)
            started, used = time.perf_counter(), cpu_seconds(studio.pid)
            await studio.draw(job)
            clock.append(1000 * (time.perf_counter() - started))
            cores.append(1000 * (cpu_seconds(studio.pid) - used))
    return Taken(tuple(clock), tuple(cores))


async def _weight(sheet: _Sheet) -> float:
    """Return how many MB a child takes at most, from its start on."""
    with peak_bytes(os.getpid(), itself=False) as peak:
        async with Studio() as studio:
            for number in range(8):
                await studio.draw(_job(sheet, number))
    return max(peak) / 1e6


async def _once(sheet: _Sheet) -> float:
    """Return the ms from no child to a picture."""
    started = time.perf_counter()
    async with Studio() as studio:
        await studio.draw(_job(sheet, 0))
        return 1000 * (time.perf_counter() - started)


async def _grown(sheet: _Sheet) -> float:
    """Return by how many MB the child has grown between the fiftieth and the last page."""
    resident = []
    async with Studio() as studio:
        for number in range(_MANY):
            await studio.draw(_job(sheet, number))
            if number + 1 in {_FEW, _MANY}:
                assert studio.pid is not None
                resident.append(_resident(studio.pid))
    return (resident[1] - resident[0]) / 1e6


def _job(sheet: _Sheet, number: int) -> Job:
    return job_for(sheet.theme, _facts(number), sheet.screen, png=True)


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory")
