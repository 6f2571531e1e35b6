"""What an alarm can be told in one word: when that makes sense, and when it is done. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.payloads import AlarmState


@dataclass(frozen=True)
class Verb:
    """A word that an alarm is sent.

    `refusal` says why it makes no sense in a state, None when it does; `done` tells a state in
    which it has been obeyed. `default` tells the alarms that are meant when none is named.
    """

    word: str
    about: str
    done: Callable[[AlarmState], bool]
    refusal: Callable[[AlarmState], str | None] = lambda _: None
    default: Callable[[AlarmState], bool] | None = None


def _ringing(state: AlarmState) -> bool:
    return state.state == "ringing"


def _awake(state: AlarmState) -> bool:
    return state.state in {"ringing", "snoozed"}


def _lacks_next(state: AlarmState) -> str | None:
    return "has no next ring" if state.next_at is None else None


VERBS = (
    Verb("enable", "Let alarms ring again.", lambda state: state.state != "disabled"),
    Verb("disable", "Keep alarms from ringing.", lambda state: state.state == "disabled"),
    Verb(
        "skip",
        "Leave out the next ring of alarms.",
        lambda state: state.state == "skipped",
        lambda state: "is disabled" if state.state == "disabled" else _lacks_next(state),
    ),
    Verb("unskip", "Undo skip.", lambda state: state.state != "skipped"),
    Verb(
        "snooze",
        "Let alarms that ring be silent for a while. Without ID: all that ring.",
        lambda state: state.state == "snoozed",
        lambda state: None if _awake(state) else "does not ring",
        _ringing,
    ),
    Verb(
        "dismiss",
        "End alarms that ring or are snoozed. One that was missed waits again. "
        "Without ID: all that ring or are snoozed.",
        lambda state: not _awake(state) and state.state != "missed",
        lambda state: None if _awake(state) or state.state == "missed" else "does not ring",
        _awake,
    ),
    Verb(
        "test",
        "Ring alarms now.",
        _ringing,
        lambda state: f"is {state.state} already" if _awake(state) else None,
    ),
)
