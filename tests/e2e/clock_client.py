"""A client of the clock, as far as a test needs one."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from alarms.turn import UNREADABLE, UNSTORED
from shared.testing import TIMEOUT_SECONDS
from tests.e2e.bound import TRIES
from ws_bridge.clock_answers import LATE

ID = re.compile(r"[A-Za-z0-9_-]{32}")
_TOO_SLOW = (f"ERR:{UNSTORED}", f"ERR:{UNREADABLE}", f"ERR:{LATE}")
TICK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


async def message(client: ClientConnection, seconds: float = TIMEOUT_SECONDS) -> str:
    """Return the next message, which is text."""
    async with asyncio.timeout(seconds):
        got = await client.recv()
    assert isinstance(got, str)
    return got


async def enter(client: ClientConnection, said: str | bytes = "") -> str:
    """Say the first thing; return the session's identifier."""
    await client.send(said)
    got = await message(client)
    assert got.startswith("SESSION:")
    return got.removeprefix("SESSION:")


@asynccontextmanager
async def coming_back(url: str, identifier: str, zone: str) -> AsyncIterator[ClientConnection]:
    """Connect once more to a session, which begins with its zone.

    A hub that is too busy to find it within STATE_SECONDS begins with its own, and may try again.
    """
    for _ in range(TRIES):
        async with connect(url) as client:
            assert await enter(client, identifier) == identifier
            if (told := await message(client)) == f"TZN:{zone}":
                yield client
                return
    raise AssertionError(told)


async def message_where(client: ClientConnection, wanted: Callable[[str], object]) -> str:
    """Return the next message that is `wanted`; what comes before it is left out."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not wanted(got := await message(client)):
            pass
    return got


async def tick(client: ClientConnection) -> datetime:
    """Return the next tick."""
    return datetime.fromisoformat(await message_where(client, TICK.fullmatch))


async def say(client: ClientConnection, command: str | bytes) -> str:
    """Return what is answered; a tick that was on its way before is left out.

    What a disk or a machine was too slow for is said again.
    """
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            await client.send(command)
            got = await message_where(client, lambda got: got.startswith(("OK:", "ERR:")))
            if not got.startswith(_TOO_SLOW):
                return got


async def hush(client: ClientConnection) -> None:
    """Stop what rings; what was done too late to be told of finds nothing when it is said again."""
    assert await say(client, "STOP") in {"OK:1", "ERR:nothing ringing"}


async def done(client: ClientConnection, command: str) -> str:
    """Say a command until `alarms`, which may just have started, has done it; return its reply."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while (got := await say(client, command)).startswith("ERR:the "):
            pass
    return got


async def alarms(client: ClientConnection) -> list[dict[str, Any]]:
    """Return the alarms of the session."""
    said = await say(client, "ALARM LIST")
    assert said.startswith("OK:[")
    return list(json.loads(said.removeprefix("OK:")))


async def seconds(client: ClientConnection, count: int) -> list[list[str]]:
    """Return what comes in each of the next whole seconds: the tick and what follows it."""
    found: list[list[str]] = []
    while len(found) <= count:
        got = await message(client)
        if TICK.fullmatch(got):
            found.append([got])
        elif found:
            found[-1].append(got)
    return found[:count]


async def rings(client: ClientConnection, name: str) -> list[str]:
    """Wait until an alarm rings; return the first tick with which it did, up to its name."""
    heard: list[str] = []
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not heard or heard[-1] != f"ALRM:{name}":
            got = await message(client)
            if TICK.fullmatch(got):
                heard = [got]
            elif heard:
                heard.append(got)
    return heard


async def due_in(client: ClientConnection, name: str, ahead: int = 2) -> datetime:
    """Add an alarm that rings in `ahead` seconds; return when, in the session's zone."""
    while True:
        now = await _time(client)
        at = datetime.fromtimestamp(now.timestamp() + ahead, now.tzinfo)
        assert await done(client, f"ALARM ADD {at:%H:%M:%S} {name}") == f"OK:{name}"
        if await _time(client) < at:
            return at
        # On a busy machine it may have come too late, and ring tomorrow
        assert await say(client, f"ALARM DEL {name}") == "OK:"
        ahead += 2


async def _time(client: ClientConnection) -> datetime:
    return datetime.fromisoformat((await say(client, "TIME")).removeprefix("OK:"))
