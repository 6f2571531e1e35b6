"""Requests and their answers."""

import json
from collections.abc import Iterator

import pytest

from mantel.hub import Hub, NoAnswerError, RequestError
from shared import topics
from shared.payloads import Response
from shared.settings import Settings
from shared.testing import Broker, Client
from tests.cli.conftest import Engine


@pytest.fixture
def hub(broker: Broker) -> Iterator[Hub]:
    """Yield a conversation as the operator."""
    password = broker.password("operator")
    settings = Settings(mqtt_port=broker.port, mqtt_username="operator", mqtt_password=password)
    with Hub(settings) as connected:
        yield connected


def ask(hub: Hub, **fields: object) -> object:
    return hub.request(topics.ALARM_REQUEST, topics.ALARM_RESPONSE, "alarms", "add", fields)


def test_the_answer_is_that_of_the_own_request(hub: Hub, client: Client) -> None:
    """Another operator asks at the same time; so does one who names no transaction."""

    def answer(_client: object, _data: object, message: object) -> None:
        asked = json.loads(message.payload)  # type: ignore[attr-defined]
        for transaction, data in ((None, 1), ("another", 2), (asked["transaction"], 3)):
            response = Response(status="ok", data=data, transaction=transaction)
            client.paho.publish(
                "mantel/alarm/response/add", topics.ALARM_RESPONSE.encode(response), 1
            )

    client.paho.on_message = answer
    client.subscribe("mantel/alarm/request/add")
    assert ask(hub) == 3


def test_refusal(hub: Hub, engine: Engine) -> None:
    with pytest.raises(RequestError, match="^alarms: timezone: no such zone"):
        ask(hub, alarm_time="0630", timezone="Mars/Olympus")


@pytest.mark.usefixtures("impatient")
def test_no_answer(hub: Hub) -> None:
    with pytest.raises(NoAnswerError, match="no answer from alarms within 0.5 s: is it running"):
        ask(hub)


def test_read_notes_what_it_cannot_read(hub: Hub, engine: Engine) -> None:
    engine.have("work", alarm_time="0630")
    engine.client.publish("mantel/alarm/odd/config", b"\xff", retain=True)
    ((levels, alarm),) = hub.read(topics.ALARM_CONFIG)
    assert (levels, alarm.name) == ({"id": "work"}, "Work")
    assert hub.ignored == ["mantel/alarm/odd/config"]


def test_online_on_any_host(hub: Hub, engine: Engine) -> None:
    assert hub.online("alarms")
    assert not hub.online("media")
    engine.say(topics.AVAILABILITY, "offline", node="pi", service="alarms")
    assert not hub.online("alarms")
    engine.say(topics.AVAILABILITY, "online", node="pi2", service="alarms")
    assert hub.online("alarms")


def test_read_is_not_confused_by_what_was_read_before(hub: Hub, engine: Engine) -> None:
    """Changes of an earlier kind of topic come in between."""
    engine.have("work", alarm_time="0630")
    hub.read(topics.ALARM_STATE)
    engine.tell("work", "ringing")
    assert [levels for levels, _ in hub.read(topics.ALARM_CONFIG)] == [{"id": "work"}]
    assert hub.ignored == []
