"""What the alarms do; the time is passed in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from alarms.changes import Changes
from alarms.engine import Engine
from alarms.memory import Memory
from alarms.roster import read_roster

PARIS = ZoneInfo("Europe/Paris")
DAY = datetime(2026, 2, 17, tzinfo=UTC)
DUE = DAY.replace(hour=5, minute=30)  # 06:30 in Paris
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Bench:
    """An engine, what it has told, and what a database would hold."""

    def __init__(self, *entries: dict[str, Any], grace: int = 600, now: datetime = DAY) -> None:
        self.entries: Sequence[dict[str, Any]] = entries or ({"alarm_time": "0630", "id": "a"},)
        self.grace = timedelta(seconds=grace)
        self.kept: dict[str, bytes] = {}
        self.told: list[str] = []
        self.spent: list[str] = []
        self.changes = Changes()
        self.clock_set = True
        self.start(now)

    def start(self, now: datetime) -> None:
        """Begin anew, with what was kept."""
        memories = {own: msgspec.json.decode(raw, type=Memory) for own, raw in self.kept.items()}
        self.engine = Engine(memories, self.grace, PARIS)
        self.engine.clock_set = self.clock_set
        self.define(now, *self.entries)

    def define(self, now: datetime, *entries: dict[str, Any]) -> list[str]:
        self.entries = entries
        self.engine.define(read_roster(entries).definitions, now, PARIS)
        return self.take()

    def take(self) -> list[str]:
        """Keep what has changed, as the service does, and return the events."""
        self.changes = self.engine.take()
        for own, memory in self.changes.memories.items():
            if memory is None:
                self.kept.pop(own, None)
            else:
                self.kept[own] = msgspec.json.encode(memory)
        self.spent += self.changes.spent
        told = [f"{each.event} {each.id}" + (f" {each.reason}" if each.reason else "")
                for each in self.changes.events]  # fmt: skip
        self.told += told
        return told

    def tick(self, now: datetime, *, held: bool = False) -> list[str]:
        self.engine.tick(now, held=held)
        return self.take()

    def state(self, own: str = "a") -> str:
        return self.engine.state(own).state

    def ring(self, own: str = "a") -> int:
        ring = self.engine.state(own).ring
        assert ring is not None
        return ring


def test_it_rings_once_at_its_minute() -> None:
    """Neither before nor again."""
    bench = Bench()
    assert bench.engine.next_moment() == DUE
    assert bench.engine.next() == msgspec.convert({"id": "a", "at": DUE}, type(bench.engine.next()))
    assert bench.tick(DUE - SECOND) == []
    assert bench.tick(DUE) == ["start a"]
    state = bench.engine.state("a")
    assert (state.state, state.occurrence_at, state.since_at) == ("ringing", DUE, DUE)
    assert state.next_at == DUE + timedelta(days=1)
    for seconds in range(1, 60):
        assert bench.tick(DUE + seconds * SECOND) in ([], ["unheard a"])
    bench.engine.dismiss("a", DUE + MINUTE)
    assert bench.take() == ["stop a dismissed"]
    assert bench.tick(DUE + MINUTE) == []
    assert bench.state() == "waiting"


def test_never_twice_when_it_is_started_again_in_that_minute() -> None:
    """Neither while it rings nor after it was dismissed."""
    bench = Bench()
    bench.tick(DUE)
    ring = bench.ring()
    bench.start(DUE + SECOND)
    assert (bench.tick(DUE + SECOND), bench.state(), bench.ring()) == ([], "ringing", ring)
    bench.engine.dismiss("a", DUE + 2 * SECOND)
    bench.take()
    bench.start(DUE + 3 * SECOND)
    assert (bench.tick(DUE + 3 * SECOND), bench.state()) == ([], "waiting")


def test_an_alarm_of_this_very_minute_rings() -> None:
    """As the older system's did; one of the minute before does not."""
    assert Bench(now=DUE + 59 * SECOND).tick(DUE + 59 * SECOND) == ["start a"]
    assert Bench(now=DUE + 60 * SECOND).tick(DUE + 60 * SECOND) == []


def test_what_was_missed_rings_within_the_grace() -> None:
    """Else it is told once, however many there were."""
    for late, told in ((600 * SECOND, ["start a"]), (603 * SECOND, ["missed a"])):
        bench = Bench()
        bench.start(DUE + late)
        assert bench.tick(DUE + late) == told
        assert bench.tick(DUE + late + SECOND) == []
    bench = Bench()
    bench.start(DUE + timedelta(days=400, hours=5))
    assert bench.tick(DUE + timedelta(days=400, hours=5)) == ["missed a"]
    state = bench.engine.state("a")
    assert (state.state, state.occurrence_at) == ("missed", DUE + timedelta(days=400))
    assert bench.tick(DUE + timedelta(days=401)) == ["start a"]


def test_a_missed_one_can_be_put_aside() -> None:
    """By dismissing it."""
    bench = Bench()
    bench.tick(DUE + timedelta(hours=1))
    assert bench.state() == "missed"
    bench.engine.dismiss("a", DUE + timedelta(hours=2))
    assert bench.take() == []
    assert (bench.state(), bench.engine.state("a").occurrence_at) == ("waiting", None)


def test_no_burst_after_an_hour_without_the_broker() -> None:
    """Of many occurrences one rings, the last."""
    bench = Bench({"cron": "*/5 * * * *", "id": "a"})
    for minute in range(1, 62):
        assert bench.tick(DAY + minute * MINUTE, held=True) == []
    assert bench.tick(DAY + 62 * MINUTE) == ["start a"]
    assert bench.engine.state("a").occurrence_at == DAY + 60 * MINUTE


def test_two_in_one_minute_ring_in_the_order_of_the_file() -> None:
    """Each with a number of its own."""
    bench = Bench(*({"alarm_time": "0630", "id": each} for each in "zay"))
    assert bench.tick(DUE) == ["start z", "start a", "start y"]
    assert bench.ring("z") < bench.ring("a") < bench.ring("y")


def test_a_ring_ends_with_its_sound_or_after_ten_minutes() -> None:
    """The number tells which ring is meant."""
    bench = Bench()
    bench.tick(DUE)
    bench.engine.played("a", bench.ring() - 1, DUE + SECOND)
    bench.engine.played("nobody", bench.ring(), DUE + SECOND)
    assert bench.take() == []
    bench.engine.played("a", bench.ring(), DUE + SECOND)
    assert bench.take() == ["stop a played"]
    bench.tick(DUE + timedelta(days=1), held=False)
    bench.engine.hear(None, 0)
    end = DUE + timedelta(days=1, minutes=10)
    assert bench.engine.next_moment() == end
    assert bench.tick(end)[-1:] == ["stop a timeout"]


def test_a_long_sound_is_not_cut_while_it_is_played() -> None:
    """But for `max_minutes`."""
    bench = Bench()
    bench.tick(DUE)
    bench.engine.hear(bench.ring(), 1)
    assert bench.tick(DUE + 59 * MINUTE) == []
    assert bench.tick(DUE + 60 * MINUTE) == ["stop a timeout"]


def test_one_that_repeats_goes_on_until_its_time_is_over() -> None:
    """However often its sound ends."""
    bench = Bench({"alarm_time": "0630", "id": "a", "repeat": True, "max_minutes": 15})
    bench.tick(DUE)
    bench.engine.hear(bench.ring(), 1)
    bench.engine.played("a", bench.ring(), DUE + MINUTE)
    assert bench.tick(DUE + 15 * MINUTE - SECOND) == []
    assert bench.tick(DUE + 15 * MINUTE) == ["stop a timeout"]


def test_a_snooze_keeps_its_end_across_a_restart() -> None:
    """And rings with a higher number, as often as it is snoozed."""
    bench = Bench()
    bench.tick(DUE)
    first = bench.ring()
    assert bench.engine.snooze("a", DUE + MINUTE) is None
    assert bench.take() == ["snooze a"]
    end = DUE + 10 * MINUTE
    state = bench.engine.state("a")
    assert (state.state, state.next_at, state.occurrence_at) == ("snoozed", end, DUE)
    bench.start(DUE + 5 * MINUTE)
    assert bench.tick(end - SECOND) == []
    assert bench.tick(end) == ["start a"]
    assert bench.ring() > first
    assert bench.engine.snooze("a", end) is None
    bench.engine.dismiss("a", end + MINUTE)
    assert bench.take() == ["snooze a", "stop a dismissed"]
    assert bench.tick(end + timedelta(hours=1)) == []


def test_the_end_of_a_snooze_can_be_missed_too() -> None:
    """When nobody was there for longer than the grace."""
    for late, told in ((600, ["start a"]), (700, ["missed a"])):
        bench = Bench()
        bench.tick(DUE)
        bench.engine.snooze("a", DUE)
        bench.take()
        now = DUE + 9 * MINUTE + late * SECOND
        bench.start(now)
        assert bench.tick(now) == told
        assert bench.tick(now + SECOND) == []


def test_the_next_can_be_skipped() -> None:
    """Which undoes itself; and is told once."""
    bench = Bench()
    assert bench.engine.skip("a", DAY) is None
    assert bench.engine.skip("a", DAY) is None
    assert bench.take() == ["skip a"]
    assert (bench.state(), bench.engine.state("a").next_at) == ("skipped", DUE + timedelta(days=1))
    bench.start(DAY)
    assert bench.state() == "skipped"
    assert bench.tick(DUE) == []
    assert bench.state() == "waiting"
    assert bench.tick(DUE + timedelta(days=1)) == ["start a"]


def test_a_skip_can_be_taken_back() -> None:
    """Up to the moment."""
    bench = Bench()
    bench.engine.skip("a", DAY)
    bench.engine.unskip("a", DAY)
    assert bench.state() == "waiting"
    bench.take()
    assert bench.tick(DUE) == ["start a"]


def test_a_skip_that_passed_while_nobody_was_there_is_not_missed() -> None:
    """What came after it is."""
    bench = Bench()
    bench.engine.skip("a", DAY)
    bench.take()
    bench.start(DUE + timedelta(hours=2))
    assert bench.tick(DUE + timedelta(hours=2)) == []
    bench.engine.skip("a", DUE + timedelta(hours=2))
    bench.take()
    later = DUE + timedelta(days=2, hours=2)
    bench.start(later)
    assert bench.tick(later) == ["missed a"]
    assert bench.state() == "missed"


def test_an_alarm_that_rings_once_is_disabled_afterwards() -> None:
    """After the last snooze; when its file could not be told, it is tried again."""
    bench = Bench({"alarm_time": "0630", "id": "a", "once": True})
    bench.tick(DUE)
    bench.engine.snooze("a", DUE)
    bench.tick(DUE + 9 * MINUTE)
    assert bench.spent == []
    bench.engine.dismiss("a", DUE + 10 * MINUTE)
    bench.take()
    assert (bench.spent, bench.state()) == (["a"], "disabled")
    bench.start(DUE + 11 * MINUTE)
    assert (bench.spent, bench.state()) == (["a", "a"], "disabled")
    assert bench.tick(DUE + timedelta(days=1)) == []
    bench.define(DUE + timedelta(days=1), {**bench.entries[0], "enabled": False})
    bench.define(DUE + timedelta(days=1, hours=1), {**bench.entries[0], "enabled": True})
    assert bench.tick(DUE + timedelta(days=2)) == ["start a"]


def test_a_disabled_alarm_neither_rings_nor_is_missed() -> None:
    """Only a test makes it ring."""
    bench = Bench({"alarm_time": "0630", "id": "a", "enabled": False})
    assert bench.tick(DUE + timedelta(hours=3)) == []
    assert (bench.state(), bench.engine.next(), bench.engine.next_moment()) == (
        "disabled", None, None,
    )  # fmt: skip
    assert bench.engine.skip("a", DUE) == "it has no next ring"
    assert bench.engine.test("a", DUE) is None
    assert bench.engine.test("a", DUE) == "it is ringing"
    assert (bench.take(), bench.state()) == (["start a"], "ringing")
    assert bench.changes.events[0].occurrence_at is None
    bench.engine.dismiss("a", DUE + SECOND)
    assert bench.state() == "disabled"


def test_disabling_editing_or_deleting_ends_a_ring() -> None:
    """Another volume does not."""
    entry = {"alarm_time": "0630", "id": "a"}
    for change, told in (
        ([entry | {"volume_percent": 5}], []),
        ([entry | {"enabled": False}], ["stop a changed"]),
        ([entry | {"alarm_time": "0700"}], ["stop a changed"]),
        ([], ["stop a changed"]),
    ):
        bench = Bench(entry)
        bench.tick(DUE)
        assert bench.define(DUE + SECOND, *change) == told
        assert bench.define(DUE + 2 * SECOND, entry) == []
        assert bench.tick(DUE + 2 * SECOND) == [], change


def test_an_alarm_by_another_name_does_not_ring_again() -> None:
    """In the minute in which it rang."""
    bench = Bench({"alarm_time": "0630", "name": "One"})
    bench.tick(DUE)
    assert bench.define(DUE + SECOND, {"alarm_time": "0630", "name": "Two"}) == ["stop one changed"]
    assert bench.tick(DUE + 2 * SECOND) == []
    assert bench.engine.state("two").next_at == DUE + timedelta(days=1)


def test_nothing_begins_until_the_clock_is_set() -> None:
    """Then it is planned, without what a wrong clock would have missed."""
    bench = Bench()
    bench.clock_set = False
    wrong = DUE - timedelta(days=3)
    bench.start(wrong)
    assert bench.tick(wrong) == []
    assert bench.engine.state("a").clock_set is False
    bench.engine.clock_set = True
    assert bench.tick(DUE + MINUTE) == ["start a"]
    fresh = Bench()
    fresh.kept, fresh.clock_set = {}, False
    fresh.start(datetime(1970, 1, 1, tzinfo=UTC))
    fresh.engine.clock_set = True
    assert fresh.tick(DUE + timedelta(hours=1)) == []
    assert fresh.engine.next_moment() == DUE + timedelta(days=1)


def test_a_clock_that_is_set_back_rings_nothing_twice() -> None:
    """And nothing less: what had not rung then, does."""
    bench = Bench({"alarm_time": "0630", "id": "a"}, {"alarm_time": "0700", "id": "b"})
    bench.tick(DUE)
    bench.engine.dismiss("a", DUE + SECOND)
    bench.take()
    back = DUE - timedelta(days=1, hours=1)
    bench.engine.step(back - DUE)
    assert bench.tick(back) == []
    assert bench.engine.next_moment() == DUE - timedelta(days=1)
    assert bench.tick(DUE - timedelta(days=1)) == ["start a"]
    bench.engine.dismiss("a", DUE - timedelta(days=1))
    assert bench.tick(DUE - timedelta(days=1) + 30 * MINUTE) == ["stop a dismissed", "start b"]
    bench.engine.dismiss("b", DUE)
    bench.take()
    assert bench.tick(DUE) == []
    assert bench.tick(DUE + 30 * MINUTE) == ["start b"]


def test_a_clock_that_is_slewed_back_over_a_ring_shows_the_one_after() -> None:
    """What has rung is not what comes next."""
    bench = Bench()
    bench.tick(DUE)
    bench.engine.dismiss("a", DUE)
    assert bench.tick(DUE - SECOND) == ["stop a dismissed"]
    assert bench.engine.state("a").next_at == DUE + timedelta(days=1)


def test_a_clock_that_is_set_forward_misses_what_lies_between() -> None:
    """Within the grace it rings."""
    for hours, told in ((0, ["start a"]), (2, ["missed a"])):
        bench = Bench(now=DUE - MINUTE)
        bench.tick(DUE - SECOND)
        bench.engine.step(timedelta(hours=hours, minutes=5))
        assert bench.tick(DUE - SECOND + timedelta(hours=hours, minutes=5)) == told


def test_a_step_moves_the_end_of_rings_and_snoozes() -> None:
    """They last as long as they would have."""
    bench = Bench({"alarm_time": "0630", "id": "a"}, {"alarm_time": "0630", "id": "b"})
    bench.tick(DUE)
    bench.engine.snooze("a", DUE)
    back = timedelta(hours=-1)
    bench.engine.step(back)
    bench.take()
    assert bench.tick(DUE + back + 9 * MINUTE - SECOND)[-1:] != ["start a"]
    assert bench.tick(DUE + back + 9 * MINUTE) == ["start a"]
    assert "stop b timeout" in bench.tick(DUE + back + 10 * MINUTE)


def test_an_unheard_ring_is_told_once() -> None:
    """After ten seconds in which nobody got it; while another is played it waits its turn."""
    bench = Bench({"alarm_time": "0630", "id": "a"}, {"alarm_time": "0630", "id": "b"})
    bench.tick(DUE)
    bench.engine.hear(bench.ring("a"), 1)
    for seconds in range(60):
        assert bench.tick(DUE + seconds * SECOND) == []
    bench.engine.hear(bench.ring("b"), 0)
    now = DUE + MINUTE
    assert bench.tick(now) == []
    assert bench.tick(now + 9 * SECOND) == []
    assert bench.tick(now + 10 * SECOND) == ["unheard b"]
    assert bench.tick(now + 11 * SECOND) == []
    bench.engine.hear(bench.ring("a"), 0)
    assert [bench.tick(now + each * SECOND) for each in (12, 21)] == [[], []]
    assert bench.tick(now + 22 * SECOND) == ["unheard a"]
    assert bench.engine.state("a").unheard
    bench.start(now + 23 * SECOND)
    assert [bench.tick(now + each * SECOND) for each in (23, 40)] == [[], []]
    bench.engine.dismiss("a", now + 41 * SECOND)
    assert not bench.engine.state("a").unheard


def test_the_next_moment_of_a_ring_replaces_it() -> None:
    """So that no ring hides one that follows."""
    bench = Bench({"cron": "*/5 * * * *", "id": "a", "repeat": True})
    bench.tick(DUE)
    ring = bench.ring()
    assert bench.tick(DUE + 5 * MINUTE)[-2:] == ["stop a replaced", "start a"]
    assert bench.ring() > ring
    bench.engine.snooze("a", DUE + 6 * MINUTE)
    bench.take()
    assert bench.tick(DUE + 10 * MINUTE) == ["start a"]
    assert bench.tick(DUE + 15 * MINUTE - SECOND) in ([], ["unheard a"])


def test_another_zone_of_the_hub_plans_anew() -> None:
    """A ring goes on, and nothing is missed by it."""
    bench = Bench()
    bench.tick(DUE)
    bench.engine.define(
        read_roster(bench.entries).definitions, DUE + SECOND, ZoneInfo("Asia/Tokyo")
    )
    assert bench.take() == []
    assert bench.state() == "ringing"
    assert bench.engine.state("a").next_at == DUE.replace(hour=21)


@pytest.mark.parametrize("word", ["snooze", "test"])
def test_what_makes_no_sense_is_refused(word: str) -> None:
    """With the reason."""
    bench = Bench()
    if word == "test":
        bench.tick(DUE)
        bench.engine.snooze("a", DUE)
        assert bench.engine.test("a", DUE) == "it is snoozed"
    else:
        assert bench.engine.snooze("a", DAY) == "it does not ring"


def test_ring_numbers_grow_even_when_the_clock_goes_back() -> None:
    """Across a restart too."""
    bench = Bench()
    bench.tick(DUE)
    ring = bench.ring()
    bench.engine.dismiss("a", DUE)
    bench.take()
    bench.start(DUE - timedelta(days=2))
    bench.tick(DUE - timedelta(days=1) - SECOND)
    bench.engine.test("a", DUE - timedelta(days=1))
    assert bench.ring() == ring + 1


def test_a_zone_without_a_name_may_become_another() -> None:
    """As where /etc/localtime is a file of its own, and no link; the old plan counts no more."""
    definitions = read_roster([{"alarm_time": "0630", "id": "a"}]).definitions
    zones = []
    for folder, place in (("Europe", "Paris"), ("America", "New_York")):
        with (resources.files("tzdata.zoneinfo") / folder / place).open("rb") as file:
            zones.append(ZoneInfo.from_file(file))
    engine = Engine({}, timedelta(minutes=10), zones[0])
    engine.clock_set = True
    engine.define(definitions, DAY, zones[0])
    assert engine.state("a").next_at == DUE
    engine.define(definitions, DUE + MINUTE, zones[1])
    assert engine.state("a").next_at == DUE + timedelta(hours=6)
    engine.tick(DUE + timedelta(hours=6))
    assert engine.state("a").state == "ringing"


def test_a_zone_may_get_other_rules_by_the_same_name() -> None:
    """The host's zones were updated: what is planned follows."""
    definitions = read_roster([{"alarm_time": "0630", "id": "a"}]).definitions
    with (resources.files("tzdata.zoneinfo") / "Europe" / "London").open("rb") as file:
        newer = ZoneInfo.from_file(file, key="Europe/Paris")
    engine = Engine({}, timedelta(minutes=10), PARIS)
    engine.clock_set = True
    engine.define(definitions, DAY, PARIS)
    assert engine.state("a").next_at == DUE
    engine.define(definitions, DAY, newer)
    assert engine.state("a").next_at == DUE + timedelta(hours=1)
    engine.tick(DUE)
    assert engine.state("a").state == "waiting"
