"""What mosquitto.conf promises, asked of a real broker."""

import queue
import re
from itertools import pairwise

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from shared.testing import MOSQUITTO, TIMEOUT_SECONDS, Client

MANY = 5000
"""Retained topics of a large home."""

LINES = (MOSQUITTO / "mosquitto.conf").read_text().splitlines()
REPEATED = {"listener", "max_connections", "log_type"}


def test_every_option_has_its_reason_above_it():
    for before, line in pairwise(LINES):
        if line and not line.startswith("#"):
            assert re.match("# .*[a-z]", before), f"no reason above: {line}"
            assert not before.startswith("# ---"), f"a headline is no reason: {line}"


def test_no_option_stands_twice():
    options = [line.split()[0] for line in LINES if line and not line.startswith("#")]
    once = [option for option in options if option not in REPEATED]
    assert len(once) == len(set(once))


@pytest.mark.broker
def test_broker_finds_nothing_to_warn_of(broker):
    lines = [line for line in broker.log.splitlines() if "as root/administrator" not in line]
    assert not [line for line in lines if re.search("warning|error", line, re.IGNORECASE)]


@pytest.mark.broker
@pytest.mark.parametrize("protocol", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
@pytest.mark.parametrize("qos", [0, 1])
def test_subscriber_gets_all_of_5000_retained_topics(broker, qos, protocol):
    names = {f"many/{number}" for number in range(MANY)}
    with Client(broker) as writer:
        # Published with QoS 1 as well: of both numbers the lower one counts
        sent = [writer.paho.publish(name, "x" * 300, 1, retain=True) for name in names]
        for message in sent:
            message.wait_for_publish(TIMEOUT_SECONDS)
    with Client(broker, protocol=protocol) as reader:
        reader.subscribe("many/#", qos=qos)
        assert {reader.receive().topic for _ in range(MANY)} == names


@pytest.mark.broker
def test_nobody_enters_without_a_name(broker):
    with pytest.raises(PermissionError), Client(broker, None):
        pass


@pytest.mark.broker
@pytest.mark.parametrize(
    ("user", "password"), [("stats", "wrong"), ("stats", ""), ("nobody", "x"), ("", "x")]
)
def test_nobody_enters_with_a_wrong_password(broker, user, password):
    with pytest.raises(PermissionError), Client(broker, user, password=password):
        pass


@pytest.mark.broker
def test_retained_messages_survive_a_restart(broker):
    with Client(broker) as client:
        client.publish("kept/a", "picture", retain=True)
    broker.restart()
    with Client(broker) as client:
        client.subscribe("kept/#")
        message = client.receive()
    assert (message.topic, message.payload, message.retain) == ("kept/a", b"picture", True)


@pytest.mark.broker
def test_broker_starts_again_after_a_power_cut(broker):
    broker.kill()
    broker.start()
    with Client(broker, "stats"):
        pass


@pytest.mark.broker
def test_picture_passes_and_a_flood_does_not(broker):
    with Client(broker) as client:
        client.subscribe("size")
        client.publish("size", bytes(65536))
        assert len(client.receive().payload) == 65536
        client.paho.publish("size", bytes(1048576))
        assert client.disconnected.wait(TIMEOUT_SECONDS)
        with pytest.raises(queue.Empty):
            client.receive(seconds=0)
