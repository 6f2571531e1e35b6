"""What goes over the wire of a real broker, and when it takes nothing."""

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from aiomqtt.exceptions import MqttCodeError, MqttConnectError

from shared import topics
from shared.client import is_refusal
from shared.mqtt import Mqtt
from shared.payloads import Health, HostEvent, LogLine
from shared.settings import Settings
from shared.testing import TIMEOUT_SECONDS, Broker, Client

NOW = datetime(2026, 2, 17, tzinfo=UTC)
HEALTH = Health(
    version="1", uptime_seconds=0, rss_bytes=0, reconnects=0,
    published=0, received=0, dropped=0, last_error=None,
)  # fmt: skip
MOST_TRIES = 5000


def test_a_lost_connection_is_no_refusal() -> None:
    """Paho's error 4 is that there is no connection, the broker's that the password is wrong."""
    assert not is_refusal(MqttCodeError(4))
    assert not is_refusal(OSError(4, "interrupted"))
    assert is_refusal(MqttConnectError(4))
    assert not is_refusal(MqttConnectError(3))


def line(text: str) -> LogLine:
    return LogLine(at=NOW, level="WARNING", message=text)


def stats(broker: Broker) -> Mqtt:
    settings = Settings(
        mantel_node="pi",
        mqtt_host=broker.host,
        mqtt_port=broker.port,
        mqtt_username="stats",
        mqtt_password=broker.password("stats"),
        ha_discovery_prefix="",
    )
    return Mqtt(settings, "stats")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path) as broker:
        yield broker


async def at_rest(mqtt: Mqtt, reader: Client) -> None:
    """Wait until a message without an answer is sent in the same turn, and has been heard."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        count = 0
        while True:
            count += 1
            before = mqtt.health().published
            mqtt.publish(topics.LOG, line(str(count)))
            if mqtt.health().published > before:
                break
            await asyncio.sleep(0.01)
    while True:
        message = await asyncio.to_thread(reader.receive)
        if message.topic.endswith("/log") and text(message.payload) == str(count):
            return


def text(payload: bytes | bytearray) -> str:
    return msgspec.json.decode(payload, type=LogLine).message


async def test_what_needs_no_answer_needs_no_turn_of_the_loop(broker: Broker) -> None:
    """It is in the socket when `publish` returns: here the loop stands still until it is heard."""
    with Client(broker) as reader:
        reader.subscribe("mantel/service/pi/stats/log")
        async with stats(broker) as sender:
            await at_rest(sender, reader)
            sender.publish(topics.LOG, line("now"))
            assert text(reader.receive().payload) == "now"


async def test_messages_go_in_the_order_in_which_they_were_published(broker: Broker) -> None:
    """What needs no answer does not overtake what waits for one."""
    with Client(broker) as reader:
        reader.subscribe("mantel/host/#", "mantel/service/pi/stats/log")
        async with stats(broker) as sender:
            await at_rest(sender, reader)
            for active in (True, False, True):
                sender.publish(topics.LOG, line("free"))
                sender.publish(
                    topics.HOST_EVENT, HostEvent(event="throttled", active=active, at=NOW)
                )
            for _ in range(3):
                await asyncio.sleep(0)  # the first event is on its way, the others wait for it
                sender.publish(topics.LOG, line("free"))
            told = [await asyncio.to_thread(reader.receive) for _ in range(9)]
    assert [each.topic.rpartition("/")[2] for each in told] == ["log", "event"] * 3 + ["log"] * 3


async def test_a_broker_that_takes_nothing_fills_no_memory(broker: Broker) -> None:
    """Events wait up to a thousand, then they are refused; of states the newest waits."""
    with Client(broker) as reader:
        reader.subscribe("mantel/service/pi/stats/+", qos=0)
        async with stats(broker) as sender:
            await at_rest(sender, reader)
            os.kill(broker.pid, signal.SIGSTOP)
            accepted = 0
            try:
                before = sender.health().published
                while accepted < MOST_TRIES and sender.publish(
                    topics.LOG, line(f"{accepted:05d} {'x' * 20_000}")
                ):
                    accepted += 1
                    await asyncio.sleep(0)
                assert accepted < MOST_TRIES
                assert accepted - (sender.health().published - before) <= 1001
                for seconds in range(100):
                    sender.publish(
                        topics.HEALTH, msgspec.structs.replace(HEALTH, uptime_seconds=seconds)
                    )
            finally:
                os.kill(broker.pid, signal.SIGCONT)
            lines, uptimes = [], []
            while 99 not in uptimes:
                message = await asyncio.to_thread(reader.receive)
                if message.topic.endswith("/log"):
                    lines.append(text(message.payload)[:5])
                else:
                    uptimes.append(msgspec.json.decode(message.payload, type=Health).uptime_seconds)
            assert uptimes == [99]
            assert lines == sorted(set(lines))
            assert len(lines) > 1000, "all that were accepted but what the broker dropped"
            assert sender.health().published - before == accepted + 1
