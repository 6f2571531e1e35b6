"""What copies of the bridge leave behind, before a real broker."""

import asyncio
from pathlib import Path

import pytest

from shared import topics
from shared.mqtt import Mqtt
from shared.testing import TIMEOUT_SECONDS, Broker, Client
from ws_bridge.copies import GONE_SECONDS, Copies
from ws_bridge.settings import Settings
from ws_bridge.stage import tell_listeners

LEFT = (topics.AVAILABILITY, topics.HEALTH, topics.AUDIO_LISTENERS, topics.DISCOVERY)


def names(service: str, node: str = "pi") -> list[str]:
    levels = {"root": "mantel", "service": service, "node": node, "stream": "alarm"}
    bases = {"root": "mantel", "discovery": "homeassistant"}
    return [topic.name(bases[topic.base], **levels) for topic in LEFT]


def leave(client: Client, service: str, word: bytes, node: str = "pi") -> None:
    """Leave what a copy retains; its availability comes last, as the will of one that died."""
    first, *others = names(service, node)
    for name in others:
        client.publish(name, b"{}", retain=True)
    client.publish(first, word, retain=True)


async def kept(client: Client) -> set[str]:
    client.subscribe("mantel/#", "homeassistant/#")
    messages = await asyncio.to_thread(client.drain)
    newest = {message.topic: message.payload for message in messages}
    return {name for name, payload in newest.items() if payload}


def settings_for(broker: Broker, **others: str) -> Settings:
    return Settings(
        mantel_node="pi",
        mqtt_host=broker.host,
        mqtt_port=broker.port,
        mqtt_username="ws-bridge",
        mqtt_password=broker.password("ws-bridge"),
        **others,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("prefix", ["homeassistant", ""])
async def test_what_is_gone_for_good_is_removed(tmp_path: Path, prefix: str) -> None:
    """Of this node's numbered copies alone, and not while they may come back."""
    with Broker(tmp_path) as broker, Client(broker) as client:
        settings = settings_for(broker, ha_discovery_prefix=prefix)
        leave(client, "ws-bridge-2", b"offline")
        leave(client, "ws-bridge-3", b"online")
        leave(client, "ws-bridge-4", b"offline")
        leave(client, "ws-bridge-2", b"offline", node="attic")
        leave(client, "stats", b"offline")
        stays = {*names("ws-bridge-3"), *names("ws-bridge-2", "attic"), *names("stats")}
        async with Mqtt(settings, "ws-bridge") as mqtt, asyncio.timeout(TIMEOUT_SECONDS):
            now = 0.0
            copies = Copies(mqtt, settings, lambda: now)
            while set(copies._offline_since) != {"ws-bridge-2", "ws-bridge-4"}:
                await asyncio.sleep(0.005)
            client.publish(names("ws-bridge-4")[0], b"online", retain=True)
            while set(copies._offline_since) != {"ws-bridge-2"}:
                await asyncio.sleep(0.005)
            now = GONE_SECONDS - 1
            copies.sweep()
            assert await kept(client) >= {*stays, *names("ws-bridge-4"), *names("ws-bridge-2")}
            now = GONE_SECONDS
            copies.sweep()
            while copies._offline_since:  # until the broker has told that it is done
                await asyncio.sleep(0.005)
            found = await kept(client)
            assert found >= {*stays, *names("ws-bridge-4")}
            left = set() if prefix else {names("ws-bridge-2")[-1]}
            assert found & set(names("ws-bridge-2")) == left


async def test_one_that_comes_back_while_it_is_cleared_away_says_all_again(tmp_path: Path) -> None:
    """The clearing was on its way already; Home Assistant would know the copy no more."""
    with Broker(tmp_path) as broker, Client(broker) as client:
        settings = settings_for(broker, mantel_instance="2")
        async with Mqtt(settings, "ws-bridge") as mqtt, asyncio.timeout(TIMEOUT_SECONDS):
            Copies(mqtt, settings, lambda: 0.0)
            tell_listeners(mqtt, 3)
            mqtt.announce({})
            own = set(names("ws-bridge-2"))
            while not own <= await kept(client):
                await asyncio.sleep(0.01)
            first, *others = names("ws-bridge-2")
            for name in (*others, first):
                client.publish(name, b"", retain=True)
            told: dict[str, bytes] = {}
            gone: set[str] = set()
            while gone != own or not all(told.values()):
                for message in await asyncio.to_thread(client.drain):
                    if message.topic in own:
                        told[message.topic] = bytes(message.payload)
                        gone |= set() if message.payload else {message.topic}
            assert told[first] == b"online"
