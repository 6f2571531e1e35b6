"""Section 9 of docs/relay-protocol.md: life signs and limits."""

import asyncio
import json
from typing import Any

import pytest

from shared.testing import TIMEOUT_SECONDS
from tests.ws_bridge.relay.conftest import House, masked, next_frame, plain
from tests.ws_bridge.relay.test_frames import HELLO, close_code
from ws_bridge.relay import allowance
from ws_bridge.relay import port as port_module
from ws_bridge.relay import sessions as sessions_module


@pytest.mark.says("8.2.3", "9.1.1", "9.1.2")
async def test_empty_pings_and_silence_is_cut(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_module, "_PING_SECONDS", 0.1)
    other = House(house.broker, house.client)
    house.let_in("kitchen")
    house.let_in("attic")
    async with other.running(), other.device("attic") as attic:
        reader, writer = await plain(other.port, HELLO)
        await next_frame(reader)
        assert await next_frame(reader) == (0x89, b"")
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await reader.read() == b"", "cut"
        await attic.silence()
        writer.close()


@pytest.mark.says("9.2.1", "9.2.2")
async def test_pings_of_the_device(house: House) -> None:
    house.let_in("kitchen")
    reader, writer = await plain(house.port, HELLO)
    await next_frame(reader)
    writer.write(masked(9, b"") + masked(9, b"xy"))
    assert await next_frame(reader) == (0x8A, b"")
    assert await next_frame(reader) == (0x8A, b"xy")
    writer.close()
    async with house.device("kitchen") as kitchen:
        assert await kitchen.ask(ping=12) == {"pong": 12}


@pytest.mark.says("9.3.1")
async def test_who_says_too_much_is_read_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And all of it; meanwhile others are served as ever."""
    monkeypatch.setattr(allowance, "MESSAGES_A_SECOND", 200.0)
    house.let_in("kitchen")
    house.let_in("attic")
    loop = asyncio.get_running_loop()
    async with house.device("kitchen") as kitchen, house.device("attic") as attic:
        begun = loop.time()
        for number in range(1, 301):
            await kitchen.say(ping=number)
        slowest = 0.0
        for _ in range(20):
            asked = loop.time()
            await attic.silence()
            slowest = max(slowest, loop.time() - asked)
        assert [await kitchen.hear() for _ in range(300)] == [
            {"pong": number} for number in range(1, 301)
        ]
        assert loop.time() - begun > 0.95
        assert slowest < 0.5


@pytest.mark.says("9.3.2", "9.3.3")
async def test_filters_and_pieces_count_as_messages(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What costs the bridge as much as many messages."""
    monkeypatch.setattr(allowance, "MESSAGES_A_SECOND", 200.0)
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        begun = asyncio.get_running_loop().time()
        for _ in range(4):
            await kitchen.subscribe(*["#"] * 64)
        await kitchen.silence()
        assert asyncio.get_running_loop().time() - begun > 0.75
    begun = asyncio.get_running_loop().time()
    pieces = [masked(0, b"", first=0)] * 2000
    reader, writer = await plain(house.port, HELLO, masked(0, b"{}", first=1), *pieces)
    writer.write(masked(0, b"", first=0x80))
    for _ in range(2):
        assert (await next_frame(reader))[0] == 0x81
    assert asyncio.get_running_loop().time() - begun > 0.45
    writer.close()


@pytest.mark.says("9.4.1")
async def test_a_flood_of_pings(house: House) -> None:
    house.let_in("attic")
    async with house.device("attic") as attic:
        house.let_in("kitchen")
        number, heard = await close_code(house, masked(9, b"") * 20_000)
        assert number == 4429
        assert json.loads(heard[-1])["bye"]["code"] == "too_many"
        assert len(heard) < 1500, "pongs of one piece at most, and the welcome"
        await attic.silence()


@pytest.mark.says("2.4.5", "9.5.1")
async def test_limits_are_those_of_the_code(house: House) -> None:
    house.let_in("kitchen")
    async with house.device("kitchen") as kitchen:
        assert kitchen.welcome["limits"] == {
            "text_bytes": 2048,
            "binary_bytes": 4096,
            "message_bytes": 65536,
            "filters": 64,
            "ping_seconds": port_module._PING_SECONDS,
            "behind_seconds": sessions_module.BEHIND_SECONDS,
            "resume_seconds": sessions_module.RESUME_SECONDS,
        }


@pytest.mark.says("9.6.1")
async def test_all_else_fits_in_512_bytes(house: House) -> None:
    rights = [f"host/{'x' * 60}{number}/stats" for number in range(40)]
    house.let_in("kitchen", *rights, write=tuple(rights))
    async with house.device("kitchen") as kitchen:
        assert len(json.dumps(kitchen.welcome)) <= 512
        says: list[Any] = [
            {"subscribe": ['"' * 128], "id": 4294967295}, {"subscribe": ["\\" * 200]},
            {"subscribe": ["\x01" * 500]}, {"publish": '"' * 128, "data": 1, "id": 4294967295},
            {"publish": "\U0001f600" * 32, "data": 1}, {"x" * 5000: 1}, {"subscribe": "\\" * 900},
        ]  # fmt: skip
        for said in says:
            await kitchen.say(json.dumps(said))
            raw = await kitchen.raw()
            assert "error" in json.loads(raw)
            assert len(raw.encode() if isinstance(raw, str) else raw) <= 512
            if "subscribe" in said and isinstance(said["subscribe"], list):
                await kitchen.hear()
                await kitchen.hear()
