"""What the broker is asked for, for all that devices want; and refusals, which are counted."""

import random

import pytest

from shared import topics
from shared.filters import Levels, matches, meet
from ws_bridge.relay import refusals
from ws_bridge.relay.catalog import KINDS, Feed
from ws_bridge.relay.demand import Demand
from ws_bridge.relay.refusals import Refusals

KIND = next(kind for kind in KINDS if kind.topic is topics.VALUE)
PRESSES = next(kind for kind in KINDS if kind.topic is topics.PANEL_EVENT)


def feed(text: str) -> Feed:
    return Feed(KIND, tuple(text.split("/")))


def asked(*texts: str) -> set[str]:
    demand = Demand()
    demand.add(map(feed, texts))
    return {"/".join(levels) for levels in demand.filters()}


def test_counted_and_dropped() -> None:
    demand = Demand()
    one = [feed("value/x/a/1")]
    assert demand.add(one)
    assert not demand.add(one), "it is asked for already"
    assert not demand.remove(one)
    assert demand.filters() == {one[0].levels: KIND}
    assert demand.remove(one)
    assert demand.filters() == {}


def test_of_events_all_or_none() -> None:
    """Else one is lost while another filter takes the first one's place."""
    demand = Demand()
    both = [Feed(PRESSES, ("panel", name, "event")) for name in "ab"]
    demand.add(both[:1])
    assert demand.filters() == {("panel", "+", "event"): PRESSES}
    demand.add(both[1:])
    assert demand.filters() == {("panel", "+", "event"): PRESSES}
    demand.remove(both)
    assert demand.filters() == {}


def test_nothing_overlaps() -> None:
    assert asked("value/x/a/1", "value/x/a/2") == {"value/x/a/1", "value/x/a/2"}
    assert asked("value/x/a/1", "value/x/+/1") == {"value/x/+/1"}
    assert asked("value/x/a/+", "value/x/+/1") == {"value/x/+/+"}
    assert asked("value/x/a/+", "value/x/b/+", "value/x/+/1") == {"value/x/+/+"}


def test_whatever_is_wanted_is_asked_for_once() -> None:
    """For any wishes: each topic that matches one of them matches exactly one filter."""
    dice = random.Random(9)
    names = [("value", "x", a, b) for a in "abc" for b in "123"]
    for _ in range(300):
        wanted: list[Levels] = [
            ("value", "x", dice.choice("abc+"), dice.choice("123+")) for _ in range(4)
        ]
        demand = Demand()
        demand.add(Feed(KIND, levels) for levels in wanted)
        filters = list(demand.filters())
        for name in names:
            if any(matches(levels, name) for levels in wanted):
                assert sum(matches(levels, name) for levels in filters) == 1
        for place, one in enumerate(filters):
            assert all(meet(one, other) is None for other in filters[place + 1 :])


def test_refusals_count_each_address_for_a_minute() -> None:
    counts = Refusals()
    assert [counts.note("a", 0.0) for _ in range(101)] == [None] * 100 + [60.0]
    assert counts.note("a", 59.0) == 1.0
    assert counts.note("b", 59.0) is None
    assert counts.note("a", 60.0) is None


def test_refusals_take_constant_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_MOST_ADDRESSES", 10)
    counts = Refusals()
    for number in range(1000):
        counts.note(f"address {number}", 0.0)
    assert len(counts) == 10
