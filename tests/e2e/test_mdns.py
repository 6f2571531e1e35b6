"""The hub is announced by mDNS: looked for by a browser of the network in another process."""

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS, eventually
from tests.e2e.bound import within
from tests.e2e.conftest import Hub, Process
from tests.e2e.network import Namespace, namespace

BROWSER = Path(__file__).with_name("mdns_browser.py")
DISPLAY, HTTP = "_mantel-display._tcp.local.", "_http._tcp.local."


class Browser:
    """What a browser of the network has seen so far."""

    def __init__(self, log: Path, process: subprocess.Popen[bytes]) -> None:
        self._log = log
        self.process = process

    @property
    def seen(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines(keepends=True)
                if line.endswith("\n")]  # fmt: skip

    def wait_for(self, count: int = 1, **wanted: Any) -> dict[str, Any]:
        """Return the `count`th thing of this kind."""

        def found() -> list[dict[str, Any]]:
            return [each for each in self.seen if wanted.items() <= each.items()]

        try:
            eventually(lambda: len(found()) >= count, times=4)
        except TimeoutError:
            raise TimeoutError(self._log.read_text()) from None
        return found()[count - 1]


@contextlib.contextmanager
def browsing(directory: Path, *command: str) -> Iterator[Browser]:
    """Run a browser in another process."""
    log = directory / "browser.log"
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        try:
            browser = Browser(log, process)
            browser.wait_for(event="Browsing")
            yield browser
        finally:
            process.kill()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser of the loopback interface."""
    with browsing(tmp_path, sys.executable, str(BROWSER), "127.0.0.1") as browser:
        yield browser


def announced(hub: Hub, node: str, **settings: str) -> Process:
    return hub.start("media", MEDIA_MDNS="true", MANTEL_NODE=node, **settings)


def test_a_browser_finds_the_hub(hub: Hub, browser: Browser) -> None:
    """With the address, the port, where to join, and the server for a TRMNL device's portal."""
    announced(hub, "pi_one")
    found = browser.wait_for(event="Added", name=f"Mantel on pi-one.{DISPLAY}")
    port = hub.displays_port
    assert found["addresses"] == ["127.0.0.1"]
    assert (found["port"], found["server"]) == (port, "mantel-pi-one.local.")
    assert found["text"] == {
        "txtvers": "1",
        "path": "/",
        "bootstrap": "/api/display/bootstrap",
        "trmnl": f"http://mantel-pi-one.local:{port}",
    }
    web = browser.wait_for(event="Added", name=f"Mantel on pi-one.{HTTP}")
    assert (web["port"], web["text"]) == (port, found["text"])


def test_it_says_goodbye_within_the_second(hub: Hub, browser: Browser) -> None:
    """A browser knows at once, and not when what it was told has expired."""
    for times, watch in enumerate(within(1), 1):
        media = announced(hub, "bye")
        for type_ in (DISPLAY, HTTP):
            browser.wait_for(times, event="Added", name=f"Mantel on bye.{type_}")
        watch.start()
        assert media.stop() == 0
        watch.stop()
        for type_ in (DISPLAY, HTTP):
            browser.wait_for(times, event="Removed", name=f"Mantel on bye.{type_}")


def test_two_hubs_of_one_name(hub: Hub, browser: Browser, tmp_path: Path) -> None:
    """The second takes another name and another host, so that each is reached."""
    announced(hub, "twin").wait_for_log("announced by mDNS as mantel-twin.local")
    second = Hub(tmp_path / "second")
    try:
        process = announced(hub, "twin", MEDIA_HTTP_PORT=str(second.displays_port))
        process.wait_for_log("announced by mDNS as mantel-twin-2.local on 127.0.0.1")
    finally:
        process.stop()
    for type_ in (DISPLAY, HTTP):
        found = browser.wait_for(event="Added", name=f"Mantel on twin-2.{type_}")
        assert (found["server"], found["port"]) == ("mantel-twin-2.local.", second.displays_port)
        first = browser.wait_for(event="Added", name=f"Mantel on twin.{type_}")
        assert (first["server"], first["port"]) == ("mantel-twin.local.", hub.displays_port)


def test_port_5353_is_shared_with_others(hub: Hub, browser: Browser) -> None:
    """As with avahi, which has it before us, as another user."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as avahi:
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            avahi.setsockopt(socket.SOL_SOCKET, option, 1)
        avahi.bind(("", 5353))
        announced(hub, "shared")
        browser.wait_for(event="Added", name=f"Mantel on shared.{DISPLAY}")


def test_off_is_off(hub: Hub) -> None:
    """And costs nothing: the library is not even loaded."""
    media = hub.start("media")
    media.wait_for_log("HTTP API on port")
    media.wait_for_log(": connected")
    assert "zeroconf" not in Path(f"/proc/{media.pid}/maps").read_text()
    assert "mDNS" not in media.log


@pytest.fixture
def home() -> Iterator[tuple[Namespace, Namespace]]:
    """The networks of a hub and of a display, with a cable between them, and nothing else."""
    with namespace() as hub, namespace(hub) as display:
        yield hub, display


def start_in(network: Namespace, hub: Hub, log: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start media in a network of its own, where it has no broker."""
    environment = hub.environment("media", MEDIA_MDNS="true", MEDIA_HTTP_HOST="0.0.0.0", **settings)
    with log.open("wb") as file:
        return subprocess.Popen(
            network.command(sys.executable, "-m", "media"),
            env=environment, cwd=hub.directory, stdout=file, stderr=file,
        )  # fmt: skip


def test_another_network_namespace(
    hub: Hub, home: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    """Its addresses are told, those of containers are not, and a new one is told when it comes."""
    there, display = home
    there.run("ip", "link", "add", "docker0", "type", "bridge")
    there.run("ip", "address", "add", "172.30.0.1/16", "dev", "docker0")
    there.run("ip", "link", "set", "docker0", "up")
    log = tmp_path / "media.log"
    command = display.command(sys.executable, BROWSER, display.address)
    media = start_in(there, hub, log)
    try:
        with browsing(tmp_path, *command) as browser:
            found = browser.wait_for(event="Added", name=f"Mantel on pi.{DISPLAY}")
            assert display.peer in found["addresses"]
            assert "172.30.0.1" not in found["addresses"]
            there.run("ip", "address", "add", "203.0.113.9/32", "dev", "lo")
            there.run("ip", "link", "add", "late0", "type", "bridge")
            there.run("ip", "address", "add", "203.0.113.1/24", "dev", "late0")
            there.run("ip", "link", "set", "late0", "up")
            eventually(lambda: log.read_text().count("announced by mDNS") == 2, times=4)
            browser.wait_for(event="Removed", name=f"Mantel on pi.{DISPLAY}")
            again = browser.wait_for(2, event="Added", name=f"Mantel on pi.{DISPLAY}")
            assert "203.0.113.1" in again["addresses"]
            assert "203.0.113.9" not in again["addresses"]
    finally:
        media.terminate()
        assert media.wait(TIMEOUT_SECONDS) == 0
    assert "Traceback" not in log.read_text()


def test_who_does_not_share_the_port(
    hub: Hub, home: tuple[Namespace, Namespace], tmp_path: Path
) -> None:
    """It is said once what is the matter; everything else goes on."""
    there, _ = home
    log = tmp_path / "media.log"
    program = "import socket, sys; s = socket.socket(2, 2); s.bind(('', 5353)); sys.stdin.read()"
    with subprocess.Popen(
        there.command(sys.executable, "-c", program), stdin=subprocess.PIPE
    ) as holder:
        eventually(lambda: ":5353" in there.run("ss", "-uln"))
        media = start_in(there, hub, log)
        try:
            eventually(lambda: "mDNS: the hub cannot be announced" in log.read_text(), times=3)
            eventually(lambda: "HTTP API on port" in log.read_text(), times=3)
        finally:
            media.terminate()
            assert media.wait(TIMEOUT_SECONDS) == 0
            holder.kill()
    assert "Address already in use" in log.read_text()
    assert "Traceback" not in log.read_text()
