"""Who may what: each device, filter and topic, both ways, against what Mosquitto decides.

The broker of the test has a user for each device, with the very same rights, and nobody else's;
what that user gets and may publish is compared with what the device does by the relay.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path

import pytest

from shared.filters import covers, matches
from shared.payloads import DeviceConfig, hash_token
from shared.testing import Broker, Client
from tests.ws_bridge.relay.conftest import House
from tests.ws_bridge.relay.device import Device
from tests.ws_bridge.relay.test_publishing import framed
from ws_bridge.relay.catalog import KINDS
from ws_bridge.relay.rights import Rights, is_token, rights_of

DEVICES = {
    "all": DeviceConfig(read=["#"], write=["#"]),
    "pi-stats": DeviceConfig(read=["host/+/stats", "host/pi/#", "alarm/+"], write=["panel/+/set"]),
    "display": DeviceConfig(read=["display/rlcd/#", "+/+/state"], write=["alarm/#", "+/a/set"]),
    "modest": DeviceConfig(),
}
FILTERS = [
    "#", "+", "+/+", "+/+/+", "+/#", "host/#", "host/+/stats", "host/pi/stats", "host/pi/#",
    "host/attic/stats", "alarm/+", "alarm/#", "display/#", "display/rlcd/#", "display/rlcd",
    "display/rlcd/frame", "display/+/frame", "+/rlcd/frame", "alarm/+/state", "alarm/a/state",
    "+/+/state", "device/#", "device/+/set", "device/modest/set", "device/all/set",
    "device/+/config", "clock/#", "service/+/+/availability", "$SYS/#", "hub/login",
]  # fmt: skip
LEVELS = {"id": ("a", "rlcd", "modest"), "node": ("pi", "attic")}
NAMES = [
    kind.topic.template.format_map(dict(zip(kind.topic.parameters, values, strict=True)))
    for kind in KINDS
    for values in product(*(LEVELS.get(each, ("x",)) for each in kind.topic.parameters))
] + ["hub/login", "unknown/x", "host/pi", "display/rlcd", "x"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker whose users have the rights of those devices, as Mosquitto writes them."""
    broker = Broker(tmp_path_factory.mktemp("broker"))
    rules = "\n"
    for name, config in DEVICES.items():
        rules += f"user {name}\n"
        reads = [*config.read, f"device/{name}/set"]
        writes = [*config.write, f"device/{name}/event", f"device/{name}/reading"]
        rules += "".join(f"topic read mantel/{text}\n" for text in reads)
        rules += "".join(f"topic write mantel/{text}\n" for text in writes)
    (broker.config / "acl").write_text((broker.config / "acl").read_text() + rules)
    with broker:
        yield broker


@contextlib.asynccontextmanager
async def both(house: House, device: str) -> AsyncIterator[tuple[Device, Client]]:
    """Connect a device to the relay, and its double to the broker."""
    config = DEVICES[device]
    house.let_in(device, *config.read, write=tuple(config.write))
    async with house.device(device) as here:
        with Client(house.broker, device) as double:
            yield here, double


async def read_by_relay(here: Device, end: str) -> set[str]:
    """Return the topics of what the relay passes on up to a message of the topic `end`."""
    found = set()
    while (message := await here.hear())["topic"] != end:
        if message.get("data", 1) in (1, "1"):  # else it is the bridge's own word
            found.add(message["topic"])
        for _ in range(message.get("parts", 0)):
            await here.raw()
    return found


def is_open(name: str, writing: str = "") -> bool:
    """Tell whether the table opens a topic to devices at all; `writing` is who would write it."""
    kinds = [kind for kind in KINDS if matches(kind.levels, tuple(name.split("/")))]
    own = [f"device/{writing}/event", f"device/{writing}/reading"]
    return any(kind.writable if writing else kind.readable for kind in kinds) or name in own


@pytest.mark.says("3.1.2", "3.5.1", "3.5.3", "3.6.1")
@pytest.mark.parametrize("device", DEVICES)
async def test_reading_is_as_the_broker_decides(house: House, device: str) -> None:
    """A filter that is allowed brings what Mosquitto delivers of what is open, to the topic.

    One that is refused is wider than the rights: Mosquitto would deliver a part of it.
    """
    own = f"device/{device}/set"
    names = [name for name in NAMES if name not in (own, f"device/{device}/config")]
    rights = rights_of(device, DEVICES[device]).read
    allowed = 0
    async with both(house, device) as (here, double):
        for filter_ in FILTERS:
            double.subscribe(f"mantel/{filter_}", qos=0)
            is_refused = "error" in (await here.subscribe(filter_))[0]
            assert (await here.subscribe(own))[0]["subscribed"] == 1
            for name in (*names, own):
                house.client.publish(f"mantel/{name}", b"1", qos=0)
            house.client.drain()
            told = [message for message in double.drain() if message.payload == b"1"]
            delivered = {message.topic[len("mantel/") :] for message in told}
            wanted = {name for name in delivered if is_open(name)}
            got = await read_by_relay(here, own)
            if is_refused:
                wanted_levels = tuple(filter_.split("/"))
                assert not got
                assert not wanted or not any(covers(right, wanted_levels) for right in rights)
            else:
                allowed += filter_ != own
                assert got == wanted, filter_
            double.paho.unsubscribe(f"mantel/{filter_}")
            await here.ask(unsubscribe=[filter_, own])
    assert allowed >= (0 if device == "modest" else 3)


@pytest.mark.says("6.3.3", "6.4.1")
@pytest.mark.parametrize("device", DEVICES)
async def test_writing_is_as_the_broker_decides(house: House, device: str) -> None:
    """What the relay takes is what Mosquitto takes of what is open; and it arrives."""
    house.client.subscribe("mantel/#", qos=0)
    async with both(house, device) as (here, double):
        house.client.drain()
        for name in NAMES:
            double.publish(f"mantel/{name}", b"1", qos=0)
        double.drain()
        passed = {message.topic for message in house.client.drain() if message.payload == b"1"}
        answers = {}
        for number, name in enumerate(NAMES, 1):
            answer = await here.ask(framed(name, b"2", number))
            assert answer["id"] == number
            answers[f"mantel/{name}"] = answer.get("error", {"code": "published"})["code"]
        arrived = {message.topic for message in house.client.drain() if message.payload == b"2"}
        house.tell(f"device/{device}/reading", b"", retain=True)
    assert {name for name, code in answers.items() if code == "published"} == arrived
    allowed = {name for name, code in answers.items() if code in ("published", "bad_data")}
    assert allowed == {name for name in passed if is_open(name[len("mantel/") :], device)}
    assert len(allowed) >= (0 if device == "modest" else 1)


def test_what_the_relay_may_it_can(tmp_path: Path) -> None:
    """The bridge's own user has the rights to all that devices may be given."""
    from shared.acl import allowed

    for kind in KINDS:
        name = f"mantel/{'/'.join('x' if level == '+' else level for level in kind.levels)}"
        if kind.is_open:
            assert allowed("ws-bridge", "read", name), name
        if kind.writable or "{id}" in kind.topic.writers:
            assert allowed("ws-bridge", "write", name), name


def test_nobody_is_let_in_by_accident() -> None:
    good = DeviceConfig(token_hash=hash_token("token"))
    assert is_token("token", good)
    bad = ["", hash_token(""), "token", "ü" * 64]
    for config in (None, *(DeviceConfig(token_hash=each) for each in bad)):
        for token in ("", "token", "\ud800"):
            assert not is_token(token, config)
    assert Rights().read == ()
