"""Section 2 of docs/relay-protocol.md: what a device says first, and what it is answered."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.ws_bridge.relay.conftest import House, masked, next_frame, plain
from tests.ws_bridge.relay.device import TOKEN, Device, device


def headers(name: str = "kitchen", token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "X-Device": name}


async def first(url: str, message: str | bytes, **more: Any) -> tuple[int, Any]:
    """Say one message to a new connection and return how it ends."""
    async with connect(url, compression=None, **more) as socket:
        await socket.send(message)
        return await Device(socket).end()


@pytest.mark.says("2.1.2", "2.1.3")
async def test_a_hello_is_welcome_on_any_path(house: House) -> None:
    house.let_in("kitchen")
    for path in ("", "relay", "a/b?c=d"):
        async with device(house.url + path, "kitchen") as kitchen:
            assert kitchen.welcome["welcome"] == 1


@pytest.mark.says("2.2.1", "2.2.2", "2.2.3")
async def test_headers_do_instead(house: House) -> None:
    """With a hello without a name, and without any hello."""
    house.let_in("kitchen", "host/+/stats")
    async with connect(house.url, additional_headers=headers()) as socket:
        kitchen = Device(socket)
        assert (await kitchen.ask(hello=1, text_bytes=600))["limits"]["text_bytes"] == 600
        assert (await kitchen.subscribe("host/+/stats"))[0]["subscribed"] == 1
    async with connect(house.url, additional_headers=headers()) as socket:
        kitchen = Device(socket)
        assert (await kitchen.ask(subscribe=["host/+/stats"]))["welcome"] == 1
        assert (await kitchen.hear())["subscribed"] == 1
    async with connect(house.url, additional_headers=headers()) as socket:
        kitchen = Device(socket)
        assert (await kitchen.ask("nonsense"))["welcome"] == 1
        assert (await kitchen.hear())["error"]["code"] == "bad_message"


@pytest.mark.says("2.2.4")
async def test_the_token_in_the_address_is_not_read(house: House) -> None:
    house.let_in("kitchen")
    url = f"{house.url}?device=kitchen&token=correct+horse"
    assert (await first(url, '{"hello":1}'))[0] == 4400


@pytest.mark.says("2.3.1")
async def test_limits_and_form_are_taken(house: House) -> None:
    house.let_in("kitchen")
    for text, binary in ((512, 65536), (65536, 512)):
        more = {"text_bytes": text, "binary_bytes": binary, "binary": "framed"}
        async with house.device("kitchen", **more) as kitchen:
            assert kitchen.welcome["limits"]["text_bytes"] == text
            assert kitchen.welcome["limits"]["binary_bytes"] == binary
    async with house.device("kitchen") as kitchen:
        assert kitchen.welcome["limits"]["text_bytes"] == 2048
        assert kitchen.welcome["limits"]["binary_bytes"] == 4096


@pytest.mark.says("2.4.1", "2.4.2", "2.4.3", "2.4.4")
async def test_the_welcome(house: House) -> None:
    house.let_in("kitchen", "host/+/stats")
    house.let_in("attic")
    house.tell("host/pi/stats", b"{}")
    async with house.device("kitchen") as kitchen:
        assert set(kitchen.welcome) == {
            "welcome", "session", "resumed", "sequence", "hub", "limits",
        }  # fmt: skip
        assert kitchen.welcome["resumed"] is False
        assert kitchen.welcome["hub"] == "pi/ws-bridge"
        before = kitchen.welcome["sequence"]
        await kitchen.subscribe("host/+/stats")
        house.tell("host/pi/stats", b"{}")
        number = (await kitchen.hear())["sequence"]
        assert number > before
        async with house.device("attic") as attic:
            assert attic.welcome["sequence"] == house.relay._spread.sequence >= number
            assert attic.welcome["session"] != kitchen.welcome["session"]


BAD_HELLOS: list[Any] = [
    {"hello": 2, "device": "kitchen", "token": TOKEN},
    {"hello": "1", "device": "kitchen", "token": TOKEN},
    {"hello": 1},
    {"hello": 1, "device": "kitchen"},
    {"hello": 1, "token": TOKEN},
    {"hello": 1, "device": "kitchen", "token": TOKEN, "text_bytes": 511},
    {"hello": 1, "device": "kitchen", "token": TOKEN, "text_bytes": 65537},
    {"hello": 1, "device": "kitchen", "token": TOKEN, "binary_bytes": 511},
    {"hello": 1, "device": "kitchen", "token": TOKEN, "binary_bytes": 65537},
    {"hello": 1, "device": "kitchen", "token": TOKEN, "binary": "base64"},
    {"hello": 1, "device": "kitchen", "token": TOKEN, "resume": "x"},
    {"hello": 1, "device": "k" * 1000, "token": TOKEN},
    {"subscribe": ["#"]},
    {"ping": 1},
    [],
]


@pytest.mark.says("2.1.4", "2.8.1", "2.8.2")
async def test_a_bad_hello(house: House) -> None:
    house.let_in("kitchen")
    hellos: list[str | bytes] = [*map(json.dumps, BAD_HELLOS), "nonsense", b"\x00\xff"]
    for hello in hellos:
        number, bye = await first(house.url, hello)
        assert (number, bye["code"]) == (4400, "bad_hello"), hello


@pytest.mark.says("2.9.1")
async def test_a_second_hello(house: House) -> None:
    house.let_in("kitchen")
    async with house.device("kitchen") as kitchen:
        answer = await kitchen.ask(hello=1, device="kitchen", token=TOKEN, id=9)
        assert (answer["error"]["code"], answer["id"]) == ("bad_message", 9)
        await kitchen.silence()


async def test_a_hello_in_pieces_and_a_hello_at_once(house: House) -> None:
    """Byte by byte, and together with the handshake and what follows it."""
    house.let_in("kitchen")
    hello = masked(1, json.dumps({"hello": 1, "device": "kitchen", "token": TOKEN}).encode())
    reader, writer = await plain(house.port, hello, masked(1, b'{"ping":5}'))
    assert json.loads((await next_frame(reader))[1])["welcome"] == 1
    assert json.loads((await next_frame(reader))[1]) == {"pong": 5}
    writer.close()
    reader, writer = await plain(house.port)
    for byte in hello:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert json.loads((await next_frame(reader))[1])["welcome"] == 1
    writer.close()
