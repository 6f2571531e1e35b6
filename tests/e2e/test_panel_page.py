"""The button panel's page in a real browser, with sound allowed and with sound blocked."""

import json
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mantel.panel_emulator import EmulatedPanel
from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.browser import Browser, Page, program
from tests.e2e.conftest import Hub, Process

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")

ASSETS = Path(__file__).parents[2] / "assets/panel"
KIOSK = ("--autoplay-policy=no-user-gesture-required",)
BLOCKING = ("--autoplay-policy=document-user-activation-required",)
# Time of the page that passes ten times as fast, for what is waited for
HURRY = """
const timeout = window.setTimeout;
window.setTimeout = (call, wait, ...more) => timeout(call, wait / 10, ...more);
"""
LOUD = (
    "[...document.querySelectorAll('audio'), window.heard].some((a) => a && !a.paused && !a.muted)"
)
# The page's sound is no part of its document
WITNESS = """
window.plays = 0;
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  window.heard = this;
  window.plays += !this.src.startsWith('data:');
  return play.call(this);
};
"""


class Hall:
    """A hub whose page is open for tests; `media` may be changed."""

    def __init__(self, hub: Hub, panel: EmulatedPanel, media: Path) -> None:
        self.hub, self.panel, self.media = hub, panel, media
        self.url = f"http://127.0.0.1:{hub.panel_port}"
        self.bridge = self.start_bridge()
        hub.start("serial-bridge", SERIAL_BRIDGE_PORTS=f"panel={panel.link}")
        eventually(lambda: self.status()["serial_connected"])
        eventually(lambda: "STATUS" in panel.commands)

    def start_bridge(self) -> Process:
        process = self.hub.start("ws-bridge", WS_BRIDGE_PANEL_MEDIA=str(self.media))
        process.wait_for_log("panel page")
        return process

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read())

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.get("/status")))

    def led_commands(self) -> list[str]:
        return [line for line in self.panel.commands if line.startswith("LED")]

    def wait_until_over(self, before: int) -> None:
        """Wait until the panel's button is alive again."""
        eventually(lambda: "LEDCLR" in self.led_commands()[before:])


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """The repository's own, but with short sounds: a test should not wait for a melody."""
    folder = tmp_path / "media"
    folder.mkdir()
    for file in ASSETS.iterdir():
        data = file.read_bytes()
        # the frames of a constant bit rate may end anywhere
        (folder / file.name).write_bytes(data[:4500] if file.suffix == ".mp3" else data)
    return folder


@pytest.fixture
def hall(hub: Hub, media: Path, tmp_path: Path) -> Iterator[Hall]:
    with EmulatedPanel("2.5", link=tmp_path / "panel", boot_seconds=0) as panel:
        yield Hall(hub, panel, media)


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("kiosk"), *KIOSK)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def blocking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("blocking"), *BLOCKING)
    yield browser
    browser.close()


def is_shown(name: str) -> str:
    return f"!document.getElementById('{name}').hidden"


def wait_until_ready(page: Page) -> None:
    page.until("document.getElementById('connection').dataset.state === 'on'")
    page.until("document.querySelectorAll('#tiles button').length > 0")
    page.until("document.getElementById('loading').hidden")


def playing(page: Page, number: int) -> None:
    page.until(f"document.body.dataset.stage === 'play' && document.title.startsWith('{number} ')")


def test_sound_is_allowed(kiosk: Browser, hall: Hall) -> None:
    """A press is seen and heard, its end is told; nothing fails, nothing foreign is loaded."""
    with kiosk.open(hall.url, script=WITNESS) as page:
        wait_until_ready(page)
        assert page.js(is_shown("unlock")) is False
        hall.panel.press(4)
        playing(page, 4)
        page.until(f"{is_shown('picture')} && document.getElementById('picture').naturalWidth > 0")
        page.until(LOUD)
        hall.wait_until_over(0)
        page.until("document.body.dataset.stage === 'idle'")
        hall.panel.press(4)
        playing(page, 4)
        assert [
            each for each in page.requests if not each.startswith((hall.url, "blob:", "data:"))
        ] == []
        assert page.complaints == []


def test_sound_is_blocked(blocking: Browser, hall: Hall) -> None:
    """The page says so, and what plays ends all the same; a click brings the sound in mid-play."""
    for file in hall.media.glob("*.mp3"):
        file.write_bytes((ASSETS / file.name).read_bytes())
    with blocking.open(hall.url, script=WITNESS) as page:
        page.until(is_shown("unlock"))
        wait_until_ready(page)
        assert "Tap to enable sound" in page.js("document.getElementById('unlock').innerText")
        assert "blocked" in page.js("document.getElementById('sound').innerText")
        hall.panel.press(2)
        playing(page, 2)
        page.until("document.getElementById('elapsed').hidden === false")
        assert page.js(LOUD) is False
        page.js("new Promise((done) => setTimeout(done, 600))")
        page.click("#unlock")
        page.until(LOUD)
        assert page.js("window.heard.currentTime") > 0.4, "it goes on from where it would be"
        page.until("document.getElementById('unlock').hidden")
        hall.wait_until_over(0)
        assert page.complaints == []


def test_a_blocked_page_that_nobody_touches_kills_no_button(blocking: Browser, hall: Hall) -> None:
    """Each play comes to its end after the length of its sound."""
    with blocking.open(hall.url) as page:
        wait_until_ready(page)
        for _ in range(2):
            before = len(hall.led_commands())
            hall.panel.press(3)
            playing(page, 3)
            hall.wait_until_over(before)


@pytest.mark.parametrize("lacking", ["jpg", "mp3", "both", "rubbish"])
def test_what_is_missing_kills_no_button(kiosk: Browser, hall: Hall, lacking: str) -> None:
    """A picture or sound that is not there, or is none; the page shows what it has, and ends."""
    for suffix in ("jpg", "mp3"):
        file = hall.media / f"005.{suffix}"
        if lacking == "rubbish":
            file.write_bytes(b"rubbish" * 1000)
        elif lacking in {suffix, "both"}:
            file.unlink()
    with kiosk.open(hall.url, script=HURRY) as page:
        wait_until_ready(page)
        hall.panel.press(5)
        playing(page, 5)
        if lacking != "mp3":
            page.until(is_shown("placeholder"))
            assert "5" in page.js("document.getElementById('placeholder').innerText")
        if lacking != "jpg":
            page.until(is_shown("trouble"))
        hall.wait_until_over(0)


def test_a_press_preempts(kiosk: Browser, hall: Hall) -> None:
    """The last press is what is seen and heard, and its end is the one that is told."""
    with kiosk.open(hall.url) as page:
        wait_until_ready(page)
        for button in (1, 2, 3, 4, 5, 6):
            hall.panel.press(button)
        playing(page, 6)
        hall.wait_until_over(0)
        assert hall.led_commands().count("LEDCLR") == 1


def test_it_comes_back_and_knows_what_is_on(kiosk: Browser, hall: Hall) -> None:
    """When the bridge was away; what was pressed meanwhile is played."""
    with kiosk.open(hall.url) as page:
        wait_until_ready(page)
        hall.bridge.stop()
        page.until("document.getElementById('connection').dataset.state === 'away'")
        hall.panel.press(7)
        eventually(lambda: hall.panel.leds == [7])
        hall.start_bridge()
        playing(page, 7)
        hall.wait_until_over(0)
        page.until("document.getElementById('connection').dataset.state === 'on'")


def test_an_end_that_could_not_be_told_is_told_later(kiosk: Browser, hall: Hall) -> None:
    """The sound goes on without the bridge; its button works again when the bridge is back."""
    with kiosk.open(hall.url, script=WITNESS) as page:
        wait_until_ready(page)
        hall.panel.press(7)
        playing(page, 7)
        hall.bridge.send(signal.SIGKILL)
        page.until("document.body.dataset.stage === 'idle'")
        assert hall.led_commands() == []
        hall.start_bridge()
        hall.wait_until_over(0)
        assert page.js("window.plays") == 1, "not again"


def test_an_old_status_changes_nothing(kiosk: Browser, hall: Hall) -> None:
    """One that was asked for before a press or an end and comes after it, or overtook the end."""
    held = """
    const fetched = window.fetch;
    window.fetch = async (url, options) => {
      const answer = await fetched(url, options);
      if (url !== '/status' || !window.hold) return answer;
      const text = await answer.text();
      window.held = true;
      await window.hold;
      return new Response(text.replace('"current_id":null', `"current_id":${window.current}`));
    };
    window.current = null;
    function ask() {
      window.hold = new Promise((go) => { window.release = go; });
      window.held = false;
      document.dispatchEvent(new Event('visibilitychange'));
    }
    function answered() {
      window.release();
      return new Promise((done) => setTimeout(done, 200));
    }
    """
    with kiosk.open(hall.url, script=WITNESS + held) as page:
        wait_until_ready(page)
        page.js("ask()")
        page.until("window.held")
        hall.panel.press(4)
        playing(page, 4)
        page.js("answered()")
        assert page.js("document.title") != "Mantel", "it plays on"
        hall.wait_until_over(0)
        page.until("document.body.dataset.stage === 'idle'")
        hall.panel.press(4)
        playing(page, 4)
        page.until("document.title === 'Mantel'")
        page.js("window.current = 4, ask()")  # as if it had overtaken the end
        page.until("window.held")
        page.js("answered()")
        assert page.js("document.title") == "Mantel"
        assert page.js("window.plays") == 2


def test_of_several_pages_one_sounds(kiosk: Browser, hall: Hall) -> None:
    """All show the picture; another can take the sound over, and when it goes it comes back."""
    for file in hall.media.glob("*.mp3"):
        file.write_bytes((ASSETS / file.name).read_bytes())
    with kiosk.open(hall.url, script=WITNESS) as first:
        wait_until_ready(first)
        with kiosk.open(hall.url, script=WITNESS) as second:
            wait_until_ready(second)
            second.until("document.getElementById('sound').innerText.startsWith('Sounds on')")
            hall.panel.press(1)
            for page in (first, second):
                playing(page, 1)
            first.until(LOUD)
            assert second.js(LOUD) is False
            second.click("#sound")
            second.click("#claim")
            second.until(LOUD)
            first.until(f"!({LOUD})")
            second.press("m")
            first.until(LOUD)
            second.until(f"!({LOUD})")
            second.press("m")
            first.click("#sound")
            first.click("input[value=off]")
            second.until(LOUD)
            first.until(f"!({LOUD})")
            first.click("input[value=on]")
            first.until(LOUD)
            second.until(f"!({LOUD})")
        first.js("localStorage.clear()")


def test_keyboard_and_tiles(kiosk: Browser, hall: Hall) -> None:
    """Numbers, also of two digits, Space, M, S, F; a tile is a press as well."""
    for file in hall.media.glob("*.mp3"):
        file.write_bytes((ASSETS / file.name).read_bytes())
    with kiosk.open(hall.url, script=WITNESS) as page:
        wait_until_ready(page)
        page.press("1")
        page.press("0")
        playing(page, 10)
        assert hall.status()["current_button"] == 10
        page.until(LOUD)
        page.press(" ")
        page.until("document.body.classList.contains('paused') && window.heard.paused")
        page.press(" ")
        page.until(LOUD)
        page.press("m")
        page.until(f"!({LOUD})")
        page.press("m")
        page.until(LOUD)
        page.press("s")
        page.until("document.body.dataset.stage === 'idle'")
        page.press("4")
        playing(page, 4)
        page.press("s")
        page.until("document.body.dataset.stage === 'idle'")
        page.click("#tiles button[value='6']")
        playing(page, 6)
        page.press("f")
        page.until("document.fullscreenElement !== null")


def test_a_hundred_media(kiosk: Browser, hub: Hub, media: Path, tmp_path: Path) -> None:
    """They are loaded at most three at a time, with progress, and in bounded memory."""
    for number in range(1, 101):
        for suffix in ("jpg", "mp3"):
            file = media / f"{number:03}.{suffix}"
            file.write_bytes((ASSETS / f"{1 + number % 10:03}.{suffix}").read_bytes())
    (media / "050.mp3").write_bytes(b"ID3" + bytes(70 << 20))
    watch = """
    window.most = 0; window.steps = new Set(); let now = 0; window.held = 0;
    const fetched = window.fetch, made = URL.createObjectURL;
    window.fetch = async (url, options) => {
      if (!url.startsWith('/media/')) return fetched(url, options);
      window.most = Math.max(window.most, ++now);
      const step = document.querySelector('#loading span').textContent;
      window.steps.add(step);
      try { return await fetched(url, options); } finally { now--; }
    };
    URL.createObjectURL = (blob) => { window.held += blob.size; return made(blob); };
    """
    with EmulatedPanel("2.5", buttons=100, link=tmp_path / "panel", boot_seconds=0) as panel:
        process = hub.start("ws-bridge", WS_BRIDGE_PANEL_MEDIA=str(media))
        process.wait_for_log("panel page")
        hub.start(
            "serial-bridge",
            SERIAL_BRIDGE_PORTS=f"panel={panel.link}",
            SERIAL_BRIDGE_BUTTONS="100",
        )
        eventually(lambda: "STATUS" in panel.commands)
        with Client(hub.broker) as client:
            client.subscribe("mantel/panel/panel/state")
            while json.loads(client.receive().payload)["buttons"] != 100:
                pass
        with kiosk.open(f"http://127.0.0.1:{hub.panel_port}", script=watch) as page:
            page.until("document.querySelectorAll('#tiles button').length === 100")
            page.until("window.steps.size > 150 && document.getElementById('loading').hidden")
            assert page.js("window.most") <= 3
            assert 4_000_000 < page.js("window.held") < 64 << 20
            panel.press(100)
            playing(page, 100)
            page.until(is_shown("picture"))


def test_it_does_not_grow(kiosk: Browser, hall: Hall) -> None:
    """After 300 presses there are no more nodes, listeners and bytes than after 20."""
    with kiosk.open(hall.url) as page:
        wait_until_ready(page)
        page.call("HeapProfiler.enable")

        def measure(presses: int) -> dict[str, float]:
            for number in range(presses):
                hall.get(f"/test/play/{1 + number % 10}")
            hall.get("/test/stop")
            page.until("document.body.dataset.stage === 'idle'")
            page.call("HeapProfiler.collectGarbage")
            counts = page.call("Memory.getDOMCounters")
            heap = page.call("Runtime.getHeapUsage")
            return {**counts, "heap": heap["usedSize"]}

        before = measure(20)
        after = measure(300)
        assert after["nodes"] <= before["nodes"] + 20
        assert after["jsEventListeners"] <= before["jsEventListeners"] + 5
        assert after["heap"] < before["heap"] + 300_000


@pytest.mark.parametrize("language", ["en-GB", "de-AT"])
def test_language(kiosk: Browser, hall: Hall, language: str) -> None:
    """English or German, as the browser says, until the other is chosen; every text has both."""
    script = f"Object.defineProperty(navigator, 'language', {{value: '{language}'}});"
    words = {"en": "Ready", "de": "Bereit"}
    own, other = language[:2], "de" if language.startswith("en") else "en"
    with kiosk.open(hall.url, script=script) as page:
        wait_until_ready(page)
        assert page.js("document.documentElement.lang") == own
        assert page.js("document.querySelector('h1').textContent") == words[own]
        page.click("#language")
        assert page.js("document.querySelector('h1').textContent") == words[other]
        assert "undefined" not in page.js("document.body.innerText")
    with kiosk.open(hall.url, script=script) as page:
        assert page.js("document.documentElement.lang") == other, "it is remembered"
        page.js("localStorage.clear()")


@pytest.mark.parametrize(
    ("width", "height"), [(390, 844), (800, 480), (3840, 2160)], ids=["phone", "kiosk", "4k"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits(
    blocking: Browser, hall: Hall, tmp_path: Path, width: int, height: int, scheme: str
) -> None:
    """Nothing is cut off or hidden behind another, in either colour scheme."""
    with blocking.open(hall.url, width=width, height=height, scheme=scheme) as page:
        wait_until_ready(page)
        page.screenshot(tmp_path / f"{width}-{scheme}.png")
        assert page.js("document.documentElement.scrollWidth") <= width
        unlock, tiles = (
            page.js(f"document.querySelector('{name}').getBoundingClientRect().toJSON()")
            for name in ("#unlock", "#stage")
        )
        assert unlock["top"] >= tiles["bottom"] - 1, "it covers no tile"
        background = page.js("getComputedStyle(document.body).backgroundColor")
        brightness = sum(int(value) for value in background[4:-1].split(",")) / 3
        assert (brightness > 200) if scheme == "light" else (brightness < 50)
        hall.get("/test/play/1")
        playing(page, 1)
        page.until(is_shown("picture"))
        box = page.js("document.getElementById('picture').getBoundingClientRect().toJSON()")
        assert (box["width"], box["height"]) == (width, height)


OLD_DASHBOARD = """<!doctype html><button id=enable>Sound aktivieren</button><img id=image><script>
const audio = new Audio(), log = [];
let unlocked = false, current = null;
document.getElementById('enable').onclick = () => { unlocked = true; };
const file = (id, kind) => `URL/media/${String(id).padStart(3, '0')}.${kind}`;
let socket;
function open() {
  socket = new WebSocket('WS');
  socket.onclose = () => setTimeout(open, 5000);
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === 'stop') { audio.pause(); if (!KEEPS) current = null; }
    else if (message.type === 'play') {
      if (!unlocked || typeof message.id !== 'number') return;
      const id = current = message.id;
      audio.onended = () => socket.send(
        JSON.stringify({type: 'ended', id: KEEPS ? current : id}));
      document.getElementById('image').src = file(message.id, 'jpg');
      audio.src = file(message.id, 'mp3');
      audio.play();
    } else log.push(message);
  };
}
open();
</script>"""


@pytest.mark.parametrize("keeps", [True, False], ids=["2.2", "2.5.1"])
def test_P24_an_old_dashboard_plays_end_to_end(
    kiosk: Browser, hall: Hall, tmp_path: Path, *, keeps: bool
) -> None:
    """Dashboards 2.2.4, 2.2.5 and 2.5.1 play end to end in a real browser.

    They themselves are not at hand. This page does what the contract says of them: locked it
    drops play; it takes numbers alone, finds files by them, and tells the end. 2.2 remembers
    its number after a stop, 2.5.1 does not.
    """
    file = tmp_path / "old.html"
    values = {"KEEPS": str(keeps).lower(), "URL": hall.url, "WS": f"ws{hall.url[4:]}/ws"}
    text = OLD_DASHBOARD
    for name, value in values.items():
        text = text.replace(name, value)
    file.write_text(text)
    with kiosk.open(file.as_uri()) as page:
        page.until("socket.readyState === 1")
        page.js("document.getElementById('enable').click()")
        for button in (10, 3):
            before = len(hall.led_commands())
            hall.panel.press(button)
            page.until(f"document.getElementById('image').src.endsWith('{button:03}.jpg')")
            page.until("document.getElementById('image').naturalWidth > 0")
            hall.wait_until_over(before)
        assert page.js("log.length") == 0, "nothing came that it does not know"
