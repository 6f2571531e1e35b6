"""The four buttons."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from media.display.button import LASTS, pressed
from media.display.display import Display, Override, Pushed

ZONE = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)  # 10:00 there: photo, until 12:00
DISPLAY = Display(id="a", hardware_id="1", width=800, height=480, made_at=NOW)


def test_a_is_the_next_picture() -> None:
    """Also where the schedule has no pictures."""
    later = NOW + timedelta(hours=2)
    for number in (1, 2):
        display = replace(DISPLAY, turn=number - 1)
        assert pressed(display, "A", later, ZONE) == replace(
            DISPLAY, turn=number, override=Override("photo", later + LASTS)
        )


def test_b_goes_to_and_fro() -> None:
    """From anything but photo to photo."""
    once = pressed(DISPLAY, "B", NOW, ZONE)
    assert once.override == Override("dashboard", NOW + LASTS)
    assert pressed(once, "B", NOW, ZONE).override == Override("photo", NOW + LASTS)
    boot = DISPLAY.overridden("boot", None)
    assert pressed(boot, "B", NOW, ZONE).override == Override("photo", NOW + LASTS)


def test_c_holds_what_is_shown_until_the_boundary() -> None:
    """A day where there is no boundary."""
    news = DISPLAY.overridden("news", NOW + timedelta(minutes=1))
    assert pressed(news, "C", NOW, ZONE).override == Override("news", NOW + timedelta(hours=2))
    always = replace(DISPLAY, schedule=())
    assert pressed(always, "C", NOW, ZONE).override == Override("photo", NOW + timedelta(days=1))


def test_d_is_the_schedule_again() -> None:
    """With the picture that was reached."""
    pushed = pressed(DISPLAY, "A", NOW, ZONE)
    assert pressed(pushed, "D", NOW, ZONE) == replace(DISPLAY, turn=1)


def test_what_was_pushed_gives_way_to_all_but_c() -> None:
    """Which holds it as it holds a mode; one whose time is over is not held."""
    shown = replace(DISPLAY, pushed=Pushed("x"))
    for button in ("A", "B", "D"):
        assert pressed(shown, button, NOW, ZONE).pushed is None
    held = pressed(shown, "C", NOW, ZONE)
    assert held.pushed == Pushed("x", NOW + timedelta(hours=2))
    assert held.override == Override("photo", NOW + timedelta(hours=2))
    over = replace(DISPLAY, pushed=Pushed("x", NOW))
    assert pressed(over, "C", NOW, ZONE).pushed is None
