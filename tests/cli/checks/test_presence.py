"""Services, as their retained topics tell of them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from mantel.checks import presence
from mantel.hub import Hub
from shared import topics
from shared.settings import Settings
from shared.testing import Broker, Client
from tests.cli.test_doctor import HEALTH

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.fixture
def hub(broker: Broker) -> Iterator[Hub]:
    password = broker.password("operator")
    settings = Settings(mqtt_port=broker.port, mqtt_username="operator", mqtt_password=password)
    with Hub(settings) as connected:
        yield connected


def say(client: Client, node: str, service: str, word: str) -> None:
    client.publish(f"mantel/service/{node}/{service}/availability", word, retain=True)


def check(hub: Hub) -> tuple[list[tuple[str, str, str]], set[str]]:
    found, online = presence.services(hub, ("stats", "ws-bridge"), NOW)
    return [(each.check, each.verdict, each.text) for each in found], online


def test_never_there(hub: Hub) -> None:
    assert check(hub) == (
        [("stats", "problem", "was never there"), ("ws-bridge", "problem", "was never there")],
        set(),
    )


def test_online_since_when_and_with_what_complaint(hub: Hub, client: Client) -> None:
    say(client, "pi", "stats", "online")
    say(client, "pi", "ws-bridge", "offline")
    health = msgspec.structs.replace(HEALTH, dropped=3, last_error="no such thing")
    name = topics.HEALTH.name("mantel", node="pi", service="stats")
    client.publish(name, topics.HEALTH.encode(health), retain=True)
    assert check(hub) == (
        [
            (
                "stats", "ok",
                "online on pi since about Sat 21 Nov 12:00 (2 h ago); 3 messages dropped; "
                "last warning: no such thing",
            ),
            ("ws-bridge", "problem", "offline on pi"),
        ],
        {"stats"},
    )  # fmt: skip


def test_gone_from_one_host_and_there_on_another(hub: Hub, client: Client) -> None:
    for node, word in (("new", "online"), ("old", "offline")):
        say(client, node, "stats", word)
        say(client, node, "ws-bridge", word)
    say(client, "new", "ws-bridge-2", "offline")
    found, online = check(hub)
    assert found == [
        ("stats", "ok", "online on new"),
        ("stats", "warning", "offline on old"),
        ("ws-bridge", "ok", "online on new"),
        ("ws-bridge", "warning", "offline on old"),
        ("ws-bridge-2", "warning", "offline on new"),
    ]
    assert online == {"stats", "ws-bridge"}
    advice = {each.advice for each in presence.services(hub, ("stats", "ws-bridge"), NOW)[0]}
    assert presence.START not in advice
