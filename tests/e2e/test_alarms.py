"""The alarms by their topics: rows D19 to D37 as far as they are theirs, and what goes beyond.

The time of day is that of a zone made for the test; what is played is told as user `media`.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alarms.clock import _is_synchronised
from shared.testing import Client, eventually
from tests.e2e.bound import Stopwatch, within
from tests.e2e.conftest import Hub, Process
from tests.e2e.wall_clock import same_clock, soon, wall_clock

LEAD_SECONDS = 1.5  # from the start of a service to its alarm, at least


class Home:
    """A hub with alarms, and somebody who watches and commands them."""

    start_seconds = 0.0
    """How long a start has taken here at most, which a busy machine makes long."""

    def __init__(self, hub: Hub, operator: Client) -> None:
        self.hub = hub
        self.operator = operator
        self.path = hub.directory / "config" / "alarms.json"
        self.seen: list[tuple[str, bytes]] = []
        operator.subscribe("mantel/alarm/#")

    def write(self, alarms: object) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(alarms if isinstance(alarms, str) else json.dumps(alarms))

    def start(self, clock: dict[str, str] | None = None, **settings: str) -> Process:
        """Start the service, with a wall clock of its own, and wait until it is there."""
        watch = Stopwatch()
        process = self.hub.start("alarms", **(clock or {}), **settings)
        process.wait_for_log("connected")
        Home.start_seconds = max(Home.start_seconds, watch.seconds)
        return process

    def ringing_soon(
        self, alarms: object, lead_seconds: float = LEAD_SECONDS, **settings: str
    ) -> Process:
        """Start it shortly before 06:30."""
        self.write(alarms)
        lead_seconds += 2 * self.start_seconds
        return self.start(wall_clock(self.hub.directory, soon("0630", lead_seconds)), **settings)

    def receive(self) -> tuple[str, bytes]:
        message = self.operator.receive()
        found = message.topic.removeprefix("mantel/alarm/"), bytes(message.payload)
        self.seen.append(found)
        return found

    def wait(self, topic: str, **fields: Any) -> dict[str, Any]:
        """Return the next payload of a topic that has these fields."""
        while True:
            name, raw = self.receive()
            if name == topic and raw:
                payload = json.loads(raw)
                if fields.items() <= payload.items():
                    return dict(payload)

    def events(self) -> list[str]:
        """Return what has been told by now, from the start on."""
        for message in self.operator.drain():
            self.seen.append((message.topic.removeprefix("mantel/alarm/"), bytes(message.payload)))
        return [json.loads(raw)["event"] + " " + json.loads(raw)["id"]
                for name, raw in self.seen if name == "event"]  # fmt: skip

    def ask(self, verb: str, payload: object) -> dict[str, Any]:
        raw = payload if isinstance(payload, str) else json.dumps(payload)
        self.operator.publish(f"mantel/alarm/request/{verb}", raw)
        return self.wait(f"response/{verb}")

    def say(self, own: str, word: str) -> None:
        self.operator.publish(f"mantel/alarm/{own}/set", word)

    def alarms(self) -> Any:
        return json.loads(self.path.read_text())


@pytest.fixture
def home(hub: Hub) -> Iterator[Home]:
    with Client(hub.broker, "operator") as operator:
        yield Home(hub, operator)


def test_D19_an_alarm_fires_within_five_seconds_of_its_minute(home: Home) -> None:
    """At HHMM, in the first instant of the minute."""
    for lead_seconds in (4, 15, 25):  # a busy machine is given more time, and more than one try
        process = home.ringing_soon([{"alarm_time": "0630"}], lead_seconds)
        started = home.wait("event", event="start")
        due = datetime.fromisoformat(started["occurrence_at"])
        late = datetime.fromisoformat(started["at"]) - due
        assert late >= timedelta(0)
        if late < timedelta(seconds=0.3):
            break
        home.say("alarm-0630", "dismiss")
        home.wait("event", event="stop")
        home.wait("alarm-0630/state", state="waiting")
        process.stop()
        home.events()
        home.seen.clear()
    assert late < timedelta(seconds=0.3)
    states = [json.loads(raw) for name, raw in home.seen if name == "alarm-0630/state"]
    assert [each["state"] for each in states] == ["waiting", "ringing"]
    assert datetime.fromisoformat(states[0]["next_at"]) == due


@pytest.mark.parametrize("seconds", [2, 40])
def test_D19_an_alarm_of_the_minute_in_which_the_service_starts_fires(
    home: Home, seconds: int
) -> None:
    """As it did with the older system; one of the minute before does not."""
    home.write([{"alarm_time": "0630"}, {"alarm_time": "0629", "name": "over"}])
    home.start(wall_clock(home.hub.directory, soon("0630", -seconds)))
    assert home.wait("event")["id"] == "alarm-0630"


def test_D20_it_fires_once_in_its_minute(home: Home) -> None:
    """Dismissed, edited, switched off and on, and with the service killed: exactly one start."""
    process = home.ringing_soon([{"alarm_time": "0630"}])
    due = datetime.fromisoformat(home.wait("event", event="start")["occurrence_at"])
    home.say("alarm-0630", "dismiss")
    home.wait("event", event="stop", reason="dismissed")
    for word in ("disable", "enable"):
        home.say("alarm-0630", word)
        home.wait("alarm-0630/config", enabled=word == "enable")
    process.stop(signal.SIGKILL)
    clock = same_clock(home.hub.directory)
    for _ in range(3):
        again = home.start(clock)
        home.wait("alarm-0630/state", state="waiting")
        again.stop(signal.SIGKILL)
    last = home.start(clock)
    home.wait("alarm-0630/state", state="waiting")
    home.path.write_text('[ {"alarm_time": "0630", "name": "other"} ]')
    home.wait("other/state", state="waiting")
    assert datetime.now(UTC) < due + timedelta(seconds=55), "still in that minute"
    assert home.events().count("start alarm-0630") == 1
    assert "start other" not in home.events()
    assert last.runs


def test_D26_only_on_its_days(home: Home) -> None:
    """The weekday is that of the alarm's wall clock."""
    today = soon("0630", LEAD_SECONDS).strftime("%a")
    others = [day for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") if day != today]
    home.ringing_soon([
        {"alarm_time": "0630", "id": "others", "alarm_days": others},
        {"alarm_time": "0630", "id": "today", "alarm_days": [today]},
    ])  # fmt: skip
    assert home.wait("event", event="start")["id"] == "today"
    assert home.events() == ["start today"]


def test_D27_only_on_its_dates_and_days_win(home: Home) -> None:
    """A date, a range, and dates beside days, which count for nothing."""
    now = soon("0630", LEAD_SECONDS)
    today, tomorrow = (f"{now + timedelta(days=days):%m/%d}" for days in (0, 1))
    elsewhere = (now + timedelta(days=1)).strftime("%a")
    home.ringing_soon([
        {"alarm_time": "0630", "id": "tomorrow", "alarm_dates": [tomorrow]},
        {"alarm_time": "0630", "id": "days-win", "alarm_dates": [today], "alarm_days": [elsewhere]},
        {"alarm_time": "0630", "id": "date", "alarm_dates": [tomorrow, today]},
        {"alarm_time": "0630", "id": "range", "alarm_dates": [f"{today}-{tomorrow}"]},
        {"alarm_time": "0630", "id": "day", "alarm_days": [now.strftime("%a")],
         "alarm_dates": [tomorrow]},
    ])  # fmt: skip
    assert [home.wait("event", event="start")["id"] for _ in range(3)] == ["date", "range", "day"]
    assert len(home.events()) == 3


def test_D28_without_days_and_dates_it_is_daily(home: Home) -> None:
    """The next ring is tomorrow's."""
    home.ringing_soon([{"alarm_time": "0630"}])
    started = datetime.fromisoformat(home.wait("event", event="start")["occurrence_at"])
    for name, raw in home.seen:
        if name == "alarm-0630/state":
            state = json.loads(raw)
    assert datetime.fromisoformat(state["next_at"]) == started + timedelta(days=1)


@pytest.mark.parametrize("text", [None, "[]", "", '[{"alarm_time": "0630",}]', "7"])
def test_D31_without_alarms_nothing_rings(home: Home, text: str | None) -> None:
    """No file, an empty list, broken JSON: the service runs, and alarms can be added."""
    if text is not None:
        home.write(text)
    process = home.start()
    home.operator.subscribe("mantel/alarm/next")
    name, raw = home.receive()
    assert (name, raw) == ("next", b"null")
    assert process.log.count("WARNING") == (text not in {None, "[]"})
    if text and text.endswith(",}]"):
        assert "line 1, column " in process.log
        assert "is broken" in home.ask("add", {"alarm_time": "0630"})["error"]
        home.write("[]")
        process.wait_for_log("read again, all right")
    if text != "7":
        assert home.ask("add", {"alarm_time": "0630"})["status"] == "ok"


def test_D32_a_single_object_is_an_alarm(home: Home) -> None:
    """And stays an object when it is changed."""
    home.write('{"alarm_time": "0630"}')
    home.start()
    home.wait("alarm-0630/config", alarm_time="0630")
    home.say("alarm-0630", "disable")
    home.wait("alarm-0630/state", state="disabled")
    assert home.alarms() == {"alarm_time": "0630", "enabled": False}


def test_D33_bad_entries_are_refused_by_name(home: Home) -> None:
    """With one clear line each, and the good ones are kept."""
    home.write([
        {"alarm_time": "2460", "name": "Late"},
        {"alarm_time": "0630", "alarm_days": ["Monday"]},
        {"alarm_time": "0700"},
        {"alarm_time": "0800", "alarm_dates": ["13/40"]},
    ])  # fmt: skip
    process = home.start()
    home.wait("alarm-0700/state", state="waiting")
    warnings = [line.partition("alarms: ")[2] for line in process.log.splitlines()
                if "WARNING" in line]  # fmt: skip
    assert [line.split(" must")[0] for line in warnings] == [
        "alarm 1 ('Late'): refused, alarm_time: '2460'",
        "alarm 2 ('0630'): refused, alarm_days: 'Monday'",
        "alarm 4 ('0800'): refused, alarm_dates: '13/40'",
    ]
    assert {name for name, _ in home.seen} <= {"alarm-0700/config", "alarm-0700/state", "next"}


def test_D34_the_file_may_be_elsewhere(home: Home) -> None:
    """By ALARMS_CONFIG, which stands for --config."""
    other = home.hub.directory / "mine.json"
    other.write_text('[{"alarm_time": "0630", "name": "Mine"}]')
    home.write([{"alarm_time": "0700"}])
    home.start(ALARMS_CONFIG=str(other))
    assert home.wait("mine/config")["name"] == "Mine"


def test_D37_an_edit_counts_at_once(home: Home) -> None:
    """Within a second or two; a broken one changes nothing; what is gone leaves no topic."""
    home.write([{"alarm_time": "0630"}])
    process = home.start()
    home.wait("alarm-0630/state", state="waiting")
    for again, _ in enumerate(within(2.5)):
        last = f"07{again:02d}"
        home.write([{"alarm_time": last}])
        home.wait(f"alarm-{last}/state", state="waiting")
    home.write('[{"alarm_time": "0800",}]')
    process.wait_for_log("the alarms stay as they were")
    home.operator.drain()
    with Client(home.hub.broker, "operator") as late:
        late.subscribe("mantel/alarm/+/+")
        assert sorted(each.topic.removeprefix("mantel/alarm/") for each in late.drain()) == [
            f"alarm-{last}/config", f"alarm-{last}/state",
        ]  # fmt: skip


def test_two_in_one_minute_are_snoozed_and_dismissed(home: Home) -> None:
    """Both ring, in the order of the file, each with its own number."""
    home.ringing_soon([{"alarm_time": "0630", "id": "b", "snooze_minutes": 1},
                       {"alarm_time": "0630", "id": "a"}])  # fmt: skip
    rings = [home.wait("event", event="start") for _ in range(2)]
    assert [each["id"] for each in rings] == ["b", "a"]
    assert rings[0]["ring"] < rings[1]["ring"]
    home.say("b", "snooze")
    snoozed = home.wait("event", event="snooze")
    until = datetime.fromisoformat(snoozed["until_at"])
    assert until - datetime.fromisoformat(snoozed["at"]) == timedelta(minutes=1)
    home.say("a", "dismiss")
    assert home.wait("event", event="stop")["reason"] == "dismissed"


def test_a_ring_ends_with_its_sound(home: Home) -> None:
    """Unless it repeats, or the number is that of another ring."""
    home.ringing_soon([{"alarm_time": "0630", "id": "a"},
                       {"alarm_time": "0630", "id": "again", "repeat": True}])  # fmt: skip
    rings = {each["id"]: each["ring"] for each in
             (home.wait("event", event="start") for _ in range(2))}  # fmt: skip
    with Client(home.hub.broker, "media") as media:
        for own, ring in (("a", rings["a"] - 1), ("again", rings["again"]), ("a", rings["a"])):
            media.publish(
                "mantel/audio/alarm/format",
                json.dumps({"state": "idle", "alarm": own, "ring": ring}),
                retain=True,
            )
    stopped = home.wait("event", event="stop")
    assert (stopped["id"], stopped["reason"], stopped["ring"]) == ("a", "played", rings["a"])
    assert home.events().count("stop again") == 0


def test_a_ring_that_nobody_hears_is_told_after_ten_seconds(home: Home) -> None:
    """Once heard by somebody, it is not; a player that has died plays nothing."""
    home.ringing_soon([{"alarm_time": "0630", "id": "a"}])
    started = home.wait("event", event="start")
    playing = json.dumps(
        {"state": "playing", "alarm": "a", "ring": started["ring"], "listeners": 1}
    )
    with Client(home.hub.broker, "media") as media:
        media.publish("mantel/audio/alarm/format", playing, retain=True)
        silent = time.monotonic() + 4
        eventually(lambda: time.monotonic() > silent)
        assert home.events() == ["start a"]
        media.publish("mantel/service/pi/media/availability", "offline", retain=True)
        message = home.operator.receive()
    assert message.topic == "mantel/alarm/a/state"
    assert json.loads(message.payload)["unheard"] is True
    assert 9 < time.monotonic() - silent < 18, "and not after another ten"
    assert home.wait("event")["event"] == "unheard"


def test_a_snooze_outlives_the_service(home: Home) -> None:
    """Its end stays where it was."""
    process = home.ringing_soon([{"alarm_time": "0630", "id": "a"}])
    home.wait("event", event="start")
    home.say("a", "snooze")
    until = home.wait("event", event="snooze")["until_at"]
    process.stop(signal.SIGKILL)
    home.operator.drain()
    home.start(same_clock(home.hub.directory))
    again = home.wait("a/state")
    assert (again["state"], again["next_at"]) == ("snoozed", until)
    home.say("a", "dismiss")
    assert home.wait("event")["event"] == "stop"


@pytest.mark.parametrize(("grace", "told"), [("60", "start"), ("0", "missed")])
def test_an_alarm_that_was_missed_rings_within_the_grace(home: Home, grace: str, told: str) -> None:
    """Else it is told once."""
    process = home.ringing_soon([{"alarm_time": "0630", "id": "a"}], 3)
    due = datetime.fromisoformat(home.wait("a/state")["next_at"])
    process.stop(signal.SIGKILL)
    eventually(lambda: datetime.now(UTC) > due + timedelta(seconds=2.5))
    home.operator.drain()
    clock = same_clock(home.hub.directory)
    process = home.start(clock, ALARMS_GRACE_SECONDS=grace)
    event = home.wait("event")
    assert (event["event"], datetime.fromisoformat(event["occurrence_at"])) == (told, due)
    process.stop(signal.SIGKILL)
    home.operator.drain()
    home.start(clock, ALARMS_GRACE_SECONDS=grace)
    assert home.wait("a/state")["state"] == {"start": "ringing", "missed": "missed"}[told]
    home.say("a", "dismiss")
    home.wait("a/state", state="waiting")
    assert f"{told} a" not in home.events()[1:]


def test_a_ring_that_was_stored_and_not_told_is_told_after_the_restart(home: Home) -> None:
    """By the same number; one that the broker knows is not told again."""
    process = home.ringing_soon([{"alarm_time": "0630", "id": "a"}])
    first = home.wait("event", event="start")
    for known in (True, False):
        process.stop(signal.SIGKILL)
        if not known:  # as when it was killed between the two
            with Client(home.hub.broker) as tester:
                tester.publish("mantel/alarm/a/state", retain=True)
        home.operator.drain()
        process = home.start(same_clock(home.hub.directory))
        home.wait("a/state", state="ringing", ring=first["ring"])
        if not known:
            assert home.wait("event") == first
    assert home.events() == ["start a", "start a"]


def test_a_ring_outlives_the_broker(home: Home) -> None:
    """Even when that has lost what it kept."""
    process = home.ringing_soon([{"alarm_time": "0630", "id": "a"}])
    ring = home.wait("event", event="start")["ring"]
    home.hub.broker.kill()
    process.wait_for_log("trying again")
    home.hub.broker.start()
    with Client(home.hub.broker, "operator") as operator:
        assert Home(home.hub, operator).wait("a/state", state="ringing")["ring"] == ring


@pytest.mark.parametrize(("grace", "state"), [("60", "ringing"), ("0", "missed")])
def test_what_is_due_while_the_broker_is_away_waits_for_it(
    home: Home, grace: str, state: str
) -> None:
    """It rings when that is back within the grace, else it is missed."""
    process = home.ringing_soon([{"alarm_time": "0630", "id": "a"}], 3, ALARMS_GRACE_SECONDS=grace)
    due = datetime.fromisoformat(home.wait("a/state")["next_at"])
    home.hub.broker.kill()
    process.wait_for_log("trying again")
    eventually(lambda: datetime.now(UTC) > due + timedelta(seconds=2.5))
    home.hub.broker.start()
    with Client(home.hub.broker, "operator") as operator:
        found = Home(home.hub, operator).wait("a/state", state=state)
    assert datetime.fromisoformat(found["occurrence_at"]) == due
    assert "start" not in process.log.split("trying again")[0]


def test_nothing_begins_until_the_clock_is_set(home: Home) -> None:
    """Not synchronised, and 296 s after the start of the machine, by a time namespace."""
    up = int(time.clock_gettime(time.CLOCK_BOOTTIME))
    young = ["unshare", "-T", "--boottime", str(296 - up)]
    probe = subprocess.run([*young, "true"], capture_output=True, text=True, check=False)
    if probe.returncode or _is_synchronised():
        pytest.skip(probe.stderr.strip() or "the clock of this machine is synchronised")
    home.write([{"alarm_time": "0630", "id": "a"}])
    clock = wall_clock(home.hub.directory, soon("0630", 1))
    with subprocess.Popen(
        [*young, sys.executable, "-m", "alarms"],
        env=home.hub.environment("alarms", **clock),
        cwd=home.hub.directory,
    ) as process:
        state = home.wait("a/state")
        started = home.wait("event")
        process.terminate()
    assert (state["state"], state["next_at"], state["clock_set"]) == ("waiting", None, False)
    late = datetime.fromisoformat(started["at"]) - datetime.fromisoformat(started["occurrence_at"])
    assert started["event"] == "start"
    assert timedelta(seconds=1) < late < timedelta(seconds=15)
    last = [json.loads(raw) for name, raw in home.seen if name == "a/state"][-1]
    assert last["clock_set"] is True


def test_requests_are_answered(home: Home) -> None:
    """Every one, with its transaction; what is written keeps the rest of the file."""
    home.write(
        '[\n    {"alarm_time": "0630",\n     "mine": [1,   2]},\n    {"alarm_time": "2500"}\n]\n'
    )
    home.start()
    home.wait("alarm-0630/state", state="waiting")
    added = home.ask("add", {"transaction": "t1", "alarm_time": "0700", "name": "Wake up"})
    assert (added["status"], added["transaction"], added["error"]) == ("ok", "t1", None)
    assert added["data"]["id"] == "wake-up"
    assert added["data"]["repeat"] is True
    listed = home.ask("list", {"transaction": 2})
    assert [(each["id"], each["state"]) for each in listed["data"]] == [
        ("alarm-0630", "waiting"), ("wake-up", "waiting"),
    ]  # fmt: skip
    changed = home.ask("update", {"id": "wake-up", "alarm_time": "0715", "transaction": None})
    assert changed["data"]["alarm_time"] == "0715"
    assert '"mine": [1,   2]' in home.path.read_text()
    assert home.alarms()[2] == {"alarm_time": "0715", "name": "Wake up", "repeat": True}
    assert home.ask("delete", {"id": "wake-up"}) == {
        "status": "ok", "data": {"id": "wake-up"}, "error": None, "transaction": None,
    }  # fmt: skip
    for verb, payload, problem in (
        ("add", "nonsense", "must be a JSON object"),
        ("add", {"transaction": 5, "alarm_time": "2460"}, "alarm_time: '2460' must be"),
        ("add", {"alarm_time": "0630", "id": "next"}, "id: 'next' is a name"),
        ("add", {"alarm_time": "0630", "alarm_audio": "../x.wav"}, "alarm_audio: '../x.wav' must"),
        ("update", {"alarm_time": "0630"}, "id: is missing"),
        ("delete", {"id": "nobody"}, "there is no alarm 'nobody'"),
        ("explode", {}, "there is no request 'explode'"),
    ):
        answer = home.ask(verb, payload)
        assert answer["status"] == "error"
        assert problem in answer["error"]
        if isinstance(payload, dict):
            assert answer["transaction"] == payload.get("transaction")
    assert [each["alarm_time"] for each in home.alarms()] == ["0630", "2500"]


def test_commands_by_word_and_by_fields(home: Home) -> None:
    """Wrong ones are one line in the log, retained ones are ignored."""
    home.write([{"alarm_time": "0630", "id": "a"}])
    process = home.start()
    before = home.wait("a/state", state="waiting")
    home.say("a", "skip")
    skipped = home.wait("a/state", state="skipped")
    assert datetime.fromisoformat(skipped["next_at"]) == datetime.fromisoformat(
        before["next_at"]
    ) + timedelta(days=1)
    home.say("a", '"unskip"')
    assert home.wait("a/state", state="waiting")["next_at"] == before["next_at"]
    home.say("a", '{"alarm_time": "0715", "name": "Later"}')
    assert home.wait("a/config", alarm_time="0715")["name"] == "Later"
    home.say("a", "test")
    assert home.wait("event", event="start")["occurrence_at"] is None
    home.say("a", "dismiss")
    home.wait("event", event="stop")
    for word in ("explode", '{"alarm_time": "2500"}', "\0"):
        home.say("a", word)
    process.wait_for_log("command ignored: alarm_time: '2500' must be")
    home.say("nobody", "snooze")
    process.wait_for_log("nobody: no such alarm")
    process.stop()
    home.operator.publish("mantel/alarm/a/set", "test", retain=True)
    home.start().wait_for_log("retained command ignored")
    assert home.events().count("start a") == 1
    assert "Traceback" not in process.log


def test_an_alarm_that_rings_once_is_switched_off_in_its_file(home: Home) -> None:
    """When it is over."""
    home.ringing_soon([{"alarm_time": "0630", "id": "a", "once": True}])
    home.wait("event", event="start")
    home.say("a", "dismiss")
    home.wait("a/config", enabled=False)
    assert home.alarms() == [{"alarm_time": "0630", "id": "a", "once": True, "enabled": False}]


def test_no_ghosts_after_a_restart(home: Home) -> None:
    """The broker is the ledger: what vanished meanwhile goes from topics and Home Assistant."""
    home.write([{"alarm_time": "0630", "id": "a"}, {"alarm_time": "0700", "id": "b"}])
    process = home.start()
    discovery = "homeassistant/device/mantel-alarms/pi/config"
    with Client(home.hub.broker, "homeassistant") as assistant:
        assistant.subscribe(discovery)
        while "b:enabled" not in json.loads(assistant.receive().payload)["cmps"]:
            pass
        process.stop(signal.SIGKILL)
        home.write([{"alarm_time": "0630", "id": "a"}])
        home.start()
        while json.loads(assistant.receive().payload)["cmps"].get("b:enabled") != {"p": "switch"}:
            pass
        while "b:enabled" in json.loads(assistant.receive().payload)["cmps"]:
            pass

    def kept() -> list[str]:
        with Client(home.hub.broker, "operator") as late:
            late.subscribe("mantel/alarm/+/+")
            return sorted(each.topic for each in late.drain())

    eventually(lambda: kept() == ["mantel/alarm/a/config", "mantel/alarm/a/state"])


def test_home_assistant_sets_a_time(home: Home) -> None:
    """The alarm keeps its id, and so its entities."""
    home.write([{"alarm_time": "0630"}])
    home.start()
    home.wait("alarm-0630/state", state="waiting")
    with Client(home.hub.broker, "homeassistant") as assistant:
        assistant.publish("mantel/alarm/alarm-0630/set", '{"alarm_time": "0745"}')
        assert home.wait("alarm-0630/config", alarm_time="0745")
    assert home.alarms() == [{"id": "alarm-0630", "alarm_time": "0745"}]


def test_a_torn_database_does_not_keep_an_alarm_from_ringing(home: Home) -> None:
    """Nor does one that cannot be written."""
    (home.hub.directory / "data").mkdir()
    (home.hub.directory / "data" / "alarms.sqlite").write_bytes(
        b"SQLite format 3\0" + os.urandom(20_000)
    )
    process = home.ringing_soon([{"alarm_time": "0630"}])
    home.wait("event", event="start")
    assert "damaged, put aside as alarms.sqlite.broken" in process.log
    process.stop()
    home.write([{"cron": "* * * * * */2", "id": "a"}])
    process = home.start(ALARMS_STATE="/proc/nowhere/alarms.sqlite")
    for _ in range(2):
        home.wait("event", event="start", id="a")
    assert process.log.count("cannot be used") == 1
    assert "Traceback" not in process.log


def test_killed_at_random_moments_it_rings_once_for_each_occurrence(home: Home) -> None:
    """Never twice, never lost: an alarm each 2 s, and a kill each second or so."""
    dice = random.Random(4)
    home.write([{"cron": "* * * * * */2", "id": "a", "repeat": True}])
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline or home.events().count("start a") < 4:
        process = home.start()
        if dice.random() < 0.5:
            home.wait("a/state", state="ringing")
            patience = time.monotonic() + dice.random() * 0.01
        else:
            patience = time.monotonic() + dice.random() * 1.2
        eventually(lambda patience=patience: time.monotonic() > patience)  # type: ignore[misc]
        process.stop(signal.SIGKILL)
    due = time.time() // 2 * 2
    home.start()
    # It rings for the last one that came, or for one that came since
    while (ringing := home.wait("a/state", state="ringing")) and moment(ringing) < due:
        pass
    home.events()
    told = [json.loads(raw) for name, raw in home.seen if name == "event"]
    states = [json.loads(raw) for name, raw in home.seen if name == "a/state" and raw]
    starts = [each for each in told if each["event"] == "start"]
    assert len(starts) > 3
    assert len({moment(each) for each in starts}) == len(starts), "never twice"
    rings = {(each["ring"], moment(each)) for each in (*starts, *states) if each["ring"]}
    assert len({ring for ring, _ in rings}) == len({at for _, at in rings}) == len(rings)


def moment(told: dict[str, Any]) -> float:
    """Return the occurrence that a state or an event is about."""
    return datetime.fromisoformat(told["occurrence_at"]).timestamp()
