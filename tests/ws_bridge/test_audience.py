"""Clients that are led from one scene to the next."""

from tests.ws_bridge.reader import Reader
from ws_bridge.audience import Audience
from ws_bridge.contents import STOP, Picture, Scene, Sound

PICTURE = Picture(b"<picture>", None)  # type: ignore[arg-type]
OTHER = Picture(b"<other>", None)  # type: ignore[arg-type]
SOUND = Sound(b"<start>", None)  # type: ignore[arg-type]


def heard(reader: Reader) -> bytes:
    return b"".join(reader.got)


def test_who_comes_is_told_what_is_on() -> None:
    """And then each step, as all others."""
    audience: Audience[Reader] = Audience()
    early, late = Reader(), Reader()
    audience.add(early)
    assert early.got == []
    scene = Scene(PICTURE)
    assert audience.turn(scene, 0) == []
    assert audience.turn(scene, 0) == []
    audience.turn(Scene(PICTURE, SOUND), 0)
    audience.send(b"1", 0)
    audience.add(late)
    audience.send(b"2", 0)
    audience.turn(Scene(PICTURE), 0)
    assert heard(early) == b"<picture><start>12" + STOP
    assert heard(late) == b"<picture><start>2" + STOP


def test_who_is_behind_misses_whole_chunks_and_goes_on() -> None:
    """Without a second start in the middle of the same sound."""
    audience: Audience[Reader] = Audience()
    slow = Reader()
    audience.add(slow)
    audience.turn(Scene(PICTURE, SOUND), 0)
    audience.send(b"1", 0)
    audience.fill(slow, 1)
    audience.send(b"2", 1)
    audience.drain(slow)
    audience.send(b"3", 2)
    assert heard(slow) == b"<picture><start>13"


def test_the_end_of_an_alarm_is_told_when_the_client_has_read() -> None:
    """At once, although nothing else is sent then."""
    audience: Audience[Reader] = Audience()
    slow = Reader()
    audience.add(slow)
    audience.turn(Scene(PICTURE, SOUND), 0)
    audience.fill(slow, 1)
    audience.turn(Scene(PICTURE), 1)
    audience.turn(Scene(OTHER), 2)
    assert heard(slow) == b"<picture><start>"
    audience.drain(slow)
    audience.drain(slow)
    assert heard(slow) == b"<picture><start>" + STOP + b"<other>"
    assert audience.give_up(100) == []


def test_who_stays_behind_is_given_up_and_forgotten() -> None:
    """Also when nothing is sent meanwhile."""
    audience: Audience[Reader] = Audience()
    slow = Reader()
    audience.add(slow)
    audience.fill(slow, 0)
    audience.turn(Scene(PICTURE), 0)
    assert audience.give_up(29) == []
    assert audience.give_up(30) == [slow]
    audience.remove(slow)
    audience.drain(slow)
    assert len(audience) == 0
    assert audience._told == {}
    assert slow.got == []
