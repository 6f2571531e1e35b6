"""Who may read and write what, asked of a real broker and held against the table of topics."""

import socket
from contextlib import ExitStack
from itertools import product
from typing import Any

import pytest

from shared.acl import PREFIX, ROOT, allowed
from shared.testing import Broker, Client
from shared.topics import TOPICS
from shared.users import USERS

pytestmark = pytest.mark.broker

DEVICE = "kitchen-clock"
EVERYBODY = (*USERS, DEVICE)

LEVELS = {
    "node": ("attic", "cellar"),
    "id": ("one", DEVICE),
    "service": ("stats", "ws-bridge", "ws-bridge-1", "ws-bridge-9", "ws-bridge-10", "burglar"),
}


def concrete_topics(root: str, prefix: str) -> list[str]:
    """Return every topic of the table with its levels filled in, and some that it lacks."""
    levels = {**LEVELS, "root": (root, "elsewhere")}
    names: list[str] = []
    for topic in TOPICS:
        kinds = [levels.get(parameter, ("one", "two")) for parameter in topic.parameters]
        names += [
            topic.name(
                root if topic.base == "root" else prefix,
                **dict(zip(topic.parameters, values, strict=True)),
            )
            for values in product(*kinds)
        ]
    return [
        *names,
        root,
        f"{root}/unknown/x",
        f"{root}/host/attic/stats/deeper",
        f"{root}/host/attic",
        f"{root}x/host/attic/stats",
        prefix,
        f"{prefix}/unknown",
        f"{prefix}/device/{root}-stats/attic/more/config",
        "other/x",
        "$other/x",
    ]


@pytest.fixture(
    scope="module",
    params=[(ROOT, PREFIX), ("home", "ha"), (PREFIX, ROOT)],
    ids=["defaults", "renamed", "swapped"],
)
def named_broker(request, tmp_path_factory):
    root, prefix = request.param
    settings = {"MQTT_ROOT": root, "HA_DISCOVERY_PREFIX": prefix}
    with Broker(tmp_path_factory.mktemp("broker"), settings=settings) as broker:
        assert broker.run("device", DEVICE).returncode == 0
        yield broker, root, prefix


def test_each_user_reads_what_the_table_says(named_broker):
    broker, root, prefix = named_broker
    names = concrete_topics(root, prefix)
    with ExitStack() as open_clients:
        readers = {u: open_clients.enter_context(Client(broker, u)) for u in EVERYBODY}
        for reader in readers.values():
            reader.subscribe("#", "$other/#", qos=0)
        with Client(broker) as tester:
            for name in names:
                tester.publish(name, qos=0)
            tester.drain()
        seen = {user: {m.topic for m in reader.drain()} for user, reader in readers.items()}
    expected = {
        user: {name for name in names if allowed(user, "read", name, root, prefix)}
        for user in EVERYBODY
    }
    assert seen == expected


def test_each_user_writes_what_the_table_says(named_broker):
    broker, root, prefix = named_broker
    names = [*concrete_topics(root, prefix), "$SYS/broker/version"]
    with Client(broker) as tester:
        tester.subscribe("#", "$other/#", "$SYS/broker/version", qos=0)
        before = {message.topic for message in tester.drain()}
        assert before == {"$SYS/broker/version"}
        for user in EVERYBODY:
            with Client(broker, user) as writer:
                for name in names:
                    writer.publish(name, user, qos=0)
                writer.drain()
        seen = {(m.payload.decode(), m.topic) for m in tester.drain()}
    expected = {
        (user, name)
        for user in EVERYBODY
        for name in names
        if allowed(user, "write", name, root, prefix)
    }
    assert seen == expected


def test_only_the_operator_sees_how_the_broker_does(named_broker):
    broker, *_ = named_broker
    for user in EVERYBODY:
        with Client(broker, user) as client:
            client.subscribe("$SYS/#", qos=0)
            told = client.drain()
        assert bool(told) == (user == "operator")
        assert bool(told) == allowed(user, "read", "$SYS/broker/version")


def test_a_will_needs_the_same_right(named_broker):
    """Not even by its death may a client say what it may not say."""
    broker, root, _ = named_broker
    with Client(broker) as tester:
        tester.subscribe(f"{root}/#", qos=0)
        for user in ("stats", DEVICE):
            client = Client(broker, user)
            client.paho.will_set(f"{root}/service/attic/stats/availability", user)
            with client:
                connection: Any = client.paho.socket()
                connection.shutdown(socket.SHUT_RDWR)
        assert tester.receive().payload == b"stats"
        assert tester.drain() == []
