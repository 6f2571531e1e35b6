"""In which states a word makes sense, and in which it is done."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from mantel.verb import VERBS
from shared.payloads import AlarmState, AlarmStatus

STATES = get_args(AlarmStatus)
WORDS = {verb.word: verb for verb in VERBS}


def state(word: Any) -> AlarmState:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return AlarmState(state=word, since_at=now, next_at=now)


@pytest.mark.parametrize(
    ("word", "done", "refused"),
    [
        ("enable", {"waiting", "ringing", "snoozed", "skipped", "missed"}, set()),
        ("disable", {"disabled"}, set()),
        ("skip", {"skipped"}, {"disabled"}),
        ("unskip", {"waiting", "ringing", "snoozed", "disabled", "missed"}, set()),
        ("snooze", {"snoozed"}, {"waiting", "skipped", "disabled", "missed"}),
        (
            "dismiss",
            {"waiting", "skipped", "disabled"},
            {"waiting", "skipped", "disabled"},
        ),
        ("test", {"ringing"}, {"ringing", "snoozed"}),
    ],
)
def test_words(word: str, done: set[str], refused: set[str]) -> None:
    verb = WORDS[word]
    assert {name for name in STATES if verb.done(state(name))} == done
    assert {name for name in STATES if verb.refusal(state(name))} == refused


def test_who_is_meant_without_a_name() -> None:
    meant = {
        word: {name for name in STATES if verb.default(state(name))}
        for word, verb in WORDS.items()
        if verb.default
    }
    assert meant == {"snooze": {"ringing"}, "dismiss": {"ringing", "snoozed"}}


def test_skip_of_what_will_not_ring_again() -> None:
    over = msgspec.structs.replace(state("waiting"), next_at=None)
    assert WORDS["skip"].refusal(over) == "has no next ring"
