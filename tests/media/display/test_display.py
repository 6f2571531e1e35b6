"""A display and its mode."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from media.display.contact import Contact
from media.display.display import Display, Override, Pushed, built_in

ZONE = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)  # 10:00 there
DISPLAY = Display(id="a", hardware_id="1", width=800, height=480, made_at=NOW)


def test_the_schedule_decides_without_an_override() -> None:
    """In the display's zone."""
    assert DISPLAY.mode_at(NOW, ZONE) == "photo"
    assert DISPLAY.mode_at(NOW + timedelta(hours=2), ZONE) == "dashboard"
    assert DISPLAY.mode_until(NOW, ZONE) == NOW + timedelta(hours=2)


def test_an_override_decides_until_it_expires() -> None:
    """At that very moment it is gone; one without end stays."""
    until = NOW + timedelta(minutes=5)
    display = DISPLAY.overridden("news", until + timedelta(microseconds=7))
    assert display.override == Override("news", until)
    assert display.mode_at(until - timedelta(seconds=1), ZONE) == "news"
    assert display.mode_until(NOW, ZONE) == until
    assert display.mode_at(until, ZONE) == "photo"
    assert display.override_at(until) is None
    endless = DISPLAY.overridden("boot", None)
    assert endless.mode_at(NOW + timedelta(days=999), ZONE) == "boot"
    assert endless.mode_until(NOW, ZONE) is None
    assert endless.returned() == DISPLAY


@pytest.mark.parametrize(
    ("fields", "pairing"),
    [
        ({"token_hash": "x"}, "paired"),
        ({}, "approved"),
        ({"approved": False}, "waiting"),
    ],
)
def test_pairing(fields: dict[str, object], pairing: str) -> None:
    """Who waits has no token."""
    assert replace(DISPLAY, **fields).pairing == pairing


def test_what_is_kept_of_it_is_read_again() -> None:
    """And of what an older version has kept, the new fields are the usual ones."""
    display = DISPLAY.overridden("news", NOW)
    assert msgspec.json.decode(msgspec.json.encode(display), type=Display) == display
    old = {"id": "a", "hardware_id": "1", "width": 800, "height": 480, "made_at": NOW, "new": 1}
    assert msgspec.json.decode(msgspec.json.encode(old), type=Display) == DISPLAY


def test_what_was_kept_before_there_were_more_fields_is_still_read() -> None:
    """A display of an older version has told nothing of itself."""
    kept = b'{"id":"a","hardware_id":"1","width":6,"height":4,"made_at":"2026-07-01T00:00:00Z"}'
    display = msgspec.json.decode(kept, type=Display)
    assert (display.kind, display.profile, display.contact) == ("eink", "", Contact())


def test_what_was_pushed_lasts_until_its_time() -> None:
    """What is shown changes then; a mode that is set takes it back."""
    shown = replace(DISPLAY, pushed=Pushed("x", NOW + timedelta(minutes=1)))
    assert shown.pushed_at(NOW) == shown.pushed
    assert shown.pushed_at(NOW + timedelta(minutes=1)) is None
    assert shown.mode_until(NOW, ZONE) == NOW + timedelta(minutes=1)
    assert replace(shown, schedule=()).mode_until(NOW, ZONE) == NOW + timedelta(minutes=1)
    endless = replace(shown, pushed=Pushed("x"))
    assert endless.mode_until(NOW, ZONE) == DISPLAY.mode_until(NOW, ZONE)
    assert shown.overridden("boot", None).pushed is None
    assert shown.returned().pushed is None
    assert shown.unpushed() == DISPLAY


def test_the_built_in_display() -> None:
    """It is told by topic, needs no token, and shows alarms."""
    rlcd = built_in(NOW)
    assert (rlcd.id, rlcd.pairing, rlcd.shows_alarms) == ("rlcd", "paired", True)
    assert rlcd.mode_at(NOW, ZONE) == "idle"
    assert rlcd.mode_until(NOW, ZONE) is None
