"""The largest pictures that `media` opens, in the memory that its container has."""

import http.client
import json
import struct
import zlib
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS
from tests.docker.stack import Stack

pytestmark = pytest.mark.docker

SIDE = 4990
"""Of a PNG with alpha: 99.6 MB when it is decoded, just below the most that is taken."""


def chunk(kind: bytes, content: bytes) -> bytes:
    sum_ = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + sum_


def large() -> bytes:
    packer = zlib.compressobj(1)
    row = b"\0" + b"\xff\0\0\xff" * SIDE
    data = b"".join(packer.compress(row) for _ in range(SIDE)) + packer.flush()
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def ask(stack: Stack, method: str, path: str, body: Any = None, token: str = "") -> bytes:
    connection = http.client.HTTPConnection(
        "127.0.0.1", stack.displays_port, timeout=3 * TIMEOUT_SECONDS
    )
    headers = {"Content-Type": "application/json"} if body else {}
    if token:
        headers["Authorization"] = f"Token {token}"
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    assert answer.status == 200, told
    return told


def test_the_largest_picture_does_not_end_the_service(stack: Stack):
    file = stack.tree / "photos" / "000.png"
    file.parent.mkdir(exist_ok=True)
    device = {"hardware_id": "large", "horizontal_pixels": 1600, "vertical_pixels": 1200}
    token = json.loads(ask(stack, "POST", "/api/display/bootstrap", device))["token_key"]
    before = stack.inspect("media")["RestartCount"]  # other tests kill it
    file.write_bytes(large())
    try:
        shown = ask(stack, "GET", "/api/display/variant", token=token)
    finally:
        file.unlink()
    assert shown.startswith(b"\x89PNG")
    assert "000.png" not in stack.log("media"), "it was shown, and nothing was said"
    assert stack.inspect("media")["RestartCount"] == before
    assert not stack.inspect("media")["State"]["OOMKilled"]
