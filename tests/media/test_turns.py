"""Which ring sounds now."""

import itertools
import random
from datetime import UTC, datetime

import pytest

from media.turns import Ring, Turns
from shared.payloads import AlarmDefinition, AlarmState, AlarmStatus

AT = datetime(2026, 11, 21, 7, tzinfo=UTC)


def definition(alarm: str, *, repeat: bool = False, max_minutes: int = 60) -> AlarmDefinition:
    return AlarmDefinition(id=alarm, name=alarm, repeat=repeat, max_minutes=max_minutes)


def state(
    status: AlarmStatus = "ringing", ring: int | None = None, *, unheard: bool = False
) -> AlarmState:
    return AlarmState(state=status, since_at=AT, ring=ring, unheard=unheard)


def turns(*repeating: str, once: str = "") -> Turns:
    made = Turns()
    for alarm in repeating:
        made.define(alarm, definition(alarm, repeat=True))
    for alarm in once:
        made.define(alarm, definition(alarm))
    return made


def sounding(made: Turns, now: float = 0.0) -> str | None:
    ring = made.next(now)
    return ring.alarm if ring else None


def sound(made: Turns) -> str | None:
    """Play one pass of whose turn it is."""
    if (ring := made.next(0.0)) is None:
        return None
    made.passed(ring, 1.5)
    return ring.alarm


def test_once_and_done() -> None:
    """A ring without repeat has one pass, however often it is told."""
    made = turns(once="a")
    assert sound(made) is None
    made.report("a", state(ring=1), 0)
    ring = made.next(0)
    assert ring is not None
    assert made.rings(ring)
    assert sound(made) == "a"
    assert not made.rings(ring)
    made.report("a", state(ring=1), 5)
    assert sound(made) is None
    made.report("a", state(ring=2), 9)
    assert sound(made) == "a", "after a snooze it is another ring"


def test_in_the_order_of_rings() -> None:
    """Not in that of names, nor in that in which they were told."""
    for order in itertools.permutations((("a", 3), ("b", 1), ("c", 2))):
        made = turns(once="abc")
        for alarm, number in order:
            made.report(alarm, state(ring=number), 0)
        assert [sound(made) for _ in range(4)] == ["b", "c", "a", None]


def test_who_repeats_takes_turns() -> None:
    """A newcomer has the next pass, also after many of the first."""
    made = turns("a", "b", once="c")
    made.report("a", state(ring=1), 0)
    assert [sound(made) for _ in range(5)] == ["a"] * 5
    ring = made.next(0)
    assert ring is not None
    assert made.played_seconds(ring) == 7.5, "a ramp goes on from pass to pass"
    made.report("b", state(ring=2), 0)
    made.report("c", state(ring=3), 0)
    assert [sound(made) for _ in range(6)] == ["b", "c", "a", "b", "a", "b"]
    made.report("a", state("snoozed"), 0)
    assert [sound(made) for _ in range(2)] == ["b", "b"]
    made.report("b", state("waiting"), 0)
    assert sound(made) is None


@pytest.mark.parametrize("status", ["waiting", "snoozed", "skipped", "disabled", "missed"])
def test_any_other_state_ends_it(status: AlarmStatus) -> None:
    """At once."""
    made = turns("a")
    made.report("a", state(ring=1), 0)
    ring = made.next(0)
    assert ring is not None
    made.report("a", state(status), 0)
    assert not made.rings(ring)
    assert sounding(made) is None


def test_deleted() -> None:
    """Without its definition or without its state; a ring with a new number is not the old one."""
    for deleted in ("definition", "state"):
        made = turns("a")
        made.report("a", state(ring=1), 0)
        ring = made.next(0)
        assert ring is not None
        if deleted == "state":
            made.report("a", None, 0)
        else:
            made.define("a", None)
        assert not made.rings(ring)
        made.report("a", state(ring=2), 0)
        assert not made.rings(ring)
        assert sounding(made) == "a"


def test_a_definition_may_come_late() -> None:
    """Until then it rings with what is usual."""
    made = Turns()
    made.report("a", state(ring=None), 0)
    first = made.next(0)
    assert first == Ring("a", None, definition("other"))
    assert first.definition == AlarmDefinition(id="a", name="a")
    made.define("a", definition("a", repeat=True))
    later = made.next(0)
    assert later == first, "it is the same ring"
    assert later.definition.repeat


def test_a_ring_that_nobody_ends_is_ended_here() -> None:
    """The broker may be gone for ever; one that has not sounded yet still does."""
    made = Turns()
    made.define("a", definition("a", repeat=True, max_minutes=1))
    made.report("a", state(ring=1), 100.0)
    assert sounding(made, 1000.0) == "a"
    ring = made.next(100.0)
    assert ring is not None
    made.passed(ring)
    assert sounding(made, 100.0 + 60) == "a"
    assert sounding(made, 100.0 + 300) is None


def test_unheard_stays() -> None:
    """Who plays it then is heard, and still has to go on."""
    made = turns("a")
    made.report("a", state(ring=1), 0)
    ring = made.next(0)
    assert ring is not None
    assert not made.unheard(ring)
    made.report("a", state(ring=1, unheard=True), 0)
    made.report("a", state(ring=1), 0)
    assert made.unheard(ring)
    made.report("a", state(ring=2), 0)
    assert not made.unheard(ring)
    following = made.next(0)
    assert following is not None
    assert not made.unheard(following)
    made.miss(following)
    assert made.unheard(following)


def test_what_the_broker_does_not_tell_again_was_deleted() -> None:
    """While the connection was lost; what was played before is known to be."""
    made = turns("a", "b", once="c")
    for number, alarm in enumerate("abc"):
        made.report(alarm, state(ring=number), 0)
    while sound(made) != "c":
        pass
    made.begin_replay()
    made.define("a", definition("a", repeat=True))
    made.report("a", state(ring=0), 0)
    made.report("c", state(ring=2), 0)
    made.end_replay()
    assert {sound(made) for _ in range(4)} == {"a"}
    made.end_replay()  # Home Assistant's birth makes us say `online` too
    assert sound(made) == "a"


def test_sounds() -> None:
    """Of all alarms that are defined, and the usual one."""
    made = turns("a")
    assert made.sounds() == {None}
    made.define("b", AlarmDefinition(id="b", name="b", alarm_audio="b.wav"))
    assert made.sounds() == {None, "b.wav"}
    made.define("b", None)
    assert made.sounds() == {None}


def test_nobody_waits_for_ever() -> None:
    """Whatever happens, who rings and repeats has a pass within as many as ring."""
    dice = random.Random(7)
    made = turns(*"abcd")
    waited = dict.fromkeys("abcd", 0)
    ringing: dict[str, int] = {}
    for number in range(2000):
        alarm = dice.choice("abcd")
        if dice.random() < 0.3:
            if alarm in ringing and dice.random() < 0.5:
                del ringing[alarm]
                made.report(alarm, state("waiting"), 0)
            elif alarm not in ringing:
                ringing[alarm] = number
                made.report(alarm, state(ring=number), 0)
            waited[alarm] = 0
        played = sound(made)
        assert (played is None) == (not ringing)
        for each in ringing:
            waited[each] = 0 if each == played else waited[each] + 1
            assert waited[each] <= 8, each
