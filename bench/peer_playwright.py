"""A peer of bench/dashboards.py: Chromium driven by Playwright, as the older e-ink server did.

    python peer_playwright.py CHROMIUM WIDTH HEIGHT [OPTION ...]

Each line on stdin is answered with the milliseconds that it took:

    launch URL    from nothing to a picture: its driver, a browser, a page, and all ended after it
    shot URL      a picture of a page in a browser that stays open; the first one starts it

Pages are waited for until the network has been idle for half a second.
It is run by the peers' own Python, which knows nothing of the rest of this folder.
"""

import sys
import time
from contextlib import ExitStack

from playwright.sync_api import (  # type: ignore[import-not-found,unused-ignore]
    Page,
    sync_playwright,
)

program, width, height, *options = sys.argv[1:]


def opened(stack: ExitStack) -> Page:
    """Start a driver and a browser, both ended with `stack`, and open an empty page."""
    chromium = stack.enter_context(sync_playwright()).chromium
    browser = chromium.launch(executable_path=program, args=options)
    stack.callback(browser.close)
    return browser.new_page(viewport={"width": int(width), "height": int(height)})


def shot(page: Page, url: str) -> None:
    """Take a picture of what is behind a URL."""
    page.goto(url, wait_until="networkidle")
    page.screenshot()


with ExitStack() as kept:
    page = None
    for line in sys.stdin:
        what, url = line.split()
        with ExitStack() as own:
            started = time.perf_counter()
            if what == "launch":
                shot(opened(own), url)
            else:
                page = page or opened(kept)
                shot(page, url)
            took = 1000 * (time.perf_counter() - started)
        print(took, flush=True)
