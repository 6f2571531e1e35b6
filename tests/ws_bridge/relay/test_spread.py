"""Messages to many devices, without a socket: who is written what, and when."""

import json
from typing import Any

from shared import topics
from ws_bridge.relay.catalog import KINDS
from ws_bridge.relay.message import Form
from ws_bridge.relay.rights import Rights
from ws_bridge.relay.session import Session
from ws_bridge.relay.spread import BURST_SECONDS, Spread

STATE = next(kind for kind in KINDS if kind.topic is topics.ALARM_STATE)
EVENT = next(kind for kind in KINDS if kind.topic is topics.PANEL_EVENT)


class Socket:
    """Takes `room` bytes and is full then, as a transport is: after the write that was too long."""

    file = -1
    owes = True  # so that the cohort leaves the writing to it

    def __init__(self, spread: Spread) -> None:
        self.got: list[bytes] = []
        self.room = 1_000_000
        self.is_full = False
        self.session: Any = None
        self._spread = spread

    def write(self, frames: bytes) -> None:
        assert not self.is_full, "nothing is written to a full socket"
        self.got.append(frames)
        self.room -= len(frames)
        if self.room < 0:
            self.is_full = True
            self._spread.fill(self.session)

    def goodbye(self, number: int, code: str, message: str) -> None:
        raise AssertionError((number, code, message))

    def read_on(self) -> None:
        self.room, self.is_full = 1_000_000, False
        self._spread.catch_up(self.session)

    def told(self) -> list[Any]:
        found, data = [], b"".join(self.got)
        while data:
            size, start = (data[1], 2) if data[1] < 126 else (int.from_bytes(data[2:4]), 4)
            message = json.loads(data[start : start + size])
            found.append(message.get("data", message))
            data = data[start + size :]
        return found


class Desk:
    """Some sessions, and the clock."""

    def __init__(self) -> None:
        self.later: list[float] = []
        self.spread = Spread(self.later.append)

    def enter(self, form: Form | None = None, *filters: str) -> Socket:
        session = Session("x", Rights(read=(("#",),)), form or Form(), 0)
        socket = Socket(self.spread)
        session.writer, socket.session = socket, session
        session.told = self.spread.sequence
        for text in filters or ("alarm/+/state", "panel/+/event"):
            session.ask(text, self.spread.sequence)
        self.spread.place(session)
        self.spread.catch_up(session)
        return socket

    def take(self, data: int, now: float, kind: Any = EVENT) -> None:
        """Take a message, and let a turn of the loop go by."""
        name = "panel/p/event" if kind is EVENT else "alarm/a/state"
        self.spread.take(kind, name, b"%d" % data, now)
        self.turn(now)

    def turn(self, now: float) -> None:
        """Let all be there that came together, and do what is due."""
        self.spread.settle(now)
        due = [at for at in self.later if at <= now]
        self.later[:] = [at for at in self.later if at > now]
        for _ in due:
            self.spread.flush(now)


def test_all_of_a_cohort_get_the_very_same_bytes() -> None:
    desk = Desk()
    one, other = desk.enter(), desk.enter()
    apart = desk.enter(Form(text_bytes=600))
    desk.take(1, 10)
    assert one.got[0] is other.got[0]
    assert one.session.cohort is other.session.cohort is not apart.session.cohort
    assert apart.told() == [1]


def test_at_once_and_then_in_one_write() -> None:
    desk = Desk()
    one = desk.enter()
    for number in range(5):
        desk.take(number, 10 + number * 0.0001)
    assert len(one.got) == 1
    assert desk.later == [10 + BURST_SECONDS]
    desk.turn(10 + BURST_SECONDS)
    assert len(one.got) == 2
    assert one.told() == [0, 1, 2, 3, 4]
    desk.take(5, 20)
    assert len(one.got) == 3, "at once again"


def test_what_comes_alone_is_not_held() -> None:
    """Also when the last write was just before: a millisecond is not a burst."""
    desk = Desk()
    one = desk.enter()
    for number in range(5):
        desk.take(number, 10 + number * 0.001)
        assert len(one.got) == number + 1
    desk.spread.take(EVENT, "panel/p/event", b"5", 10.005)
    desk.take(6, 10.005)
    assert len(one.got) == 5, "two together are a burst"


def test_an_answer_that_fills_a_socket_loses_nothing_that_waits() -> None:
    """Neither of what waits for its write, nor of what comes while it is full."""
    desk = Desk()
    one, other = desk.enter(), desk.enter()
    desk.take(0, 10)
    desk.take(1, 10)
    one.room = 3
    one.write(b"\x81\x02{}")
    assert not one.session.in_step
    desk.take(2, 10)
    desk.spread.flush(10.002)
    desk.take(3, 11)
    assert other.told() == [0, 1, 2, 3]
    one.read_on()
    assert one.told() == [0, {}, 1, 2, 3]
    desk.take(4, 12)
    assert one.told()[-1] == 4


def test_a_write_that_fills_a_socket_is_not_told_twice() -> None:
    desk = Desk()
    one = desk.enter()
    desk.take(0, 10)
    one.room = 10
    desk.take(1, 11)
    desk.take(2, 12)
    assert one.told() == [0, 1]
    one.read_on()
    assert one.told() == [0, 1, 2]
    assert one.session.in_step


def test_it_catches_up_bit_by_bit_and_never_goes_back() -> None:
    """Each time that there is room, with the newest of that moment."""
    desk = Desk()
    one = desk.enter()
    one.room = 0
    desk.take(0, 1, STATE)
    for number in range(1, 6):
        desk.take(number, number, EVENT)
    desk.take(100, 6, STATE)
    one.room, one.is_full = 10, False
    desk.spread.catch_up(one.session)
    assert one.told() == [0, 1]
    desk.take(101, 7, STATE)
    one.read_on()
    assert one.told() == [0, 1, 2, 3, 4, 5, 101]
    assert one.session.in_step


def test_who_comes_in_the_middle_of_a_burst_gets_the_rest_of_it() -> None:
    desk = Desk()
    one = desk.enter()
    desk.take(0, 10)
    desk.take(1, 10)
    late = desk.enter()
    desk.take(2, 10)
    desk.spread.flush(10.002)
    assert (one.told(), late.told()) == ([0, 1, 2], [2])


def test_much_at_once_is_not_held() -> None:
    """More than 128 kB is written before the 2 ms are over."""
    desk = Desk()
    one = desk.enter(Form(text_bytes=65536))
    desk.take(0, 10)
    for _ in range(5):
        desk.spread.take(STATE, "alarm/a/state", b'"%s"' % (b"x" * 30_000), 10)
    assert len(one.got) == 2


def test_what_comes_in_one_turn_is_one_write() -> None:
    desk = Desk()
    one = desk.enter()
    for number in range(5):
        desk.spread.take(EVENT, "panel/p/event", b"%d" % number, 10)
    assert one.got == []
    desk.turn(10)
    assert len(one.got) == 1
    assert one.told() == [0, 1, 2, 3, 4]


def test_nothing_is_left_of_who_has_gone() -> None:
    desk = Desk()
    one = desk.enter()
    desk.take(0, 10)
    desk.take(1, 10)
    desk.spread.displace(one.session)
    assert one.told() == [0, 1]
    assert desk.spread._cohorts == {}
    desk.take(2, 11)
    desk.spread.flush(12)
    assert one.told() == [0, 1]


def test_who_is_filled_by_the_last_that_it_lacks_is_behind_yet() -> None:
    """Else nobody would ever cut it off: who is full is sent no pings."""
    desk = Desk()
    one = desk.enter()
    session = one.session
    desk.spread.step_out(session)
    session.behind_since = 10.0
    session.drop(1)
    one.room = 5
    desk.spread.catch_up(session)
    assert one.is_full
    assert session.behind_since == 10.0
    one.read_on()
    assert session.in_step
    assert session.behind_since is None
