"""What wins on a display."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from media.display.decision import decide, ended_by_alarm
from media.display.display import Pushed, built_in
from shared.payloads import AlarmDefinition

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
WAKE = AlarmDefinition(id="wake", name="Wake")
ENDLESS, FOR_A_WHILE = Pushed("x"), Pushed("x", NOW + timedelta(seconds=1))
OVER = Pushed("x", NOW)


@pytest.mark.parametrize(
    ("ringing", "shows_alarms", "pushed", "shown"),
    [
        (None, True, None, "photo"),
        (None, True, ENDLESS, ENDLESS),
        (None, False, FOR_A_WHILE, FOR_A_WHILE),
        (None, True, OVER, "photo"),
        (WAKE, True, None, WAKE),
        (WAKE, True, ENDLESS, WAKE),
        (WAKE, False, None, "photo"),
        (WAKE, False, ENDLESS, ENDLESS),
    ],
)
def test_alarm_then_pushed_then_mode(
    ringing: AlarmDefinition | None, shows_alarms: bool, pushed: Pushed | None, shown: object
) -> None:
    display = replace(built_in(NOW), shows_alarms=shows_alarms, pushed=pushed)
    assert decide(display, ringing, "photo", NOW) == shown


@pytest.mark.parametrize(
    ("shows_alarms", "pushed", "ended"),
    [
        (True, ENDLESS, True),
        (True, FOR_A_WHILE, False),
        (False, ENDLESS, False),
        (True, None, False),
    ],
)
def test_an_alarm_ends_what_has_no_end_of_its_own(
    shows_alarms: bool, pushed: Pushed | None, ended: bool
) -> None:
    display = replace(built_in(NOW), shows_alarms=shows_alarms, pushed=pushed)
    assert (ended_by_alarm(display, NOW) is not None) == ended
