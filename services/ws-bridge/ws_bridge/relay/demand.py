"""What the broker is asked for: once for what several devices want, and nothing twice. Pure.

Filters that overlap would bring each message of both twice, so those are asked for as one. Where
one takes another's place nothing is asked for in between: a state comes again, being retained,
but an event would be lost, so of a kind of events all are asked for or none.
"""

from collections import Counter
from collections.abc import Iterable

from shared.filters import Levels, covers, join, meet
from ws_bridge.relay.catalog import Feed, Kind


class Demand:
    """How many want each feed."""

    def __init__(self) -> None:
        self._wanted: Counter[Feed] = Counter()

    def add(self, feeds: Iterable[Feed]) -> bool:
        """Count one more who wants each; tell whether one is new."""
        before = len(self._wanted)
        self._wanted.update(feeds)
        return len(self._wanted) != before

    def remove(self, feeds: Iterable[Feed]) -> bool:
        """Count one less; tell whether nobody wants one of them any more."""
        before = len(self._wanted)
        for feed in feeds:
            self._wanted[feed] -= 1
            if self._wanted[feed] <= 0:
                del self._wanted[feed]
        return len(self._wanted) != before

    def filters(self) -> dict[Levels, Kind]:
        """Return the fewest filters that bring all that is wanted, none of them overlapping."""
        kinds: dict[Kind, list[Levels]] = {}
        for feed in self._wanted:
            kinds.setdefault(feed.kind, []).append(feed.levels)
        return {
            levels: kind
            for kind, wanted in kinds.items()
            for levels in (_without_overlap(wanted) if kind.is_state else [kind.levels])
        }


def _without_overlap(wanted: list[Levels]) -> list[Levels]:
    names = {levels for levels in wanted if "+" not in levels}
    wide: list[Levels] = []
    for levels in wanted:
        if "+" not in levels:
            continue
        grown = levels
        while touched := [each for each in wide if meet(grown, each) is not None]:
            for each in touched:
                grown = join(grown, each)
                wide.remove(each)
        wide.append(grown)
    return wide + [name for name in names if not any(covers(each, name) for each in wide)]
