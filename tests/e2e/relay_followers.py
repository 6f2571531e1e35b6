"""The example clients of the relay, running: what each shows, as one line a message.

`stats CPU MEMORY UPTIME` and `picture BYTES CRC`, as the examples print them.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from deploy import newer_debian
from shared.testing import TIMEOUT_SECONDS
from tests.e2e.browser import Browser, Page, program

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Login:
    """Where a client is to go, and as whom."""

    port: int
    device: str
    token: str
    directory: Path

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"


class Printer:
    """A client that is a process and prints what comes."""

    def __init__(self, words: list[str], login: Login, **environment: str) -> None:
        self._file = login.directory / "printed"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        with self._file.open("wb") as out:
            self._process = subprocess.Popen(
                words,
                cwd=login.directory,
                env={"PATH": path, "RELAY_TOKEN": login.token, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def printed(self) -> str:
        return self._file.read_text(errors="replace")

    def lines(self) -> list[str]:
        return self.printed.splitlines()

    def ended(self) -> bool:
        return self._process.poll() is not None

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, 15)  # a script and what it started
        self._process.wait(TIMEOUT_SECONDS)


class Terminal(Printer):
    """follow.sh prints the messages themselves."""

    def lines(self) -> list[str]:
        shown, waiting, whole = [], 0, b""
        for line in self.printed.splitlines():
            if line.startswith("(binary) ") and waiting:
                waiting -= 1
                whole += bytes.fromhex(line.removeprefix("(binary) "))
                if not waiting:
                    shown.append(f"picture {len(whole)} {zlib.crc32(whole):#x}")
            elif line.startswith('{"topic":'):
                message = json.loads(line)
                waiting, whole = message.get("parts", 0), b""
                if "data" in message:
                    shown.append(f"stats - - {message['data']['uptime_seconds']}")
        return shown


class Board:
    """The Arduino example's protocol on this computer; the connection is a library's, as there."""

    def __init__(self, binary: str, login: Login) -> None:
        filters = '"host/+/stats","display/rlcd/bitmap"'
        self._login = login
        self._session = subprocess.Popen(
            [binary, login.device, login.token, filters],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._socket: ClientConnection | None = None
        self._over = threading.Event()
        self._shown: list[str] = []
        self._threads = [threading.Thread(target=each) for each in (self._hear, self._show)]
        for thread in self._threads:
            thread.start()

    def lines(self) -> list[str]:
        return list(self._shown)

    def _tell(self, kind: bytes, message: bytes = b"") -> None:
        assert self._session.stdin is not None
        self._session.stdin.write(kind + len(message).to_bytes(4) + message)
        self._session.stdin.flush()

    def _hear(self) -> None:
        while not self._over.is_set():
            broken = (OSError, ConnectionClosed, InvalidHandshake)
            with (
                contextlib.suppress(*broken),
                connect(self._login.address, ping_interval=None, compression=None) as self._socket,
            ):
                self._tell(b"C")
                for message in self._socket:
                    if isinstance(message, str):
                        self._tell(b"T", message.encode())
                    else:
                        self._tell(b"B", message)
            self._over.wait(0.2)

    def _show(self) -> None:
        assert self._session.stdout is not None
        for line in self._session.stdout:
            text = line.decode().rstrip()
            if text.startswith("say ") and self._socket is not None:
                with contextlib.suppress(ConnectionClosed):
                    self._socket.send(text.removeprefix("say "))
            else:
                self._shown.append(text)

    def close(self) -> None:
        self._over.set()
        if self._socket is not None:
            self._socket.close()
        self._threads[0].join(TIMEOUT_SECONDS)
        assert self._session.stdin is not None
        self._session.stdin.close()
        self._session.wait(TIMEOUT_SECONDS)
        self._threads[1].join(TIMEOUT_SECONDS)
        assert self._session.stdout is not None
        self._session.stdout.close()


class Screen:
    """The page in a browser; what it shows now is its last lines."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def lines(self) -> list[str]:
        hours = self.page.js("parseFloat(document.getElementById('uptime').textContent) || 0")
        dots = self.page.js("""(() => {
          const canvas = document.getElementById('picture');
          if (canvas.hidden) return [];
          const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return Array.from(data).filter((_, at) => at % 4 === 0).map((red) => red ? 0 : 1);
        })()""")
        picture = bytes(
            int("".join(map(str, dots[start : start + 8])), 2) for start in range(0, len(dots), 8)
        )
        return [f"stats - - {3600 * hours}", f"picture {len(picture)} {zlib.crc32(picture):#x}"]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve files, as any web server does; yield the address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def micropython() -> list[str]:
    """Return the words that start MicroPython; skip where it cannot be had."""
    if own := shutil.which("micropython"):
        return [own]
    try:
        return newer_debian.command("micropython")
    except newer_debian.UnavailableError as reason:
        pytest.skip(f"no MicroPython here: {reason}")


def compiled(directory: Path) -> str:
    """Return the Arduino example's session as a program of this computer; skip without g++."""
    if shutil.which("g++") is None:
        pytest.skip("there is no C++ compiler here")
    sketch, binary = EXAMPLES / "esp32-arduino/mantel_relay", directory / "board"
    sources = [Path(__file__).parent / "arduino_host.cpp", sketch / "relay_session.cpp"]
    words = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{sketch}", "-o", str(binary)]
    subprocess.run([*words, *map(str, sources)], check=True, timeout=120)
    return str(binary)


def browser(directory: Path) -> Browser:
    """Return a running browser; skip where there is none."""
    if program() is None:
        pytest.skip("there is no Chromium here")
    return Browser(directory)
