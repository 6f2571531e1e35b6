"""Paragraphs 1.4 to 1.6 of docs/relay-protocol.md: what WebSocket itself allows, and what not.

The cases are those of RFC 6455, as Autobahn's suite sorts them: frames, pings, reserved bits,
opcodes, pieces, UTF-8, closing, limits; and handshakes.
"""

import asyncio
import json
import re

import pytest
from websockets.asyncio.client import connect

from shared.testing import TIMEOUT_SECONDS
from tests.ws_bridge.relay.conftest import REQUEST, House, masked, next_frame, plain
from tests.ws_bridge.relay.device import TOKEN

HELLO = masked(1, json.dumps({"hello": 1, "device": "kitchen", "token": TOKEN}).encode())
PING = b'{"ping":4,"x":"%s"}'


def closing(number: int, reason: bytes = b"") -> bytes:
    return masked(8, number.to_bytes(2) + reason)


BREACHES = [
    b"\x81\x01x",  # not masked
    *(masked(opcode, b"") for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    *(masked(0, b"x", first=first) for first in (0xC1, 0xA1, 0x91, 0xF1, 0x92, 0xC9)),
    masked(0, b"x"), masked(0, b"x", first=0x00),  # nothing that it could continue
    masked(0, b"a", first=0x01) + masked(1, b"b"),  # a message within a message
    masked(9, b"x" * 126), masked(10, b"x" * 126), masked(8, b"\x03\xe8" + b"x" * 124),
    masked(0, b"x", first=0x09), masked(0, b"x", first=0x0A), masked(0, b"", first=0x08),
    masked(8, b"\x03"),
    *map(closing, (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)),
]  # fmt: skip
NO_UTF_8 = [
    *(masked(1, PING % text) for text in (
        b"\xff", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\xaf",
        b"\xf0\x80\x80\xaf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\x80", b"\xce\xba\xe1",
    )),
    masked(0, b"\xce", first=0x01) + masked(0, b"x", first=0x80),
    closing(1000, b"\xff"),
]  # fmt: skip
GOOD = [
    masked(1, PING % "ä€😀\ufffe\U0010ffff\ud7ff\ue000".encode()),
    masked(1, PING % b""),
    # A character in two pieces, with an empty piece and a pong that nobody asked for between
    masked(0, b'{"ping":4,"x":"\xf0\x9f', first=0x01) + masked(10, b"?")
    + masked(0, b"", first=0x00) + masked(0, b'\x98\x80"}', first=0x80),
    b"".join(masked(0, bytes([byte]), first=0 if place else 1)
             for place, byte in enumerate(PING % (b"x" * 300))) + masked(0, b"", first=0x80),
    masked(1, PING % (b"x" * (65536 - 17))),
    masked(10, b"") + masked(10, b"x" * 125) + masked(1, PING % b""),
]  # fmt: skip
TOO_LONG = [
    masked(1, b"x" * 65537),
    masked(2, b"x" * 65537),
    masked(0, b"x" * 1000, first=0x01) + masked(0, b"x" * 1000, first=0) * 70,
    b"\x81\xff" + (1 << 40).to_bytes(8) + bytes(4),
    b"\x81\xff" + b"\xff" * 8 + bytes(4),
]
NO_HANDSHAKES = [
    REQUEST.replace(b"GET", b"POST"),
    b"GET /" + b"x" * 40_000,
    REQUEST.replace(b"\r\n\r\n", b"\r\nX: y" * 200 + b"\r\n\r\n"),
    REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"),
    REQUEST.replace(b"Upgrade: websocket\r\n", b""),
    REQUEST.replace(b"Upgrade: websocket", b"Upgrade: h2c"),
    REQUEST.replace(b"Connection: Upgrade\r\n", b""),
    REQUEST.replace(b"Version: 13", b"Version: 8"),
    REQUEST.replace(b"Sec-WebSocket-Version: 13\r\n", b""),
    REQUEST.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short"),
    REQUEST.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
]
NO_REQUESTS = [
    b"\x16\x03\x01\x02\x00\x01" + bytes(500) + b"\r\n\r\n", b"SSH-2.0-x\r\n\r\n", b"\r\n\r\n",
]  # fmt: skip


async def close_code(house: House, frames: bytes) -> tuple[int, list[bytes]]:
    """Send frames after a hello; return the number of the close frame, and what came before."""
    reader, writer = await plain(house.port, HELLO)
    heard = [(await next_frame(reader))[1]]
    writer.write(frames)
    try:
        while True:
            first, payload = await next_frame(reader)
            if first == 0x88:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    assert await reader.read() == b"", "and then hangs up"
                return int.from_bytes(payload[:2]), heard
            heard.append(payload)
    finally:
        writer.close()


@pytest.mark.says("1.4.1", "1.4.2", "1.4.3")
async def test_one_frame_a_message(house: House) -> None:
    """And in pieces from the device; nor is compression agreed to."""
    house.let_in("kitchen", "display/#")
    async with connect(house.url) as socket:
        assert not socket.protocol.extensions
    reader, writer = await plain(house.port, HELLO)
    assert (await next_frame(reader))[0] == 0x81
    writer.write(masked(0, b'{"pi', first=0x01) + masked(0x9, b""))
    writer.write(masked(0, b'ng":', first=0x00) + masked(0, b"4}", first=0x80))
    assert await next_frame(reader) == (0x8A, b""), "a pong in between"
    assert await next_frame(reader) == (0x81, b'{"pong":4}')
    writer.write(masked(1, b'{"subscribe":["display/d/bitmap"]}'))
    for _ in range(2):
        await next_frame(reader)
    for size, frames in ((5000, [0x81, 0x82, 0x82]), (0, [0x81]), (4096, [0x81, 0x82])):
        house.tell("display/d/bitmap", b"x" * size)
        heard = [await next_frame(reader) for _ in frames]
        assert [first for first, _ in heard] == frames
        assert all(payload for _, payload in heard)
    writer.close()


@pytest.mark.says("1.4.3", "1.5.1")
async def test_what_is_allowed(house: House) -> None:
    """Control frames within a message, pieces of one byte and of none, texts to the last byte."""
    house.let_in("kitchen")
    reader, writer = await plain(house.port, HELLO)
    await next_frame(reader)
    for frames in GOOD:
        writer.write(frames)
        assert await next_frame(reader) == (0x81, b'{"pong":4}')
    writer.close()


@pytest.mark.says("1.5.2", "1.6.1", "1.6.2", "8.2.2")
async def test_what_is_not(house: House) -> None:
    """After each the welcome was all that was said: there is no goodbye; nobody else notices."""
    house.let_in("kitchen", "#")
    house.let_in("attic")
    async with house.device("attic") as attic:
        for number, cases in ((1002, BREACHES), (1007, NO_UTF_8), (1009, TOO_LONG)):
            for frames in cases:
                told, heard = await close_code(house, frames)
                assert (told, len(heard)) == (number, 1), frames[:40]
        await attic.silence()


@pytest.mark.says("1.6.4")
@pytest.mark.parametrize(
    ("end", "code"), [(masked(0, b"c"), 1002), (closing(1000), 1000)], ids=["breach", "goodbye"]
)
async def test_what_comes_just_before_the_end_is_answered(
    house: House, end: bytes, code: int
) -> None:
    house.let_in("kitchen")
    told, heard = await close_code(house, 3 * masked(1, PING % b"") + end)
    assert (told, heard[1:]) == (code, 3 * [b'{"pong":4}'])


async def test_a_goodbye_of_the_device_is_answered(house: House) -> None:
    """With its own number, and nothing after it is taken."""
    house.let_in("kitchen")
    for number in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
        goodbye = closing(number, b"x" * (number % 123))
        told, heard = await close_code(house, goodbye + masked(9, b"") + masked(1, PING % b""))
        assert (told, len(heard)) == (number, 1)
    assert (await close_code(house, masked(8, b"")))[0] in (0, 1000)


@pytest.mark.says("1.6.3")
async def test_what_is_no_handshake(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async def answer(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(request)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            told = await reader.read()
        writer.close()
        return told

    for request in NO_HANDSHAKES:
        assert re.match(rb"HTTP/1.1 [45]\d\d ", await answer(request)), request
    for request in NO_REQUESTS:
        assert await answer(request) == b"", request[:40]
    assert not caplog.messages
    house.let_in("kitchen")
    async with house.device("kitchen") as kitchen:
        await kitchen.silence()
