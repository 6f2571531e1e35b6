"""Sections 1 and 8 of docs/relay-protocol.md: messages, errors and ends."""

import asyncio
import json

import pytest

from shared import topics
from shared.testing import TIMEOUT_SECONDS
from tests.ws_bridge.relay.conftest import House, masked, next_frame, plain, until
from tests.ws_bridge.relay.test_frames import HELLO
from ws_bridge.relay.catalog import KINDS

BAD = [
    "", "x", "{}", "[]", "null", "1", '"hello"', "{", '{"unknown":1}', '{"subscribe":1}',
    '{"subscribe":"a"}', '{"subscribe":[1]}', '{"subscribe":[],"publish":"a"}', '{"publish":1}',
    '{"ping":"x"}', '{"subscribe":[],"id":0}', '{"subscribe":[],"id":4294967296}',
    '{"subscribe":[],"id":"x"}', '{"publish":"a","data":', "[" * 60_000, '{"a":' * 10_000,
    '{"ping":1,"x":"\\ud800"}', '{"subscribe":["a/\\udfff"]}', '{"publish":"a/\\ud800","data":1}',
]  # fmt: skip


@pytest.mark.says("1.1.1", "1.7.1", "1.7.2", "1.7.3")
async def test_bad_messages(house: House) -> None:
    house.let_in("kitchen")
    async with house.device("kitchen") as kitchen:
        for text in BAD:
            assert (await kitchen.ask(text))["error"]["code"] == "bad_message", text
            await kitchen.silence()


@pytest.mark.says("1.3.1")
async def test_unknown_keys_are_ignored(house: House) -> None:
    house.let_in("kitchen")
    async with house.device("kitchen", colour="red") as kitchen:
        assert await kitchen.ask(ping=3, colour="red", more={"x": [1]}) == {"pong": 3}


@pytest.mark.says("1.8.1", "1.8.2")
@pytest.mark.parametrize("number", [1, 4294967295])
async def test_the_id_comes_back(house: House, number: int) -> None:
    house.let_in("kitchen", "host/#", write=("panel/#",))
    async with house.device("kitchen") as kitchen:
        assert (await kitchen.ask(subscribe=["#"], id=number))["id"] == number
        assert (await kitchen.hear())["id"] == number
        assert (await kitchen.hear())["id"] == number
        assert (await kitchen.ask(unsubscribe=["#"], id=number))["id"] == number
        assert (await kitchen.ask(publish="panel/p/set", data=1, id=number))["id"] == number
        assert (await kitchen.ask(publish="x", data=1, id=number))["id"] == number


@pytest.mark.says("1.9.1", "1.9.2")
async def test_no_root(house: House) -> None:
    house.let_in("kitchen", "#", "mantel/#", write=("#",))
    async with house.device("kitchen") as kitchen:
        heard = await kitchen.subscribe("mantel/host/+/stats", "homeassistant/status")
        assert [each["error"]["code"] for each in heard[:2]] == ["not_allowed"] * 2
        answer = await kitchen.ask(publish="mantel/panel/p/set", data=1, id=1)
        assert answer["error"]["code"] == "not_allowed"


@pytest.mark.says("1.8.2", "8.1.1", "8.1.2")
async def test_an_error_tells_what_of(house: House) -> None:
    house.let_in("kitchen", "host/+/stats", write=("panel/a/set",))
    async with house.device("kitchen") as kitchen:
        assert await kitchen.ask(subscribe=["#"], id=1) == {
            "error": {"code": "not_allowed", "message": "the rights to read are: host/+/stats"},
            "id": 1,
            "filter": "#",
        }
        await kitchen.hear()
        await kitchen.hear()
        assert await kitchen.ask(publish="panel/b/set", data=1) == {
            "error": {"code": "not_allowed", "message": "the rights to write are: panel/a/set"},
            "topic": "panel/b/set",
        }


@pytest.mark.says("8.2.1")
async def test_the_bridge_stops(house: House) -> None:
    other = House(house.broker, house.client)
    house.let_in("kitchen")
    running = other.running()
    await running.__aenter__()
    async with other.device("kitchen") as kitchen:
        number_and_bye, _ = await asyncio.gather(kitchen.end(), running.__aexit__(None, None, None))
    assert (number_and_bye[0], number_and_bye[1]["code"]) == (1001, "stopping")


@pytest.mark.says("8.2.1")
async def test_nothing_is_written_after_the_goodbye(house: House) -> None:
    """Though the device does not hang up, and its topics go on."""
    house.let_in("kitchen", "host/#")
    reader, writer = await plain(house.port, HELLO, masked(1, b'{"subscribe":["host/+/stats"]}'))
    for _ in range(3):
        await next_frame(reader)
    house.tell("device/kitchen/config", b"", retain=True)
    for number in range(20):
        house.tell("host/pi/stats", b"%d" % number)
    while b'"bye"' not in (await next_frame(reader))[1]:
        pass
    assert (await next_frame(reader))[0] == 0x88
    async with asyncio.timeout(TIMEOUT_SECONDS):
        assert await reader.read() == b""
    writer.close()


async def test_a_device_that_vanishes_costs_nothing(house: House) -> None:
    """In the middle of everything, without a goodbye."""
    house.let_in("kitchen", "#")
    for _ in range(30):
        _, writer = await plain(house.port, HELLO, masked(1, b'{"subscribe":["host/+/stats"]}'))
        writer.transport.abort()
        house.tell("host/pi/stats", b"1")
    await until(lambda: not house.relay._lines)
    assert len(house.relay.sessions) <= 1


@pytest.mark.parametrize("how", ["close", "eof", "breach", "text"])
async def test_an_end_while_messages_wait_for_their_write(
    house: House, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """They go out before it, and nothing after it."""
    last = {
        "close": masked(8, (1000).to_bytes(2)),
        "eof": b"",
        "breach": masked(3, b""),
        "text": masked(1, b"\xff"),
    }[how]
    house.let_in("kitchen", "#")
    kind = next(each for each in KINDS if each.topic is topics.ALARM_STATE)
    reader, writer = await plain(house.port, HELLO, masked(1, b'{"subscribe":["alarm/+/state"]}'))
    for _ in range(3):
        await next_frame(reader)
    session = house.relay.sessions.of_device("kitchen")
    line = session.writer
    now = asyncio.get_running_loop().time()
    for number in range(3):
        house.relay._spread.take(kind, "alarm/a/state", b"%d" % number, now)
    assert session.cohort.waiting
    if last:
        line.data_received(last)
    else:
        line.eof_received()
    house.relay._spread.take(kind, "alarm/a/state", b"3", now)
    for number in range(3):
        assert json.loads((await next_frame(reader))[1])["data"] == number
    rest = b""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        rest = await reader.read()
    assert b"topic" not in rest
    writer.close()
    assert not caplog.messages
