"""How an alarm is told."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from mantel.alarm_words import row, said, whole
from shared.payloads import AlarmDefinition, AlarmState

AT = datetime(2030, 1, 7, 6, 30, tzinfo=UTC)
WORK = AlarmDefinition(id="work", name="Work", alarm_time="0630")


def state(word: Any, **fields: Any) -> AlarmState:
    return AlarmState(state=word, since_at=AT, **fields)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (state("disabled"), "disabled"),
        (state("ringing", unheard=True), "ringing, unheard"),
        (state("waiting", clock_set=False), "waiting, waits for the clock"),
        (None, "unknown"),
    ],
)
def test_said(now: AlarmState | None, text: str) -> None:
    assert said(WORK, now) == text


def test_said_with_the_next_ring_in_the_alarms_zone() -> None:
    alarm = msgspec.structs.replace(WORK, timezone="Asia/Kolkata")
    text = said(alarm, state("skipped", next_at=AT))
    assert text.startswith("skipped, next ring Mon 7 Jan 2030 12:00 +0530 (in ")


def test_a_zone_that_is_not_known_here_does_no_harm() -> None:
    for zone in ("Mars/Olympus", "../etc/passwd", ""):
        alarm = msgspec.structs.replace(WORK, timezone=zone)
        there = AT.astimezone()
        assert f"next ring {there:%a} 7 Jan 2030 {there:%H:%M} (" in said(
            alarm, state("waiting", next_at=AT)
        )


def test_row() -> None:
    assert row(WORK, state("ringing"))[:4] == [
        "work", "Work", "06:30 daily", ("ringing", "bold red"),
    ]  # fmt: skip
    assert row(WORK, None)[3:] == [("unknown", ""), ""]


def test_whole_is_one_object_of_definition_and_state() -> None:
    told = whole(WORK, state("waiting"))
    assert (told["id"], told["alarm_time"], told["state"]) == ("work", "0630", "waiting")
    assert "state" not in whole(WORK, None)
