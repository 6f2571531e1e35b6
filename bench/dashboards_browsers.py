"""The browsers beside which pages are drawn: by Playwright, by the command line, by DevTools.

All get the same file, with other facts each time, and are started with the same options.
"""

import contextlib
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Self

from bench.dashboards_page import as_html
from bench.meter import cpu_seconds, peak_bytes
from bench.peers import python_with
from bench.process import ROOT
from media.dashboard.page import Page
from shared.testing import TIMEOUT_SECONDS
from tests.e2e.browser import Browser, program
from tests.e2e.browser import Page as Tab

Size = tuple[int, int]
Facts = Callable[[int], Page]
"""Returns what a page shows in its n-th round."""

_OPTIONS = (
    "--no-sandbox",  # its sandbox refuses to be started by root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)
_WARM_UPS = 3
_WEIGHED = 5


class Taken(NamedTuple):
    """What the pages took: ms of the clock and of all cores each, and where weighed at most MB."""

    clock: tuple[float, ...]
    cores: tuple[float, ...]
    memory: float = 0


class Playwright:
    """A Python with Playwright; SkipError where that cannot be installed."""

    def __init__(self, size: Size) -> None:
        python = python_with("playwright", "playwright>=1.50")
        script = ROOT / "bench/peer_playwright.py"
        self._process = subprocess.Popen(
            [str(python), str(script), _program(), *map(str, size), *_OPTIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(TIMEOUT_SECONDS)
        self._process.stdout.close()

    def ask(self, what: str, file: Path) -> float:
        """Return the ms that it took; see peer_playwright.py."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what} {file.as_uri()}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("Playwright has ended")
        return float(answer)


def open_playwright(file: Path, size: Size, facts: Facts, rounds: int) -> Taken:
    """Draw pages by a browser that is open already."""
    clock, cores = [], []
    with Playwright(size) as peer:
        for number in range(-_WARM_UPS, rounds):
            file.write_text(as_html(facts(number), *size))
            used = cpu_seconds(peer.pid)
            took = peer.ask("shot", file)
            if number >= 0:
                clock.append(took)
                cores.append(1000 * (cpu_seconds(peer.pid) - used))
    return Taken(tuple(clock), tuple(cores))


def launched_playwright_bytes(file: Path, size: Size) -> int:
    """Return what a browser launched for one page takes at most, with all that drives it."""
    with Playwright(size) as peer:
        peer.ask("launch", file)  # another's first time
        with peak_bytes(peer.pid) as peak:
            peer.ask("launch", file)
    return max(peak)


def command_line(file: Path, size: Size) -> float:
    """Return the ms in which `chromium --screenshot` writes a picture."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        picture = Path(folder) / "picture.png"
        command = [
            _program(), "--headless=new", *_OPTIONS, f"--user-data-dir={folder}/profile",
            "--hide-scrollbars", f"--window-size={size[0]},{size[1]}",
            f"--screenshot={picture}", file.as_uri(),
        ]  # fmt: skip
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_SECONDS)
        took = 1000 * (time.perf_counter() - started)
        if not picture.is_file():
            raise RuntimeError("chromium --screenshot wrote no picture")
        return took


def open_devtools(folder: Path, size: Size, facts: Facts, rounds: int) -> Taken:
    """Draw pages by an open browser that waits for nothing but its own layout."""
    clock, cores = [], []
    with _browser(folder) as browser, _opened(browser, size) as tab:
        for number in range(-_WARM_UPS, rounds):
            started, used = time.perf_counter(), cpu_seconds(browser.pid)
            _shot(tab, facts(number), size)
            if number >= 0:
                clock.append(1000 * (time.perf_counter() - started))
                cores.append(1000 * (cpu_seconds(browser.pid) - used))
        with peak_bytes(browser.pid) as peak:  # to look slows it
            for number in range(_WEIGHED):
                _shot(tab, facts(number), size)
    return Taken(tuple(clock), tuple(cores), max(peak) / 1e6)


def launched_devtools(folder: Path, size: Size, facts: Page) -> float:
    """Return the ms from no browser to a picture."""
    started = time.perf_counter()
    with _browser(folder) as browser, _opened(browser, size) as tab:
        _shot(tab, facts, size)
        return 1000 * (time.perf_counter() - started)


def _program() -> str:
    found = program()
    assert found is not None
    return found


@contextlib.contextmanager
def _browser(folder: Path) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as profile:
        browser = Browser(Path(profile))
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def _opened(browser: Browser, size: Size) -> Iterator[Tab]:
    blank = "data:text/html," + urllib.parse.quote("<!doctype html>")
    with browser.open(blank, width=size[0], height=size[1]) as tab:
        yield tab


def _shot(tab: Tab, facts: Page, size: Size) -> None:
    """Have the browser lay out a page anew and give its PNG."""
    frame = tab.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    tab.call("Page.setDocumentContent", frameId=frame, html=as_html(facts, *size))
    tab.call("Page.captureScreenshot", format="png", optimizeForSpeed=False)
