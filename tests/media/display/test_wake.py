"""When a display asks again, and how much of its battery that takes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from media.display.battery import Battery
from media.display.contact import Contact
from media.display.display import Display
from media.display.drift import Drift
from media.display.quiet import Quiet
from media.display.wake import availability, next_wake, refresh_seconds

ZONE = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)  # 10:00 there: photo, until 12:00
DISPLAY = Display(id="a", hardware_id="1", width=800, height=480, made_at=NOW)


@pytest.mark.parametrize(
    ("before_seconds", "sleeps"),
    [(7200, 900), (901, 900), (900, 930), (600, 630), (60, 90), (31, 61), (3, 60)],
)
def test_a_display_sleeps_past_the_next_change(before_seconds: int, sleeps: int) -> None:
    """By half a minute; else it is 15 minutes, and a minute at least."""
    now = NOW + timedelta(hours=2, seconds=-before_seconds)
    assert refresh_seconds(DISPLAY, now, ZONE) == sleeps


def test_without_any_change_it_is_15_minutes() -> None:
    """Under an override without end."""
    assert refresh_seconds(DISPLAY.overridden("news", None), NOW, ZONE) == 900


@pytest.mark.parametrize(
    ("interval", "since", "expected"),
    [
        (60, 0, "online"),
        (60, 180, "online"),
        (60, 181, "offline"),
        (900, 0, "online"),
        (900, 60, "sleeping"),
        (900, 2700, "sleeping"),
        (900, 2701, "offline"),
    ],
)
def test_one_that_sleeps_is_not_dead(interval: int, since: int, expected: str) -> None:
    """Until two intervals past its wake."""
    display = replace(DISPLAY, last_seen_at=NOW, wakes_after_seconds=interval)
    assert next_wake(display) == NOW + timedelta(seconds=interval)
    assert availability(display, NOW + timedelta(seconds=since)) == expected


NIGHT = replace(DISPLAY, quiet=(Quiet(23 * 60, 6 * 60 + 30),))
BEGIN = datetime(2026, 7, 1, 21, 0, tzinfo=UTC)  # 23:00 there
END = datetime(2026, 7, 2, 4, 30, tzinfo=UTC)


def lands(display: Display, now: datetime, changes_at: datetime | None = None) -> datetime:
    return now + timedelta(seconds=refresh_seconds(display, now, ZONE, changes_at))


@pytest.mark.parametrize(
    ("before_seconds", "expected"),
    [(3600, -2700), (961, -61), (960, None), (1, None), (-3600, None)],
)
def test_quiet_hours_are_one_sleep(before_seconds: int, expected: int | None) -> None:
    """One that would wake in them, or just before, comes half a minute after them."""
    now = BEGIN - timedelta(seconds=before_seconds)
    wanted = END + timedelta(seconds=30)
    if expected is not None:
        wanted = BEGIN + timedelta(seconds=expected)
    assert lands(NIGHT, now) == wanted
    asleep = replace(NIGHT, last_seen_at=now, wakes_after_seconds=refresh_seconds(NIGHT, now, ZONE))
    assert availability(asleep, now + timedelta(seconds=61)) == "sleeping"
    assert next_wake(asleep) == wanted


def test_the_end_of_quiet_hours_is_waited_for_a_minute_at_least() -> None:
    assert lands(NIGHT, END - timedelta(seconds=5)) == END + timedelta(seconds=55)


def test_what_is_known_of_the_content_counts() -> None:
    """A change comes half a minute before the wake; none for an hour is the longest sleep."""
    for minutes, seconds in ((5, 330), (40, 2430), (60, 3630), (61, 3600), (-5, 3600)):
        changes_at = NOW + timedelta(minutes=minutes)
        assert lands(DISPLAY, NOW, changes_at) == NOW + timedelta(seconds=seconds)
    before = NOW + timedelta(hours=1, minutes=50)  # the mode changes in ten minutes
    soon = before + timedelta(seconds=630)
    assert lands(DISPLAY, before, before + timedelta(minutes=30)) == soon


@pytest.mark.parametrize(("volts", "times"), [(3.8, 1), (3.5, 2), (3.4, 4)])
def test_a_low_battery_sleeps_longer(volts: float, times: int) -> None:
    """But through no more than the next quiet hours, and as usual while it is charged."""
    low = replace(NIGHT, battery=Battery((volts,) * 3, 5))
    assert refresh_seconds(low, NOW, ZONE) == times * 900
    assert low.battery_low == (times > 1)
    for before in (5, 17):
        assert lands(low, BEGIN - timedelta(seconds=60 * before / 2)) == END + timedelta(seconds=30)
    assert lands(low, END - timedelta(hours=3)) == END + timedelta(seconds=30)
    wired = replace(low, contact=Contact(charging=True))
    assert refresh_seconds(wired, NOW, ZONE) == 900
    assert wired.battery_low is False
    assert refresh_seconds(low, NOW, ZONE, NOW + timedelta(days=2)) == times * 3600
    never = replace(low, quiet=(Quiet(0, 720), Quiet(720, 0)))
    assert refresh_seconds(never, NOW, ZONE) == 86_400


def test_a_short_quiet_hour_is_not_slept_past() -> None:
    """Four times 15 minutes are more than there are until its end."""
    nap = replace(DISPLAY, quiet=(Quiet(10 * 60 + 20, 10 * 60 + 25),), battery=Battery((3.4,), 3))
    assert lands(nap, NOW) == NOW + timedelta(minutes=25, seconds=30)


@pytest.mark.parametrize("late", [-0.04, -0.01, 0.02, 0.05])
def test_a_clock_that_is_off_is_made_up_for(late: float) -> None:
    """A device with such a clock lands on its second, by night too, once it is known."""
    display, now = replace(NIGHT, last_seen_at=None), NOW
    landed = []
    for _ in range(600):
        timer = Contact(woken_by="timer")
        learned = display.seen(now, display.wakes_after_seconds or 60, timer)
        told = refresh_seconds(learned, now, ZONE)
        wanted = lands(replace(display, drift=Drift()), now)
        display = display.seen(now, told, timer)
        expected = next_wake(display)
        assert expected is not None
        assert abs((expected - wanted).total_seconds()) <= 1
        now += timedelta(seconds=round(told * (1 + late)))
        landed.append(abs((now - wanted).total_seconds()))
    assert landed[0] > 5
    assert max(landed[300:]) <= 2


def test_a_press_of_a_button_teaches_nothing() -> None:
    """Nor does a start, and a device that does not say is taken at its word when it is near."""
    for woken_by, learns in (("button", 0), ("powercycle", 0), ("EXT0", 0), ("timer", 1), ("", 1)):
        display = replace(DISPLAY, last_seen_at=NOW, wakes_after_seconds=900)
        at = NOW + timedelta(seconds=890)
        seen = display.seen(at, 900, Contact(woken_by=woken_by, rssi_dbm=-60))
        assert len(seen.drift.short) == learns, woken_by


def test_one_that_was_never_seen_is_offline() -> None:
    """And expected at no time."""
    assert (next_wake(DISPLAY), availability(DISPLAY, NOW)) == (None, "offline")
