"""Section 5 of docs/relay-protocol.md: order, and what goes out together."""

import asyncio

import pytest

from tests.ws_bridge.relay.conftest import House, masked, next_frame, plain, until
from tests.ws_bridge.relay.test_slow import HELLO, session


@pytest.mark.says("5.1.1", "5.1.2", "5.1.3", "5.2.1")
async def test_numbers_and_order(house: House) -> None:
    """The same for all; and of several topics in the order of the broker."""
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    async with house.device("kitchen") as kitchen, house.device("attic", text_bytes=600) as attic:
        await kitchen.subscribe("host/+/stats", "alarm/+/state")
        await attic.subscribe("alarm/+/state")
        for number in range(20):
            house.tell("host/pi/stats", b"%d" % number)
            house.tell("alarm/a/state", b"%d" % number)
        both = [await kitchen.hear() for _ in range(40)]
        alarms = [await attic.hear() for _ in range(20)]
        numbers = [each["sequence"] for each in both]
        assert numbers == sorted(set(numbers))
        assert [(each["topic"], each["data"]) for each in both] == [
            (topic, number) for number in range(20) for topic in ("host/pi/stats", "alarm/a/state")
        ]
        assert alarms == both[1::2]


@pytest.mark.says("5.2.2")
async def test_a_retained_value_may_tell_an_older_number(house: House) -> None:
    house.let_in("kitchen", "#")
    house.tell("alarm/a/state", b"1", retain=True)
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("alarm/+/state", "panel/+/event")
        house.tell("panel/p/event", b"1")
        newest = (await kitchen.hear())["sequence"]
        retained = (await kitchen.subscribe("alarm/+/state"))[1]
        assert (retained["retained"], retained["sequence"] < newest) == (True, True)


@pytest.mark.says("5.3.1", "5.3.2")
async def test_at_once_and_then_together(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes together goes at once, in one write; what follows in one write 2 ms later."""
    house.let_in("slow", "#")
    reader, writer = await plain(house.port)
    writer.write(masked(1, HELLO.encode()) + masked(1, b'{"subscribe":["alarm/+/state"]}'))
    for _ in range(3):
        await next_frame(reader)
    spread = house.relay._spread
    kind = next(iter(house.relay._source._asked.values()))
    writes: list[bytes] = []
    cohort = session(house).cohort
    monkeypatch.setattr(cohort.writers, "write", writes.append)
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0.01)
    begun = loop.time()
    for number in range(16):
        spread.take(kind, "alarm/a/state", b"%d" % number, begun)
    spread.settle(begun)
    assert [write.count(b'"topic"') for write in writes] == [16]
    for number in range(3):
        spread.take(kind, "alarm/a/state", b"%d" % number, begun)
        spread.settle(begun)
    assert len(writes) == 1
    await until(lambda: len(writes) == 2)
    assert loop.time() - begun < 0.05
    assert writes[1].count(b'"topic"') == 3
    writer.close()
