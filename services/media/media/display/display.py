"""A display of the registry, and which mode it is in at a moment. Pure."""

from datetime import datetime, timedelta, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from media.bitmap.screen import Colour
from media.display.battery import Battery, is_low, measured, settled
from media.display.contact import BOOTS, TIMERS, Contact, Kind, merged
from media.display.drift import Drift, learned
from media.display.quiet import Quiet
from media.display.refresh import Shown
from media.display.schedule import (
    DEFAULT_MODE,
    DEFAULT_SCHEDULE,
    Mode,
    Rule,
    next_boundary,
    scheduled,
)
from media.display.trmnl_name import Names

_ONE_WAKE = timedelta(seconds=60)


class Override(Struct, frozen=True):
    """A mode that beats the schedule, until a moment; None: until it is taken back."""

    mode: Mode
    until_at: datetime | None = None


class Pushed(Struct, frozen=True):
    """A picture that somebody sent: the name under which the shelf has it, or CALIBRATION.

    It beats every mode, until a moment; None: until the next alarm that the display shows, or
    until it is taken back.
    """

    picture: str
    until_at: datetime | None = None


CALIBRATION = "calibration"
"""The name of the calibration page, which is drawn and on no shelf."""


class Display(Struct, frozen=True, kw_only=True):
    """A device that shows pictures: one that asks for them, or one that is told by topic.

    Without `token_hash` it is not paired: its next bootstrap gets a token, if it is `approved`.
    """

    id: str
    hardware_id: str
    width: int
    height: int
    made_at: datetime
    host: str = ""
    """The name by which it has reached us."""
    kind: Kind = "eink"
    profile: str = ""
    """A name of `PROFILES`; empty: six colours as PNG, in its own size."""
    rotation: Literal[0, 90, 180, 270] = 0
    """By how many degrees its picture is turned beyond what its profile says, counter-clockwise."""
    calibration: dict[str, Colour] = {}
    """What its inks look like, as its owner has measured them, by their names."""
    shows_alarms: bool = False
    """Whether it shows the picture of an alarm that rings."""
    shows_battery: bool = True
    """Whether its pictures have a mark while its battery is low."""
    theme: str = ""
    """Of its pages; empty: the one that suits its screen."""
    contact: Contact = Contact()
    """What it has told of itself last."""
    names: Names = ()
    """Under which names a TRMNL device has shown its last versions."""
    token_hash: str = ""
    former_token_hash: str = ""
    """Good until the new one is used: who asks for a token may be somebody else."""
    approved: bool = True
    timezone: str = ""
    """Such as Europe/Paris; empty: the house's."""
    default_mode: Mode = DEFAULT_MODE
    schedule: tuple[Rule, ...] = DEFAULT_SCHEDULE
    override: Override | None = None
    pushed: Pushed | None = None
    turn: int = 0
    """Which of the pictures it shows, counted on without end."""
    last_seen_at: datetime | None = None
    wakes_after_seconds: int | None = None
    """What it was told last: when to ask again."""
    quiet: tuple[Quiet, ...] = ()
    battery: Battery = Battery()
    drift: Drift = Drift()
    shown: Shown | None = None
    """The picture that it has taken last."""

    @property
    def charging(self) -> bool:
        """Whether it says that it is being charged."""
        return bool(self.contact.charging)

    @property
    def battery_low(self) -> bool | None:
        """Whether its battery wants to be charged, and is not; None where it tells of none."""
        return None if self.battery == Battery() else is_low(self.battery, charging=self.charging)

    @property
    def pairing(self) -> str:
        """`paired`; `approved`, when its next bootstrap pairs it; or `waiting` for the owner."""
        if not self.approved:
            return "waiting"
        return "paired" if self.token_hash or self.kind == "topic" else "approved"

    def override_at(self, now: datetime) -> Override | None:
        """Return the override unless it has expired."""
        override = self.override
        if override is None or (override.until_at is not None and override.until_at <= now):
            return None
        return override

    def pushed_at(self, now: datetime) -> Pushed | None:
        """Return what was pushed unless its time is over."""
        pushed = self.pushed
        if pushed is None or (pushed.until_at is not None and pushed.until_at <= now):
            return None
        return pushed

    def mode_at(self, now: datetime, zone: tzinfo) -> Mode:
        """Return its mode; `zone` is its own."""
        override = self.override_at(now)
        if override is not None:
            return override.mode
        return scheduled(self.schedule, self.default_mode, now.astimezone(zone))

    def boundary(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return when its schedule changes the mode next."""
        return next_boundary(self.schedule, self.default_mode, zone, now)

    def mode_until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return how long what it is to show lasts, as far as is known."""
        override, pushed = self.override_at(now), self.pushed_at(now)
        until = override.until_at if override is not None else self.boundary(now, zone)
        if pushed is None or pushed.until_at is None:
            return until
        return min(until, pushed.until_at) if until is not None else pushed.until_at

    def overridden(self, mode: Mode, until_at: datetime | None) -> "Display":
        """Return it with an override, to the second: so it is told to the display.

        A picture that was pushed goes: the newest wish counts.
        """
        if until_at is not None:
            until_at = until_at.replace(microsecond=0)
        return replace(self, override=Override(mode, until_at), pushed=None)

    def unpushed(self) -> "Display":
        """Return it without a picture that was pushed."""
        return replace(self, pushed=None)

    def returned(self) -> "Display":
        """Return it as the schedule has it."""
        return replace(self, override=None, pushed=None)

    def seen(self, now: datetime, wakes_after_seconds: int, contact: Contact | None) -> "Display":
        """Return it after it has asked and told of itself; None: it has told nothing."""
        told = merged(self.contact, contact) if contact is not None else self.contact
        battery, drift, shown = self.battery, self.drift, self.shown
        if contact is not None and contact.battery_volts is not None:
            battery = measured(battery, contact.battery_volts, charging=bool(told.charging))
        if contact is not None and contact.battery_percent is not None:
            battery = replace(battery, percent=contact.battery_percent)
        battery = settled(battery)
        if self.last_seen_at is not None:
            by_timer = contact is None or contact.woken_by.lower() in TIMERS
            if by_timer and self.wakes_after_seconds:
                slept = (now - self.last_seen_at).total_seconds()
                drift = learned(drift, self.wakes_after_seconds, slept)
        if contact is not None and contact.woken_by.lower() in BOOTS and shown is not None:
            # It says so in each call until it sleeps
            before = self.contact.woken_by.lower() in BOOTS and self.last_seen_at is not None
            if not before or now - (self.last_seen_at or now) > _ONE_WAKE:
                shown = replace(shown, version="")
        return replace(
            self,
            last_seen_at=now,
            wakes_after_seconds=wakes_after_seconds,
            contact=told,
            battery=battery,
            drift=drift,
            shown=shown,
        )

    def with_calls_of(self, other: "Display") -> "Display":
        """Return it with what another state of it has learned from the device."""
        return replace(
            self,
            last_seen_at=other.last_seen_at,
            wakes_after_seconds=other.wakes_after_seconds,
            contact=other.contact,
            battery=other.battery,
            drift=other.drift,
            shown=other.shown,
        )


BUILT_IN = "rlcd"
"""The id of the display behind port 8766, which is always there."""


def built_in(now: datetime) -> Display:
    """Return the built-in display as it is at first."""
    return topic_display(BUILT_IN, "rlcd-200x200", (200, 200), now, default_mode="idle")


def topic_display(
    id_: str, profile: str, size: tuple[int, int], now: datetime, default_mode: Mode = DEFAULT_MODE
) -> Display:
    """Return a display that is told its pictures by topic; it asks for nothing."""
    return Display(
        id=id_, hardware_id=f"topic:{id_}", width=size[0], height=size[1], made_at=now,
        kind="topic", profile=profile, shows_alarms=True, schedule=(), default_mode=default_mode,
    )  # fmt: skip
