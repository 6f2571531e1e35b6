"""The verdict on displays, from their retained states."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mantel.checks import displays
from shared.payloads import DisplayState

NOW = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def state(availability: Any, hours: float | None = 1, **changed: Any) -> DisplayState:
    seen = None if hours is None else NOW - timedelta(hours=hours)
    given = {"battery_percent": None, "battery_low": None, **changed}
    return DisplayState(
        mode="photo", mode_until_at=None, override=None, last_seen_at=seen,
        next_wake_at=seen and seen + timedelta(minutes=15), rssi_dbm=None, firmware=None,
        availability=availability, **given,
    )  # fmt: skip


def test_all_is_well() -> None:
    """Who is told by topic says nothing of itself."""
    states = {"a": state("online"), "b": state("sleeping"), "rlcd": state(None, None)}
    (found,) = displays.check(states, NOW)
    assert found.verdict == "ok"
    assert found.text == ("2 of 2 that ask for their pictures come as they should; 1 told by topic")
    (none,) = displays.check({}, NOW)
    assert none.text == "none has joined that asks for its pictures; 0 told by topic"


def test_who_is_not_well() -> None:
    """Each with what to do; one that came yesterday is not gone for good."""
    states = {
        "a": state("offline", 2), "b": state("offline", 50), "c": state("offline", None),
        "d": state("online", battery_low=True, battery_percent=4),
        "e": state("online", battery_low=True),
    }  # fmt: skip
    well, *found = displays.check(states, NOW)
    assert well.text.startswith("2 of 5 ")
    assert [each.text for each in found] == [
        "a: silent since Wed 1 Jul 06:30 (2 h ago), though it should have come "
        "Wed 1 Jul 06:45 (1 h 45 min ago)",
        "b: silent since Mon 29 Jun 06:30 (2 d ago)",
        "c: has joined and never asked",
        "d: its battery is low, 4 % left",
        "e: its battery is low",
    ]
    forgets = ["forget" in (each.advice or "") for each in found]
    assert forgets == [False, True, True, False, False]


def test_many_are_not_all_told() -> None:
    states = {f"d{number}": state("offline") for number in range(30)}
    found = displays.check(states, NOW)
    assert len(found) == 22
    assert found[-1].text == "and 10 more"
