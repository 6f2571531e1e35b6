"""Sessions that are held, over a real broker and with somebody who owns them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from shared.mqtt import Mqtt
from shared.payloads import ClockSession
from shared.settings import Settings
from shared.testing import TIMEOUT_SECONDS, Broker
from tests.ws_bridge.session_owner import SessionOwner
from ws_bridge import clock_sessions as module
from ws_bridge.clock_commands import CommandError
from ws_bridge.clock_sessions import Sessions, hash_of, is_id, new_id


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


class Stage:
    """A broker, a bridge's sessions, and their owner, who may come and go."""

    def __init__(self, broker: Broker, stack: contextlib.AsyncExitStack) -> None:
        self.broker = broker
        self._stack = stack
        self._owner_stack = contextlib.AsyncExitStack()
        self.owner: SessionOwner
        self.sessions: Sessions

    async def connection(self, user: str, stack: contextlib.AsyncExitStack | None = None) -> Mqtt:
        settings = Settings(
            mantel_node="pi",
            mqtt_host=self.broker.host,
            mqtt_port=self.broker.port,
            mqtt_username=user,
            mqtt_password=self.broker.password(user),
        )
        return await (stack or self._stack).enter_async_context(Mqtt(settings, user))

    async def arrive(self) -> None:
        """Let the owner come, with what it knew."""
        known = self.owner.sessions if hasattr(self, "owner") else {}
        self.owner = SessionOwner(await self.connection("alarms", self._owner_stack))
        self.owner.sessions = known

    async def go(self) -> None:
        """Let the owner go, if it is there."""
        await self._owner_stack.aclose()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    with Broker(tmp_path) as broker:
        async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            stage = Stage(broker, stack)
            stage.sessions = Sessions(await stage.connection("ws-bridge"), "pi/ws-bridge")
            task = tasks.create_task(stage.sessions.keep_open())
            try:
                yield stage
            finally:
                await stage.go()
                task.cancel()


def test_identifiers() -> None:
    """192 random bits of which only a hash leaves the bridge."""
    assert is_id(new_id())
    assert new_id() != new_id()
    for bad in ("", "x" * 31, "x" * 33, "x" * 31 + "/", "x" * 31 + "é", "x" * 32 + "\n"):
        assert not is_id(bad)
    assert len(hash_of(new_id())) == 32


async def test_a_new_session_is_opened_and_shown_and_closed(stage: Stage) -> None:
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    identifier, held = await stage.sessions.enter("")
    await until(lambda: held.copy.state and not stage.sessions._unopened)  # else asked once more
    assert str(held.copy.zone) == "Europe/Rome"
    await stage.sessions.ask(held, "zone", {"timezone": "Asia/Tokyo"})
    assert str(held.copy.zone) == "Asia/Tokyo", "the state comes before the response"
    stage.sessions.leave(held)
    await until(lambda: stage.owner.verbs() == ["open", "zone", "close"])
    for _, request in stage.owner.asked:
        assert request["session"] == hash_of(identifier)
        assert request["holder"] == "pi/ws-bridge"
        assert identifier not in str(request)


async def test_an_identifier_of_another_server(stage: Stage) -> None:
    """It is resumed when `alarms` knows it, and never trusted otherwise."""
    old, bad = "0d3f7e2a-5b1c-4e1e-9f6a-7c2d8b9e0f11", "short"
    identifier, held = await stage.sessions.enter(old)
    assert identifier != old, "nobody is there to know it"
    stage.sessions.leave(held)
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    identifier, held = await stage.sessions.enter(old)
    assert identifier != old
    stage.sessions.leave(held)
    for known in (old, bad):
        stage.owner.show(hash_of(known), ClockSession(timezone="Asia/Tokyo", alarms=[]))
    identifier, held = await stage.sessions.enter(f"{old}\n")
    assert identifier == old
    await until(lambda: held.copy.state)
    assert str(held.copy.zone) == "Asia/Tokyo"
    assert (await stage.sessions.enter(bad))[0] != bad


async def test_who_comes_back(stage: Stage) -> None:
    """A known session is the same, an unknown one is replaced, one that is held needs no asking."""
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    identifier, held = await stage.sessions.enter("")
    await until(lambda: held.copy.state)
    again, same = await stage.sessions.enter(identifier)
    assert (again, same) == (identifier, held)
    stage.sessions.leave(held)
    stage.sessions.leave(held)
    back, other = await stage.sessions.enter(f" {identifier}\n")
    assert back == identifier
    assert other is not held
    assert other.copy.state is not None
    unknown = new_id()
    fresh, _ = await stage.sessions.enter(unknown)
    assert fresh != unknown
    assert hash_of(unknown) not in stage.owner.sessions


async def test_while_the_owner_is_away(stage: Stage) -> None:
    """An identifier is kept, commands are refused at once, and all is opened when it is back."""
    identifier = new_id()
    async with asyncio.timeout(0.5):
        assert (await stage.sessions.enter(identifier))[0] == identifier
        _, held = await stage.sessions.enter("garbage")
        with pytest.raises(CommandError, match="away"):
            await stage.sessions.ask(held, "stop", {})
    await stage.arrive()
    await until(lambda: held.copy.state and hash_of(identifier) in stage.owner.sessions)
    await stage.go()
    await until(lambda: not stage.sessions.online)
    assert held.copy.state is not None, "what was known stands"
    await stage.arrive()
    await until(lambda: stage.owner.verbs() == ["open", "open"])
    assert all(request["resume"] is False for _, request in stage.owner.asked)


async def test_an_owner_that_does_not_answer(stage: Stage) -> None:
    """Within a second a resumed identifier is kept, and a command is refused."""
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    stage.owner.silent = {"open", "add"}
    identifier = new_id()
    async with asyncio.timeout(1.0):
        again, held = await stage.sessions.enter(identifier)
    assert again == identifier
    async with asyncio.timeout(1.0):
        with pytest.raises(CommandError, match="did not answer"):
            await stage.sessions.ask(held, "add", {"name": "a", "time": "06:30:00"})
    stage.owner.silent = set()
    await until(lambda: held.copy.state)  # it was asked once more
    with pytest.raises(CommandError, match="^nothing ringing$"):
        await stage.sessions.ask(held, "stop", {})


async def test_an_owner_that_refuses(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked again, also by a command, and said once."""
    monkeypatch.setattr("ws_bridge.clock_sessions._REFUSED_SECONDS", 0.2)
    monkeypatch.setattr("ws_bridge.clock_sessions._AGAIN_SECONDS", 0.1)
    await stage.arrive()
    stage.owner.full = True
    await until(lambda: stage.sessions.online)
    _, held = await stage.sessions.enter("")
    await until(lambda: len(stage.owner.asked) >= 3)
    assert set(stage.owner.verbs()) == {"open"}
    with pytest.raises(CommandError, match="^unknown session$"):
        await stage.sessions.ask(held, "zone", {"timezone": "Asia/Tokyo"})
    assert held.copy.state is None
    stage.owner.full = False
    await until(lambda: held.copy.state)
    await stage.sessions.ask(held, "zone", {"timezone": "Asia/Tokyo"})
    said = [each.message for each in caplog.records if "does not open" in each.message]
    assert said == ["clock: alarms does not open a session: the disk is full"]


async def test_the_broker_went_for_a_while(stage: Stage) -> None:
    """All that are held are opened again."""
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    _, held = await stage.sessions.enter("")
    await until(lambda: held.copy.state)
    stage.owner.asked.clear()
    await asyncio.to_thread(stage.broker.restart)
    await until(lambda: "open" in stage.owner.verbs())
    await stage.sessions.ask(held, "zone", {"timezone": "Asia/Tokyo"})


async def test_a_session_that_ends(stage: Stage) -> None:
    """It is not made again, and who still has it is told."""
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    identifier, held = await stage.sessions.enter("")
    await until(lambda: held.copy.state)
    stage.owner.silent = {"end"}
    with pytest.raises(CommandError, match="did not answer"):
        await stage.sessions.ask(held, "end", {})
    stage.owner.silent = set()
    await stage.sessions.ask(held, "end", {})
    assert held.copy.state is None
    with pytest.raises(CommandError, match="ended"):
        await stage.sessions.ask(held, "add", {"name": "a", "time": "06:30:00"})
    stage.sessions.leave(held)
    fresh, _ = await stage.sessions.enter(identifier)
    assert fresh != identifier
    assert "close" not in stage.owner.verbs()
    assert hash_of(identifier) not in stage.owner.sessions


async def test_a_state_that_is_removed_in_mid_connection(stage: Stage) -> None:
    """The session is opened again, and what was known stands meanwhile."""
    await stage.arrive()
    await until(lambda: stage.sessions.online)
    identifier, held = await stage.sessions.enter("")
    await until(lambda: held.copy.state)
    stage.owner.silent = {"open"}
    stage.owner.clear(hash_of(identifier))
    await until(lambda: stage.owner.verbs() == ["open", "open"])
    assert held.copy.state == ClockSession(timezone="Europe/Rome", alarms=[])


async def test_what_is_never_answered_is_given_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was remembered for as long as the owner says that it is there."""
    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr(module, "_MOST_OPENING", 3)
    await stage.arrive()
    stage.owner.silent = {"open"}
    await until(lambda: stage.sessions.online)
    await stage.sessions.enter("")
    await until(lambda: stage.owner.verbs().count("open") > 5)
    assert len(stage.sessions._opening) <= 3
    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.5)
    stage.owner.silent = set()
    await until(lambda: not stage.sessions._unopened)
