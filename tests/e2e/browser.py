"""Chromium without a window, driven by its own DevTools protocol.

That costs no package: those that drive browsers bring 40 MB and do not exist for 32-bit machines.
"""

import base64
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from shared.testing import TIMEOUT_SECONDS, eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # its sandbox refuses to be started by root
    "--disable-dev-shm-usage",  # 64 MB in a container
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-port=0",
)


def program() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A running browser with a profile of its own in `directory`; `options` are Chromium's."""

    def __init__(self, directory: Path, *options: str) -> None:
        path = program()
        assert path, "no Chromium"
        self._process = subprocess.Popen(
            [path, *_OPTIONS, *options, f"--user-data-dir={directory}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._process.pid
        port_file = directory / "DevToolsActivePort"
        eventually(
            lambda: port_file.exists() and len(port_file.read_text().splitlines()) == 2, times=3
        )
        self._port = port_file.read_text().splitlines()[0]

    @contextmanager
    def open(
        self, url: str, *, width: int = 1200, height: int = 900, scheme: str = "light",
        script: str = "",
    ) -> Iterator["Page"]:  # fmt: skip
        """Open a page; `script` runs before those of the page."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/json/new?about:blank", method="PUT"
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            debugger = json.load(answer)["webSocketDebuggerUrl"]
        with connect(debugger, max_size=None, open_timeout=TIMEOUT_SECONDS) as socket:
            page = Page(socket)
            for domain in ("Page", "Runtime", "Network", "Log"):
                page.call(f"{domain}.enable")
            page.call(
                "Emulation.setDeviceMetricsOverride",
                width=width, height=height, deviceScaleFactor=1, mobile=width < 500,
            )  # fmt: skip
            feature = {"name": "prefers-color-scheme", "value": scheme}
            page.call("Emulation.setEmulatedMedia", features=[feature])
            page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
            page.call("Page.setLifecycleEventsEnabled", enabled=True)
            page.wait_for_load(page.call("Page.navigate", url=url)["loaderId"])
            yield page
            page.call("Page.close")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT_SECONDS)


class Page:
    """One tab: what it asked for, what it complained of, and what its JavaScript says."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = self._receive()
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])

    def wait_for_load(self, loader: str, name: str = "load") -> None:
        """Wait until the document is there that a navigation asked for, or for a later event."""
        while True:
            event = self._receive().get("params", {})
            if (event.get("loaderId"), event.get("name")) == (loader, name):
                return

    def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(TIMEOUT_SECONDS))
        if "method" in message:
            self._note(message["method"], message["params"])
        return message

    def _note(self, method: str, event: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(event["request"]["url"])
        elif (
            method == "Runtime.exceptionThrown"
            or (method == "Log.entryAdded" and event["entry"]["level"] in {"error", "warning"})
            or (method == "Runtime.consoleAPICalled" and event["type"] in {"error", "warning"})
        ):
            self.complaints.append(json.dumps(event))

    def js(self, expression: str) -> Any:
        """Return the value of an expression; a promise is waited for."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until the expression is true."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.js(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(0.02)

    def press(self, key: str) -> None:
        """Press and release a key such as Tab, Enter, a blank, a letter or a digit."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27}.get(key) or ord(key.upper())
        text = "\r" if key == "Enter" else key if len(key) == 1 else ""
        common = {"key": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def click(self, selector: str) -> None:
        """Click in the middle of an element, as a hand does."""
        x, y = self.js(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def screenshot(self, file: Path) -> None:
        """Write a PNG of what is in sight."""
        shot = self.call("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(shot["data"]))
