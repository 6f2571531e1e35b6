"""The clock on port 8901: rows C01 to C14, C21 and C23 to C28, as a client sees them."""

import asyncio
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from websockets.asyncio.client import connect

from bench.clock import Watcher
from shared.testing import TIMEOUT_SECONDS
from tests.e2e.bound import TRIES, share_of_processor
from tests.e2e.clock_client import ID, TICK, alarms, coming_back, enter, message, say, seconds, tick
from tests.e2e.conftest import Hub
from tests.e2e.display import raw_handshake


async def test_C01_any_path(clock: Hub) -> None:
    """A client may ask for any path."""
    for path in ("", "x/y?z=1"):
        async with connect(clock.clock_url + path) as client:
            assert ID.fullmatch(await enter(client))


async def test_C02_silence_until_the_client_speaks(clock: Hub) -> None:
    """For 3 s there is no frame, then the first message brings one at once."""
    async with connect(clock.clock_url) as client:
        with pytest.raises(TimeoutError):
            await message(client, 3.0)
        assert await enter(client)


async def test_C03_empty_text_is_a_new_session(clock: Hub) -> None:
    """SESSION: with an identifier of at least 128 bits, another one each time."""
    found = set()
    for _ in range(5):
        async with connect(clock.clock_url) as client:
            found.add(await enter(client))
    assert len(found) == 5
    assert all(ID.fullmatch(each) for each in found)


@pytest.mark.parametrize("said", ["dummy", "PING", "x" * 32 + "!", "é" * 32, "0" * 4000, b"\xff"])
async def test_C04_an_identifier_that_is_none(clock: Hub, said: str | bytes) -> None:
    """Garbage, also a binary message, brings a new identifier that differs from it."""
    async with connect(clock.clock_url) as client:
        got = await enter(client, said)
    assert ID.fullmatch(got)
    assert got != said


async def test_C04_an_identifier_that_nobody_knows(clock: Hub) -> None:
    """It has the right form and is replaced all the same: a client does not choose its own."""
    async with connect(clock.clock_url) as client:
        assert await enter(client, "A" * 32) != "A" * 32


async def test_C05_a_known_session_goes_on(clock: Hub) -> None:
    """Who comes back, or comes twice, with the identifier gets the same, and its zone."""
    async with connect(clock.clock_url) as client:
        identifier = await enter(client)
        assert await say(client, "TZ Asia/Tokyo") == "OK:"
        async with connect(clock.clock_url) as second:
            assert await enter(second, identifier) == identifier
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while (await tick(second)).utcoffset() != timedelta(hours=9):
                    pass
    async with coming_back(clock.clock_url, identifier, "JST"):
        pass


async def test_C06_sessions_survive_restarts(hub: Hub) -> None:
    """Of both services and of the broker, one after the other and in mid-connection."""
    services = {name: hub.start(name) for name in ("alarms", "ws-bridge")}
    for service in services.values():
        service.wait_for_log("connected")
    async with connect(hub.clock_url) as client:
        identifier = await enter(client)
        assert await say(client, "TZ Asia/Tokyo") == "OK:"
        assert await say(client, "ALARM ADD 06:30 work days=Mon") == "OK:work"
        kept = await alarms(client)
    for name in ("alarms", "ws-bridge"):
        assert services[name].stop() == 0
        services[name] = hub.start(name)
        services[name].wait_for_log("connected")
        async with coming_back(hub.clock_url, identifier, "JST") as client:
            assert await alarms(client) == kept
    async with connect(hub.clock_url) as client:
        await enter(client, identifier)
        await asyncio.to_thread(hub.broker.restart)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while (await say(client, "ALARM ADD 07:00 later")).startswith("ERR:"):
                await asyncio.sleep(0.1)
        assert [alarm["name"] for alarm in await alarms(client)] == ["work", "later"]


async def test_C07_order_of_the_first_frames(clock: Hub) -> None:
    """SESSION, TZN, tick."""
    async with connect(clock.clock_url) as client:
        await client.send("")
        got = [await message(client) for _ in range(3)]
    assert got[0].startswith("SESSION:")
    assert re.fullmatch(r"TZN:CES?T", got[1])
    assert TICK.fullmatch(got[2])


async def test_C08_a_tick_each_second(clock: Hub) -> None:
    """Each second once, just after it began; bench/clock.py watches it for 5 minutes."""
    found = []
    async with connect(clock.clock_url) as client:
        await enter(client)
        for _ in range(3 * TRIES):
            shown, late = [], []
            for _ in range(5):
                shown.append((await tick(client)).timestamp())
                late.append(time.time() - shown[-1])
            assert min(late) >= 0
            found.append((max(late), statistics.median(late)))
            if (
                all(b - a == 1 for a, b in itertools.pairwise(shown))
                and found[-1][0] < 0.5
                and found[-1][1] < 0.02
            ):
                return
    pytest.fail(f"the latest tick, and their median: {found}")


async def test_C09_the_time_is_right(clock: Hub) -> None:
    """ISO 8601 with the offset of the session's zone, within a second of the wall clock."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        got = await tick(client)
        assert abs((datetime.now(UTC) - got).total_seconds()) < 1
        assert got.utcoffset() == datetime.now(ZoneInfo("Europe/Berlin")).utcoffset()


async def test_C10_a_change_of_zone(clock: Hub) -> None:
    """TZN comes after the reply and before the tick that is in the new zone."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        await tick(client)
        for zone, name, hours in (
            ("Asia/Tokyo", "JST", 9), ("asia/kolkata", "IST", 5.5), ("UTC", "UTC", 0),
        ):  # fmt: skip
            assert await say(client, f"TZ {zone}") == "OK:"
            assert await message(client) == f"TZN:{name}"
            at = await message(client)
            assert datetime.fromisoformat(at).utcoffset() == timedelta(hours=hours)
        assert await say(client, "TZ") == "OK:UTC"
        assert (await say(client, "TZ Mars/Olympus")).startswith("ERR:unknown timezone")


async def test_C12_the_next_frame_is_the_reply(clock: Hub) -> None:
    """Two hundred commands at random moments, one in twenty of them just before a tick.

    One that was sent while a tick may have been on the wire would prove nothing, nor does one
    that took longer than a tick waits.
    """
    dice, late = random.Random(12), 0
    commands = ("PING", "TIME", "TZ", "ALARM LIST", "FLY", "STOP", "SNOOZE 5 nothing")
    async with connect(clock.clock_url) as client:
        await enter(client)
        seen = (await tick(client)).timestamp()
        for number in range(200):
            if number % 20:
                await asyncio.sleep(dice.uniform(0, 0.02))
            else:
                await asyncio.sleep(dice.uniform(0.97, 0.995) - time.time() % 1)
            while time.time() % 1 > 0.997 or int(time.time()) > seen:
                seen = (await tick(client)).timestamp()
            command = commands[number % len(commands)]
            sent = time.monotonic()
            await client.send(command)
            got = await message(client)
            if TICK.fullmatch(got):
                seen = datetime.fromisoformat(got).timestamp()
                got = await message(client)
                assert time.monotonic() - sent > 0.05, f"{command} at {time.time() % 1:.4f}"
                late += 1
            assert got.startswith(("OK:", "ERR:")), f"{command} at {time.time() % 1:.4f}"
    assert late < 20


COMMANDS = [
    "HELP", "?", "LIST_COMMANDS", "HELP ALARM", "TZ", "TZGET", "TZ Europe/Paris", "TZSET:UTC",
    "TZ nowhere", "TZLIST", "TIMEZONES Europe/", "TIME", "NOW", "ALARM ADD 06:30 a",
    "ADDALRM 06:30:10 b days=Mon,Tue once", "ALARM ADD 99:00 c", "ALARM LIST", "LISTALRM",
    "ALARM DEL a", "DELALRM b", "ALARM DEL nothing", "STOP", "OFF a", "SNOOZE", "SNOOZE 0",
    "ALRMFMT json", "ALRMFMT xml", "SESSION", "PING", "VERSION", "", ":", "FLY", "x" * 4097,
    "SESSION END", "ALARM ADD 06:30 a",
]  # fmt: skip


async def test_C13_every_reply_is_ok_or_an_error(clock: Hub) -> None:
    """And one line; ERR says in words what is wrong."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        every: list[str | bytes] = [*COMMANDS, b"PING", b"\xff\xfe"]
        for command in every:
            await client.send(command)
            got = await message(client)
            while TICK.fullmatch(got) or got.startswith("TZN:"):
                got = await message(client)
            assert re.fullmatch(r"OK:[^\n]*|ERR:[^\n]{5,}", got), f"{command!r}: {got}"


async def test_C14_an_unknown_command(clock: Hub) -> None:
    """Is refused, and the connection goes on."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        assert (await say(client, "FLY me to the moon")).startswith("ERR:unknown command FLY")
        assert await say(client, "PING") == "OK:PONG"
        await tick(client)


async def test_C21_sessions_do_not_see_each_other(clock: Hub) -> None:
    """Neither zones nor alarms."""
    async with connect(clock.clock_url) as one, connect(clock.clock_url) as two:
        await enter(one)
        await enter(two)
        assert await say(one, "TZ Asia/Tokyo") == "OK:"
        assert await say(two, "TZ UTC") == "OK:"
        assert await say(one, "ALARM ADD 06:30 mine") == "OK:mine"
        assert await say(two, "ALARM DEL mine") != "OK:"
        assert await alarms(two) == []
        assert [alarm["name"] for alarm in await alarms(one)] == ["mine"]
        await seconds(two, 1)
        assert (await tick(one)).utcoffset() == timedelta(hours=9)
        assert (await tick(two)).utcoffset() == timedelta(0)


async def test_C23_list_of_time_zones(clock: Hub) -> None:
    """A JSON array of IANA names, all of which TZ takes; a prefix makes it short."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        names = json.loads((await say(client, "TZLIST")).removeprefix("OK:"))
        assert len(names) > 400
        assert {"Europe/Paris", "Asia/Tokyo", "UTC"} <= set(names)
        short = json.loads((await say(client, "TZLIST america/ar")).removeprefix("OK:"))
        assert "America/Argentina/Ushuaia" in short
        assert all(name.startswith("America/Ar") for name in short)
        assert json.loads((await say(client, "TZLIST Mars/")).removeprefix("OK:")) == []


async def test_C24_commands_and_help(clock: Hub) -> None:
    """HELP lists the commands (once -L) and explains each; --help tells what can be set."""
    async with connect(clock.clock_url) as client:
        await enter(client)
        listed = (await say(client, "HELP")).removeprefix("OK:").split()
        assert {"HELP", "TZ", "TZLIST", "ALARM", "STOP", "SNOOZE", "SESSION"} <= set(listed)
        for command in listed:
            assert (await say(client, f"HELP {command}")).startswith(f"OK:{command}")
    printed = subprocess.run(
        [sys.executable, "-m", "ws_bridge", "--help"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=True,
    ).stdout
    assert "WS_BRIDGE_CLOCK_PORT" in printed
    assert "WS_BRIDGE_ALARM_FORMAT" in printed


@pytest.mark.parametrize("said", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "a/../b", "%2e"])
async def test_C25_an_identifier_that_is_a_path(clock: Hub, said: str) -> None:
    """Brings a new session, and no file or topic is made of it."""
    before = sorted(clock.directory.rglob("*"))
    async with connect(clock.clock_url) as client:
        assert ID.fullmatch(await enter(client, said))
        await tick(client)
    made = {path.name for path in clock.directory.rglob("*")} - {path.name for path in before}
    assert not [name for name in made if "passwd" in name or ".." in name]


async def test_C26_five_hundred_clients(clock: Hub) -> None:
    """The ticks of one second come within 100 ms at all of them."""
    loop = asyncio.get_running_loop()
    watchers: list[Watcher] = []
    for _ in range(10):
        joined = [loop.create_connection(Watcher, "127.0.0.1", clock.clock_port) for _ in range(50)]
        watchers += [watcher for _, watcher in await asyncio.gather(*joined)]
    try:
        for wanted in range(5, 5 + 2 * TRIES, 2):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while min(len(watcher.ticks) for watcher in watchers) < wanted:
                    await asyncio.sleep(0.1)
            came: dict[float, list[float]] = {}
            for watcher in watchers:
                for second, late in watcher.seconds():
                    came.setdefault(second, []).append(late)
            whole = [sorted(late) for late in came.values() if len(late) == 500]
            assert whole
            assert min(late[0] for late in whole) >= 0
            spread = min(late[494] - late[0] for late in whole[-3:])
            if spread < 0.1 / share_of_processor():
                return
    finally:
        for watcher in watchers:
            watcher.transport.abort()
    pytest.fail(f"in the end {spread} s")


@pytest.mark.parametrize("compression", ["deflate", None])
async def test_C27_with_and_without_deflate(clock: Hub, compression: str | None) -> None:
    """A client may offer compression or not; frames come uncompressed to both."""
    async with connect(clock.clock_url, compression=compression) as client:
        await enter(client)
        await tick(client)
        assert await say(client, "PING") == "OK:PONG"
    with raw_handshake(clock.clock_port) as sock:
        sock.sendall(b"\x81\x80\x00\x00\x00\x00")
        assert sock.recv(10) == b"\x81\x28SESSION:"


async def test_C28_the_documented_command(clock: Hub) -> None:
    """`python3 -m websockets` is a client: an empty line, ticks, a command and its reply."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "websockets", clock.clock_url,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    told, said = process.stdin, process.stdout
    assert told
    assert said
    shown = b""

    async def until(text: bytes) -> None:
        nonlocal shown
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while text not in shown:
                piece = await said.read(1000)
                assert piece, shown
                shown += piece

    await until(b"Connected to")
    told.write(b"\n")
    await until(b"SESSION:")
    await until(b"TZN:")
    told.write(b"PING\n")
    await until(b"OK:PONG")
    told.close()
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await process.wait()


def test_a_port_of_zero_is_off(hub: Hub) -> None:
    """And a port that is taken is told with the name of its setting."""
    bridge = hub.start("ws-bridge", WS_BRIDGE_CLOCK_PORT="0")
    bridge.wait_for_log("connected")
    assert str(hub.clock_port) not in bridge.log
    off = {"WS_BRIDGE_STATS_PORT": "0", "WS_BRIDGE_CONTENTS_PORT": "0"}
    other = hub.start("ws-bridge", WS_BRIDGE_CLOCK_PORT=str(hub.broker.port), **off)
    assert other.exit_code() == 1
    assert "WS_BRIDGE_CLOCK_PORT" in other.log, other.log
