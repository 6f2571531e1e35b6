"""A reply comes before the tick, and nobody waits for the slowest."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.payloads import ClockAlarm, ClockSession
from tests.ws_bridge.reader import Reader
from ws_bridge.clock import Copy, Face, Second
from ws_bridge.dial import Dial

NOW = datetime(2026, 2, 17, 11, 13, 39, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
TICK = b"2026-02-17T11:13:39+00:00"


class Peer(Reader):
    """A client that also says something."""

    unheard = False

    def is_unheard(self) -> bool:
        return self.unheard


def strike(dial: Dial[Peer], second: Second, now: float) -> None:
    for _ in dial.strike(second, now):
        pass


def second(after: int = 0) -> Second:
    return Second(NOW + timedelta(seconds=after), UTC_ZONE)


def state(timezone: str, *, ringing: bool = False) -> ClockSession:
    alarm = ClockAlarm(name="work", time="06:30:00", ringing=ringing)
    return ClockSession(timezone=timezone, alarms=[alarm])


def joined(dial: Dial[Peer]) -> tuple[Peer, Face]:
    peer, copy = Peer(), Copy()
    copy.take(state("UTC", ringing=True))
    face = Face(copy, "name", 0.0)
    dial.add(peer)
    dial.show(peer, face)
    return peer, face


def test_who_has_not_spoken_hears_nothing() -> None:
    dial: Dial[Peer] = Dial()
    silent = Peer()
    dial.add(silent)
    assert not dial.is_watched()
    peer, _ = joined(dial)
    assert dial.is_watched()
    strike(dial, second(), 1.0)
    assert silent.got == []
    assert TICK in peer.got[0]


def test_nobody_is_left() -> None:
    dial: Dial[Peer] = Dial()
    peer, _ = joined(dial)
    dial.remove(peer)
    assert not dial.is_watched()


@pytest.mark.parametrize("why", ["busy", "unheard"])
def test_a_tick_waits_for_a_reply_and_then_tells_how_things_are(why: str) -> None:
    """While a command is answered, and while one waits that nobody took yet."""
    dial: Dial[Peer] = Dial()
    peer, face = joined(dial)
    strike(dial, second(), 1.0)
    peer.got.clear()
    face.busy, peer.unheard = why == "busy", why == "unheard"
    strike(dial, second(1), 2.0)
    assert dial.holds()
    assert peer.got == []
    face.copy.take(state("Asia/Tokyo"))
    face.busy = peer.unheard = False
    released = dial.release(peer)
    assert released.index(b"TZN:JST") < released.index(b"20:13:40+09:00")
    assert b"ALRM" not in released, "it was stopped before"
    assert dial.release(peer) == b""
    dial.release_all()
    assert peer.got == []
    assert not dial.holds()


def test_a_tick_does_not_wait_for_ever() -> None:
    dial: Dial[Peer] = Dial()
    peer, face = joined(dial)
    face.busy = True
    strike(dial, second(), 1.0)
    dial.release_all()
    assert TICK in peer.got[0]
    assert dial.release(peer) == b""


def test_who_left_while_its_tick_was_held() -> None:
    dial: Dial[Peer] = Dial()
    peer, face = joined(dial)
    face.busy = True
    strike(dial, second(), 1.0)
    dial.remove(peer)
    dial.release_all()
    assert peer.got == []


def test_who_is_behind_misses_ticks_but_not_the_zone() -> None:
    dial: Dial[Peer] = Dial()
    slow, face = joined(dial)
    strike(dial, second(), 1.0)
    slow.got.clear()
    dial.fill(slow, 1.0)
    face.copy.take(state("Asia/Tokyo"))
    strike(dial, second(1), 2.0)
    dial.drain(slow)
    assert slow.got == [], "a tick is never late"
    strike(dial, second(2), 3.0)
    assert slow.got[0].index(b"TZN:JST") < slow.got[0].index(b"20:13:41")


def test_who_is_behind_when_its_reply_comes_gets_no_tick_with_it() -> None:
    dial: Dial[Peer] = Dial()
    peer, face = joined(dial)
    face.busy = True
    strike(dial, second(), 1.0)
    dial.fill(peer, 1.0)
    assert dial.release(peer) == b""


def test_between_two_of_many_there_is_time_for_others() -> None:
    """Who leaves, comes or has read again meanwhile is told once at most."""
    dial: Dial[Peer] = Dial()
    peers = [joined(dial)[0] for _ in range(60)]
    dial.fill(peers[59], 1.0)
    strike(dial, second(), 1.0)
    assert [len(peer.got) for peer in peers] == [1] * 59 + [0]
    steps = dial.strike(second(1), 2.0)
    next(steps)
    assert len(peers[0].got) == 2
    assert len(peers[58].got) == 1
    dial.remove(peers[58])
    dial.drain(peers[59])
    late, _ = joined(dial)
    assert list(steps)
    assert len(peers[58].got) == 1
    assert [len(peer.got) for peer in peers[:58]] == [2] * 58
    assert len(peers[59].got) == 1
    assert late.got == []


def test_who_goes_before_it_has_a_face_is_told_nothing() -> None:
    """Its session was looked for while it hung up: no tick is ever written to it."""
    dial: Dial[Peer] = Dial()
    peer = Peer()
    dial.add(peer)
    dial.remove(peer)
    dial.show(peer, Face(Copy(), "name", 0.0))
    assert not dial.is_watched()
