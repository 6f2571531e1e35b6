"""Sections 7 and 10 of docs/relay-protocol.md: sessions that go on, and copies of the bridge."""

import asyncio
import json
from typing import Any

import pytest

from tests.ws_bridge.relay.conftest import House, until
from tests.ws_bridge.relay.device import Device
from ws_bridge.relay import sessions as sessions_module
from ws_bridge.relay.archive import Events


def resume(device: Device, sequence: int) -> dict[str, Any]:
    return {"resume": {"session": device.welcome["session"], "sequence": sequence}}


async def gone(house: House, name: str = "kitchen") -> None:
    await until(lambda: house.relay.sessions.of_device(name).writer is None)


@pytest.mark.says("7.1.1", "7.2.1", "7.2.2", "7.2.3", "7.2.4")
async def test_what_it_missed(house: House) -> None:
    """All events, of states the newest, in order; then what is new, without asking again."""
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("panel/+/event", "alarm/+/state", "host/+/stats")
        house.tell("host/pi/stats", b'"before"', retain=True)
        last = (await kitchen.hear())["sequence"]
    await gone(house)
    for number in range(300):
        house.tell("panel/p/event", b"%d" % number)
        house.tell("alarm/a/state", b"%d" % number)
    await until(lambda: house.relay._spread.sequence >= last + 600)
    async with house.device("kitchen", **resume(kitchen, last)) as again:
        assert again.welcome["resumed"] is True
        assert again.welcome["session"] == kitchen.welcome["session"]
        heard = [await again.hear() for _ in range(301)]
        assert [each["data"] for each in heard if "event" in each["topic"]] == list(range(300))
        assert [each["data"] for each in heard if "state" in each["topic"]] == [299]
        numbers = [each["sequence"] for each in heard]
        assert numbers == sorted(numbers)
        await again.silence()
        house.tell("panel/p/event", b'"live"')
        assert (await again.hear())["data"] == "live"


@pytest.mark.says("7.2.5", "7.4.1")
async def test_in_another_form(house: House) -> None:
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("display/+/bitmap")
    await gone(house)
    house.tell("display/d/bitmap", b"x" * 1000)
    await asyncio.sleep(0.05)
    told = resume(kitchen, kitchen.welcome["sequence"])
    async with house.device("kitchen", binary="framed", binary_bytes=600, **told) as again:
        assert [len(await again.raw()) for _ in range(2)] == [20 + 16 + 600, 20 + 16 + 400]


@pytest.mark.says("7.4.3")
async def test_retained_values_that_may_not_have_come_come_again(house: House) -> None:
    """The connection broke while they were under way."""
    house.let_in("kitchen", "#")
    house.tell("alarm/a/state", b"1", retain=True)
    async with house.device("kitchen") as kitchen:
        await kitchen.say(subscribe=["alarm/+/state"])
        await kitchen.hear()
    await gone(house)
    told = resume(kitchen, kitchen.welcome["sequence"])
    async with house.device("kitchen", **told) as again:
        assert again.welcome["resumed"] is True
        assert (await again.hear())["data"] == 1


@pytest.mark.says("7.3.1")
async def test_an_unknown_session_is_a_new_one(house: House) -> None:
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("alarm/+/state")
        async with house.device("attic", **resume(kitchen, 0)) as attic:
            assert attic.welcome["resumed"] is False, "of another device"
            await kitchen.silence()
        number = kitchen.welcome["sequence"]
    await gone(house)
    wrong: list[Any] = [
        {"session": "unknown", "sequence": 0},
        {"session": kitchen.welcome["session"], "sequence": number + 1000},
    ]
    for each in wrong:
        async with house.device("kitchen", resume=each) as again:
            assert again.welcome["resumed"] is False
            house.tell("alarm/a/state", b"1")
            await again.silence()


@pytest.mark.says("7.3.2")
async def test_events_that_are_no_longer_kept(house: House) -> None:
    """Only its own count: what others missed is no loss of this one's."""
    house.relay._spread.events = Events(most=10)
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    async with house.device("attic") as attic, house.device("kitchen") as kitchen:
        await attic.subscribe("panel/q/event")
        await kitchen.subscribe("panel/p/event")
        house.tell("panel/p/event", b"0")
        last = (await kitchen.hear())["sequence"]
        await kitchen.socket.close()
        await gone(house)
        for _ in range(30):
            house.tell("panel/q/event", b"1")
        for _ in range(30):
            await attic.hear()
        async with house.device("kitchen", **resume(kitchen, last)) as again:
            assert again.welcome["resumed"] is True
        await gone(house)
        await attic.subscribe("panel/p/event")
        for number in range(11):
            house.tell("panel/p/event", b"%d" % number)
        for _ in range(11):
            await attic.hear()
        async with house.device("kitchen", **resume(kitchen, last)) as again:
            assert again.welcome["resumed"] is False


@pytest.mark.says("7.1.1", "7.3.1")
async def test_for_a_minute(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions_module, "RESUME_SECONDS", 0.2)
    house.let_in("kitchen", "#")
    before = len(house.relay._source._asked)
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("panel/+/event")
    await until(lambda: len(house.relay.sessions) == 0)
    await until(lambda: len(house.relay._source._asked) == before)
    async with house.device("kitchen", **resume(kitchen, 0)) as again:
        assert again.welcome["resumed"] is False


@pytest.mark.says("7.2.1", "7.4.1")
async def test_while_the_old_connection_still_hangs(house: House) -> None:
    """The device knows that it is gone, and we do not yet."""
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("panel/+/event")
        house.tell("panel/p/event", b"1")
        last = (await kitchen.hear())["sequence"]
        house.tell("panel/p/event", b"2")
        async with house.device("kitchen", **resume(kitchen, last)) as again:
            assert again.welcome["resumed"] is True
            assert (await again.hear())["data"] == 2
            assert (await kitchen.end())[0] == 4409
            house.tell("panel/p/event", b"3")
            assert (await again.hear())["data"] == 3


@pytest.mark.says("7.5.1", "7.5.2")
async def test_a_session_that_was_replaced_or_revoked_is_over(house: House) -> None:
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as old, house.device("kitchen") as new:
        await new.silence()
    await gone(house)
    async with house.device("kitchen", **resume(old, 0)) as again:
        assert again.welcome["resumed"] is False
        house.let_in("kitchen", "#", token="another")
        assert (await again.end())[0] == 4403
    house.let_in("kitchen", "#")
    async with house.device("kitchen", **resume(again, 0)) as last:
        assert last.welcome["resumed"] is False


@pytest.mark.says("7.4.1", "7.4.2")
async def test_a_wish_from_before_the_filter_is_not_told(house: House) -> None:
    """Events from before a filter was asked for are none that it missed."""
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    async with house.device("attic") as attic, house.device("kitchen") as kitchen:
        await attic.subscribe("panel/+/event")
        house.tell("panel/p/event", b"1")
        await attic.hear()
        await kitchen.subscribe("panel/+/event")
        await kitchen.socket.close()
        await gone(house)
        async with house.device("kitchen", **resume(kitchen, 0)) as again:
            assert again.welcome["resumed"] is True
            await again.silence()


@pytest.mark.says("2.10.1", "7.3.1", "10.1.1")
async def test_two_copies(house: House) -> None:
    """Rights, replacing and presence hold across them; a session is resumed by its own alone."""
    other = House(house.broker, house.client)
    house.let_in("kitchen", "#")
    async with other.running(mantel_instance="2"), house.device("kitchen") as kitchen:
        assert kitchen.welcome["hub"] == "pi/ws-bridge"
        await kitchen.subscribe("host/+/stats")
        presence = house.relay.sessions.presence
        await until(lambda: presence._here["kitchen"].is_heard)
        told = resume(kitchen, kitchen.welcome["sequence"])
        async with other.device("kitchen", **told) as moved:
            assert moved.welcome["hub"] == "pi/ws-bridge-2"
            assert moved.welcome["resumed"] is False
            number, bye = await kitchen.end()
            assert (number, bye["code"]) == (4409, "replaced")
            assert len(house.relay.sessions) == 0
            await moved.subscribe("host/+/stats")
            house.tell("host/pi/stats", b"1")
            assert (await moved.hear())["data"] == 1
            state = await last_state(house)
            assert (state["connected"], state["bridge"]) == (True, "pi/ws-bridge-2")
            house.tell("device/kitchen/config", b"", retain=True)
            assert (await moved.end())[0] == 4403


async def last_state(house: House) -> Any:
    house.client.subscribe("mantel/device/kitchen/state")
    messages = await asyncio.to_thread(house.client.drain)
    return json.loads(messages[-1].payload) if messages and messages[-1].payload else None


async def test_presence(house: House) -> None:
    """Retained, with the reason of the end; corrected after a crash; gone with the device."""
    house.let_in("kitchen")

    async def wait_for(connected: bool, ended: str | None) -> None:
        async with asyncio.timeout(10):
            while True:
                state = await last_state(house)
                if state and (state["connected"], state.get("ended")) == (connected, ended):
                    return

    async with house.device("kitchen") as kitchen:
        await wait_for(True, None)
        house.let_in("kitchen", token="another")
        await kitchen.end()
    await wait_for(False, "revoked")
    stale = {"connected": True, "since_at": "2026-01-01T00:00:00Z", "connection": "x"}
    house.tell(
        "device/kitchen/state", json.dumps({**stale, "bridge": "pi/ws-bridge-3"}), retain=True
    )
    other = House(house.broker, house.client)
    async with other.running(mantel_instance="3"):
        await wait_for(False, None)
    house.tell("device/kitchen/config", b"", retain=True)
    async with asyncio.timeout(10):
        while await last_state(house) is not None:
            pass
