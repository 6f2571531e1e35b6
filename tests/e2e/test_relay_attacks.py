"""Who knocks without a token at a running relay, and who has one and means harm."""

import asyncio
import itertools
import json
from typing import Any

import pytest

from shared.testing import Client
from tests.e2e.bound import within
from tests.e2e.conftest import Hub
from tests.e2e.test_relay import connected, retained, rss
from tests.ws_bridge.relay.conftest import REQUEST, masked, plain
from tests.ws_bridge.relay.device import TOKEN, device, let_in


@pytest.mark.says("2.6.1", "2.6.2")
async def test_wrong_tokens_in_constant_memory(hub: Hub) -> None:
    """And who has the right one comes in between them."""
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log(": connected")
    with Client(hub.broker) as client:
        let_in(client, "kitchen", ("host/+/stats",))

    async def knock(number: int) -> int:
        hello = json.dumps({"hello": 1, "device": f"d{number % 7}", "token": f"wrong {number}"})
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.relay_port)
        writer.write(REQUEST + masked(1, hello.encode()))
        answer = await reader.read(4096)
        while b'"bye"' not in answer:
            answer += await reader.read(4096)
        writer.transport.abort()
        return 4429 if b"too_many" in answer else 4401 if b"refused" in answer else 0

    async def crowd(size: int) -> list[int]:
        found = []
        for start in range(0, size, 50):
            found += await asyncio.gather(*(knock(start + each) for each in range(50)))
        return found

    numbers = await crowd(300)
    assert numbers.count(4401) == 100
    assert numbers.count(4429) == 200
    before = rss(bridge)
    assert set(await crowd(900)) == {4429}
    assert rss(bridge) - before < 2_000_000
    async with device(hub.relay_url, "kitchen"):
        pass
    assert "Traceback" not in bridge.log


def bombs() -> dict[str, bytes]:
    """Return what a device may say to harm the others, by what it is."""

    def texts(*messages: Any) -> bytes:
        return b"".join(masked(1, json.dumps(message).encode()) for message in messages)

    others = [[f"alarm/a{number}-{each}/state" for each in range(64)] for number in range(40)]
    return {
        "many filters": texts({"subscribe": [f"a{number}/#" for number in range(5000)]}) * 50,
        "other filters": b"".join(
            texts({"subscribe": each}, {"unsubscribe": each}) for each in others
        ),
        "wildcards": texts({"subscribe": ["#", "+/#", "+/+", "+/+/+", "+/+/state", "$SYS/#"]})
        * 100,
        "many messages": masked(1, b"{}") * 5000,
        "long messages": masked(1, b'{"x":"%s"}' % (b"y" * 65_000)) * 100,
        "garbage": masked(2, b"\xff" * 60_000) * 100,
        "pieces of nothing": masked(0, b"", first=0x01) + masked(0, b"", first=0x00) * 200_000,
        "pieces of a byte": (masked(0, b"x", first=0x01) + masked(0, b"x", first=0x00) * 60_000)
        * 2,
        "pings": masked(9, b"") * 100_000,
    }


@pytest.mark.says("5.8.1")
async def test_bombs_cost_nobody_anything(hub: Hub) -> None:
    """From devices that do not even read what they are answered."""
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log(": connected")
    with Client(hub.broker) as client:
        for number in range(100):
            client.publish(f"mantel/alarm/a{number}/state", b'"%s"' % (b"x" * 1000), retain=True)
        let_in(client, "bomber", ("#",), ("#",))
        let_in(client, "kitchen", ("host/+/stats",))
        here = await connected(hub.relay_url, "kitchen")
        await retained(here, "host/+/stats")
        hello = json.dumps({"hello": 1, "device": "bomber", "token": TOKEN}).encode()
        before = rss(bridge)
        for name, frames in bombs().items():
            _, bomber = await plain(hub.relay_port, masked(1, hello), frames)
            numbers = itertools.count()
            for watch in within(0.5):
                slowest = 0.0
                for number in itertools.islice(numbers, 20):
                    watch.start()
                    client.publish("mantel/host/pi/stats", b"%d" % number, qos=0)
                    assert (await here.hear())["data"] == number, name
                    slowest = max(slowest, watch.seconds)
                watch.stop(slowest)
            bomber.transport.abort()
        assert rss(bridge) - before < 8_000_000
        await here.socket.close()
    assert "Traceback" not in bridge.log
