"""What the broker is asked for what devices want (3.12 of docs/relay-protocol.md), and when."""

import asyncio

import pytest

from tests.ws_bridge.relay.conftest import House, until
from tests.ws_bridge.relay.test_subscribing import at_broker, told


@pytest.mark.says("3.12.1", "3.12.2")
async def test_once_at_the_broker(house: House) -> None:
    """However many ask, also for a part of it; and no longer than anybody wants it."""
    for name in ("kitchen", "attic", "cellar"):
        house.let_in(name, "#")
    async with house.device("kitchen") as kitchen, house.device("attic") as attic:
        await kitchen.subscribe("alarm/a/state")
        assert at_broker(house) == {"alarm/a/state"}
        async with house.device("cellar") as cellar:
            await cellar.subscribe("alarm/+/state")
            assert at_broker(house) == {"alarm/+/state"}
            await attic.subscribe("alarm/a/state", "alarm/b/state")
            assert at_broker(house) == {"alarm/+/state"}
            house.tell("alarm/a/state", b"1", retain=True)
            for one in (kitchen, attic, cellar):
                assert (await one.hear())["data"] == 1
                await one.silence()
            await cellar.ask(unsubscribe=["alarm/+/state"])
            await until(lambda: at_broker(house) == {"alarm/a/state", "alarm/b/state"})
        house.tell("alarm/a/state", b"2", retain=True)
        assert (await kitchen.hear())["data"] == 2
        assert (await attic.hear())["data"] == 2
        await kitchen.ask(unsubscribe=["alarm/a/state"])
        await attic.ask(unsubscribe=["alarm/b/state"])
        await until(lambda: at_broker(house) == {"alarm/a/state"})


@pytest.mark.says("3.12.3")
async def test_no_event_is_lost_when_others_come_and_go(house: House) -> None:
    for name in ("kitchen", "cellar"):
        house.let_in(name, "#")
    house.tell("panel/a/event", b"0", retain=True)  # which is told nobody, however often it comes
    async with house.device("kitchen") as kitchen, house.device("cellar") as cellar:
        await kitchen.subscribe("panel/a/event")
        for number in range(1, 40):
            await cellar.say(**{"subscribe" if number % 2 else "unsubscribe": ["panel/+/event"]})
            house.tell("panel/a/event", b"%d" % number)
        heard = [(await kitchen.hear())["data"] for _ in range(1, 40)]
        assert heard == list(range(1, 40))
        await kitchen.silence()
        await kitchen.ask(unsubscribe=["panel/a/event"])
        await cellar.ask(unsubscribe=["panel/+/event"])
        await until(lambda: not at_broker(house))


@pytest.mark.says("3.12.2")
async def test_what_is_kept_goes_with_it(house: House) -> None:
    house.let_in("kitchen", "#")
    house.tell("alarm/a/state", b"1", retain=True)
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("alarm/+/state")
        assert house.relay._spread.states.get("alarm/a/state")
        await kitchen.ask(unsubscribe=["alarm/+/state"])
        states = house.relay._spread.states
        await until(lambda: not states.get("alarm/a/state"))
        house.tell("alarm/a/state", b"2", retain=True)
        await kitchen.subscribe("host/+/stats")
        house.tell("host/pi/stats", b"3")
        assert (await kitchen.hear())["data"] == 3
        assert not states.get("alarm/a/state"), "the broker has not sent it"
        assert told(await kitchen.subscribe("alarm/+/state")) == {"alarm/a/state": 2}


async def test_many_subscribe_at_once(house: House) -> None:
    """Each gets all retained values, though the first has only just asked the broker."""
    names = [f"d{number}" for number in range(30)]
    for name in names:
        house.let_in(name, "alarm/+/state")
    for number in range(20):
        house.tell(f"alarm/a{number}/state", b"1", retain=True)

    async def one(name: str) -> int:
        async with house.device(name) as device:
            return len(told(await device.subscribe("alarm/+/state")))

    assert await asyncio.gather(*map(one, names)) == [20] * 30


async def test_the_brokers_restart(house: House) -> None:
    """What has changed meanwhile is told, and what is gone, and the rest is not told again."""
    house.let_in("kitchen", "#")
    for name in ("same", "other", "gone"):
        house.tell(f"alarm/{name}/state", b"1", retain=True)
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("alarm/+/state")
        house.client.paho.disconnect()
        house.relay._source._renew = lambda: None  # its presence is another matter
        await asyncio.to_thread(house.broker.stop)
        # As if somebody had written between the broker's start and ours
        house.relay._source._kept["alarm/other/state"] = b"0"
        house.relay._source._kept["alarm/removed/state"] = b"1"
        await asyncio.to_thread(house.broker.start)
        heard = [await kitchen.hear(), await kitchen.hear()]
        assert [(each["topic"], each.get("data"), each.get("gone")) for each in heard] == [
            ("alarm/other/state", 1, None),
            ("alarm/removed/state", None, True),
        ]
        await kitchen.silence()
