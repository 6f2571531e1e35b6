"""How an alarm is told: as a row, in a sentence, as one object."""

import contextlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mantel.output import Cell
from mantel.schedule import moment, rings
from shared.payloads import AlarmDefinition, AlarmState

_STYLES = {"ringing": "bold red", "snoozed": "yellow", "missed": "yellow", "disabled": "dim"}


def whole(alarm: AlarmDefinition, state: AlarmState | None) -> dict[str, Any]:
    """Return an alarm and its state as one object, as the hub's own answers have it."""
    return msgspec.structs.asdict(alarm) | (msgspec.structs.asdict(state) if state else {})


def row(alarm: AlarmDefinition, state: AlarmState | None) -> list[Cell]:
    """Return id, name, when it rings, how it does and when it rings next."""
    style = _STYLES.get(state.state, "") if state else ""
    next_at = _moment(state.next_at, alarm) if state and state.next_at else ""
    return [alarm.id, alarm.name, rings(alarm), (_word(state), style), next_at]


def _word(state: AlarmState | None) -> str:
    if state is None:
        return "unknown"
    unheard = ", unheard" if state.unheard else ""
    return f"{state.state}{unheard}{'' if state.clock_set else ', waits for the clock'}"


def said(alarm: AlarmDefinition, state: AlarmState | None) -> str:
    """Return how an alarm does, as part of a sentence."""
    if state is None or state.next_at is None:
        return _word(state)
    return f"{_word(state)}, next ring {_moment(state.next_at, alarm)}"


def _moment(at: datetime, alarm: AlarmDefinition) -> str:
    """Return a moment in the alarm's own zone, else in that of this machine."""
    here = own = at.astimezone()
    # A zone that this machine does not know is as good as none
    with contextlib.suppress(ValueError, KeyError, OSError):
        own = at.astimezone(ZoneInfo(alarm.timezone)) if alarm.timezone else here
    elsewhere = own.utcoffset() != here.utcoffset()
    return moment(own, datetime.now().astimezone(), elsewhere=elsewhere)
