"""Which ring sounds now, from the retained states and definitions of all alarms. Pure.

The rings of alarms follow one another by their number. One without `repeat` sounds once, and is
done; one with it sounds until its state is another, and where several wait each has a pass.
"""

from dataclasses import dataclass, field

from shared.payloads import AlarmDefinition, AlarmState

_GRACE_SECONDS = 120.0  # `alarms` ends a ring; only one that it forgot is ended here


@dataclass(frozen=True)
class Ring:
    """One ring of one alarm; `definition` is what was known of it when its pass began."""

    alarm: str
    number: int | None
    definition: AlarmDefinition = field(compare=False)


@dataclass
class _Progress:
    """What was played of a ring."""

    number: int | None
    since: float
    turn: int = 0  # of its last pass; 0: none yet
    played_seconds: float = 0.0
    done: bool = False
    unheard: bool = False


class Turns:
    """The alarms as the broker told them, and what was already played.

    Alarms that the broker no longer knows after a connection was lost are forgotten: see
    `begin_replay`.
    """

    def __init__(self) -> None:
        self._definitions: dict[str, AlarmDefinition] = {}
        self._ringing: dict[str, _Progress] = {}
        self._told: set[str] | None = None
        self._turn = 0

    def define(self, alarm: str, definition: AlarmDefinition | None) -> None:
        """Note what an alarm is; None: it was deleted, and so rings no more."""
        if definition is None:
            self._definitions.pop(alarm, None)
            self._ringing.pop(alarm, None)
        else:
            self._definitions[alarm] = definition
            if self._told is not None:
                self._told.add(alarm)

    def report(self, alarm: str, state: AlarmState | None, now: float) -> None:
        """Note how an alarm does; a ring that is told again is still the same."""
        if state is None or state.state != "ringing":
            self._ringing.pop(alarm, None)
            return
        progress = self._ringing.get(alarm)
        if progress is None or progress.number != state.ring:
            progress = self._ringing[alarm] = _Progress(state.ring, now)
        progress.unheard = progress.unheard or state.unheard
        if self._told is not None:
            self._told.add(alarm)

    def begin_replay(self) -> None:
        """Note that the broker begins to tell everything that it retains."""
        self._told = set()

    def end_replay(self) -> None:
        """Forget what it did not mention: that was deleted while the connection was lost."""
        if self._told is not None:
            for gone in (self._definitions.keys() | self._ringing.keys()) - self._told:
                self.define(gone, None)
        self._told = None

    def next(self, now: float) -> Ring | None:
        """Return the ring whose turn it is, None when nothing is to sound."""
        waiting = [
            (progress.turn, progress.number or 0, alarm)
            for alarm, progress in self._ringing.items()
            if not progress.done and not self._forgotten(alarm, progress, now)
        ]
        if not waiting:
            return None
        alarm = min(waiting)[2]
        return Ring(alarm, self._ringing[alarm].number, self._definition(alarm))

    def _forgotten(self, alarm: str, progress: _Progress, now: float) -> bool:
        most = self._definition(alarm).max_minutes * 60 + _GRACE_SECONDS
        return progress.turn > 0 and now - progress.since > most

    def _definition(self, alarm: str) -> AlarmDefinition:
        """Return what is known of an alarm: it rings even before its definition has come."""
        return self._definitions.get(alarm) or AlarmDefinition(id=alarm, name=alarm)

    def _progress(self, ring: Ring) -> _Progress | None:
        progress = self._ringing.get(ring.alarm)
        return progress if progress and progress.number == ring.number else None

    def rings(self, ring: Ring) -> bool:
        """Tell whether this ring goes on: neither ended, nor deleted, nor played enough."""
        progress = self._progress(ring)
        return progress is not None and not progress.done

    def miss(self, ring: Ring) -> None:
        """Note that nobody heard it."""
        if progress := self._progress(ring):
            progress.unheard = True

    def unheard(self, ring: Ring) -> bool:
        """Tell whether nobody heard it at some time; who plays it then is heard."""
        progress = self._progress(ring)
        return progress is not None and progress.unheard

    def played_seconds(self, ring: Ring) -> float:
        """Return how much of it has sounded, in all its passes."""
        progress = self._progress(ring)
        return progress.played_seconds if progress else 0.0

    def passed(self, ring: Ring, seconds: float = 0.0) -> None:
        """Note that it sounded once from beginning to end, so many seconds in real time."""
        if progress := self._progress(ring):
            self._turn += 1
            progress.turn = self._turn
            progress.played_seconds += seconds
            progress.done = not ring.definition.repeat

    def sounds(self) -> set[str | None]:
        """Return every `alarm_audio` that may be wanted, the usual sound among them."""
        return {None} | {definition.alarm_audio for definition in self._definitions.values()}
