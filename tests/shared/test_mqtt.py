"""The connection to the broker: one contract, tested on a real broker and on the fake.

What only a real one can show (passwords, wills, a killed process) is below it.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shared import topics
from shared.fake_broker import FakeBroker
from shared.mqtt import Mqtt
from shared.payloads import Container, HostEvent, LogLine, PanelState, Response
from shared.settings import Settings
from shared.testing import TESTER, TIMEOUT_SECONDS, Broker

NOW = datetime(2026, 2, 17, tzinfo=UTC)
EVENT = HostEvent(event="throttled", active=True, at=NOW)

Connect = Callable[[str], Mqtt]
Outage = tuple[Callable[[], object], Callable[[], object]]


def container(name: str) -> Container:
    return Container(name=name, status="running", health=None, image=None, since_at=None)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


async def soon(awaitable: Awaitable[Any]) -> Any:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        return await awaitable


@pytest.fixture(params=["real", "fake"])
async def hub(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Connect, Outage]]:
    """What makes a connection for a user, and what stops and starts the broker."""
    if request.param == "fake":
        fake = FakeBroker()

        def connect_fake(user: str) -> Mqtt:
            return Mqtt(Settings(mantel_node="pi"), user, connect=fake.client)

        yield connect_fake, (fake.stop, fake.start)
        return
    with Broker(tmp_path) as broker:

        def connect(user: str) -> Mqtt:
            return Mqtt(settings_for(broker, user), user)

        yield connect, (broker.stop, broker.start)


def settings_for(broker: Broker, user: str, **others: str) -> Settings:
    return Settings(
        mantel_node="pi",
        mqtt_host=broker.host,
        mqtt_port=broker.port,
        mqtt_username=user,
        mqtt_password=broker.password(user),
        **others,  # type: ignore[arg-type]
    )


async def test_states_are_kept_and_events_are_not(hub: tuple[Connect, Outage]) -> None:
    """Who comes later gets the newest state, and no event of before."""
    connect, _ = hub
    async with connect("stats") as sender:
        await until(lambda: sender.connected)
        assert sender.publish(topics.HOST_EVENT, EVENT)
        for name in ("first", "second"):
            assert sender.publish(topics.HOST_CONTAINERS, [container(name)])
        await until(lambda: sender.health().published >= 3)
        async with connect("operator") as reader:
            events = reader.subscribe(topics.HOST_EVENT)
            lists = reader.subscribe(topics.HOST_CONTAINERS)
            got = await soon(anext(lists))
            assert (got.payload[0].name, got.levels, got.retained) == (
                "second",
                {"node": "pi"},
                True,
            )
            sender.publish(topics.HOST_EVENT, EVENT)
            got = await soon(anext(events))
            assert (got.payload, got.retained) == (EVENT, False)


async def test_a_subscription_made_while_connected_counts(hub: tuple[Connect, Outage]) -> None:
    """Filters may be added at any time."""
    connect, _ = hub
    async with connect("stats") as sender, connect("operator") as reader:
        await until(lambda: sender.connected and reader.connected)
        sender.publish(topics.HOST_CONTAINERS, [container("a")])
        got = await soon(anext(reader.subscribe(topics.HOST_CONTAINERS, node="pi")))
        assert got.payload[0].name == "a"
        other = reader.subscribe(topics.HOST_CONTAINERS, node="attic")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await anext(other)


async def test_what_needs_no_answer_is_sent_at_once(hub: tuple[Connect, Outage]) -> None:
    """In the same turn of the loop, but after a subscription that was made before it."""
    connect, _ = hub
    line = LogLine(at=NOW, level="WARNING", message="disk is on fire")
    async with connect(TESTER) as mqtt:

        def is_sent_at_once() -> bool:
            before = mqtt.health().published
            mqtt.publish(topics.LOG, line)
            return mqtt.health().published == before + 1

        await until(is_sent_at_once)
        lines = mqtt.subscribe(topics.LOG)
        mqtt.publish(topics.LOG, line)
        assert (await soon(anext(lines))).payload == line


async def test_after_an_outage_states_are_sent_again(hub: tuple[Connect, Outage]) -> None:
    """States of the outage arrive, events of the outage are lost and counted."""
    connect, (stop, start) = hub
    async with connect("stats") as sender, connect("operator") as reader:
        lists = reader.subscribe(topics.HOST_CONTAINERS)
        events = reader.subscribe(topics.HOST_EVENT)
        await until(lambda: sender.connected and reader.connected)
        stop()
        await until(lambda: not sender.connected and not reader.connected)
        assert not sender.publish(topics.HOST_EVENT, EVENT)
        assert not sender.publish(topics.HOST_CONTAINERS, [container("during")])
        start()
        got = await soon(anext(lists))
        assert got.payload[0].name == "during"
        later = HostEvent(event="throttled", active=False, at=NOW)
        await until(lambda: sender.publish(topics.HOST_EVENT, later))
        assert (await soon(anext(events))).payload == later
        assert sender.health().reconnects >= 1
        assert sender.health().dropped >= 1


async def test_availability_is_said_and_taken_back(hub: tuple[Connect, Outage]) -> None:
    """`online` on connect, `offline` before a clean goodbye."""
    connect, _ = hub
    async with connect("operator") as reader:
        seen = reader.subscribe(topics.AVAILABILITY, service="stats")
        async with connect("stats"):
            assert (await soon(anext(seen))).payload == "online"
        assert (await soon(anext(seen))).payload == "offline"


async def test_what_was_published_last_is_sent_before_offline(
    hub: tuple[Connect, Outage],
) -> None:
    """A service that is stopped says what its tasks said at their end."""
    connect, _ = hub
    async with connect("operator") as reader:
        online = reader.subscribe(topics.AVAILABILITY, service="stats")
        lists = reader.subscribe(topics.HOST_CONTAINERS)
        events = reader.subscribe(topics.HOST_EVENT)
        async with connect("stats") as sender:
            await until(lambda: sender.connected and reader.connected)
            assert (await soon(anext(online))).payload == "online"
            for _ in range(20):
                sender.publish(topics.HOST_EVENT, EVENT)
            sender.publish(topics.HOST_CONTAINERS, [container("last")])
        for _ in range(20):
            assert (await soon(anext(events))).payload == EVENT
        assert (await soon(anext(lists))).payload[0].name == "last"
        assert (await soon(anext(online))).payload == "offline"


async def test_a_cleared_state_is_gone(hub: tuple[Connect, Outage]) -> None:
    """Readers hear of it, and it does not come back with the next connection."""
    connect, (stop, start) = hub
    async with connect("stats") as sender, connect("operator") as reader:
        lists = reader.subscribe(topics.HOST_CONTAINERS)
        await until(lambda: sender.connected and reader.connected)
        sender.publish(topics.HOST_CONTAINERS, [container("a")])
        assert (await soon(anext(lists))).payload
        sender.clear(topics.HOST_CONTAINERS)
        assert (await soon(anext(lists))).payload is None
        stop()
        await until(lambda: not sender.connected)
        start()
        await until(lambda: sender.connected)
        async with connect("operator") as late:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await anext(late.subscribe(topics.HOST_CONTAINERS))


async def test_a_malformed_payload_is_said_once(
    hub: tuple[Connect, Outage], caplog: pytest.LogCaptureFixture
) -> None:
    """One warning that names the topic, and the next good one is taken."""
    connect, _ = hub
    async with connect("operator") as sender, connect("stats") as reader:
        commands = reader.subscribe(topics.CONTAINER_SET)
        await until(lambda: sender.connected and reader.connected)
        for word in ("explode", "explode", "start"):
            sender.publish(topics.CONTAINER_SET, word, name="db")
        got = await soon(anext(commands))
        assert (got.payload, got.levels["name"]) == ("start", "db")
    warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert len([text for text in warnings if "mantel/host/pi/container/db/set" in text]) == 1
    assert reader.health().dropped == 2


async def test_discovery_is_announced_and_withdrawn(hub: tuple[Connect, Outage]) -> None:
    """What an earlier life announced and this one does not is taken back by its platform."""
    connect, _ = hub
    async with connect("operator") as reader:
        told = reader.subscribe(topics.DISCOVERY)
        async with connect("stats") as service:
            service.announce({"disk": {"p": "sensor", "name": "Disk"}})
            got = json.loads((await soon(anext(told))).payload)
            while "disk" not in got["cmps"]:
                got = json.loads((await soon(anext(told))).payload)
            assert got["cmps"]["disk"]["unique_id"] == "mantel_pi_stats_disk"
        async with connect("stats") as service:
            service.announce({"fan": {"p": "sensor", "name": "Fan"}})
            farewell = json.loads((await soon(anext(told))).payload)
            assert farewell["cmps"]["disk"] == {"p": "sensor"}
            final = json.loads((await soon(anext(told))).payload)
            assert set(final["cmps"]) == {"fan", "connectivity"}


async def test_home_assistants_birth_brings_everything_again(
    hub: tuple[Connect, Outage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discovery, then availability and states."""
    monkeypatch.setattr("shared.announcement._JITTER_SECONDS", (0.0, 0.1))
    connect, _ = hub
    async with connect("stats") as service, connect("homeassistant") as home:
        service.announce({})
        service.publish(topics.HOST_CONTAINERS, [container("a")])
        told = home.subscribe(topics.DISCOVERY, service="stats")
        online = home.subscribe(topics.AVAILABILITY, service="stats")
        lists = home.subscribe(topics.HOST_CONTAINERS)
        for each in (told, online, lists):
            await soon(anext(each))
        # the announcement before must have settled, or both are one
        await asyncio.to_thread(lambda: None)
        home.publish(topics.BIRTH, "online")
        order = []
        for name, each in (("discovery", told), ("availability", online), ("state", lists)):
            got = await soon(anext(each))
            assert not got.retained
            order.append((name, got.payload))
        assert [name for name, _ in order] == ["discovery", "availability", "state"]


async def test_what_went_while_home_assistant_was_down_is_taken_back(
    hub: tuple[Connect, Outage], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its birth: once more whole, then by its platform, then no more; else it is a ghost."""
    monkeypatch.setattr("shared.announcement._JITTER_SECONDS", (0.0, 0.1))
    monkeypatch.setattr("shared.announcement._SETTLE_SECONDS", 0.2)
    connect, _ = hub
    async with connect("stats") as service, connect("homeassistant") as home:
        told = home.subscribe(topics.DISCOVERY, service="stats")
        fan, disk = {"p": "sensor", "name": "Fan"}, {"p": "sensor", "name": "Disk"}
        service.announce({"fan": fan, "disk": disk})
        await soon(anext(told))
        service.announce({"fan": fan})
        heard = [json.loads((await soon(anext(told))).payload)["cmps"] for _ in range(2)]
        assert [each.get("disk") for each in heard] == [{"p": "sensor"}, None]
        await until(lambda: home.publish(topics.BIRTH, "online"))
        heard = [json.loads((await soon(anext(told))).payload)["cmps"] for _ in range(3)]
        assert heard[0]["disk"]["name"] == "Disk"
        assert heard[1]["disk"] == {"p": "sensor"}
        assert "disk" not in heard[2]


async def test_more_than_one_message_holds_is_said_once(
    hub: tuple[Connect, Outage],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What fits is announced, and the broker does not cut the service off."""
    monkeypatch.setattr("shared.announcement._SETTLE_SECONDS", 0.1)
    connect, _ = hub
    async with connect("stats") as service, connect("homeassistant") as home:
        told = home.subscribe(topics.DISCOVERY, service="stats")
        disks = {f"disk:{n}": {"p": "sensor", "name": "x" * 1000} for n in range(2000)}
        service.announce(disks)
        got = json.loads((await soon(anext(told))).payload)["cmps"]
        assert "disk:0" in got
        assert "disk:1999" not in got
        service.announce(disks | {"fan": {"p": "sensor"}})
        assert "disk:0" in json.loads((await soon(anext(told))).payload)["cmps"]
        service.announce({"fan": {"p": "sensor"}})
        for _ in range(2):
            got = json.loads((await soon(anext(told))).payload)["cmps"]
        assert set(got) == {"fan", "connectivity"}
        assert service.health().reconnects == 0
    said = [record.message for record in caplog.records if "entities" in record.message]
    assert [text.split(" entities")[0].split(" of ")[1] for text in said[:2]] == ["2000", "2001"]


async def test_what_is_undecided_stays_announced(hub: tuple[Connect, Outage]) -> None:
    """A service that does not know yet keeps what it announced in an earlier life."""
    connect, _ = hub
    async with connect("operator") as reader:
        told = reader.subscribe(topics.DISCOVERY, service="stats")
        container = {"p": "binary_sensor", "name": "Git"}
        async with connect("stats") as service:
            service.announce({"container:git": container, "fan": {"p": "sensor"}})
            await soon(anext(told))
        async with connect("stats") as service:
            service.announce({"fan": {"p": "sensor"}}, ("container:",))
            cmps = json.loads((await soon(anext(told))).payload)["cmps"]
            assert cmps["container:git"]["name"] == "Git"
            service.announce({"fan": {"p": "sensor"}})
            cmps = json.loads((await soon(anext(told))).payload)["cmps"]
            assert cmps["container:git"] == {"p": "binary_sensor"}


async def test_a_wrong_password_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With what to check, and never with the password."""
    with Broker(tmp_path) as broker:
        settings = settings_for(broker, "stats")
        wrong = Settings(
            mantel_node="pi", mqtt_host=broker.host, mqtt_port=broker.port,
            mqtt_username="stats", mqtt_password="hunter2",
        )  # fmt: skip
        async with Mqtt(wrong, "stats"):
            await until(lambda: any("MQTT_PASSWORD" in r.message for r in caplog.records))
            count = len(caplog.records)
            await until(lambda: broker.log.count("New connection") >= 3)
            assert len(caplog.records) == count
        assert "hunter2" not in caplog.text
        assert settings.mqtt_password not in caplog.text


async def test_an_absent_broker_costs_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """And leaving takes no time."""
    settings = Settings(mantel_node="pi", mqtt_port=1, mqtt_host="127.0.0.1")
    async with Mqtt(settings, "stats") as mqtt:
        await until(lambda: caplog.records)
        assert not mqtt.publish(topics.HOST_EVENT, EVENT)
        await asyncio.sleep(0.5)
    assert len(caplog.records) == 1
    assert "broker 127.0.0.1:1" in caplog.text
    assert "refused" in caplog.text


async def test_a_message_does_not_wait_for_an_acknowledgement(tmp_path: Path) -> None:
    """One that follows something received leaves at once, not 40 ms later."""
    state = PanelState(
        connected=True, answering=True, port=None, profile="v25", buttons=10, first_media=1
    )
    with Broker(tmp_path) as broker:
        async with Mqtt(settings_for(broker, "serial-bridge"), "serial-bridge") as service:
            own = service.subscribe(topics.PANEL_STATE)
            await until(lambda: service.connected)
            rounds = 20
            started = asyncio.get_running_loop().time()
            for number in range(rounds):
                service.publish(topics.PANEL_STATE, replace(state, active=number), id="panel")
                while (await soon(anext(own))).payload.active != number:
                    pass
            assert asyncio.get_running_loop().time() - started < rounds * 0.02


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
async def test_both_protocols(tmp_path: Path, protocol: str) -> None:
    """The contract uses nothing that 3.1.1 lacks."""
    with Broker(tmp_path) as broker:
        one = Mqtt(settings_for(broker, "stats", mqtt_protocol=protocol), "stats")
        two = Mqtt(settings_for(broker, "operator", mqtt_protocol=protocol), "operator")
        async with one as sender, two as reader:
            lists = reader.subscribe(topics.HOST_CONTAINERS)
            sender.publish(topics.HOST_CONTAINERS, [container("a")])
            assert (await soon(anext(lists))).payload[0].name == "a"


async def test_warnings_go_to_the_log_topic(hub: tuple[Connect, Outage]) -> None:
    """And the last one into `health`."""
    connect, _ = hub
    async with connect("stats") as service, connect("operator") as reader:
        lines = reader.subscribe(topics.LOG)
        await until(lambda: service.connected and reader.connected)
        logging.getLogger("stats").warning("disk is on fire")
        got = (await soon(anext(lines))).payload
        assert (got.level, got.message) == ("WARNING", "disk is on fire")
        assert service.health().last_error == "disk is on fire"
        logging.getLogger("stats").warning("b\udcfc.png")  # a file's name of another encoding
        assert (await soon(anext(lines))).payload.message == "b\\udcfc.png"


async def test_a_topic_that_is_too_long_is_not_sent(tmp_path: Path) -> None:
    """As that of an answer, where a request has the longest that there is; it ended the service."""
    with Broker(tmp_path) as broker:
        async with Mqtt(settings_for(broker, TESTER), TESTER) as mqtt:
            await until(lambda: mqtt.connected)
            answer = Response(status="ok", data=None)
            assert not mqtt.publish(topics.ALARM_RESPONSE, answer, verb="x" * 65520)
            assert not mqtt.publish(topics.ALARM_RESPONSE, answer, verb="ü" * 32768)
            assert mqtt.publish(topics.ALARM_RESPONSE, answer, verb="x" * 65500)
            published = mqtt.health().published
            assert mqtt.publish(topics.HOST_EVENT, EVENT)
            await until(lambda: mqtt.health().published > published)


async def test_a_topic_of_somebody_else(hub: tuple[Connect, Outage]) -> None:
    """By its whole name; retained ones come at once, and what is cleared is empty."""
    connect, _ = hub
    name = "mantel/host/pi/containers"
    heard: list[tuple[str, bytes]] = []
    async with connect("stats") as sender, connect("media") as reader:
        await until(lambda: sender.connected and reader.connected)
        sender.publish(topics.HOST_CONTAINERS, [])
        reader.listen(name, lambda *told: heard.append(told))
        await until(lambda: heard == [(name, b"[]")])
        reader.listen("elsewhere/x", lambda *told: heard.append(told))
        sender.clear(topics.HOST_CONTAINERS)
        await until(lambda: heard[-1] == (name, b""))
        assert len(heard) == 2
