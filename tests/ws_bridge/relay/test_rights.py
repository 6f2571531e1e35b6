"""Who may what: each device, filter and topic, both ways, against what Mosquitto decides.

The broker of the test has a user for each device, with the very same rights, and nobody else's.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from shared.filters import covers, matches
from shared.payloads import DeviceConfig, hash_token
from shared.testing import Broker, Client
from ws_bridge.relay.catalog import KINDS
from ws_bridge.relay.rights import NotAllowedError, Rights, is_token, rights_of

DEVICES = {
    "all": DeviceConfig(read=["#"], write=["#"]),
    "pi-stats": DeviceConfig(read=["host/+/stats", "host/pi/#"], write=["panel/+/set"]),
    "display": DeviceConfig(read=["display/rlcd/#", "+/+/state"], write=["alarm/#", "+/a/set"]),
    "modest": DeviceConfig(),
}
FILTERS = [
    "#", "+", "+/+", "+/+/+", "+/#", "host/#", "host/+/stats", "host/pi/stats", "host/pi/#",
    "host/attic/stats", "display/#", "display/rlcd/#", "display/rlcd", "display/rlcd/frame",
    "display/+/frame", "+/rlcd/frame", "alarm/+/state", "alarm/a/state", "+/+/state", "device/#",
    "device/+/set", "device/modest/set", "device/all/set", "device/+/config", "clock/#",
    "service/+/+/availability", "$SYS/#", "hub/login",
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
        rules += "".join(f"topic read {text}\n" for text in reads)
        rules += "".join(f"topic write {text}\n" for text in writes)
    (broker.config / "acl").write_text((broker.config / "acl").read_text() + rules)
    with broker:
        yield broker


def read_by_broker(broker: Broker, device: str, filter_: str) -> set[str]:
    """Return the topics of which Mosquitto delivers a message to a device with this filter."""
    with Client(broker, device) as reader, Client(broker) as writer:
        reader.subscribe(filter_, qos=0)
        for name in NAMES:
            writer.publish(name, b"1", qos=0)
        writer.drain()
        return {message.topic for message in reader.drain()}


def is_open(name: str, device: str) -> bool:
    """Tell whether the table opens a topic to devices at all."""
    levels = tuple(name.split("/"))
    kinds = [kind for kind in KINDS if matches(kind.levels, levels)]
    return any(kind.readable for kind in kinds) or name == f"device/{device}/set"


@pytest.mark.parametrize("device", DEVICES)
def test_3_5_reading_is_as_the_broker_decides(broker: Broker, device: str) -> None:
    """A filter that is allowed brings what Mosquitto delivers of what is open, to the topic.

    One that is refused is wider than the rights: Mosquitto would deliver a part of it.
    """
    rights = rights_of(device, DEVICES[device])
    allowed = 0
    for filter_ in FILTERS:
        delivered = read_by_broker(broker, device, filter_)
        try:
            feeds = rights.feeds(filter_)
        except NotAllowedError:
            wanted = tuple(filter_.split("/"))
            inside = any(covers(right, wanted) for right in rights.read)
            assert not inside or not any(is_open(name, device) for name in delivered)
            continue
        allowed += 1
        got = {
            name for name in NAMES for feed in feeds if matches(feed.levels, tuple(name.split("/")))
        }
        assert got == {name for name in delivered if is_open(name, device)}, filter_
    assert allowed >= (1 if device == "modest" else 3)


@pytest.mark.parametrize("device", DEVICES)
def test_6_4_writing_is_as_the_broker_decides(broker: Broker, device: str) -> None:
    rights = rights_of(device, DEVICES[device])
    with Client(broker, device) as writer, Client(broker) as reader:
        reader.subscribe("#", qos=0)
        for name in NAMES:
            writer.publish(name, b"1", qos=0)
        writer.drain()
        passed = {message.topic for message in reader.drain()}
    for name in NAMES:
        levels = tuple(name.split("/"))
        kinds = [kind for kind in KINDS if matches(kind.levels, levels)]
        opened = any(kind.writable for kind in kinds) or name in (
            f"device/{device}/event", f"device/{device}/reading",
        )  # fmt: skip
        try:
            rights.target(name)
        except NotAllowedError:
            assert name not in passed or not opened, name
        else:
            assert name in passed, name
            assert opened, name


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
