"""The system monitor's page at /, in a real browser against the real service."""

import json
import shlex
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, eventually
from tests.e2e.browser import Browser, Page, program
from tests.e2e.conftest import running_hub

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")

EVIL = "<img src=x onerror='window.fell=1'></script><script>window.fell=1</script>"
# Answers that hold HTML wherever text can be, for a page that must show them as text
HOSTILE = """
const evil = EVIL, size = {used: evil, total: evil};
window.fetch = async () => new Response(
  JSON.stringify({hostname: evil, [evil]: evil, cpu_usage: evil, memory: evil, disk: size}),
  {headers: {"content-type": "application/json", "x-evil": evil}});
""".replace("EVIL", json.dumps(EVIL))
# Time that passes 50 times as fast, and requests that are counted
HURRY = """
const timeout = window.setTimeout, now = Date.now, began = now();
window.setTimeout = (call, wait) => timeout(call, wait / 50);
Date.now = () => began + (now() - began) * 50;
window.asked = [];
const fetched = window.fetch;
window.fetch = async (url, options) => {
  window.asked.push(url);
  return window.answer || fetched(url, options);
};
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running service that never says 429."""
    with running_hub(tmp_path_factory.mktemp("monitor")) as hub:
        hub.start("stats", STATS_MOCK="true", PISTAT_RATE_LIMIT_ENABLED="false")
        address = f"http://127.0.0.1:{hub.http_port}"
        eventually(lambda: answers(address))
        yield address


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


def answers(address: str) -> bool:
    try:
        get(address + "/health")
    except OSError:
        return False
    return True


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        return json.load(answer)


def part(path: str, selector: str = "") -> str:
    """Return JavaScript for the part of the page that is about an endpoint."""
    return "document.querySelector(" + json.dumps(f"[id='{path}'] {selector}".strip()) + ")"


def wait_until_live(page: Page) -> None:
    page.until("document.getElementById('state').textContent === 'live'")


def try_it(page: Page, path: str) -> None:
    """Press the button, and wait for what it shows."""
    page.js(f"{part(path)}.open = true; {part(path, 'button[type=submit]')}.click()")
    page.until(f"{part(path, '.answer')} !== null && !{part(path, '.answer')}.hidden")


def test_S19_it_lists_every_endpoint_with_its_parameters(browser: Browser, url: str) -> None:
    """/ lists every endpoint, with its parameters, in a real browser."""
    with browser.open(url + "/") as page:
        wait_until_live(page)
        assert page.js("document.title") == "Raspberry Pi System Monitor API"
        shown = page.js(
            "[...document.querySelectorAll('.endpoint')].map((one) => [one.id, "
            "[...new Set([...one.querySelectorAll('[name]')].map((field) => field.name))]])"
        )
    paths = get(url + "/openapi.json")["paths"]
    assert dict(shown) == {
        path: [parameter["name"] for parameter in item["get"].get("parameters", [])]
        for path, item in paths.items()
    }
    assert len(shown) == 10


def test_every_endpoint_can_be_tried(browser: Browser, url: str) -> None:
    with browser.open(url + "/") as page:
        wait_until_live(page)
        for path in get(url + "/openapi.json")["paths"]:
            try_it(page, path)
            assert page.js(f"{part(path, '.answer b')}.textContent") == "200 OK", path
            assert page.js(f"{part(path, '.answer > pre')}.textContent.length") > 20, path
        assert page.complaints == []


def test_a_try_with_parameters(browser: Browser, url: str) -> None:
    """Shows status, time, headers and body, and a line for the shell that asks the same."""
    with browser.open(url + "/") as page:
        wait_until_live(page)
        for field in ("memory", "cpu_usage"):
            page.js(f"{part('/stats', f'input[value={field}]')}.click()")
        page.js(f"{part('/stats', 'select[name=cache]')}.value = 'false'")
        page.js(f"{part('/stats', 'form')}.dispatchEvent(new Event('input'))")
        try_it(page, "/stats")
        body = json.loads(page.js(f"{part('/stats', '.answer > pre')}.textContent"))
        assert set(body) == {"cpu_usage", "memory"}
        headers = page.js(f"{part('/stats', '.headers')}.textContent")
        assert "x-content-type-options: nosniff" in headers
        assert " ms " in page.js(f"{part('/stats', '.answer .soft')}.textContent")
        program, silent, address = shlex.split(
            page.js(f"{part('/stats', '.curl code')}.textContent")
        )
        assert (program, silent) == ("curl", "-s")
        assert address == url + "/stats?fields=cpu_usage,memory&cache=false"
        assert set(get(address)) == {"cpu_usage", "memory"}


def test_nothing_else_is_loaded_and_nothing_fails(browser: Browser, url: str) -> None:
    with browser.open(url + "/") as page:
        wait_until_live(page)
        page.js("document.fonts.ready.then(() => true)")
        assert [one for one in page.requests if not one.startswith((url, "data:"))] == []
        assert len(page.requests) <= 5
        assert page.complaints == []


def test_live_values_and_the_last_hour(browser: Browser, url: str) -> None:
    with browser.open(url + "/") as page:
        wait_until_live(page)
        page.until(
            "[...document.querySelectorAll('.spark path')].every((one) => one.getAttribute('d'))"
        )
        gauges = page.js(
            "[...document.querySelectorAll('[role=meter]')].map((one) => one.ariaValueText)"
        )
    assert [gauge.split()[-1] for gauge in gauges] == ["%", "%", "°C", "%"]


@pytest.mark.parametrize(("width", "height"), [(1200, 900), (360, 740)], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits(
    browser: Browser, url: str, tmp_path: Path, width: int, height: int, scheme: str
) -> None:
    """Also with everything open; a long line scrolls in its own box."""
    with browser.open(url + "/", width=width, height=height, scheme=scheme) as page:
        wait_until_live(page)
        page.screenshot(tmp_path / f"{width}-{scheme}.png")
        page.js("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        try_it(page, "/stats")
        page.screenshot(tmp_path / f"{width}-{scheme}-open.png")
        assert page.js("document.documentElement.scrollWidth") <= width
        background = page.js("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(value) for value in background[4:-1].split(",")) / 3
    assert (brightness > 200) if scheme == "light" else (brightness < 50)


def test_it_can_be_used_by_keyboard(browser: Browser, url: str) -> None:
    with browser.open(url + "/") as page:
        wait_until_live(page)
        for _ in range(2):  # the first endpoint, the second
            page.press("Tab")
        page.press("Enter")
        page.until(f"{part('/health')}.open")
        page.press("Tab")
        page.press("Enter")
        page.until(f"{part('/health', '.answer')} !== null")


def test_an_address_with_a_hash_opens_the_endpoint(browser: Browser, url: str) -> None:
    with browser.open(url + "/#/processes") as page:
        page.until(f"{part('/processes')}?.open")


def test_what_the_service_says_is_never_html(browser: Browser, url: str) -> None:
    with browser.open(url + "/", script=HOSTILE) as page:
        wait_until_live(page)
        try_it(page, "/stats")
        assert EVIL in page.js("document.getElementById('host').textContent")
        assert "onerror" in page.js(f"{part('/stats', '.answer > pre')}.textContent")
        assert page.js("document.images.length") == 0
        assert page.js("window.fell") is None


def test_it_polls_while_somebody_looks(browser: Browser, url: str) -> None:
    """Each 5 s, of a client's 60 requests a minute; not at all in a hidden tab."""
    with browser.open(url + "/", script=HURRY) as page:
        page.until("window.asked.length >= 8")
        page.js("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
        page.js("document.dispatchEvent(new Event('visibilitychange'))")
        page.until("document.getElementById('state').textContent === 'paused'")
        before = page.js("window.asked.length")
        page.js("new Promise((resolve) => timeout(resolve, 400))")  # 20 s of the page's time
        assert page.js("window.asked.length") - before <= 1, "one may have been on its way"
        page.js("Object.defineProperty(document, 'hidden', {value: false})")
        page.js("document.dispatchEvent(new Event('visibilitychange'))")
        wait_until_live(page)
        page.until(f"window.asked.length > {before} + 2")


def test_it_waits_when_it_is_told_to(browser: Browser, url: str) -> None:
    """A 429 is obeyed for as long as it says."""
    with browser.open(url + "/", script=HURRY) as page:
        wait_until_live(page)
        page.js(
            "window.answer = new Response('{}', {status: 429, headers: {'retry-after': '180'}}), 0"
        )
        page.until("document.getElementById('state').textContent.startsWith('too many')")
        before = page.js("window.asked.length")
        page.js("window.answer = null, new Promise((resolve) => timeout(resolve, 600))")  # 30 s
        assert page.js("window.asked.length") == before
        wait_until_live(page)
