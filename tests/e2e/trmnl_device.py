"""A TRMNL device: what its firmware sends, and what it checks of an answer, written anew."""

import http.client
import io
import json
import re
import struct
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from PIL import Image

from shared.testing import TIMEOUT_SECONDS
from tests.e2e.answer import Answer

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_NAME = 31
_PREFIX = 13
_DAY_SECONDS = 24 * 3600


def dashed(headers: dict[str, str]) -> dict[str, str]:
    """Return headers by their names; one of them has no dash."""
    return {
        name if name == "special_function" else name.replace("_", "-"): value
        for name, value in headers.items()
    }


class RefusedError(Exception):
    """The firmware would show an error, and not the picture."""


class Contact(NamedTuple):
    """What one wake of a device came to."""

    told: dict[str, Any]
    fetched: Answer | None
    drawn: bool

    @property
    def file(self) -> str:
        return str(self.told["filename"])

    @property
    def image(self) -> Image.Image:
        assert self.fetched is not None
        return Image.open(io.BytesIO(self.fetched.body))


class TrmnlDevice:
    """A device at `base`, which somebody typed; `port` is where that leads to."""

    def __init__(
        self,
        port: int,
        mac: str = "AA:BB:CC:00:11:22",
        *,
        base: str = "",
        model: str = "og",
        size: tuple[int, int] = (800, 480),
        peer: str = "127.0.0.1",
        **headers: str,
    ) -> None:
        self.port = port
        self.base = base or f"http://127.0.0.1:{port}"
        self.mac = mac
        self.model = model
        self.size = size
        self.peer = peer
        self.headers = dashed(headers)
        self.api_key = ""
        self.friendly_id = ""
        self.files: dict[str, bytes] = {}
        self.shown = ""
        self.refresh_rate = 900
        self.most_bytes = 750_000 if model == "x" else 90_000
        self.wiped = 0

    def ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        """Ask by a connection of its own. HTTP 307 and 308 are followed by others than this."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=3 * TIMEOUT_SECONDS, source_address=(self.peer, 0)
        )
        try:
            told = {"Host": parts.netloc, "Connection": "close", **headers}
            connection.request(method, target, body, told)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    # --- setup ---

    def ask_setup(self, path: str = "/api/setup") -> Answer:
        headers = {"ID": self.mac, "Content-Type": "application/json", "FW-Version": "1.7.8"}
        if self.model:
            headers["Model"] = self.model
        return self.ask("GET", self.base + path, headers)

    def setup(self) -> Answer:
        """Pair, and return the picture that is shown then; RefusedError."""
        answer = self.ask_setup()
        if answer.status != 200:
            raise RefusedError(f"HTTP {answer.status}")
        told = answer.json
        if told.get("status") != 200:
            raise RefusedError(f"status {told.get('status')}")
        self.api_key, self.friendly_id = told["api_key"], told["friendly_id"]
        picture = self.ask("GET", told["image_url"], {"Accept-Encoding": "identity"})
        if picture.body[:2] != b"BM" and picture.body[:8] != _SIGNATURE:
            raise RefusedError("neither BMP nor PNG")
        if picture.body[:2] == b"BM" and len(picture.body) != 48062:
            raise RefusedError("a BMP of another size")
        self.check(picture)
        return picture

    # --- display ---

    def ask_display(self, path: str = "/api/display", **headers: str) -> Answer:
        told = {
            "ID": self.mac,
            "Content-Type": "application/json",
            "Update-Source": "timer",
            "Access-Token": self.api_key,
            "Refresh-Rate": str(self.refresh_rate),
            "Battery-Voltage": "4.05",
            "FW-Version": "1.7.8",
            "Model": self.model,
            "RSSI": "-61",
            "Temperature-Profile": "true",
            "Width": str(self.size[0]),
            "Height": str(self.size[1]),
            **self.headers,
            **dashed(headers),
        }
        return self.ask("GET", self.base + path, {n: v for n, v in told.items() if v})

    def wake(self, **headers: str) -> Contact:
        """Ask, fetch what is not there yet, and draw what is not shown; RefusedError."""
        answer = self.ask_display(**headers)
        if answer.status not in {200, 301, 429}:
            raise RefusedError(f"HTTP {answer.status}")
        told = answer.json
        status = told.get("status", 0)
        self.refresh_rate = int(told.get("refresh_rate", 0))
        if status == 500 or told.get("reset_firmware"):
            self.api_key = self.friendly_id = ""
            self.wiped += 1
        if status != 0:
            return Contact(told, None, drawn=False)
        name = self._stored_name(told["filename"])
        if name == self.shown:
            return Contact(told, None, drawn=False)
        fetched = None
        if name not in self.files:
            fetched = self.fetch(told["image_url"])
            self.check(fetched)
            self._store(name, fetched)
        self.shown = name
        return Contact(told, fetched, drawn=True)

    def fetch(self, url: str) -> Answer:
        """Fetch a picture; the token is shown to the base alone."""
        headers = {"Accept-Encoding": "identity"}
        if url.startswith(self.base):
            headers |= {"ID": self.mac, "Access-Token": self.api_key}
        answer = self.ask("GET", url, headers)
        if answer.status not in {200, 301}:
            raise RefusedError(f"HTTP {answer.status} of the image")
        return answer

    def check(self, picture: Answer) -> None:
        """Check a picture as the firmware does before it draws it; RefusedError."""
        body, kind = picture.body, picture.headers.get("content-type", "")
        length = picture.headers.get("content-length")
        if length is not None and int(length) != len(body):
            raise RefusedError("truncated")
        if len(body) > self.most_bytes:
            raise RefusedError(f"{len(body)} bytes")
        if body[:2] == b"BM" or kind not in {"image/png", "image/jpeg"}:
            check_bmp(body)
        elif kind == "image/png":
            if body[:8] != _SIGNATURE:
                raise RefusedError("no PNG")
            Image.open(io.BytesIO(body)).load()

    def _stored_name(self, name: str) -> str:
        return name if len(name) <= _MOST_NAME else name[:7] + name[-17:]

    def _store(self, name: str, picture: Answer) -> None:
        """Keep a picture, BMP is not kept; others of the same beginning and old ones go."""
        now = time.time()
        for other in list(self.files):
            epoch = re.search(r"(\d{10})$", other)
            old = epoch is None or now - int(epoch[1]) > _DAY_SECONDS
            if other[:_PREFIX] == name[:_PREFIX] or old:
                del self.files[other]
        if picture.body[:2] != b"BM":
            self.files[name] = picture.body

    # --- log ---

    def report(self, body: Any, path: str = "/api/log") -> Answer:
        """Send a report; bytes as they are."""
        headers = {
            "ID": self.mac,
            "Accept": "application/json, */*",
            "Access-Token": self.api_key,
            "Content-Type": "application/json",
        }
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", self.base + path, headers, raw)


def check_bmp(body: bytes) -> None:
    """Check the header of a BMP: 800x480, bottom-up, one bit, its size, black and white."""
    if body[:2] != b"BM" or len(body) < 62:
        raise RefusedError("no BMP")
    offset = struct.unpack_from("<I", body, 10)[0]
    width, height, _, bits, _, size = struct.unpack_from("<iiHHII", body, 18)
    colours = struct.unpack_from("<I", body, 46)[0]
    if (width, height, bits, size, colours) != (800, 480, 1, 48000, 2):
        raise RefusedError(f"BMP {width}x{height}, {bits} bits, {size} bytes, {colours} colours")
    black, white = b"\x00\x00\x00\x00", b"\xff\xff\xff\x00"
    if body[54:62] not in {black + white, white + black}:
        raise RefusedError("a BMP of other colours")
    if offset <= 54:
        raise RefusedError(f"pixels at {offset}")
    if len(body) != 48062:
        raise RefusedError(f"{len(body)} bytes of BMP")
