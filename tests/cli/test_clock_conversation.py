"""A conversation with a clock that breaks off; with a real one it is in test_clock."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from mantel import clock_conversation
from mantel.clock_conversation import Conversation, ask_all
from mantel.clock_dialogue import Dialogue, ListedAlarm, Reply
from mantel.clock_port import Address, ClockError
from mantel.clock_session import KeptSession
from shared.testing import TIMEOUT_SECONDS

TICK = "2026-02-17T12:13:39+01:00"


class Seen:
    """A view that remembers."""

    lists = False

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.troubles: list[str] = []
        self.replies: list[str] = []

    def heard(self, message: str, dialogue: Dialogue) -> None: ...

    def alarms(self, alarms: list[ListedAlarm]) -> None: ...

    def draw(self) -> None: ...

    def answered(self, reply: Reply) -> None:
        self.replies.append(str(reply))

    def told(self, text: str) -> None:
        self.troubles.append(text)

    def noted(self, text: str) -> None:
        self.notes.append(text)


@contextlib.asynccontextmanager
async def clock(breaks_at: str = "", silent: bool = False) -> AsyncIterator[Address]:
    """Greet, tick once, answer; hang up at a command for the first time that it comes."""
    broken = False

    async def converse(connection: ServerConnection) -> None:
        nonlocal broken
        said = await connection.recv()
        if silent:
            await connection.wait_closed()
            return
        await connection.send(f"SESSION:{said or 'a' * 32!r}")
        await connection.send(TICK)
        async for command in connection:
            if command == breaks_at and not broken:
                broken = True
                return
            await connection.send(f"OK:{command!r}")

    async with serve(converse, "127.0.0.1", 0) as running:
        yield Address("127.0.0.1", running.sockets[0].getsockname()[1])


async def test_a_break_in_a_command_is_told_and_mended(tmp_path: Path) -> None:
    """It is not said twice: nobody knows whether it was done. The next one is said."""
    view = Seen()
    async with clock(breaks_at="STOP") as address, asyncio.timeout(TIMEOUT_SECONDS):
        conversation = Conversation(address, KeptSession(tmp_path / "kept"), view)
        task = asyncio.create_task(conversation.hold())
        for command in ("PING", "STOP", "TIME"):
            await conversation.type(command)
        await conversation.answered()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert view.replies == ["OK:'PING'", "OK:'TIME'"]
    assert "STOP: no reply; look whether it was done" in view.notes
    (trouble,) = (text for text in view.troubles if text)
    assert trouble.endswith("closed the connection; trying again in 0.5 s")
    assert view.troubles[-1] == ""


async def test_one_that_never_greets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_conversation, "_REPLY_SECONDS", 0.2)
    async with clock(silent=True) as address, asyncio.timeout(TIMEOUT_SECONDS):
        kept = KeptSession(tmp_path / "kept")
        with pytest.raises(ClockError, match="no answer from clock"):
            await Conversation(address, kept, Seen()).hold()
        with pytest.raises(ClockError, match="no answer from clock"):
            await ask_all(address, kept, ["PING"], print, print)
    assert not (tmp_path / "kept").exists()
