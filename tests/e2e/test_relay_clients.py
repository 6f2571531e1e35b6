"""Each example client of the relay follows statistics and a picture through all restarts."""

import hashlib
import random
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest

from shared import topics
from shared.payloads import DeviceConfig
from shared.testing import Client, eventually, free_port
from stats.mock import mock_stats
from tests.e2e.conftest import Hub, Process
from tests.e2e.cut_line import Line
from tests.e2e.relay_examples import (
    hurried,
    in_a_browser,
    in_a_terminal,
    in_python,
    on_a_board,
    on_micropython,
)
from tests.e2e.relay_followers import Login
from tests.ws_bridge.relay import document

TOKEN = "the-token-of-a-test"
SHOWN = [set(re.findall(r'"(\w+)":', message)) for message in document.messages()]
SHOWN.append({"hello", "device", "token", "session", "sequence", *(
    row[0] for row in document.table("key")
)})  # fmt: skip
"""The keys of each message that the document shows; of a hello those of its table too."""


class Follower(Protocol):
    """A running client."""

    def lines(self) -> list[str]:
        """Return what it has shown."""


class Home:
    """A hub with a relay behind a line that can be cut, and what is on in it."""

    def __init__(self, hub: Hub, line: Line, relay_port: int) -> None:
        self._hub, self.line, self._port = hub, line, relay_port
        self.bridge = self._start()

    def _start(self) -> Process:
        bridge = self._hub.start("ws-bridge", WS_BRIDGE_RELAY_PORT=str(self._port))
        bridge.wait_for_log(": connected")
        return bridge

    def publish(self, number: int, picture_bytes: int = 5000) -> None:
        """Publish a reading with this uptime in hours, and a picture that belongs to it."""
        now = datetime.now(UTC)
        reading = msgspec.structs.replace(
            mock_stats(now, now, lambda: 0.5), uptime_seconds=3600.0 * number
        )
        picture = random.Random(number).randbytes(picture_bytes)
        with Client(self._hub.broker) as client:
            for topic, payload, names in (
                (topics.HOST_STATS, topics.HOST_STATS.encode(reading), {"node": "pi"}),
                (topics.DISPLAY_BITMAP, picture, {"id": "rlcd"}),
            ):
                client.publish(topic.name("mantel", **names), payload, retain=True)

    def restart_bridge(self, meanwhile: int) -> None:
        self.bridge.stop()
        self.publish(meanwhile)
        self.bridge = self._start()

    def restart_broker(self) -> None:
        self._hub.broker.restart()

    def allow(self, device: str) -> None:
        """Let a device in, as the operator does."""
        config = DeviceConfig(
            token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
            read=["host/+/stats", "display/rlcd/#"],
        )
        with Client(self._hub.broker, "operator") as operator:
            name = topics.DEVICE_CONFIG.name("mantel", id=device)
            operator.publish(name, topics.DEVICE_CONFIG.encode(config), retain=True)


@pytest.fixture
def home(hub: Hub) -> Iterator[Home]:
    port = free_port()
    with Line(port) as line:
        home = Home(hub, line, port)
        home.allow("kitchen")
        yield home


def wait_until_shown(follower: Follower, number: int, picture_bytes: int = 5000) -> None:
    """Wait until a client shows the reading and the picture of this number."""
    crc = zlib.crc32(random.Random(number).randbytes(picture_bytes))

    def shown() -> bool:
        lines = [line.split() for line in follower.lines()]
        uptimes = [float(line[3]) for line in lines if len(line) > 3 and line[0] == "stats"]
        pictures = [line[1:3] for line in lines if line[:1] == ["picture"]]
        return 3600.0 * number in uptimes and [str(picture_bytes), hex(crc)] in pictures

    try:
        eventually(shown, times=3)
    except TimeoutError:
        raise AssertionError(f"{number} is not shown: {follower.lines()[-5:]}") from None


@pytest.mark.says("1.3.2", "11.1.1")
@pytest.mark.parametrize(
    "client",
    [on_micropython, in_python, in_a_terminal, on_a_board, in_a_browser],
    ids=["micropython", "python", "terminal", "arduino", "browser"],
)
def test_it_follows_through_everything(
    home: Home, tmp_path: Path, client: Callable[[Login], Any]
) -> None:
    """A cut line, a restart of the bridge and one of the broker; a cut line is resumed.

    All that it says has the keys that the document shows, and it minds no new ones of the hub's.
    """
    home.publish(1)
    with client(Login(home.line.port, "kitchen", TOKEN, tmp_path)) as follower:
        wait_until_shown(follower, 1)
        home.line.cut()
        home.publish(2)
        wait_until_shown(follower, 2)
        assert b'"resumed":true' in home.line.heard, "it went on where it ended"
        home.restart_bridge(meanwhile=3)
        wait_until_shown(follower, 3)
        home.restart_broker()
        home.publish(4)
        wait_until_shown(follower, 4)
    for text in home.line.texts:
        keys = re.findall(r'"(\w+)"\s*:', text.decode())
        assert any(set(keys) <= shown for shown in SHOWN), text
    assert any(b'"resume"' in text for text in home.line.texts)


@pytest.mark.parametrize(
    ("client", "example"),
    [
        (on_micropython, "esp32-micropython"),
        (in_python, "python"),
        (in_a_browser, "browser"),
    ],
    ids=["micropython", "python", "browser"],
)
def test_it_asks_for_a_sign_of_life(
    home: Home, tmp_path: Path, client: Callable[..., Any], example: str
) -> None:
    """By an empty ping, or a page's own; when none comes it connects again."""
    home.publish(1)
    login = Login(home.line.port, "kitchen", TOKEN, tmp_path)
    with client(login, folder=hurried(example, tmp_path)) as follower:
        wait_until_shown(follower, 1)
        if example == "browser":
            eventually(lambda: b'{"pong":1}' in home.line.heard)
        else:
            eventually(lambda: b"\x89\x80" in home.line.said)
            eventually(lambda: b"\x8a\x00" in home.line.heard)
        home.publish(2)
        wait_until_shown(follower, 2)
        assert home.line.connections == 1, "the answer was taken for a sign of life"
        home.line.go_silent()
        home.publish(3)
        wait_until_shown(follower, 3)


def test_micropython_takes_a_picture_of_48000_bytes_in_its_heap(home: Home, tmp_path: Path) -> None:
    """800 x 480 dots, in place."""
    home.publish(1, 48_000)
    login = Login(home.line.port, "kitchen", TOKEN, tmp_path)
    with on_micropython(login, picture_bytes=48_000) as follower:
        for number in range(2, 6):
            wait_until_shown(follower, number - 1, 48_000)
            home.publish(number, 48_000)
        wait_until_shown(follower, 5, 48_000)
        free = [int(line.split()[3]) for line in follower.lines() if line.startswith("picture")]
        assert 0 < max(free) < 102_400 - 48_000, "it is the heap that is limited"


def test_micropython_says_that_a_picture_is_too_large_and_goes_on(
    home: Home, tmp_path: Path
) -> None:
    """The stream stays in step."""
    home.publish(1, 20_000)
    with on_micropython(Login(home.line.port, "kitchen", TOKEN, tmp_path)) as follower:
        eventually(lambda: "20000 bytes, more than the buffer" in follower.printed, times=3)
        home.publish(2)
        wait_until_shown(follower, 2)
    assert "again in" not in follower.printed


@pytest.mark.parametrize(
    "client", [on_micropython, in_python, in_a_terminal], ids=["micropython", "python", "terminal"]
)
def test_a_wrong_token_is_said_and_not_tried_again(
    home: Home, tmp_path: Path, client: Callable[[Login], Any]
) -> None:
    with client(Login(home.line.port, "kitchen", "wrong", tmp_path)) as follower:
        eventually(follower.ended, times=3)
    assert "401" in follower.printed


def test_a_page_says_that_its_token_is_wrong(home: Home, tmp_path: Path) -> None:
    with in_a_browser(Login(home.line.port, "kitchen", "wrong", tmp_path)) as screen:
        said = "document.getElementById('state').textContent"
        screen.page.until(f"{said}.includes('does not let this page in')")
