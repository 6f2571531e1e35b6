"""Section 3 of docs/relay-protocol.md: filters and rights to read."""

import re
from typing import Any

import pytest

from tests.ws_bridge.relay.conftest import House, until
from tests.ws_bridge.relay.document import ROOT


def told(heard: list[Any]) -> dict[str, Any]:
    return {each["topic"]: each.get("data") for each in heard if "topic" in each}


def codes(heard: list[Any]) -> list[tuple[str, str]]:
    return [(each["filter"], each["error"]["code"]) for each in heard if "error" in each]


def at_broker(house: House) -> set[str]:
    """Return what the relay has asked the broker for, beside rights and presence."""
    asked = {"/".join(levels) for levels in house.relay._source._asked}
    return asked - {"device/+/config", "device/+/state", "service/+/+/availability"}


@pytest.mark.says("1.8.2", "3.1.1", "3.1.2", "3.2.1", "3.2.2")
async def test_wildcards_and_the_answer(house: House) -> None:
    house.let_in("kitchen", "host/#", "alarm/+/state")
    house.tell("host/pi/stats", b'{"a":1}', retain=True)
    house.tell("alarm/x/state", b'{"b":2}', retain=True)
    async with house.device("kitchen") as kitchen:
        await kitchen.say(subscribe=["host/#", "#", "alarm/+/state"], id=7)
        heard = [await kitchen.hear() for _ in range(5)]
        assert codes(heard) == [("#", "not_allowed")]
        assert heard[0]["id"] == 7
        assert heard[1] == {"subscribed": 2, "refused": 1, "id": 7}
        assert told(heard) == {"host/pi/stats": {"a": 1}, "alarm/x/state": {"b": 2}}
        assert heard[4] == {"retained": "end", "id": 7}
        await kitchen.say(subscribe=["host/+/stats"])
        assert await kitchen.hear() == {"subscribed": 1, "refused": 0}, "no id, where none is given"
        await kitchen.hear()
        assert await kitchen.hear() == {"retained": "end"}


@pytest.mark.says("3.3.1", "3.3.2", "3.3.3")
async def test_retained_values_first_for_the_first_and_for_the_second(house: House) -> None:
    """From the broker, and from what the relay keeps; and never a wish that somebody retained."""
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    for number in range(50):
        house.tell(f"alarm/a{number}/state", b'{"n":%d}' % number, retain=True)
    house.tell("panel/p/event", b'{"event":"press"}', retain=True)
    for name in ("kitchen", "attic"):
        async with house.device(name) as one:
            heard = await one.subscribe("alarm/+/state", "panel/+/event")
            assert heard[0]["subscribed"] == 2
            assert len(told(heard)) == 50
            assert all(each["retained"] is True for each in heard[1:-1])
            house.tell("alarm/a7/state", b'{"n":8}', retain=True)
            live = await one.hear()
            assert (live["data"], "retained" in live) == ({"n": 8}, False)


@pytest.mark.says("3.4.1")
async def test_once_for_several_filters(house: House) -> None:
    house.let_in("kitchen", "#")
    house.tell("host/pi/stats", b"1", retain=True)
    async with house.device("kitchen") as kitchen:
        heard = await kitchen.subscribe("host/#", "host/+/stats", "host/pi/stats", "host/pi/#")
        assert len([each for each in heard if "topic" in each]) == 1
        house.tell("host/pi/stats", b"2")
        assert (await kitchen.hear())["data"] == 2
        await kitchen.silence()


@pytest.mark.says("3.5.1", "3.5.2", "3.5.3")
async def test_only_what_the_rights_cover(house: House) -> None:
    house.let_in("kitchen", "display/#")
    async with house.device("kitchen") as kitchen:
        good = ["display/+/frame", "display/#", "display/x/state"]
        bad = ["#", "+/x/frame", "host/pi/stats", "+/+/frame", "display", "+/+"]
        heard = await kitchen.subscribe(*good, *bad)
        # `display/#` matches `display` too; that is no topic of ours
        assert codes(heard) == [(each, "not_allowed") for each in bad]


@pytest.mark.says("3.6.2", "3.6.3")
async def test_what_no_right_opens(house: House) -> None:
    house.let_in("kitchen", "#")
    house.tell("clock/request/open", b"{}")
    closed = [
        "device/+/config", "device/kitchen/config", "hub/login", "clock/request/+",
        "clock/session/+", "device/attic/set", "host/+/container/+/set", "unknown/x",
        "service/+/+/health",
    ]  # fmt: skip
    async with house.device("kitchen") as kitchen:
        heard = await kitchen.subscribe(*closed)
        assert codes(heard) == [(each, "not_allowed") for each in closed]
        heard = await kitchen.subscribe("#")
        assert heard[0]["subscribed"] == 1
        assert set(told(heard)) == {"device/kitchen/state"}, "not its rights"
        house.tell("clock/request/open", b"{}")
        house.tell("device/attic/set", b"1")
        house.tell("device/kitchen/set", b"2")
        assert (await kitchen.hear())["topic"] == "device/kitchen/set"
        await kitchen.silence()


@pytest.mark.says("3.6.1", "3.6.3")
async def test_what_the_table_opens(house: House) -> None:
    """Of each kind of topic, as the last column of topics.md says."""
    house.let_in("kitchen", "#")
    rows = re.findall(
        r"^\| `([^`]+/[^`]+)` \|.*\| ([^|]+) \|$",
        (ROOT / "docs/topics.md").read_text(),
        re.MULTILINE,
    )
    opened = {
        re.sub(r"{\w+}", "x", name): {"device", "relay"} & set(readers.split(", "))
        for name, readers in rows
    }
    assert len(opened) > 40
    async with house.device("kitchen") as kitchen:
        heard = []
        for start in range(0, len(opened), 30):
            heard += await kitchen.subscribe(*list(opened)[start : start + 30])
            await kitchen.ask(unsubscribe=list(opened))
        assert {name for name, _ in codes(heard)} == {
            name for name, who in opened.items() if not who
        }


@pytest.mark.says("3.6.1")
async def test_others_wishes_stay_theirs(house: House) -> None:
    """Though the relay hears them for the other."""
    house.let_in("kitchen", "#")
    house.let_in("attic", "#")
    async with house.device("kitchen") as kitchen, house.device("attic") as attic:
        await kitchen.subscribe("#")
        await attic.subscribe("#")
        house.tell("device/attic/set", b"1")
        heard = await attic.hear()
        while heard["topic"] == "device/attic/state":
            heard = await attic.hear()
        assert heard["topic"] == "device/attic/set"
        while (heard := await kitchen.ask(ping=5)) != {"pong": 5}:
            assert heard["topic"] != "device/attic/set"


@pytest.mark.says("2.11.2", "3.7.1", "3.7.2")
async def test_other_rights_while_connected(house: House) -> None:
    house.let_in("kitchen", "host/+/stats", "alarm/#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("host/+/stats", "alarm/+/state")
        house.let_in("kitchen", "alarm/#", "display/#")
        ended = await kitchen.hear()
        assert (ended["filter"], ended["error"]["code"]) == ("host/+/stats", "not_allowed")
        assert "id" not in ended
        assert (await kitchen.subscribe("display/+/frame"))[0]["subscribed"] == 1
        house.tell("host/pi/stats", b"1")
        house.tell("alarm/a/state", b"2")
        assert (await kitchen.hear())["topic"] == "alarm/a/state"
        await until(lambda: at_broker(house) == {"alarm/+/state", "display/+/frame"})


@pytest.mark.says("3.8.1", "3.8.2")
async def test_its_own_topics(house: House) -> None:
    house.let_in("kitchen")
    house.let_in("attic", "device/+/event", "device/+/reading", write=("device/+/set",))
    async with house.device("kitchen") as kitchen, house.device("attic") as attic:
        assert (await kitchen.subscribe("device/kitchen/set"))[0]["subscribed"] == 1
        await attic.subscribe("device/+/event", "device/+/reading")
        assert "published" in await attic.ask(publish="device/kitchen/set", data="on", id=1)
        assert (await kitchen.hear())["data"] == "on"
        await kitchen.ask(publish="device/kitchen/event", data={"pressed": True}, id=1)
        await kitchen.ask(publish="device/kitchen/reading", data=21.5, id=2)
        assert (await attic.hear())["data"] == {"pressed": True}
        assert (await attic.hear())["data"] == 21.5
        for topic in ("device/attic/event", "device/attic/reading", "device/kitchen/set"):
            answer = await kitchen.ask(publish=topic, data=1, id=3)
            assert answer["error"]["code"] == "not_allowed"


BAD = [
    "a#",
    "#/a",
    "",
    "a//b",
    "a/\0",
    "x" * 129,
    "/".join("abcdefghi"),
    "$SYS/#",
    "$x",
]


@pytest.mark.says("3.9.1", "3.9.2")
async def test_bad_filters(house: House) -> None:
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        for text in BAD:
            answer = await kitchen.ask(subscribe=[text], id=1)
            assert answer["error"]["code"] == "bad_filter", text
            assert await kitchen.hear() == {"subscribed": 0, "refused": 1, "id": 1}
            assert await kitchen.hear() == {"retained": "end", "id": 1}
            await kitchen.silence()


@pytest.mark.says("3.10.1", "3.10.2", "3.10.3", "3.10.4", "3.10.5")
async def test_at_most_64(house: House) -> None:
    house.let_in("kitchen", "#")
    house.tell("alarm/a0/state", b"1", retain=True)
    filters = [f"alarm/a{number}/state" for number in range(64)]
    async with house.device("kitchen") as kitchen:
        assert (await kitchen.subscribe(*filters))[0]["subscribed"] == 64
        heard = await kitchen.subscribe("host/+/stats")
        assert codes(heard) == [("host/+/stats", "too_many_filters")]
        heard = await kitchen.subscribe(filters[0])
        assert heard[0]["subscribed"] == 1
        assert told(heard) == {"alarm/a0/state": 1}
        answer = await kitchen.ask(subscribe=[f"x/{number}" for number in range(2000)], id=4)
        assert (answer["error"]["code"], answer["id"]) == ("too_many_filters", 4)
        await kitchen.silence()


@pytest.mark.says("3.11.1", "3.11.2")
async def test_unsubscribe(house: House) -> None:
    house.let_in("kitchen", "#")
    async with house.device("kitchen") as kitchen:
        await kitchen.subscribe("host/+/stats", "alarm/+/state")
        answer = await kitchen.ask(unsubscribe=["host/+/stats", "host/#"], id=2)
        assert answer == {"unsubscribed": 1, "id": 2}
        house.tell("host/pi/stats", b"1")
        house.tell("alarm/a/state", b"2")
        assert (await kitchen.hear())["topic"] == "alarm/a/state"
        assert await kitchen.ask(unsubscribe=["alarm/+/state"]) == {"unsubscribed": 1}
        await until(lambda: not at_broker(house))
