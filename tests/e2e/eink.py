"""An e-ink display of the older system, and the hub that it speaks to."""

import http.client
import json
import re
import socket
from typing import Any, NamedTuple
from urllib.parse import urlencode

from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.answer import Answer
from tests.e2e.conftest import Hub, Process

BOOTSTRAP = "/api/display/bootstrap"
JSON = "application/json"


class Device(NamedTuple):
    """A display that has joined."""

    hardware_id: str
    id: str
    token: str
    mode: str


class Eink:
    """A running `media`, asked by a new connection each time as displays do."""

    def __init__(self, hub: Hub, **settings: str) -> None:
        self.hub = hub
        self.settings = settings
        self.media = self.start()

    def start(self) -> Process:
        """Start media, once more with what it has kept."""
        self.media = self.hub.start("media", **self.settings)
        self.media.wait_for_log("HTTP API on port")
        self.media.wait_for_log(": connected")
        return self.media

    def find_photos(self) -> None:
        """Have the folder of photos looked at now."""
        with Client(self.hub.broker, "operator") as operator:
            operator.subscribe("mantel/photo/response/scan")
            operator.publish("mantel/photo/request/scan", "{}")
            operator.receive()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        peer: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        """Send a request; a body that is no bytes is sent as JSON. `_` in a header is a `-`."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            told["Authorization"] = f"Token {token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            told.setdefault("Content-Type", JSON)
        # Pictures are drawn by a yielding child, which gets little of a busy machine
        connection = http.client.HTTPConnection(
            "127.0.0.1",
            self.hub.displays_port,
            timeout=6 * TIMEOUT_SECONDS,
            source_address=(peer, 0),
        )
        try:
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def get(self, path: str, token: str = "", **headers: str) -> Answer:
        return self.ask("GET", path, token=token, **headers)

    def bootstrap(self, hardware_id: str, width: Any = 1200, height: Any = 1600) -> Answer:
        """Ask to join."""
        body = {
            "hardware_id": hardware_id,
            "horizontal_pixels": width,
            "vertical_pixels": height,
        }
        return self.ask("POST", BOOTSTRAP, body)

    def join(self, hardware_id: str, width: int = 1200, height: int = 1600) -> Device:
        """Join, and return what a device keeps."""
        answer = self.bootstrap(hardware_id, width, height)
        assert answer.status == 200, answer
        told = answer.json
        return Device(hardware_id, told["human_readable_id"], told["token_key"], told["mode"])

    def mode(self, device: Device) -> str:
        """Poll."""
        asked = urlencode({"hardware_id": device.hardware_id})
        answer = self.get(f"/api/display/poll?{asked}", device.token)
        assert answer.status == 200, answer
        return str(answer.json["mode"])

    def press(self, device: Device, button: str) -> Answer:
        body = {"button_pressed": button}
        return self.ask("POST", "/api/display/button", body, token=device.token)

    def discover(self, question: bytes, seconds: float = TIMEOUT_SECONDS) -> bytes:
        """Ask by UDP; TimeoutError when no answer comes."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(seconds)
            asker.sendto(question, ("127.0.0.1", self.hub.discovery_port))
            return asker.recv(4096)


def wait_for_discovery(eink: Eink) -> None:
    """Return when it answers by UDP too."""
    eventually(lambda: re.search("discovery on UDP port", eink.media.log))
