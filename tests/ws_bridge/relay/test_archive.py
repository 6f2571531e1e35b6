"""What is kept of what was passed on."""

import pytest

from shared import topics
from ws_bridge.relay.archive import Events, States
from ws_bridge.relay.catalog import KINDS
from ws_bridge.relay.message import Message

STATE = next(kind for kind in KINDS if kind.topic is topics.ALARM_STATE)
EVENT = next(kind for kind in KINDS if kind.topic is topics.PANEL_EVENT)


def state(sequence: int, name: str = "a", payload: bytes = b"1") -> Message:
    return Message(STATE, f"alarm/{name}/state", payload, sequence)


def event(sequence: int, payload: bytes = b"1") -> Message:
    return Message(EVENT, "panel/p/event", payload, sequence)


def test_states_are_the_newest_in_the_order_of_their_numbers() -> None:
    states = States()
    for number, name in enumerate("abcab", 1):
        states.put(state(number, name))
    assert [message.sequence for message in states.after(0)] == [3, 4, 5]
    assert [message.sequence for message in states.after(3)] == [4, 5]
    assert states.after(5) == []
    found = states.get("alarm/a/state")
    assert found is not None
    assert found.sequence == 4
    assert states.get("alarm/x/state") is None


def test_states_are_bounded_in_number_and_bytes() -> None:
    """What has not changed for longest goes, and what goes is counted out again."""
    states = States(most=3, most_bytes=1000)
    for number in range(1, 6):
        states.put(state(number, f"n{number}"))
    assert [message.sequence for message in states.after(0)] == [3, 4, 5]
    states.put(state(6, "big", b"x" * 999))
    assert [message.sequence for message in states.after(0)] == [5, 6]
    states.put(state(7, "big", b"x"))
    for number in range(8, 10):
        states.put(state(number, f"n{number}", b"x" * 400))
    assert [message.sequence for message in states.after(0)] == [7, 8, 9]


def test_states_that_nobody_wants_are_forgotten() -> None:
    states = States(most_bytes=10)
    states.put(state(1, "a", b"x" * 9))
    states.put(state(2, "b"))
    states.forget(lambda name: name == "alarm/a/state")
    assert [message.sequence for message in states.after(0)] == [2]
    states.put(state(3, "c", b"x" * 9))
    assert len(states) == 2


@pytest.mark.says("7.3.3")
def test_events_are_bounded_in_number_bytes_and_age() -> None:
    events = Events(most=3, most_bytes=100, seconds=60)
    assert [events.put(event(number), 0) for number in (1, 2, 3)] == [[], [], []]
    assert [gone.sequence for gone in events.put(event(4), 0)] == [1]
    assert events.lost_sequence == 1
    assert [gone.sequence for gone in events.put(event(5, b"x" * 99), 0)] == [2, 3]
    assert [message.sequence for message in events.after(0)] == [4, 5]
    assert events.after(5) == []
    assert events.expire(60) == []
    assert [gone.sequence for gone in events.expire(60.1)] == [4, 5]
    assert len(events) == 0


def test_values_of_filters_are_found_in_order_and_each_once() -> None:
    """What came, went and was forgotten since the filter was asked for first counts as it is."""
    states = States()
    wanted = [("alarm", "+", "state"), ("alarm", "a", "+")]
    states.put(state(1, "b"))
    states.put(state(2, "a"))
    assert [message.sequence for message in states.matching(wanted)] == [1, 2]
    states.put(state(3, "b"))
    states.put(state(4, "c"))
    assert [message.sequence for message in states.matching(wanted)] == [2, 3, 4]
    states.put(state(5, "a", b""))
    states.forget(lambda name: name == "alarm/c/state")
    assert [message.sequence for message in states.matching(wanted)] == [3]
    assert states.matching([("panel", "+", "state")]) == []
    for number in range(300):
        states.matching([("alarm", str(number), "state")])
    assert len(states._names) <= 256
