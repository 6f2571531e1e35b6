"""Section 6 of docs/relay-protocol.md: what devices publish."""

import asyncio
import json
import os
import signal
import struct
from typing import Any

import pytest

from shared.testing import Client
from tests.ws_bridge.relay.conftest import House, until


def framed(topic: str, data: bytes, id_: int = 0, **changes: Any) -> bytes:
    told = {"version": 1, "flags": 0, "part": 1, "parts": 1, "size": len(data), **changes}
    name = topic.encode()
    return struct.pack(
        ">BBHQHHI", told["version"], told["flags"], len(name), id_,
        told["part"], told["parts"], told["size"],
    ) + name + data  # fmt: skip


async def received(client: Client) -> Any:
    return await asyncio.to_thread(client.receive)


@pytest.mark.says("6.1.1", "6.1.2", "6.2.1")
async def test_json_and_words_with_acknowledgement(house: House) -> None:
    house.let_in("kitchen", write=("panel/+/set", "alarm/+/set"))
    house.client.subscribe("mantel/panel/+/set", "mantel/alarm/+/set")
    async with house.device("kitchen") as kitchen:
        await kitchen.say('{"publish":"panel/p/set","data":{ "play" : 3 },"id":5}')
        assert await kitchen.hear() == {"published": "panel/p/set", "id": 5}
        message = await received(house.client)
        assert (message.topic, message.payload) == ("mantel/panel/p/set", b'{ "play" : 3 }')
        assert not message.retain
        await kitchen.ask(publish="alarm/a/set", data="dismiss", id=6)
        assert (await received(house.client)).payload == b"dismiss"


@pytest.mark.says("6.2.2")
async def test_no_answer_where_none_is_asked_for(house: House) -> None:
    house.let_in("kitchen", write=("panel/+/set",))
    house.client.subscribe("mantel/panel/+/set")
    async with house.device("kitchen") as kitchen:
        await kitchen.say(publish="panel/p/set", data={"play": 1})
        assert (await received(house.client)).payload == b'{"play": 1}'
        await kitchen.silence()


BAD = ["#", "panel/+/set", "panel//set", "a/\0", "$SYS/x", "x" * 129, "", "/", "a/b/c/d/e/f/g/h/i"]


@pytest.mark.says("6.3.1", "6.3.2", "6.3.6")
async def test_bad_topics(house: House) -> None:
    house.let_in("kitchen", write=("#",))
    async with house.device("kitchen") as kitchen:
        for topic in BAD:
            answer = await kitchen.ask(publish=topic, data=1, id=3)
            assert (answer["error"]["code"], answer["id"]) == ("bad_topic", 3)
            assert answer["topic"] == topic.replace("\0", "?")[:128]
            assert (await kitchen.ask(publish=topic, data=1))["error"]["code"] == "bad_topic"


@pytest.mark.says("6.3.4", "6.3.6", "6.7.2")
async def test_what_does_not_fit(house: House) -> None:
    house.let_in("kitchen", write=("#",))
    async with house.device("kitchen") as kitchen:
        answer = await kitchen.ask(publish="panel/p/set", id=3)
        assert (answer["error"]["code"], answer["topic"]) == ("bad_data", "panel/p/set")
        answer = await kitchen.ask(publish="alarm/request/add", data=[1], id=3)
        assert answer["error"]["code"] == "bad_data", "a request is an object"
        answer = await kitchen.ask(publish="panel/p/set", data="", id=3)
        assert answer["error"]["code"] == "bad_data", "6.7: nothing is no payload"


@pytest.mark.says("6.3.5", "6.6.1")
async def test_without_the_broker(house: House) -> None:
    house.let_in("kitchen", write=("panel/+/set",))
    async with house.device("kitchen") as kitchen:
        house.client.paho.disconnect()
        await asyncio.to_thread(house.broker.stop)
        await until(lambda: not house.relay._source.is_connected)
        answer = await kitchen.ask(publish="panel/p/set", data={"play": 1}, id=3)
        assert (answer["error"]["code"], answer["id"]) == ("not_sent", 3)
        await asyncio.to_thread(house.broker.start)
        with Client(house.broker) as client:
            client.subscribe("mantel/panel/+/set")
            await until(lambda: house.relay._source.is_connected)
            await kitchen.ask(publish="panel/p/set", data={"play": 2}, id=4)
            assert (await received(client)).payload == b'{"play": 2}', "and not the one before"


@pytest.mark.says("6.2.1", "6.3.5")
async def test_a_broker_that_does_not_answer(house: House) -> None:
    """As long as the connection's patience, which is not waited for whole here."""
    house.let_in("kitchen", write=("panel/+/set",))
    async with house.device("kitchen") as kitchen:
        client = house.relay._source._client
        assert client.timeout == 10
        client.timeout = 0.2
        os.kill(house.broker.pid, signal.SIGSTOP)
        try:
            answer = await kitchen.ask(publish="panel/p/set", data={"play": 1}, id=3)
        finally:
            os.kill(house.broker.pid, signal.SIGCONT)
        assert (answer["error"]["code"], answer["id"]) == ("not_sent", 3)


@pytest.mark.says("6.3.3", "6.4.1")
async def test_rights_to_write_and_what_devices_may_write_at_all(house: House) -> None:
    house.let_in("kitchen", write=("panel/+/set",))
    house.let_in("attic", write=("#",))
    async with house.device("kitchen") as kitchen, house.device("attic") as attic:
        for topic in ("alarm/a/set", "panel/p/event", "panel/p/state", "host/pi/stats", "x"):
            answer = await kitchen.ask(publish=topic, data={}, id=3)
            assert answer["error"]["code"] == "not_allowed"
        closed = [
            "device/attic/config", "device/attic/state", "device/kitchen/event", "hub/login",
            "host/pi/stats", "alarm/a/config", "clock/request/open", "alarm/response/list",
            "host/pi/container/x/set", "display/d/bitmap", "unknown",
            "service/pi/ws-bridge/availability",
        ]  # fmt: skip
        for topic in closed:
            answer = await attic.ask(publish=topic, data={}, id=3)
            assert answer["error"]["code"] == "not_allowed", topic
        for topic in ("alarm/a/set", "panel/p/set", "display/d/set", "device/kitchen/set"):
            assert "published" in await attic.ask(publish=topic, data={}, id=3)


@pytest.mark.says("6.4.2")
async def test_retained_or_not_is_the_topics(house: House) -> None:
    house.let_in("kitchen")
    async with house.device("kitchen") as kitchen:
        await kitchen.ask(publish="device/kitchen/reading", data={"c": 21}, id=1)
        await kitchen.ask(publish="device/kitchen/event", data={"x": 1}, id=2)
    house.client.subscribe("mantel/device/kitchen/+")
    kept = {message.topic: message.payload for message in house.client.drain()}
    assert kept["mantel/device/kitchen/reading"] == b'{"c": 21}'
    assert "mantel/device/kitchen/event" not in kept


@pytest.mark.says("1.1.2", "6.5.1", "6.5.2")
async def test_bytes(house: House) -> None:
    house.let_in("kitchen", write=("display/+/set",))
    house.client.subscribe("mantel/display/+/set")
    picture = bytes(range(256)) * 250
    async with house.device("kitchen") as kitchen:
        await kitchen.say(framed("display/d/set", picture, 77))
        assert await kitchen.hear() == {"published": "display/d/set", "id": 77}
        assert (await received(house.client)).payload == picture
        await kitchen.say(framed("display/d/set", picture))
        assert (await received(house.client)).payload == picture
        await kitchen.silence()
        answer = await kitchen.ask(framed("panel/p/set", b"{}", 78))
        assert (answer["error"]["code"], answer["id"]) == ("not_allowed", 78)
        answer = await kitchen.ask(framed("display/d/set", b"", 79))
        assert answer["error"]["code"] == "bad_data"
        answer = await kitchen.ask(framed("device/kitchen/event", b"\xff", 79))
        assert answer["error"]["code"] == "bad_data", "JSON there, also in bytes"


NOT_FRAMED = [
        b"", b"\x01", b"\x01" * 19, framed("x", b"y", version=2), framed("x", b"y", parts=2),
        framed("x", b"y", size=2), framed("x", b"y", 1 << 32), b"\x01\x00\xff\xff" + bytes(16),
        framed("x", b"")[:20] + b"\xff",
]  # fmt: skip


@pytest.mark.says("1.7.1", "1.7.3", "6.5.1")
async def test_what_is_not_framed(house: House) -> None:
    house.let_in("kitchen", write=("#",))
    async with house.device("kitchen") as kitchen:
        for message in NOT_FRAMED:
            assert (await kitchen.ask(message))["error"]["code"] == "bad_message", message
            await kitchen.silence()


@pytest.mark.says("6.7.1")
async def test_null_is_a_value(house: House) -> None:
    house.let_in("kitchen")
    house.client.subscribe("mantel/device/kitchen/event")
    async with house.device("kitchen") as kitchen:
        await kitchen.say(publish="device/kitchen/event", data=None)
        assert (await received(house.client)).payload == b"null"


@pytest.mark.says("6.2.3")
async def test_order_and_nothing_lost_in_a_burst(house: House) -> None:
    """More than may be under way, and more than is taken at once."""
    house.let_in("kitchen", write=("panel/+/set",))
    house.client.subscribe("mantel/panel/+/set")
    async with house.device("kitchen") as kitchen:
        for number in range(1, 91):
            await kitchen.say(publish="panel/p/set", data={"play": number}, id=number)
        answers = [await kitchen.hear() for _ in range(90)]
        assert [answer["id"] for answer in answers] == list(range(1, 91))
        got = [json.loads((await received(house.client)).payload)["play"] for _ in range(90)]
        assert got == list(range(1, 91))
