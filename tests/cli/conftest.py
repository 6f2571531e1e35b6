"""A broker, the command in front of it, and an alarm engine of a few lines behind it."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from mantel import broker as broker_module
from mantel import hub as hub_module
from mantel import image as image_module
from mantel.command import main
from shared import topics
from shared.payloads import AlarmDefinition, AlarmState, Response
from shared.testing import TIMEOUT_SECONDS, Broker, Client
from shared.topic import Topic

MANTEL = Path(sys.executable).parent / "mantel"
"""The console script."""

Run = Callable[..., Result]

_PREFIXES = ("MQTT_", "MANTEL_", "STATS_", "PISTAT_", "ALARMS_", "MEDIA_", "WS_BRIDGE_")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Yield a running broker."""
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a hub without anything, and forget this machine's settings."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in list(os.environ):
        if name in {"TZ", "DOCKER_HOST", "NO_COLOR"} or name.startswith(_PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MANTEL_HOME", str(folder))
    return folder


@pytest.fixture
def environment(broker: Broker, home: Path) -> dict[str, str]:
    """Return what the console script is started with: nothing of this machine's own gets in."""
    return broker.environment("operator") | {"MANTEL_HOME": str(home)}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Return a function that calls `mantel` as the operator of that broker."""

    def call(*arguments: str, stdin: bytes | None = None, **changed: str) -> Result:
        return CliRunner().invoke(
            main,
            arguments,
            input=stdin,
            env=environment | changed,
            catch_exceptions=False,
        )

    return call


@pytest.fixture
def client(broker: Broker) -> Iterator[Client]:
    """Yield a client that may read and write everything."""
    with Client(broker) as connected:
        yield connected


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for an answer that will not come no longer than needed to see that none comes."""
    for module in (broker_module, hub_module):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(image_module, "_SHOW_SECONDS", 0.5)


class Engine:
    """Answers as `alarms` does, without ever looking at the clock; `heard` are its commands."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.alarms: dict[str, AlarmDefinition] = {}
        self.heard: list[tuple[str, bytes]] = []
        self.deaf = False
        client.paho.on_message = lambda *told: self._answer(told[2].topic, told[2].payload)
        client.subscribe("mantel/alarm/request/+", "mantel/alarm/+/set")
        self.say(topics.AVAILABILITY, "online", node="pi", service="alarms")

    def say(self, topic: Topic[Any], payload: Any, **levels: str) -> None:
        """Publish, and wait until the broker has it where that can be waited for."""
        sent = self.client.paho.publish(
            topic.name("mantel", **levels), topic.encode(payload), topic.qos, topic.retain
        )
        if threading.current_thread() is threading.main_thread():
            sent.wait_for_publish(TIMEOUT_SECONDS)

    def have(self, id_: str, state: str = "waiting", **fields: Any) -> None:
        """Let there be an alarm."""
        self.alarms[id_] = msgspec.convert(
            {"id": id_, "name": id_.title(), **fields}, AlarmDefinition
        )
        self.say(topics.ALARM_CONFIG, self.alarms[id_], id=id_)
        self.tell(id_, state)

    def tell(self, id_: str, state: Any) -> None:
        now = datetime.now(UTC)
        next_at = None if state == "disabled" else now + timedelta(hours=16)
        told = AlarmState(state=state, since_at=now, next_at=next_at)
        self.say(topics.ALARM_STATE, told, id=id_)

    def _answer(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))
        if self.deaf:
            return
        if asked := topics.ALARM_REQUEST.match("mantel", topic):
            self._request(asked["verb"], json.loads(payload))
        elif told := topics.ALARM_SET.match("mantel", topic):
            self.tell(
                told["id"],
                {
                    b"enable": "waiting", b"disable": "disabled", b"skip": "skipped",
                    b"unskip": "waiting", b"snooze": "snoozed", b"dismiss": "waiting",
                    b"test": "ringing",
                }[payload],
            )  # fmt: skip

    def _request(self, verb: str, fields: dict[str, Any]) -> None:
        transaction = fields.pop("transaction")
        id_ = fields.pop("id", None) or f"alarm-{fields.get('alarm_time')}"
        answer = Response(status="ok", data={"id": id_}, transaction=transaction)
        if fields.get("timezone") == "Mars/Olympus":
            answer = Response(
                status="error", error="timezone: no such zone Mars/Olympus", transaction=transaction
            )
        elif verb == "delete":
            for topic in (topics.ALARM_CONFIG, topics.ALARM_STATE):
                self.client.paho.publish(topic.name("mantel", id=id_), b"", 1, True)
        else:
            old = msgspec.to_builtins(self.alarms[id_]) if verb == "update" else {"name": id_}
            self.have(id_, **_merged(old, fields))
        self.say(topics.ALARM_RESPONSE, answer, verb=verb)


def _merged(old: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an alarm after a change, without its id."""
    return {name: value for name, value in {**old, **fields}.items() if name != "id"}


@pytest.fixture
def engine(client: Client) -> Engine:
    """Return an alarm engine that is online and has no alarm."""
    return Engine(client)
