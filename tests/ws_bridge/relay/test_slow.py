"""Section 5 of docs/relay-protocol.md: devices that read slowly."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.mqtt import Mqtt
from tests.ws_bridge.relay.conftest import House, masked, stalled, until
from tests.ws_bridge.relay.device import TOKEN
from ws_bridge.relay import session as session_module
from ws_bridge.relay import sessions as sessions_module
from ws_bridge.relay.line import MOST_OWED_BYTES

HELLO = json.dumps({"hello": 1, "device": "slow", "token": TOKEN, "text_bytes": 4000})
PAD = "x" * 3000


class Slow:
    """A device that reads when it is told to."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._unread = b""

    async def read_until(self, text: bytes) -> bytes:
        """Read on until something has come, and return all."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            while text not in self._unread:
                self._unread += await loop.sock_recv(self._line, 65536)
        return self._unread

    def messages(self) -> list[Any]:
        """Return what was read, as far as it is whole."""
        data = self._unread[self._unread.index(b"\r\n\r\n") + 4 :]
        found = []
        while len(data) > 4:
            size, start = data[1], 2
            if size == 126:
                size, start = int.from_bytes(data[2:4]), 4
            if len(data) < start + size:
                break
            if data[0] == 0x81:
                found.append(json.loads(data[start : start + size]))
            data = data[start + size :]
        return found


@contextlib.asynccontextmanager
async def slow_device(house: House, *filters: str) -> AsyncIterator[Slow]:
    """Connect a device that reads up to the end of the retained values, and no further."""
    house.let_in("slow", "#")
    with stalled(house.port, HELLO) as line:
        line.sendall(masked(1, json.dumps({"subscribe": filters}).encode()))
        slow = Slow(line)
        await slow.read_until(b'{"retained":"end"}')
        yield slow


def session(house: House) -> Any:
    return house.relay.sessions.of_device("slow")


async def fill(house: House, topic: str = "host/pi/stats") -> int:
    """Publish until the slow device is behind; return how often."""
    number, owed = 0, session(house).writer._transport.get_write_buffer_size
    while session(house).in_step:
        assert owed() <= MOST_OWED_BYTES, "else it is behind"
        number += 1
        house.tell(topic, json.dumps({"n": number, "pad": PAD}))
        await asyncio.sleep(0)
    assert owed() > MOST_OWED_BYTES
    return number


@pytest.mark.says("5.4.1", "5.4.2", "5.5.1")
async def test_of_a_state_the_newest(house: House) -> None:
    """In the order of their numbers, and the bytes that it is owed stay few."""
    async with slow_device(house, "host/+/stats", "alarm/+/state") as slow:
        sent = await fill(house)
        line = session(house).writer
        for number in range(300):
            house.tell("host/pi/stats", json.dumps({"n": sent + number, "pad": PAD}))
            house.tell(f"alarm/a{number % 3}/state", b"%d" % number)
        house.tell("alarm/last/state", b"true")
        await until(lambda: house.relay._spread.states.get("alarm/last/state"))
        assert line._transport.get_write_buffer_size() < 90_000, "one write at most"
        await slow.read_until(b'"alarm/last/state"')
        heard = [each for each in slow.messages() if "topic" in each]
        numbers = [each["sequence"] for each in heard]
        assert numbers == sorted(numbers)
        stats = [each["data"]["n"] for each in heard if each["topic"] == "host/pi/stats"]
        assert stats == sorted(stats)
        assert stats[-1] == sent + 299
        assert len(stats) < 100, "not all of them"
        assert [each["data"] for each in heard if "alarm/a" in each["topic"]] == [297, 298, 299]
        assert not any("dropped" in each for each in slow.messages()), "no event was"
        await until(lambda: session(house).in_step)


@pytest.mark.says("5.4.3", "5.4.4", "5.5.2", "5.6.1")
async def test_of_events_the_last_256(house: House) -> None:
    """The others are counted, and told of before the first that is left."""
    async with slow_device(house, "panel/+/event", "host/+/stats") as slow:
        await fill(house)
        for number in range(1500):
            house.tell("panel/p/event", b"%d" % number)
        house.tell("alarm/unwanted/event", b"1")
        await until(lambda: house.relay._spread.sequence > 1500)
        await slow.read_until(b'"data":1499')
        heard = slow.messages()
        events = [each["data"] for each in heard if each.get("topic") == "panel/p/event"]
        assert events == list(range(1500 - 256, 1500))
        place = next(number for number, each in enumerate(heard) if "dropped" in each)
        assert heard[place] == {"dropped": 1244}
        assert "panel/p/event" not in [each.get("topic") for each in heard[:place]]
        assert session(house).dropped == 1244
        await until(lambda: session(house).in_step)
        assert session(house).behind_since is None, "its 30 s begin anew"
        house.tell("panel/p/event", b'"again"')
        await slow.read_until(b'"again"')
        await fill(house)
        for number in range(300):
            house.tell("panel/p/event", b"%d" % (2000 + number))
        kept = house.relay._spread.events
        await until(lambda: kept.after(0)[-1].payload == b"2299")
        await slow.read_until(b'"data":2299')
        drops = [each["dropped"] for each in slow.messages() if "dropped" in each]
        assert drops == [1244, 44], "each is told once"


@pytest.mark.says("5.4.3")
async def test_sound_is_bounded_in_bytes(house: House) -> None:
    async with slow_device(house, "audio/+/pcm", "host/+/stats"):
        await fill(house)
        for _ in range(400):
            house.tell("audio/alarm/pcm", b"x" * 4096)
        spread = house.relay._spread
        await until(lambda: spread.sequence >= 400)
        waiting = session(house).bound(session(house).missing(spread.events.after(0)))
        assert sum(len(each.payload) for each in waiting) <= 256_000
        assert len(waiting) == 256_000 // 4096


@pytest.mark.says("5.6.1")
async def test_who_stays_behind_is_sent_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reason, which it finds when it reads at last."""
    monkeypatch.setattr(sessions_module, "BEHIND_SECONDS", 0.5)
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen, slow_device(house, "host/+/stats") as slow:
        await fill(house)
        await until(lambda: session(house).writer is None)
        heard = await slow.read_until(b'"bye"')
        assert b'"code":"behind"' in heard
        assert b"\x11\x3dbehind" in await slow.read_until(b"\x11\x3dbehind"), "4413"
        await kitchen.silence()


@pytest.mark.says("5.7.1", "5.7.2")
async def test_drops_are_published(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MOST_WAITING_EVENTS", 10)
    async with slow_device(house, "panel/+/event", "host/+/stats") as slow:
        await fill(house)
        events = house.relay._spread.events
        for number in range(30):
            house.tell("panel/p/event", b"%d" % number)
        await until(lambda: len(events) == 30)
        await slow.read_until(b'"data":29')
        mqtt = Mqtt(house.settings(), "ws-bridge")
        mqtt.also_dropped = house.relay.sessions.total_dropped
        assert mqtt.health().dropped == 20
        house.relay.sessions.presence.tell_drops()
    house.client.subscribe("mantel/device/slow/state")

    def wait() -> None:
        while json.loads(house.client.receive().payload)["dropped"] != 20:
            pass

    await asyncio.to_thread(wait)


@pytest.mark.says("5.8.1")
async def test_nobody_else_notices(house: House) -> None:
    """Each of the others gets each message, one that is twice behind too."""
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen, slow_device(house, "host/+/stats"):
        await kitchen.subscribe("host/+/stats")
        sent = await fill(house)
        heard: list[int] = []

        async def hear_until(last: int) -> None:
            while not heard or heard[-1] != last:
                message = await kitchen.hear()
                if "sequence" in message and "parts" in message:
                    text = "".join([str(await kitchen.raw()) for _ in range(message["parts"])])
                    heard.append(json.loads(text)["n"])

        for number in range(500):
            house.tell("host/pi/stats", json.dumps({"n": sent + number, "pad": PAD}))
            if number % 10 == 9:  # as fast as it reads
                await hear_until(sent + number)
        assert len(heard) == len(set(heard)) + 1, "but the number that was sent twice"
        assert sorted(set(heard)) == list(range(heard[0], sent + 500))


async def test_a_device_that_is_slow_at_its_retained_values(house: House) -> None:
    """They come in the end, the newest of each, before what is new, and then it is in step."""
    for number in range(60):
        house.tell(f"alarm/a{number}/state", json.dumps({"n": 0, "pad": PAD}), retain=True)
    house.let_in("slow", "#")
    with stalled(house.port, HELLO) as line:
        line.sendall(masked(1, b'{"subscribe":["alarm/+/state"]}'))
        slow = Slow(line)
        await until(lambda: session(house) and session(house).replay)
        house.tell("alarm/a59/state", b'{"n":1}', retain=True)
        await until(lambda: len(house.relay._spread.states.get("alarm/a59/state").payload) < 9)
        await slow.read_until(b'{"n":1}')
        heard = slow.messages()
        end = heard.index({"retained": "end"})
        retained = [each["topic"] for each in heard[:end] if "topic" in each]
        assert len(retained) == len(set(retained)) == 59
        assert [each["data"] for each in heard[end + 1 :]] == [{"n": 1}]
        await until(lambda: session(house).in_step)
