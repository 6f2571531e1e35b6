"""A session of the clock, a time zone and alarms: what is said to it, what time does. Pure.

A session is a value; each step returns the one afterwards. Its alarms are those of the engine:
they sound until somebody acts, an hour at most. What began while nobody looked rings on for
whoever looks within that hour.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from alarms.engine import Engine
from alarms.memory import Memory
from shared.payloads import AlarmDefinition, ClockAlarm, ClockSession, Weekday

MOST_ALARMS = 64

_RING_MINUTES = 60
_RING = timedelta(minutes=_RING_MINUTES)
_SECOND = timedelta(seconds=1)
_MOST_DONE = 8  # as many as a clock that is set back may meet again


class SessionError(Exception):
    """What was asked of a session cannot be done; the text is for a person."""


class SessionAlarm(Struct, frozen=True, kw_only=True):
    """An alarm of a session, by its name; `time` is HH:MM:SS."""

    name: str
    time: str
    days: tuple[Weekday, ...] | None = None
    once: bool = False
    memory: Memory | None = None


class Session(Struct, frozen=True, kw_only=True):
    """As it is stored; `timezone` is None for the hub's own."""

    timezone: str | None = None
    alarms: tuple[SessionAlarm, ...] = ()


class Instant(NamedTuple):
    """The time (UTC), the hub's zone, and whether the clock can be relied on."""

    now: datetime
    home: ZoneInfo
    clock_set: bool = True


class View(NamedTuple):
    """What is told of a session, and when something is due next; None: never."""

    state: ClockSession
    moment: datetime | None


def advance(session: Session, at: Instant, step: timedelta = timedelta()) -> Session:
    """Do what is due; `step` is by how much the clock was set since it was last done."""
    engine = _engine(session, at)
    if step:
        engine.step(step)
    engine.tick(at.now)
    return _after(session, engine)


def view(session: Session, at: Instant) -> View:
    """Return how it does; `advance` comes first."""
    engine = _engine(session, at)
    states = [(alarm, engine.state(alarm.name)) for alarm in session.alarms]
    shown = [
        ClockAlarm(
            name=alarm.name,
            time=alarm.time,
            days=list(alarm.days) if alarm.days else None,
            once=alarm.once,
            enabled=state.state != "disabled",
            ringing=state.state == "ringing",
            next_at=state.next_at,
        )
        for alarm, state in states
    ]
    zone = session.timezone or at.home.key or ""
    return View(ClockSession(timezone=zone, alarms=shown), engine.next_moment())


def in_zone(session: Session, name: str, at: Instant) -> Session:
    """Let its alarms keep their wall-clock time in another zone; SessionError."""
    if find_zone(name) is None:
        raise SessionError(f"unknown timezone {name[:40]!r}; such as Europe/Paris")
    return advance(replace(session, timezone=name), at)


def add(session: Session, alarm: SessionAlarm, at: Instant) -> Session:
    """Make an alarm, or another one in the place of that of its name; SessionError."""
    old = next((each for each in session.alarms if each.name == alarm.name), None)
    if old is None:
        if len(session.alarms) >= MOST_ALARMS:
            raise SessionError(f"a session has at most {MOST_ALARMS} alarms; delete one first")
        return advance(replace(session, alarms=(*session.alarms, alarm)), at)
    memory = old.memory
    if memory is not None:  # what it has done it does not do again
        memory = replace(memory.idle(), planned_from=None, spent=False, missed=False)
    alarm = replace(alarm, memory=memory)
    alarms = tuple(alarm if each is old else each for each in session.alarms)
    return advance(replace(session, alarms=alarms), at)


def delete(session: Session, name: str) -> Session:
    """Forget an alarm, which ends its ring; SessionError."""
    _names(session, name)
    return replace(session, alarms=tuple(each for each in session.alarms if each.name != name))


def stop(session: Session, name: str | None, at: Instant) -> tuple[Session, int]:
    """End rings and snoozes, of one alarm or all; return how many; SessionError when there is none.

    A snooze is ended too: it would ring again, and nothing else could keep it from that.
    """
    engine = _engine(session, at)
    ended = [own for own in _names(session, name) if engine.state(own).state in _BEGUN]
    if not ended:
        raise SessionError("nothing ringing" if name is None else f"{name!r} is not ringing")
    for own in ended:
        engine.dismiss(own, at.now)
    return _after(session, engine), len(ended)


def snooze(
    session: Session, minutes: int, name: str | None, at: Instant
) -> tuple[Session, datetime]:
    """Silence one alarm or all that ring, until the time returned; SessionError when none does.

    It is a whole second, since a clock shows no others.
    """
    engine = _engine(session, at, minutes)
    now = at.now.replace(microsecond=0)
    now += _SECOND if now < at.now else timedelta()
    silenced = [own for own in _names(session, name) if engine.snooze(own, now) is None]
    if not silenced:
        raise SessionError("nothing ringing" if name is None else f"{name!r} is not ringing")
    return _after(session, engine), now + timedelta(minutes=minutes)


_BEGUN = {"ringing", "snoozed"}


@lru_cache(maxsize=128)
def find_zone(name: str) -> ZoneInfo | None:
    """Return a zone by its IANA name, None when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _names(session: Session, name: str | None) -> list[str]:
    names = [each.name for each in session.alarms]
    if name is None:
        return names
    if name not in names:
        raise SessionError(f"unknown alarm {name!r}")
    return [name]


def _engine(session: Session, at: Instant, snooze_minutes: int = 1) -> Engine:
    """Return an engine that knows what the session remembers, as after a restart."""
    zone = (session.timezone and find_zone(session.timezone)) or at.home
    memories = {each.name: each.memory for each in session.alarms if each.memory is not None}
    engine = Engine(memories, _RING, zone)
    engine.clock_set = at.clock_set
    definitions = [
        AlarmDefinition(
            id=each.name,
            name=each.name,
            alarm_time=each.time.replace(":", ""),
            alarm_days=list(each.days) if each.days else None,
            once=each.once,
            repeat=True,
            max_minutes=_RING_MINUTES,
            snooze_minutes=snooze_minutes,
        )
        for each in session.alarms
    ]
    engine.define(definitions, at.now, zone)
    return engine


def _after(session: Session, engine: Engine) -> Session:
    """Return the session with what the engine has done."""
    memories = engine.take().memories
    return replace(
        session,
        alarms=tuple(
            replace(each, memory=_kept(each, memory))
            if (memory := memories.get(each.name)) is not None
            else each
            for each in session.alarms
        ),
    )


def _kept(alarm: SessionAlarm, after: Memory) -> Memory:
    before = alarm.memory
    due = after.occurrence
    if before is not None and before.phase == "snoozed" and before.occurrence == due:
        due = before.until
    began = after.began
    if began is not None and due is not None and (before is None or before.ring != after.ring):
        began = min(began, due)  # it has been ringing since, though nobody looked
    missed_once = alarm.once and after.missed
    return replace(
        after,
        began=began,
        done=after.done[-_MOST_DONE:],
        spent=after.spent or missed_once,
        missed=after.missed and not missed_once,
    )
