"""The topic table and what it does with names and payloads."""

from datetime import UTC, datetime

import pytest

from shared import topics
from shared.errors import PayloadError
from shared.payloads import HostEvent
from shared.topic import Topic
from shared.topics import TOPICS
from shared.users import USERS


def test_names_filters_and_matches() -> None:
    """A topic's name is made from its levels, and its levels are found in its name."""
    topic = topics.CONTAINER_SET
    assert topic.name("mantel", node="pi", name="db") == "mantel/host/pi/container/db/set"
    assert topic.filter("mantel", node="pi") == "mantel/host/pi/container/+/set"
    assert topics.DISCOVERY.filter("ha", service="stats") == "ha/device/+/+/config"
    assert topic.match("mantel", "mantel/host/pi/container/db/set") == {"node": "pi", "name": "db"}
    assert topic.match("mantel", "mantel/host/pi/container/a/b/set") is None
    assert topic.match("mantel", "other/host/pi/container/db/set") is None
    with pytest.raises(KeyError):
        topic.name("mantel", node="pi")


def test_payloads_go_there_and_back() -> None:
    """JSON, words and bytes."""
    event = HostEvent(event="throttled", active=True, at=datetime(2026, 2, 17, tzinfo=UTC))
    raw = topics.HOST_EVENT.encode(event)
    assert raw == (b'{"event":"throttled","active":true,"at":"2026-02-17T00:00:00Z","detail":null}')
    assert topics.HOST_EVENT.decode(raw) == event
    assert topics.AVAILABILITY.decode(topics.AVAILABILITY.encode("online")) == "online"
    assert topics.DISCOVERY.decode(b"\x00") == b"\x00"


@pytest.mark.parametrize(
    ("topic", "raw"),
    [
        (topics.AVAILABILITY, b"perhaps"),
        (topics.AVAILABILITY, b"\xff"),
        (topics.CONTAINER_SET, b""),
        (topics.HOST_EVENT, b"{"),
        (topics.HOST_EVENT, b'{"event":"flood"}'),
        (topics.HOST_STATS, b"[]"),
        (topics.HOST_CONTAINERS, b'[{"name":1}]'),
        (topics.DEVICE_READING, b'{"more":' * 5000 + b"1" + b"}" * 5000),
    ],
)
def test_what_does_not_fit_is_a_payload_error(topic: Topic[object], raw: bytes) -> None:
    """Never anything else, and it says why."""
    with pytest.raises(PayloadError, match="."):
        topic.decode(raw)


def test_payloads_can_be_taken_as_they_come() -> None:
    """For who has to answer, or clear, what fits no model; by another QoS if need be."""
    request = topics.ALARM_REQUEST.unread()
    assert request.decode(b"nonsense") == b"nonsense"
    assert (request.qos, request.template) == (1, topics.ALARM_REQUEST.template)
    assert topics.ALARM_STATE.unread(qos=0).qos == 0


def test_readers_ignore_fields_they_do_not_know() -> None:
    """A field may be added at any time."""
    raw = b'{"event":"throttled","active":true,"at":"2026-02-17T00:00:00Z","new":1}'
    assert topics.HOST_EVENT.decode(raw).event == "throttled"


def test_the_table_keeps_its_rules() -> None:
    """Each kind once, commands and events never retained, and a reason for each."""
    templates = [topic.template for topic in TOPICS]
    assert len(set(templates)) == len(templates)
    assert all(topic.about and topic.writers and topic.readers for topic in TOPICS)
    for topic in TOPICS:
        if topic.template.endswith(("/set", "/event", "/log")):
            assert not topic.retain, topic.template
    users = {"{service}", "{id}", "device", "relay", *USERS}
    assert all({*topic.writers, *topic.readers} <= users for topic in TOPICS)
    declared = {value for value in vars(topics).values() if isinstance(value, Topic)}
    assert declared == set(TOPICS)
