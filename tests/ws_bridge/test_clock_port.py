"""The clock's port with real sockets, a real broker and somebody who owns the sessions."""

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from shared.mqtt import Mqtt
from shared.payloads import ClockAlarm, ClockSession, Request
from shared.settings import Settings
from shared.subscription import Received
from shared.testing import TIMEOUT_SECONDS, Broker, free_port
from shared.zone import HubZone
from tests.ws_bridge.session_owner import SessionOwner
from ws_bridge import clock_port as module
from ws_bridge.clock_port import MOST_MESSAGE_BYTES, ClockPort
from ws_bridge.clock_sessions import Sessions, hash_of
from ws_bridge.listener import Listener

TICK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


class Stage:
    """A clock's port, and who owns its sessions."""

    def __init__(self, owner: SessionOwner, clock: ClockPort, port: int) -> None:
        self.owner = owner
        self.clock = clock
        self.port = port
        self.url = f"ws://127.0.0.1:{port}/"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    port = free_port()
    with Broker(tmp_path) as broker:

        def connection(user: str) -> Mqtt:
            return Mqtt(
                Settings(
                    mantel_node="pi",
                    mqtt_host=broker.host,
                    mqtt_port=broker.port,
                    mqtt_username=user,
                    mqtt_password=broker.password(user),
                ),
                user,
            )

        async with contextlib.AsyncExitStack() as stack:
            owner = SessionOwner(await stack.enter_async_context(connection("alarms")))
            mqtt = await stack.enter_async_context(connection("ws-bridge"))
            sessions = Sessions(mqtt, "pi/ws-bridge")
            clock = ClockPort(sessions, HubZone("UTC"), "name")
            listener = await stack.enter_async_context(
                Listener(
                    "127.0.0.1", port, "A_PORT",
                    fanout=clock.dial, converse=clock.converse, most_bytes=MOST_MESSAGE_BYTES,
                )
            )  # fmt: skip
            tasks = [
                asyncio.create_task(each)
                for each in (sessions.keep_open(), clock.read_zones(), clock.tick(listener))
            ]
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while not sessions.online:
                    await asyncio.sleep(0.01)
            yield Stage(owner, clock, port)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def message(client: ClientConnection) -> str:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return str(await client.recv())


async def entered(client: ClientConnection) -> str:
    await client.send("")
    identifier = (await message(client)).removeprefix("SESSION:")
    assert await message(client) in ("TZN:CET", "TZN:CEST"), "the owner's, not the hub's"
    assert TICK.fullmatch(await message(client))
    return identifier


async def test_a_tick_waits_for_a_slow_reply_but_50_ms(stage: Stage) -> None:
    """Then it comes, and the reply after it."""
    async with connect(stage.url) as client:
        await entered(client)
        stage.owner.silent = {"add"}
        await asyncio.sleep(0.9 - time.time() % 1)
        await client.send("ALARM ADD 06:30 work")
        got = await message(client)
        assert TICK.fullmatch(got)
        assert 0.05 <= time.time() % 1 < 0.3
        assert (await message(client)).startswith("ERR:the alarm service did not answer")


async def test_a_tick_that_waited_comes_with_the_reply(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And tells how things are after the command: the new zone."""
    monkeypatch.setattr(module, "_HELD_SECONDS", 5.0)
    async with connect(stage.url) as client:
        await entered(client)
        take = stage.owner._take
        asked: list[Received[Request]] = []
        stage.owner._mqtt._inbox._subscriptions[-1]._handler = asked.append
        await asyncio.sleep(0.9 - time.time() % 1)
        await client.send("TZ Asia/Tokyo")
        await asyncio.sleep(0.2)
        assert len(client.recv_messages.frames) == 0
        take(asked[0])
        assert await message(client) == "OK:"
        assert await message(client) == "TZN:JST"
        assert (await message(client)).endswith("+09:00")


async def test_what_rings_is_told_to_all_of_a_session_in_its_form(stage: Stage) -> None:
    """Each second, after the tick, and no more when it is stopped."""
    async with connect(stage.url) as one, connect(stage.url) as two:
        identifier = await entered(one)
        await two.send(identifier)
        assert await message(two) == f"SESSION:{identifier}"
        await two.send("ALRMFMT json")
        while await message(two) != "OK:":
            pass
        ringing = [ClockAlarm(name=name, time="06:30:00", ringing=True) for name in ("a", "b")]
        session = ClockSession(timezone="Europe/Rome", alarms=ringing)
        stage.owner.show(hash_of(identifier), session)
        for client, told in ((one, ["ALRM:a", "ALRM:b"]), (two, ['ALRM:["a","b"]'])):
            while await message(client) != told[0]:
                pass
            assert [await message(client) for _ in told[1:]] == told[1:]
            for _ in range(2):
                assert TICK.fullmatch(await message(client))
                assert [await message(client) for _ in told] == told
        stage.owner.show(hash_of(identifier), ClockSession(timezone="Europe/Rome", alarms=[]))
        while not (TICK.fullmatch(await message(one)) and TICK.fullmatch(await message(one))):
            pass


async def test_commands_are_answered_in_their_order(stage: Stage) -> None:
    """Sent at once, slow and fast ones mixed."""
    async with connect(stage.url) as client:
        await entered(client)
        sent = [f"ALARM ADD 06:30 a{n}" if n % 3 == 0 else "PING" for n in range(30)]
        for each in sent:
            await client.send(each)
        got: list[str] = []
        while len(got) < len(sent):
            reply = await message(client)
            if not TICK.fullmatch(reply):
                got.append(reply)
        assert got == [f"OK:a{n}" if n % 3 == 0 else "OK:PONG" for n in range(30)]


async def test_who_floods_and_does_not_read_is_not_read_either(stage: Stage) -> None:
    """Its replies wait in its own buffers; what the bridge keeps of it stays small."""
    with socket.create_connection(("127.0.0.1", stage.port)) as flood:
        flood.sendall(
            b"GET / HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            b"\x81\x80\x00\x00\x00\x00"
        )
        flood.setblocking(False)
        command = b"\x81\x86\x00\x00\x00\x00TZLIST"
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                with contextlib.suppress(BlockingIOError):
                    while flood.send(command * 1000):
                        pass
                peers = stage.clock.dial.clients()
                if peers and peers[0]._transport.get_write_buffer_size() > 0:
                    break
                await asyncio.sleep(0.01)
        async with connect(stage.url) as client:
            await entered(client)
            assert peers[0]._transport.get_write_buffer_size() < 40_000
            await client.send("PING")
            assert await message(client) == "OK:PONG"


async def test_what_is_too_long(stage: Stage) -> None:
    """4096 characters are a command, more are refused, and far more end the connection."""
    async with connect(stage.url) as client:
        await entered(client)
        for text in ("é" * 4096, "x" * 4097):
            await client.send(text)
            assert (await message(client)).startswith("ERR:")
        await client.send(b"PING")
        assert (await message(client)) == "ERR:a command is text, not binary"
        await client.send("x" * (MOST_MESSAGE_BYTES + 1))
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await client.wait_closed()
        assert client.close_code == 1009


async def test_who_leaves_lets_its_session_go(stage: Stage) -> None:
    """Also in the middle of a command."""
    stage.owner.silent = {"add"}
    async with connect(stage.url) as client:
        await entered(client)
        await client.send("ALARM ADD 06:30 a")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while stage.owner.verbs()[-1] != "close" or stage.clock.dial.is_watched():
            await asyncio.sleep(0.01)


async def test_the_wall_clock_is_set(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward and back: the next tick tells the new time, still at the beginning of a second."""

    class Clock:
        offset = 0.0

        def time(self) -> float:
            return time.time() + self.offset

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    async with connect(stage.url) as client:
        await entered(client)
        for offset in (3600.4, -7200.3, 0.7, 0.0):
            clock.offset = offset
            await message(client)  # the sleep that was on when it was set
            for _ in range(2):
                got = datetime.fromisoformat(await message(client)).timestamp()
                assert 0 <= clock.time() - got < 0.2
