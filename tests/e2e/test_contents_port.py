"""Port 8766 of the real bridge, with the test in the place of `media`: what may go wrong."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect

from shared import topics
from shared.payloads import AudioFormat, AudioListeners, DisplayFrame
from shared.testing import TIMEOUT_SECONDS, Client, eventually
from shared.topic import Topic
from tests.e2e.conftest import Hub, Process
from tests.e2e.display import HEADER, STOP, message, picture, raw_handshake, raw_message, sound

IDLE, ALARM, OTHER = bytes(5000), b"\xff" * 5000, b"\x0f" * 5000
PLAYING = AudioFormat(
    state="playing", sample_rate=44100, channels=2, bits=16, alarm="morning", ring=1
)
SILENT = AudioFormat(state="idle", alarm="morning", ring=1)


def chunk(number: int) -> bytes:
    return number.to_bytes(4) * 1024


class Player:
    """What `media` publishes, said by the test."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def say(self, topic: Topic[Any], payload, **levels: str) -> None:
        name = topic.name("mantel", **levels)
        self.client.publish(name, topic.encode(payload), qos=topic.qos, retain=topic.retain)

    def show(self, bitmap: bytes) -> None:
        frame = DisplayFrame(
            version=blake2b(bitmap, digest_size=16).hexdigest(), width=200, height=200,
            format="1bit", bytes=len(bitmap), source="idle", at=datetime.now(UTC),
        )  # fmt: skip
        self.say(topics.DISPLAY_BITMAP, bitmap, id="rlcd")
        self.say(topics.DISPLAY_FRAME, frame, id="rlcd")

    def play(self, told: AudioFormat) -> None:
        self.say(topics.AUDIO_FORMAT, told, stream="alarm")

    def chunks(self, *numbers: int) -> None:
        for number in numbers:
            self.say(topics.AUDIO_PCM, chunk(number), stream="alarm")

    def exist(self, availability: str) -> None:
        self.say(topics.AVAILABILITY, availability, node="pi", service="media")


@pytest.fixture
def bridge(hub: Hub) -> Process:
    bridge = hub.start("ws-bridge")
    bridge.wait_for_log("connected")
    return bridge


@pytest.fixture
def player(hub: Hub, bridge: Process) -> Iterator[Player]:
    with Client(hub.broker) as client:
        yield Player(client)


@contextlib.asynccontextmanager
async def joined(hub: Hub, count: int) -> AsyncIterator[list[ClientConnection]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connect(hub.contents_url)) for _ in range(count)]


async def test_all_clients_get_the_same_alarm(hub: Hub, player: Player) -> None:
    """Picture, start, each chunk in order, stop, idle picture; whatever they say themselves."""
    player.show(IDLE)
    async with joined(hub, 3) as clients:
        for client in clients:
            assert await picture(client) == IDLE
            for junk in ("hello", "{", "", b"\x00\xff", "x" * 100_000):
                await client.send(junk)
        player.show(ALARM)
        player.play(PLAYING)
        player.chunks(*range(10))
        player.play(SILENT)
        player.show(IDLE)
        for client in clients:
            assert await picture(client) == ALARM
            heard = await sound(client)
            assert heard.start == {
                "type": "alarm_start", "sample_rate": 44100, "channels": 2, "bits": 16,
            }  # fmt: skip
            assert heard.chunks == [chunk(number) for number in range(10)]
            assert await picture(client) == IDLE


async def test_a_client_before_there_is_any_picture(hub: Hub, bridge: Process) -> None:
    """The connection stays open, without a broker too, and gets the picture when there is one."""
    hub.broker.stop()
    bridge.wait_for_log("trying again")
    async with connect(hub.contents_url) as client:
        hub.broker.start()
        with Client(hub.broker) as plain:
            Player(plain).show(IDLE)
            assert await picture(client) == IDLE


async def test_a_picture_in_mid_alarm_waits(hub: Hub, player: Player) -> None:
    """It follows alarm_stop; a late joiner gets the alarm's picture first, then sound."""
    player.show(ALARM)
    async with connect(hub.contents_url) as early:
        assert await picture(early) == ALARM
        player.play(PLAYING)
        player.chunks(0)
        assert (await sound(early, 1)).chunks == [chunk(0)]
        player.show(OTHER)
        async with connect(hub.contents_url) as late:
            assert await picture(late) == ALARM
            player.chunks(1, 2)
            player.play(SILENT)
            assert (await sound(late)).chunks == [chunk(1), chunk(2)]
            assert await picture(late) == OTHER
        assert [await message(early) for _ in range(4)] == [chunk(1), chunk(2), STOP, HEADER]
        assert await message(early) == OTHER


@pytest.mark.parametrize("end", ["offline", "silence", "broker"])
async def test_a_player_that_vanishes_in_mid_alarm(
    hub: Hub, player: Player, bridge: Process, end: str
) -> None:
    """One alarm_stop, so that no display hangs; when sound comes again the alarm begins anew."""
    player.exist("online")
    player.show(ALARM)
    async with connect(hub.contents_url) as client:
        assert await picture(client) == ALARM
        player.play(PLAYING)
        player.chunks(0)
        assert (await sound(client, 1)).chunks == [chunk(0)]
        if end == "offline":
            player.exist("offline")
        elif end == "broker":
            hub.broker.kill()
        started = time.monotonic()
        assert await message(client) == STOP
        # That it is at once where it is told, the log shows below: silence is complained of
        assert end == "offline" or time.monotonic() - started >= 1
        if end == "broker":
            hub.broker.start()
            eventually(lambda: bridge.log.count(": connected") == 2)
            with Client(hub.broker) as plain:
                again = Player(plain)
                again.play(PLAYING)
                again.chunks(1)
        else:
            player.chunks(1)
        assert (await sound(client, 1)).chunks == [chunk(1)]
    assert bridge.log.count("WARNING") == {"offline": 0, "silence": 1, "broker": 2}[end]


async def test_a_bitmap_whose_frame_does_not_come(
    hub: Hub, player: Player, bridge: Process
) -> None:
    """The picture before it stays, also for those who come, and the log says why once."""
    player.show(IDLE)
    player.say(topics.DISPLAY_BITMAP, ALARM, id="rlcd")
    async with connect(hub.contents_url) as client:
        assert await picture(client) == IDLE
        player.show(OTHER)
        assert await picture(client) == OTHER
        for bad in (b"{", b"null", b"\xff", b'{"version":1}'):
            player.client.publish("mantel/display/rlcd/frame", bad)
            player.client.publish("mantel/audio/alarm/format", bad)
        player.say(topics.DISPLAY_BITMAP, b"short", id="rlcd")
        player.show(b"short")
        player.show(IDLE)
        assert await picture(client) == IDLE
    bridge.wait_for_log("display rlcd: all right again")
    assert bridge.log.count("display rlcd:") == 2
    for topic in ("display/rlcd/frame", "audio/alarm/format"):
        assert f"topic mantel/{topic}: payload ignored" in bridge.log
    assert "Traceback" not in bridge.log


async def test_a_client_that_stops_reading_in_mid_alarm(hub: Hub, player: Player) -> None:
    """The others get each chunk; it gets whole messages, and in the end what it missed."""
    player.show(ALARM)
    with raw_handshake(hub.contents_port, buffer_bytes=4096) as slow:
        async with connect(hub.contents_url, max_queue=None) as client:
            assert await picture(client) == ALARM
            player.play(PLAYING)
            player.chunks(0)
            await sound(client, 1)
            for number in range(1, 500):
                player.chunks(number)
                assert await message(client) == chunk(number)
            player.play(SILENT)
            assert await message(client) == STOP
            player.show(IDLE)
            assert await picture(client) == IDLE

        def read() -> list[str | bytes]:
            got = [raw_message(slow)]
            while got[-1] != IDLE:
                got.append(raw_message(slow))
            return got

        got = await asyncio.to_thread(read)
    assert got[:2] == [HEADER, ALARM]
    assert got[-3:] == [STOP, HEADER, IDLE]
    chunks = got[3:-3]
    assert 5 < len(chunks) < 400
    assert chunks == [chunk(number) for number in range(len(chunks))]


async def test_listeners_are_counted(hub: Hub) -> None:
    """From 0 at the start, with each who comes and goes, to 0 at the stop."""
    with Client(hub.broker) as watcher:
        watcher.subscribe("mantel/audio/alarm/listeners/pi/ws-bridge")

        def count() -> int:
            told = watcher.receive()
            return msgspec.json.decode(told.payload, type=AudioListeners).count

        bridge = hub.start("ws-bridge")
        assert count() == 0
        async with connect(hub.contents_url):
            assert await asyncio.to_thread(count) == 1
            async with connect(hub.contents_url):
                assert await asyncio.to_thread(count) == 2
            assert await asyncio.to_thread(count) == 1
            await asyncio.to_thread(bridge.stop, signal.SIGTERM)
        assert await asyncio.to_thread(count) == 0


async def test_a_thousand_clients_at_once(hub: Hub, player: Player) -> None:
    """Each has the picture within seconds, and the alarm that follows."""
    player.show(IDLE)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.contents_port)
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        assert (await reader.readexactly(2 + len(HEADER)))[2:] == HEADER.encode()
        assert (await reader.readexactly(4 + 5000))[4:] == IDLE
        shown.release()
        assert (await reader.readexactly(2 + len(HEADER)))[2:] == HEADER.encode()
        assert (await reader.readexactly(4 + 5000))[4:] == ALARM
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    shown = asyncio.Semaphore(0)
    async with asyncio.timeout(3 * TIMEOUT_SECONDS), asyncio.TaskGroup() as tasks:
        for _ in range(1000):
            tasks.create_task(one())
        for _ in range(1000):
            await shown.acquire()
        await asyncio.to_thread(player.show, ALARM)
