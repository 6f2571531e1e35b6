"""The clock's sessions by their topics, as a bridge uses them; rows C06, C11, C15 to C22."""

import asyncio
import json
import resource
import signal
import socket
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest

from alarms.session import Instant, Session, SessionAlarm, add
from alarms.session_store import SessionStore
from alarms.store import Store
from alarms.turn import UNREADABLE, UNSTORED
from shared.testing import TIMEOUT_SECONDS, Client, eventually
from tests.e2e.bound import Stopwatch, within
from tests.e2e.conftest import Hub, Process
from tests.e2e.shifted_clock import ShiftedClock

ONE, TWO = "1" * 32, "2" * 32
BRIDGE = "mantel/service/pi/ws-bridge/availability"
SECOND = timedelta(seconds=1)
LATE = 8 * SECOND
"""By so much a machine that stands still may be late; an alarm that is forgotten is later."""


class Bridge:
    """Somebody who holds sessions as ws-bridge does; `states` are those that are retained."""

    def __init__(self, hub: Hub, client: Client, holder: str = "pi/ws-bridge") -> None:
        self.hub = hub
        self.client = client
        self.holder = holder
        self.states: dict[str, dict[str, Any]] = {}
        self.answers: list[dict[str, Any]] = []
        self.asked = 0
        client.subscribe("mantel/clock/session/+", "mantel/clock/response/+")
        if holder == "pi/ws-bridge":
            client.publish(BRIDGE, "online", retain=True)

    def start(self, clock: ShiftedClock | None = None, **settings: str) -> Process:
        environment = clock.environment if clock else {}
        process = self.hub.start("alarms", **{"TZ": "Europe/Paris"} | environment | settings)
        process.wait_for_log("connected")
        return process

    def take(self) -> None:
        message = self.client.receive()
        _, kind, last = message.topic.removeprefix("mantel/").split("/")
        if kind == "response":
            self.answers.append(json.loads(message.payload))
        elif message.payload:
            self.states[last] = json.loads(message.payload)
        else:
            self.states.pop(last, None)

    def raw(self, verb: str, payload: str) -> dict[str, Any]:
        self.answers.clear()
        self.client.publish(f"mantel/clock/request/{verb}", payload)
        while not self.answers:
            self.take()
        return self.answers[0]

    def ask(self, verb: str, session: str = ONE, **fields: Any) -> dict[str, Any]:
        self.asked += 1
        own = {"transaction": self.asked, "session": session, "holder": self.holder}
        answer = self.raw(verb, json.dumps(own | fields))
        assert answer["transaction"] == self.asked
        return answer

    def do(self, verb: str, session: str = ONE, **fields: Any) -> Any:
        answer = self._in_time(verb, session, **fields)
        assert answer["status"] == "ok", answer
        return answer["data"]

    def error(self, verb: str, session: str = ONE, **fields: Any) -> str:
        answer = self._in_time(verb, session, **fields)
        assert answer["status"] == "error", answer
        return str(answer["error"])

    def _in_time(self, verb: str, session: str, **fields: Any) -> dict[str, Any]:
        """Ask again where a disk was too slow."""
        answer: dict[str, Any] = {}

        def answered() -> bool:
            answer.update(self.ask(verb, session, **fields))
            return answer["error"] not in {UNSTORED, UNREADABLE}

        eventually(answered)
        return answer

    def add(self, name: str, time: str, session: str = ONE, **fields: Any) -> None:
        self.do("add", session, **({"name": name, "time": time, "days": None} | fields))

    def add_due(self, ahead: int, zone: str = "Europe/Paris") -> datetime:
        """Add `tea`, to ring in `ahead` seconds, later on a busy machine; return when."""
        while True:
            due = datetime.now(UTC).replace(microsecond=0) + ahead * SECOND
            self.add("tea", f"{due.astimezone(ZoneInfo(zone)):%H:%M:%S}")
            if datetime.fromisoformat(self.alarm()["next_at"]) == due:
                return due
            self.do("delete", name="tea")
            ahead += 3

    def alarm(self, name: str = "tea", session: str = ONE) -> dict[str, Any]:
        alarms = self.states[session]["alarms"] if session in self.states else []
        return next((each for each in alarms if each["name"] == name), {})

    def ringing(self, session: str = ONE) -> list[str]:
        alarms = self.states[session]["alarms"]
        return [each["name"] for each in alarms if each["ringing"]]

    def wait_for_ring(self, name: str = "tea", session: str = ONE) -> None:
        while not self.alarm(name, session).get("ringing"):
            self.take()


@pytest.fixture
def bridge(hub: Hub) -> Iterator[Bridge]:
    with Client(hub.broker, "ws-bridge") as client:
        yield Bridge(hub, client)


def in_seconds(seconds: float, zone: str = "Europe/Paris") -> str:
    """Return the wall-clock time, HH:MM:SS, so many seconds from now."""
    now = datetime.now(UTC) + timedelta(seconds=seconds)
    return f"{now.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def test_a_session_is_made_kept_and_published_while_it_is_held(bridge: Bridge) -> None:
    """Its state comes before the answer, and goes with the last holder."""
    bridge.start()
    assert bridge.do("open", resume=True) == {"known": False}
    assert bridge.states == {}
    assert bridge.do("open", resume=False) == {"known": False}
    assert bridge.states == {ONE: {"timezone": "Europe/Paris", "alarms": []}}
    assert bridge.do("open", resume=True) == {"known": True}
    bridge.do("open", resume=True, holder="other/ws-bridge-2")
    bridge.do("close")
    assert ONE in bridge.states
    bridge.do("close", holder="other/ws-bridge-2")
    assert bridge.states == {}
    assert bridge.do("open", resume=True) == {"known": True}
    bridge.do("end")
    assert bridge.states == {}
    assert bridge.do("open", resume=True) == {"known": False}
    assert bridge.error("add", name="tea", time="06:30:00") == "there is no such session"


def test_C15_C18_an_alarm_rings_at_its_second_until_it_is_stopped(bridge: Bridge) -> None:
    """Its state is there when a clock shows that second."""
    bridge.start()
    bridge.do("open")
    due = bridge.add_due(3)
    bridge.wait_for_ring()
    assert -SECOND < datetime.now(UTC) - due < LATE
    assert bridge.do("stop") == {"count": 1}
    assert bridge.ringing() == []
    assert bridge.error("stop") == "nothing ringing"
    assert bridge.error("snooze", minutes=9) == "nothing ringing"


@pytest.mark.parametrize("fault", ["alarms", "broker"])
def test_C06_C20_it_rings_whatever_dies_between_command_and_ring(
    bridge: Bridge, hub: Hub, fault: str
) -> None:
    """OK means committed: killed right behind it, the service knows the alarm."""
    process = bridge.start()
    bridge.do("open")
    bridge.do("zone", timezone="Asia/Tokyo")
    bridge.add_due(4, "Asia/Tokyo")
    if fault == "alarms":
        process.stop(signal.SIGKILL)
        bridge.start()
    else:
        hub.broker.restart()
        eventually(lambda: process.log.count("broker") > 2)
        with Client(hub.broker, "ws-bridge") as client:
            back = Bridge(hub, client)
            assert back.do("open", resume=True) == {"known": True}
            back.wait_for_ring()
            assert back.states[ONE]["timezone"] == "Asia/Tokyo"
        return
    assert bridge.do("open", resume=True) == {"known": True}
    bridge.wait_for_ring()
    assert bridge.states[ONE]["timezone"] == "Asia/Tokyo"


def test_C19_a_snooze_keeps_its_deadline_over_a_kill(bridge: Bridge, hub: Hub) -> None:
    """To the second."""
    clock = ShiftedClock(hub.directory, datetime(2026, 2, 17, 11, 0, 0, tzinfo=UTC))
    starting = Stopwatch()
    process = bridge.start(clock)
    bridge.do("open")
    starting.stop()
    bridge.add("tea", "12:00:30")
    clock.set(datetime(2026, 2, 17, 11, 0, 30, tzinfo=UTC))
    bridge.wait_for_ring()
    until = datetime.fromisoformat(bridge.do("snooze", minutes=9)["next_at"])
    assert timedelta() < until - datetime(2026, 2, 17, 11, 9, 30, tzinfo=UTC) < 10 * SECOND
    process.stop(signal.SIGKILL)
    # A snooze lasts as long when the clock is set while it runs
    clock.set(until - timedelta(seconds=4 + 3 * starting.seconds))
    bridge.start(clock)
    bridge.do("open", resume=True)
    assert bridge.ringing() == []
    assert datetime.fromisoformat(bridge.alarm()["next_at"]) == until
    bridge.wait_for_ring()
    assert until - SECOND < clock.now() < until + LATE


@pytest.mark.parametrize(("minutes", "rings"), [(59, True), (61, False)])
def test_C20_what_began_while_nobody_was_there_rings_for_an_hour(
    bridge: Bridge, hub: Hub, minutes: int, *, rings: bool
) -> None:
    """For a client that reconnects; what is older is over, and is not rung again."""
    clock = ShiftedClock(hub.directory, datetime(2026, 2, 17, 11, 0, 0, tzinfo=UTC))
    bridge.start(clock)
    bridge.do("open")
    bridge.add("tea", "12:10:00", once=True)
    bridge.do("close")
    clock.set(datetime(2026, 2, 17, 11, 10, 0, tzinfo=UTC) + timedelta(minutes=minutes))
    bridge.do("open", resume=True)
    assert bridge.ringing() == ["tea"] * rings
    assert bridge.alarm()["enabled"] is rings


def test_C21_two_sessions_are_isolated(bridge: Bridge) -> None:
    """Zones, alarms of the same name, rings."""
    bridge.start()
    for session, zone in ((ONE, "Asia/Tokyo"), (TWO, "America/New_York")):
        bridge.do("open", session)
        bridge.do("zone", session, timezone=zone)
    bridge.add("tea", in_seconds(3600, "America/New_York"), TWO)
    bridge.add_due(3, "Asia/Tokyo")
    bridge.wait_for_ring()
    assert bridge.ringing(TWO) == []
    bridge.error("stop", TWO)
    assert bridge.ringing() == ["tea"]
    bridge.do("end")
    assert set(bridge.states) == {TWO}
    assert bridge.do("open", TWO, resume=True) == {"known": True}


# Each with a wall-clock time in the gap of 2026 and its end, and one in the fold and its first time
SWITCHES = {
    "Europe/Paris": (
        "02:30:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        "02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), timedelta(hours=1),
    ),
    "America/New_York": (
        "02:15:30", datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
        "01:15:30", datetime(2026, 11, 1, 5, 15, 30, tzinfo=UTC), timedelta(hours=1),
    ),
    "Australia/Lord_Howe": (
        "02:20:00", datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        "01:45:00", datetime(2026, 4, 4, 14, 45, tzinfo=UTC), timedelta(minutes=30),
    ),
}  # fmt: skip


@pytest.mark.parametrize("zone", SWITCHES)
def test_C22_the_clocks_are_put_forward(bridge: Bridge, hub: Hub, zone: str) -> None:
    """A time that does not exist rings at the first moment afterwards."""
    wall, due, *_ = SWITCHES[zone]
    clock = ShiftedClock(hub.directory, due - timedelta(hours=3))
    bridge.start(clock)
    bridge.do("open")
    bridge.do("zone", timezone=zone)
    bridge.add("tea", wall)
    assert datetime.fromisoformat(bridge.alarm()["next_at"]) == due
    clock.set(due - 120 * SECOND)
    assert bridge.do("open") == {"known": True}
    assert bridge.ringing() == []
    clock.set(due - 2 * SECOND)
    bridge.wait_for_ring()
    assert due - SECOND < clock.now() < due + LATE


@pytest.mark.parametrize("zone", SWITCHES)
def test_C22_the_clocks_are_put_back(bridge: Bridge, hub: Hub, zone: str) -> None:
    """A time that comes twice rings the first time, and not the second."""
    *_, wall, due, shift = SWITCHES[zone]
    clock = ShiftedClock(hub.directory, due - timedelta(hours=3))
    bridge.start(clock)
    bridge.do("open")
    bridge.do("zone", timezone=zone)
    bridge.add("tea", wall)
    bridge.do("open", TWO)
    bridge.do("zone", TWO, timezone="UTC")
    clock.set(due - 2 * SECOND)
    bridge.wait_for_ring()
    assert due - SECOND < clock.now() < due + LATE
    bridge.do("stop")
    again = due + shift
    bridge.add("later", f"{again + SECOND:%H:%M:%S}", TWO)
    clock.set(again - SECOND)
    bridge.wait_for_ring("later", TWO)
    assert bridge.ringing() == []


def test_what_a_holder_that_is_gone_held_is_closed(bridge: Bridge) -> None:
    """And opens again."""
    bridge.start()
    bridge.do("open")
    bridge.client.publish(BRIDGE, "offline", retain=True)
    while bridge.states:
        bridge.take()
    bridge.client.publish(BRIDGE, "online", retain=True)
    assert bridge.do("open", resume=True) == {"known": True}
    assert set(bridge.states) == {ONE}


def test_it_answers_as_soon_as_it_is_online(bridge: Bridge, hub: Hub) -> None:
    """Whoever sees that asks at once, and a request is never sent twice."""
    bridge.client.drain()
    with Client(hub.broker, "ws-bridge") as watcher:
        watcher.subscribe("mantel/service/pi/alarms/availability")
        for _ in range(3):
            process = hub.start("alarms")
            while watcher.receive().payload != b"online":
                pass
            bridge.do("open")
            assert process.stop() == 0


def test_states_that_nobody_holds_are_cleared_after_a_start(bridge: Bridge) -> None:
    """Those that are opened at once stay."""
    process = bridge.start()
    bridge.do("open")
    bridge.do("open", TWO)
    process.stop(signal.SIGKILL)
    bridge.start()
    bridge.do("open", TWO, resume=True)
    while ONE in bridge.states:
        bridge.take()
    assert set(bridge.states) == {TWO}


@pytest.mark.parametrize(
    ("verb", "payload", "transaction"),
    [
        ("open", "{", None),
        ("open", "[1]", None),
        ("open", '{"transaction": "a"}', "a"),
        ("open", json.dumps({"transaction": 1, "session": ONE, "holder": "pi"}), 1),
        ("open", json.dumps({"transaction": 1, "session": "../x", "holder": "pi/x"}), 1),
        ("sing", json.dumps({"transaction": 1, "session": ONE, "holder": "pi/x"}), 1),
        ("zone", json.dumps({"transaction": 1, "session": ONE, "holder": "pi/x"}), 1),
    ],
)
def test_every_malformed_request_is_answered(
    bridge: Bridge, verb: str, payload: str, transaction: object
) -> None:
    """With its transaction where it has one, and nothing in the log."""
    process = bridge.start()
    answer = bridge.raw(verb, payload)
    assert answer["status"] == "error"
    assert answer["transaction"] == transaction
    assert "WARNING" not in process.log


def test_beside_a_full_disk_commands_are_refused_and_rings_go_on(bridge: Bridge) -> None:
    """Error means that it is not committed; when there is room again all is well."""
    process = bridge.start()
    bridge.do("open")
    bridge.add("tea", in_seconds(3))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    assert bridge.ask("add", name="eggs", time="06:30:00", days=None)["error"] == UNSTORED
    assert "try again later" in bridge.ask("open", TWO)["error"]
    bridge.wait_for_ring()
    assert bridge.alarm("eggs") == {}
    resource.prlimit(
        process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )
    assert bridge.do("stop") == {"count": 1}
    process.stop(signal.SIGKILL)
    assert "Traceback" not in process.log
    bridge.start()
    bridge.do("open", resume=True)
    assert [each["name"] for each in bridge.states[ONE]["alarms"]] == ["tea"]
    assert bridge.ringing() == []
    assert bridge.do("open", TWO, resume=True) == {"known": False}


def test_what_was_refused_is_not_done_later(bridge: Bridge, hub: Hub) -> None:
    """A disk that answers too late commits what is taken back then."""
    bridge.start()
    bridge.do("open")
    bridge.do("open", TWO)
    database = sqlite3.connect(hub.directory / "data/alarms.sqlite")
    database.execute("BEGIN IMMEDIATE")
    for _ in within(0.9):
        assert bridge.ask("add", name="eggs", time="06:30:00", days=None)["error"] == UNSTORED
    database.rollback()
    eventually(lambda: bridge.ask("zone", TWO, timezone="UTC")["status"] == "ok")
    stored = database.execute("SELECT CAST(value AS TEXT) FROM sessions WHERE hash = ?", (ONE,))
    assert "eggs" not in stored.fetchone()[0]
    database.close()
    assert bridge.alarm("eggs") == {}


def test_an_answer_does_not_wait_for_an_acknowledgement(bridge: Bridge) -> None:
    """Its packet follows that of the acknowledgement at once; else it takes 40 ms."""
    connected = bridge.client.paho.socket()
    assert isinstance(connected, socket.socket)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bridge.start()
    for _ in within(15 * 0.03):
        for _ in range(15):
            bridge.do("open")


def test_the_operator_takes_old_sessions_over(bridge: Bridge, hub: Hub) -> None:
    """`mantel import clock` opens, sets the zone, adds, and closes."""
    bridge.start()
    with Client(hub.broker, "operator") as client:
        operator = Bridge(hub, client, "operator/import")
        for verb, fields in (
            ("open", {"resume": False}),
            ("zone", {"timezone": "Asia/Tokyo"}),
            ("add", {"name": "tea", "time": "06:30:00", "days": ["Mon"], "once": False}),
            ("close", {}),
        ):
            operator.do(verb, **fields)
        assert operator.states == {}
    bridge.client.drain()
    bridge.do("open", resume=True)
    assert bridge.states[ONE]["timezone"] == "Asia/Tokyo"
    assert bridge.alarm()["days"] == ["Mon"]


async def store_many(path: Path, count: int) -> None:
    """Put sessions with an alarm each into a database, as if they had been made long ago."""
    async with Store(path) as store:
        await store.read()
        sessions = SessionStore(store, path, count)
        now = datetime.now(UTC)
        alarm = SessionAlarm(name="tea", time="06:30:00")
        session = add(Session(), alarm, Instant(now, ZoneInfo("UTC")))
        for first in range(0, count, 500):
            batch: dict[str, Session | None] = {
                f"{number:032x}": session for number in range(first, min(first + 500, count))
            }
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while await sessions.save(batch, now.toordinal()) is None:  # the disk was slow
                    await asyncio.sleep(0.1)


async def test_ten_thousand_sessions_are_no_burden(bridge: Bridge, hub: Hub) -> None:
    """It starts as fast, and any of them is there at once."""
    await store_many(hub.directory / "data/alarms.sqlite", 10_000)
    process = bridge.start()
    assert bridge.do("open", f"{9876:032x}", resume=True) == {"known": True}
    # To read them all, and no more, would take some seconds of it
    assert sum(psutil.Process(process.pid).cpu_times()[:2]) < 5
    assert len(bridge.states) == 1
