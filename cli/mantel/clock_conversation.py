"""A conversation with the clock: typed commands, one after the other, through every break."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from mantel.clock_dialogue import Dialogue, ListedAlarm, Reply, listed
from mantel.clock_port import Address, ClockError, ClockPort, connected
from mantel.clock_session import KeptSession
from shared.errors import MantelError

_REPLY_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_LOOK_SECONDS = 30  # another connection of the session may have changed its alarms
_LIST = "ALARM LIST"
_MOST_WAITING = 16

Note = Callable[[str], None]


class View(Protocol):
    """Who shows it; `lists` tells whether it wants to know the alarms."""

    lists: bool

    def heard(self, message: str, dialogue: Dialogue) -> None:
        """Show a message that is no reply."""

    def answered(self, reply: Reply) -> None:
        """Show the reply to what was typed."""

    def alarms(self, alarms: list[ListedAlarm]) -> None:
        """Show the alarms of the session."""

    def told(self, text: str) -> None:
        """Show what is wrong from now on; empty: nothing is."""

    def noted(self, text: str) -> None:
        """Show what has happened."""

    def draw(self) -> None:
        """Show what is typed."""


async def greet(port: ClockPort, dialogue: Dialogue, kept: KeptSession, note: Note) -> None:
    """Resume the session, or begin a new one, and keep its identifier."""
    await port.say(kept.identifier)
    async with asyncio.timeout(_REPLY_SECONDS):
        while not dialogue.session:
            dialogue.hear(await port.hear())
    if kept.identifier and dialogue.session != kept.identifier:
        if kept.is_asked:
            raise MantelError("the clock does not know that session")
        note("the clock does not know the session that was kept; this is a new one")
    if dialogue.session != kept.identifier or kept.is_asked:
        kept.keep(dialogue.session)


async def ask_all(
    address: Address, kept: KeptSession, commands: list[str], answered: Callable[[Reply], None],
    note: Note,
) -> None:  # fmt: skip
    """Say commands and pass on their replies; MantelError at the first that is refused."""
    dialogue = Dialogue()
    async with connected(address) as port:
        try:
            await greet(port, dialogue, kept, note)
            async with asyncio.timeout(_REPLY_SECONDS):
                while dialogue.at is None:  # from the first tick on it knows the session's state
                    dialogue.hear(await port.hear())
            for command in commands:
                answered(await _ask(port, dialogue, command))
        except TimeoutError:
            raise ClockError(f"no answer from clock {address} ({_REPLY_SECONDS:g} s)") from None


async def _ask(port: ClockPort, dialogue: Dialogue, command: str) -> Reply:
    dialogue.ask(command)
    await port.say(command)
    async with asyncio.timeout(_REPLY_SECONDS):
        while (reply := dialogue.hear(await port.hear())) is None:
            pass
    if not reply.ok:
        raise MantelError(f"{command}: {reply.text}")
    return reply


class Conversation:
    """What is typed reaches the clock in order; a break is told and mended."""

    def __init__(self, address: Address, kept: KeptSession, view: View) -> None:
        self._address = address
        self._kept = kept
        self._view = view
        self._typed: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self._look = False
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._pause = _FIRST_PAUSE_SECONDS
        self._rang: list[str] = []

    async def type(self, command: str) -> None:
        """Say it when its turn comes; waits while too many do."""
        await self._typed.put(command)
        self._wake.set()

    async def answered(self) -> None:
        """Wait until the clock is there and all that was typed has its reply."""
        await self._ready.wait()
        await self._typed.join()

    async def hold(self) -> None:
        """Talk, and connect again after a break; ClockError when the first attempt fails."""
        while True:
            try:
                async with connected(self._address) as port:
                    await self._talk(port)
            except ClockError as error:
                if not self._ready.is_set():
                    raise
                self._view.told(f"{error}; trying again in {self._pause:g} s")
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)

    async def _talk(self, port: ClockPort) -> None:
        """Say what is typed and show what is heard until the connection breaks."""
        dialogue = Dialogue()
        replies: asyncio.Queue[Reply] = asyncio.Queue()
        try:
            await greet(port, dialogue, self._kept, self._view.noted)
        except TimeoutError:
            raise ClockError(f"no answer from clock {self._address}; is it a clock?") from None
        self._view.heard("", dialogue)
        saying: asyncio.Task[None] | None = None
        try:
            while True:
                message = await port.hear()
                ringing = dialogue.ringing
                reply = dialogue.hear(message)
                if reply is not None:
                    replies.put_nowait(reply)
                    continue
                self._view.heard(message, dialogue)
                if saying is None and dialogue.at is not None:
                    # From the first tick on the clock knows the session's state
                    self._view.told("")
                    self._ready.set()
                    self._pause = _FIRST_PAUSE_SECONDS
                    saying = asyncio.create_task(self._say(port, dialogue, replies))
                    self._look_again()
                elif dialogue.at is not None and message[:1].isdigit():
                    if self._rang != ringing or dialogue.at.second % _LOOK_SECONDS == 0:
                        self._look_again()
                    self._rang = ringing
        finally:
            if saying is not None:
                saying.cancel()
                await asyncio.gather(saying, return_exceptions=True)

    def _look_again(self) -> None:
        self._look = self._view.lists
        self._wake.set()

    async def _say(
        self, port: ClockPort, dialogue: Dialogue, replies: asyncio.Queue[Reply]
    ) -> None:
        """Say what is typed, each when the one before has its reply."""

        async def ask(command: str) -> Reply:
            dialogue.ask(command)
            await port.say(command)
            return await replies.get()

        while True:
            self._wake.clear()
            with contextlib.suppress(asyncio.QueueEmpty):
                command = self._typed.get_nowait()
                try:
                    self._view.answered(await ask(command))
                    self._look_again()
                except (ClockError, asyncio.CancelledError):
                    self._view.noted(f"{command}: no reply; look whether it was done")
                    raise
                finally:
                    self._typed.task_done()
                continue
            if self._look:
                self._look = False
                reply = await ask(_LIST)
                if reply.ok and (alarms := listed(reply.text)) is not None:
                    self._view.alarms(alarms)
                continue
            await self._wake.wait()
