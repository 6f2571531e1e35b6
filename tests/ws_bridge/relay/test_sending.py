"""Section 4 of docs/relay-protocol.md: the form of what the hub sends."""

import json
import struct
from typing import Any

import pytest

from shared import topics
from shared.topic import Topic
from tests.ws_bridge.relay.conftest import House
from tests.ws_bridge.relay.device import Device
from ws_bridge.relay.catalog import KINDS, Kind
from ws_bridge.relay.message import Form, Message, cut_text


def kind(topic: Topic[Any]) -> Kind:
    return next(each for each in KINDS if each.topic is topic)


async def next_payload(device: Device) -> bytes:
    """Return the payload of the next message of a topic, in any form, past pongs."""
    while (raw := await device.raw()) == '{"pong":5}':
        pass
    if isinstance(raw, bytes):
        start = 20 + int.from_bytes(raw[2:4])
        rest = [await device.raw() for _ in range(1, int.from_bytes(raw[14:16]))]
        return b"".join(part[start:] for part in (raw, *rest))  # type: ignore[misc]
    head = json.loads(raw)
    if "data" in head:
        return json.dumps(head["data"]).encode()
    parts = [await device.raw() for _ in range(head["parts"])]
    return b"".join(part.encode() if isinstance(part, str) else part for part in parts)


async def whole(device: Device) -> tuple[Any, bytes, list[int]]:
    """Return a header, what its parts hold together, and how long each is."""
    head = await device.hear()
    parts = [await device.raw() for _ in range(head["parts"])]
    assert all(isinstance(part, str) == bool(head.get("text")) for part in parts)
    data = [part.encode() if isinstance(part, str) else part for part in parts]
    return head, b"".join(data), [len(part) for part in data]


@pytest.mark.says("4.1.1")
async def test_json_as_it_came(house: House) -> None:
    """Not made again: with its blanks and its numbers."""
    house.let_in("kitchen", "host/#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("host/+/stats")
        house.tell("host/pi/stats", b'{ "a" : 1.50, "\\u00e4":"\xc3\xa4"}')
        raw = await kitchen.raw()
        assert isinstance(raw, str)
        assert raw.startswith('{"topic":"host/pi/stats","sequence":')
        assert raw.endswith(',"data":{ "a" : 1.50, "\\u00e4":"ä"}}')


@pytest.mark.says("4.2.1")
async def test_words(house: House) -> None:
    house.let_in("kitchen", "service/#")
    house.tell("service/pi/stats/availability", b"online", retain=True)
    async with house.device("kitchen") as kitchen:
        heard = await kitchen.subscribe("service/+/stats/availability")
        assert heard[1]["data"] == "online"


@pytest.mark.says("4.3.1", "4.8.1", "4.8.2")
async def test_gone_and_retained(house: House) -> None:
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    house.tell("alarm/a/state", b"1", retain=True)
    house.tell("display/d/bitmap", b"xy", retain=True)
    async with house.device("kitchen") as kitchen:
        await kitchen.say(subscribe=["alarm/+/state", "display/+/bitmap"], id=1)
        await kitchen.hear()
        for _ in range(2):
            retained = await kitchen.hear()
            assert retained["retained"] is True
            for _ in range(retained.get("parts", 0)):
                assert await kitchen.raw() == b"xy"
        assert await kitchen.hear() == {"retained": "end", "id": 1}
        house.tell("alarm/a/state", b"", retain=True)
        house.tell("display/d/bitmap", b"", retain=True)
        for topic in ("alarm/a/state", "display/d/bitmap"):
            gone = await kitchen.hear()
            assert {**gone, "sequence": 0} == {"topic": topic, "sequence": 0, "gone": True}
        heard = await kitchen.subscribe("alarm/+/state")
        assert not any("topic" in each for each in heard), "what is gone is not told again"
        async with house.device("attic", binary="framed") as attic:
            await attic.subscribe("display/+/bitmap")
            for payload in (b"x", b""):
                house.tell("display/d/bitmap", payload, retain=True)
            assert isinstance(await attic.raw(), bytes)
            assert (await attic.hear())["gone"] is True


@pytest.mark.says("4.4.1", "4.4.2")
async def test_long_json_in_parts_of_text(house: House) -> None:
    house.let_in("kitchen", "host/#")
    async with house.device("kitchen", text_bytes=512) as kitchen:
        await kitchen.subscribe("host/+/stats")
        data = {"text": "äöü€😀" * 300}
        raw = json.dumps(data, ensure_ascii=False).encode()
        house.tell("host/pi/stats", raw)
        head, told, sizes = await whole(kitchen)
        assert (head["text"], head["bytes"], told) == (True, len(raw), raw)
        assert max(sizes) <= 512
        assert min(sizes[:-1]) > 508, "full but for a character"


@pytest.mark.parametrize("size", range(400, 520))
@pytest.mark.says("4.4.1")
def test_the_longest_that_needs_no_parts(size: int) -> None:
    """To the byte: no message is longer than `text_bytes`, and none is cut without need."""
    payload = b'"' + b"x" * (size - 2) + b'"'
    message = Message(kind(topics.HOST_STATS), "host/pi/stats", payload, 12345)
    frames = message.frames(Form(text_bytes=512))
    one = len(b'{"topic":"host/pi/stats","sequence":12345,"data":') + size + 1 <= 512
    assert (b'"parts"' not in frames) == one
    length = int.from_bytes(frames[2:4]) if frames[1] == 126 else frames[1]
    assert length <= 512


@pytest.mark.parametrize("most", [4, 5, 6, 7, 512])
@pytest.mark.says("4.4.3")
def test_a_part_ends_where_a_character_ends(most: int) -> None:
    text = "a€😀äbcd" * 20
    parts = cut_text(text.encode(), most)
    assert "".join(part.decode() for part in parts) == text
    assert max(map(len, parts)) <= most


@pytest.mark.says("4.5.1", "4.5.2", "4.5.3")
async def test_bytes_after_a_header(house: House) -> None:
    house.let_in("kitchen", "display/#", "audio/#")
    picture = bytes(range(256)) * 20
    async with house.device("kitchen", binary_bytes=2000) as kitchen:
        await kitchen.subscribe("display/+/bitmap", "audio/+/pcm")
        house.tell("display/d/bitmap", picture)
        head, told, sizes = await whole(kitchen)
        assert (head["bytes"], head["parts"], sizes) == (5120, 3, [2000, 2000, 1120])
        assert told == picture
        house.tell("audio/alarm/pcm", b"")
        head = await kitchen.hear()
        assert (head["bytes"], head["parts"]) == (0, 0)
        await kitchen.silence()


@pytest.mark.says("4.6.1", "4.6.2", "4.6.3", "4.6.4")
async def test_framed_bytes(house: House) -> None:
    house.let_in("kitchen", "display/#", "audio/#")
    picture = bytes(range(256)) * 20
    house.tell("display/d/bitmap", picture, retain=True)
    async with house.device("kitchen", binary_bytes=2000, binary="framed") as kitchen:
        await kitchen.say(subscribe=["display/+/bitmap", "audio/+/pcm"])
        await kitchen.hear()
        for retained in (1, 0):
            data, sizes, numbers = b"", [], set()
            for number in (1, 2, 3):
                raw = await kitchen.raw()
                assert isinstance(raw, bytes)
                head = struct.unpack(">BBHQHHI", raw[:20])
                assert (head[0], head[1]) == (1, retained)
                assert head[4:] == (number, 3, 5120)
                assert raw[20 : 20 + head[2]] == b"display/d/bitmap"
                numbers.add(head[3])
                sizes.append(len(raw) - 20 - head[2])
                data += raw[20 + head[2] :]
            assert (data, sizes, len(numbers)) == (picture, [2000, 2000, 1120], 1)
            if retained:
                await kitchen.hear()
                house.tell("display/d/bitmap", picture)
        house.tell("audio/alarm/pcm", b"")
        raw = await kitchen.raw()
        assert struct.unpack(">BBHQHHI", raw[:20])[4:] == (1, 1, 0)  # type: ignore[arg-type]


@pytest.mark.says("4.7.1")
async def test_nothing_comes_between_parts(house: House) -> None:
    """However much is said at once to devices of all forms."""
    forms: list[dict[str, Any]] = [
        {"binary_bytes": 512}, {"binary_bytes": 512, "binary": "framed"}, {"text_bytes": 512},
    ]  # fmt: skip
    for number, form in enumerate(forms):
        house.let_in(f"d{number}", "#")
        async with house.device(f"d{number}", **form) as one:
            await one.subscribe(f"display/d{number}/bitmap", f"host/h{number}/stats")
            for each in range(30):
                house.tell(f"display/d{number}/bitmap", bytes([each]) * 2000)
                house.tell(f"host/h{number}/stats", json.dumps({"n": each, "x": "y" * 1000}))
                await one.say(ping=5)
            for each in range(30):
                assert await next_payload(one) == bytes([each]) * 2000
                assert json.loads(await next_payload(one))["n"] == each


@pytest.mark.says("4.9.1", "4.9.2")
async def test_what_is_no_json_or_no_word_is_left_out(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("panel/+/event", "service/+/+/availability")
        bad = {f"panel/p{number}/event": payload for number, payload in enumerate(
            (b"{", b"\xff", b'"\xff"', b"", b"{}{}", b" ", b"[" * 5000)
        )}  # fmt: skip
        for name, payload in {**bad, "service/pi/x/availability": b"\xff"}.items():
            for _ in range(3):
                house.tell(name, payload)
            house.tell("panel/q/event", b"1")
            assert (await kitchen.hear())["topic"] == "panel/q/event"
            assert len([line for line in caplog.messages if name in line]) == 1


@pytest.mark.says("4.9.1", "4.9.2")
async def test_what_is_too_long_is_left_out(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("display/+/bitmap")
        for _ in range(2):  # our broker takes no such message, another one does
            house.relay._source._receive("mantel/display/d/bitmap", bytes((1 << 20) + 1), False)
        assert len([line for line in caplog.messages if "display/d/bitmap" in line]) == 1
        house.tell("display/d/bitmap", b"x" * ((1 << 20) - 100))
        head = await kitchen.hear()
        assert head["parts"] == 256
        for _ in range(256):
            await kitchen.raw()
        await kitchen.silence()
