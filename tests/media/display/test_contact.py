"""What a device has told, call by call."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from media.display.contact import Contact, merged
from media.display.display import Display
from media.display.refresh import Shown

NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
DISPLAY = Display(id="a", hardware_id="1", width=800, height=480, made_at=NOW)
SHOWN = Shown(version="v", hint="partial", at=NOW, full_at=NOW, partials=3, two_inks=True)


def test_what_is_not_told_again_stays() -> None:
    """But for what woke it, which is of this call."""
    whole = Contact(
        battery_volts=4.0,
        battery_percent=80,
        charging=True,
        rssi_dbm=-60,
        firmware="1.5",
        model="og",
        woken_by="timer",
    )
    assert merged(whole, Contact()) == replace(whole, woken_by="")
    newer = Contact(charging=False, rssi_dbm=-70, woken_by="button")
    assert merged(whole, newer) == replace(whole, charging=False, rssi_dbm=-70, woken_by="button")


def test_a_call_without_a_word_changes_no_more_than_when_it_came() -> None:
    display = replace(DISPLAY, contact=Contact(battery_volts=3.9, firmware="1"), shown=SHOWN)
    seen = display.seen(NOW, 900, None)
    assert seen == replace(display, last_seen_at=NOW, wakes_after_seconds=900)


def test_each_reading_of_the_battery_counts() -> None:
    """And is kept with the display."""
    display = DISPLAY
    for volts in (3.92, 3.92, 3.92):
        display = display.seen(NOW, 900, Contact(battery_volts=volts))
    assert (display.battery.percent, display.battery_low) == (70, False)
    assert display.seen(NOW, 900, Contact(rssi_dbm=-50)).battery == display.battery
    assert DISPLAY.battery_low is None


def test_a_device_that_measures_itself_is_believed() -> None:
    """Its percentage may rise, and is low where it tells no volts."""
    for percent, low in ((50, False), (7, True), (90, False)):
        seen = DISPLAY.seen(NOW, 900, Contact(battery_percent=percent, battery_volts=None))
        assert (seen.battery.percent, seen.battery_low) == (percent, low)
    both = DISPLAY.seen(NOW, 900, Contact(battery_percent=64, battery_volts=3.92))
    assert both.battery.percent == 64
    again = both.seen(NOW, 900, Contact(battery_percent=65, battery_volts=3.92))
    assert again.battery.percent == 65


def test_a_start_makes_the_next_picture_full_and_not_each_of_that_wake() -> None:
    """It says powercycle in each call until it sleeps."""
    display = replace(DISPLAY, shown=SHOWN, last_seen_at=NOW - timedelta(hours=1))
    started = Contact(woken_by="powercycle")
    display = display.seen(NOW, 900, started)
    assert display.shown == replace(SHOWN, version="")
    taken = replace(display, shown=SHOWN)
    again = taken.seen(NOW + timedelta(seconds=5), 900, started)
    assert again.shown == SHOWN
    later = again.seen(NOW + timedelta(minutes=5), 900, started)
    assert later.shown == replace(SHOWN, version="")
