"""A session of the clock; the time is passed in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from alarms.session import (
    MOST_ALARMS,
    Instant,
    Session,
    SessionAlarm,
    SessionError,
    add,
    advance,
    delete,
    in_zone,
    snooze,
    stop,
    view,
)

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 2, 17, 11, tzinfo=UTC)  # 12:00:00 in Paris
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Shelf:
    """A session in its database: what is not looked at is bytes."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.clock_set = True
        self.raw = msgspec.json.encode(Session())

    @property
    def session(self) -> Session:
        return msgspec.json.decode(self.raw, type=Session)

    @property
    def at(self) -> Instant:
        return Instant(self.now, PARIS, self.clock_set)

    def keep(self, session: Session) -> None:
        self.raw = msgspec.json.encode(session)

    def add(self, name: str, time: str, **fields: Any) -> None:
        self.keep(add(self.session, SessionAlarm(name=name, time=time, **fields), self.at))

    def look(self, now: datetime, step: timedelta = timedelta()) -> list[str]:
        """Let time come to `now`; return what rings."""
        self.now = now
        self.keep(advance(self.session, self.at, step))
        return [each.name for each in view(self.session, self.at).state.alarms if each.ringing]

    def shown(self, name: str) -> dict[str, Any]:
        alarms = view(self.session, self.at).state.alarms
        return {each.name: msgspec.structs.asdict(each) for each in alarms}[name]


def test_it_rings_at_its_second_until_it_is_stopped() -> None:
    """Not before, not again on that day, and again on the next."""
    shelf = Shelf()
    shelf.add("tea", "12:03:20")
    due = NOON + 3 * MINUTE + 20 * SECOND
    assert view(shelf.session, shelf.at).moment == due
    assert shelf.look(due - SECOND) == []
    assert shelf.look(due) == ["tea"]
    assert shelf.look(due + MINUTE) == ["tea"]
    ended, count = stop(shelf.session, None, shelf.at)
    shelf.keep(ended)
    assert count == 1
    assert shelf.look(due + 2 * MINUTE) == []
    assert shelf.shown("tea")["next_at"] == due + timedelta(days=1)
    with pytest.raises(SessionError, match="nothing ringing"):
        stop(shelf.session, None, shelf.at)


def test_one_of_this_very_second_rings_and_one_of_the_last_does_not() -> None:
    """A person who is a moment late means tomorrow."""
    shelf = Shelf(NOON + timedelta(milliseconds=700))
    shelf.add("now", "12:00:00")
    shelf.add("past", "11:59:59")
    assert shelf.look(shelf.now) == ["now"]


def test_it_ends_after_an_hour() -> None:
    """By itself."""
    shelf = Shelf()
    shelf.add("tea", "12:00:00")
    assert shelf.look(NOON + 60 * MINUTE - SECOND) == ["tea"]
    assert view(shelf.session, shelf.at).moment == NOON + HOUR
    assert shelf.look(NOON + HOUR) == []


@pytest.mark.parametrize(("late", "rings"), [(59 * MINUTE, True), (61 * MINUTE, False)])
def test_what_began_while_nobody_looked_rings_for_an_hour_from_its_time(
    late: timedelta, *, rings: bool
) -> None:
    """C20: it rings for who comes back, and not for another whole hour."""
    shelf = Shelf()
    shelf.add("tea", "12:30:00", once=True)
    due = NOON + 30 * MINUTE
    assert shelf.look(due + late) == ["tea"] * rings
    assert shelf.look(due + HOUR) == []
    assert shelf.shown("tea")["enabled"] is False


def test_one_that_rings_once_is_disabled_by_its_end_and_enabled_when_it_is_made_anew() -> None:
    """While it rings it is still enabled."""
    shelf = Shelf()
    shelf.add("tea", "12:00:05", once=True)
    assert shelf.look(NOON + 5 * SECOND) == ["tea"]
    assert shelf.shown("tea")["enabled"] is True
    shelf.keep(stop(shelf.session, "tea", shelf.at)[0])
    assert shelf.shown("tea")["enabled"] is False
    assert shelf.shown("tea")["next_at"] is None
    assert shelf.look(NOON + timedelta(days=3)) == []
    shelf.add("tea", "12:00:05", once=True)
    assert shelf.shown("tea")["enabled"] is True
    assert shelf.shown("tea")["next_at"] == NOON + timedelta(days=3) + 5 * SECOND


def test_a_snooze_is_silent_until_its_end_whoever_looks() -> None:
    """Its end is a whole second, and its ring lasts an hour from there."""
    shelf = Shelf()
    shelf.add("tea", "12:00:00")
    shelf.add("eggs", "12:00:00")
    shelf.look(NOON + timedelta(milliseconds=100))
    silenced, until = snooze(shelf.session, 9, "tea", shelf.at)
    shelf.keep(silenced)
    assert until == NOON + 9 * MINUTE + SECOND
    assert shelf.look(until - SECOND) == ["eggs"]
    assert shelf.shown("tea")["next_at"] == until
    assert shelf.look(until + 5 * MINUTE) == ["tea", "eggs"]
    assert shelf.look(NOON + HOUR) == ["tea"]
    assert shelf.look(until + HOUR) == []


def test_a_stop_ends_a_snooze_too() -> None:
    """Else it would ring once more."""
    shelf = Shelf()
    shelf.add("tea", "12:00:00")
    shelf.keep(snooze(shelf.session, 9, None, shelf.at)[0])
    with pytest.raises(SessionError, match="nothing ringing"):
        snooze(shelf.session, 9, None, shelf.at)
    ended, count = stop(shelf.session, None, shelf.at)
    shelf.keep(ended)
    assert count == 1
    assert shelf.look(NOON + 9 * MINUTE) == []


def test_only_on_its_days() -> None:
    """17 February 2026 is a Tuesday."""
    shelf = Shelf()
    shelf.add("tea", "13:00:00", days=("Thu",))
    assert shelf.look(NOON + HOUR) == []
    assert shelf.shown("tea")["next_at"] == NOON + HOUR + timedelta(days=2)


def test_another_zone_keeps_the_wall_clock_time() -> None:
    """12:30 in Paris is over when it is 12:30 in New York, which is still to come."""
    shelf = Shelf()
    shelf.add("tea", "12:30:00")
    shelf.look(NOON + 30 * MINUTE)
    shelf.keep(stop(shelf.session, None, shelf.at)[0])
    shelf.keep(in_zone(shelf.session, "America/New_York", shelf.at))
    assert view(shelf.session, shelf.at).state.timezone == "America/New_York"
    assert shelf.shown("tea")["next_at"] == datetime(2026, 2, 17, 17, 30, tzinfo=UTC)
    assert shelf.look(datetime(2026, 2, 17, 17, 30, tzinfo=UTC)) == ["tea"]
    for name in ("Europe/Atlantis", "", "../../etc/passwd", "Europe", "x" * 5000, "\0"):
        with pytest.raises(SessionError, match="unknown timezone"):
            in_zone(shelf.session, name, shelf.at)


def test_it_follows_the_hub_until_it_has_a_zone() -> None:
    """Whose zone may change."""
    shelf = Shelf()
    shelf.add("tea", "12:30:00")
    tokyo = Instant(shelf.now, ZoneInfo("Asia/Tokyo"))
    moved = view(advance(shelf.session, tokyo), tokyo)
    assert moved.state.timezone == "Asia/Tokyo"
    assert moved.state.alarms[0].next_at == datetime(2026, 2, 18, 3, 30, tzinfo=UTC)


def test_gaps_and_folds() -> None:
    """In the gap at its end; in the fold the first time alone."""
    shelf = Shelf(datetime(2026, 3, 28, 12, tzinfo=UTC))
    shelf.add("gap", "02:30:15")
    assert shelf.look(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)) == []
    assert shelf.look(datetime(2026, 3, 29, 1, tzinfo=UTC)) == ["gap"]
    shelf = Shelf(datetime(2026, 10, 24, 12, tzinfo=UTC))
    shelf.add("fold", "02:30:15")
    assert shelf.look(datetime(2026, 10, 25, 0, 30, 15, tzinfo=UTC)) == ["fold"]
    shelf.keep(stop(shelf.session, None, shelf.at)[0])
    assert shelf.look(datetime(2026, 10, 25, 1, 30, 15, tzinfo=UTC)) == []


def test_never_twice_when_the_clock_is_set_back_or_it_is_made_anew() -> None:
    """What has rung is remembered."""
    shelf = Shelf()
    shelf.add("tea", "12:00:00")
    shelf.keep(stop(shelf.session, None, shelf.at)[0])
    assert shelf.look(NOON - 5 * MINUTE, step=-5 * MINUTE) == []
    assert shelf.look(NOON) == []
    shelf.add("tea", "12:00:00", once=True)
    assert shelf.look(NOON) == []


def test_a_step_of_the_clock_does_not_shorten_a_snooze() -> None:
    """It lasts as long as it would have."""
    shelf = Shelf()
    shelf.add("tea", "12:00:00")
    shelf.keep(snooze(shelf.session, 9, None, shelf.at)[0])
    assert shelf.look(NOON + 30 * MINUTE, step=30 * MINUTE) == []
    assert shelf.look(NOON + 38 * MINUTE) == []
    assert shelf.look(NOON + 39 * MINUTE) == ["tea"]


def test_nothing_begins_before_the_clock_is_set() -> None:
    """Then it is planned."""
    shelf = Shelf()
    shelf.clock_set = False
    shelf.add("tea", "12:00:05")
    assert shelf.look(NOON + 5 * SECOND) == []
    shelf.clock_set = True
    assert shelf.look(NOON + MINUTE) == []
    assert shelf.shown("tea")["next_at"] == NOON + timedelta(days=1) + 5 * SECOND


def test_names_and_limits() -> None:
    """An alarm is replaced in its place; 64 of them; unknown ones are said."""
    shelf = Shelf()
    for number in range(MOST_ALARMS):
        shelf.add(f"{number}", "13:00:00")
    with pytest.raises(SessionError, match="at most 64"):
        shelf.add("one more", "13:00:00")
    shelf.add("7", "12:00:00")
    assert [each.name for each in shelf.session.alarms] == [f"{n}" for n in range(MOST_ALARMS)]
    assert shelf.look(NOON) == ["7"]
    shelf.keep(delete(shelf.session, "7"))
    assert shelf.look(NOON) == []
    for step in (
        lambda: delete(shelf.session, "7"),
        lambda: stop(shelf.session, "7", shelf.at),
        lambda: snooze(shelf.session, 9, "7", shelf.at),
    ):
        with pytest.raises(SessionError, match="unknown alarm '7'"):
            step()


def test_what_is_remembered_does_not_grow() -> None:
    """A year of mornings takes no more than a week of them."""
    shelf = Shelf()
    shelf.add("tea", "12:00:00")
    sizes = []
    for day in range(30):
        shelf.look(NOON + timedelta(days=day))
        shelf.keep(stop(shelf.session, None, shelf.at)[0])
        sizes.append(len(shelf.raw))
    assert sizes[10] == sizes[-1]
