"""A display of the registry, and which mode it is in at a moment. Pure."""

from datetime import datetime, timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from media.display.battery import Battery, is_low, measured
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


class Display(Struct, frozen=True, kw_only=True):
    """A device that asks for its pictures.

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
        return "paired" if self.token_hash else "approved"

    def override_at(self, now: datetime) -> Override | None:
        """Return the override unless it has expired."""
        override = self.override
        if override is None or (override.until_at is not None and override.until_at <= now):
            return None
        return override

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
        """Return how long its mode lasts, as far as is known."""
        override = self.override_at(now)
        return override.until_at if override is not None else self.boundary(now, zone)

    def overridden(self, mode: Mode, until_at: datetime | None) -> "Display":
        """Return it with an override, to the second: so it is told to the display."""
        if until_at is not None:
            until_at = until_at.replace(microsecond=0)
        return replace(self, override=Override(mode, until_at))

    def returned(self) -> "Display":
        """Return it as the schedule has it."""
        return replace(self, override=None)

    def seen(self, now: datetime, wakes_after_seconds: int, contact: Contact | None) -> "Display":
        """Return it after it has asked and told of itself; None: it has told nothing."""
        told = merged(self.contact, contact) if contact is not None else self.contact
        battery, drift, shown = self.battery, self.drift, self.shown
        if contact is not None and contact.battery_volts is not None:
            battery = measured(battery, contact.battery_volts, charging=bool(told.charging))
        if contact is not None and contact.battery_percent is not None:
            battery = replace(battery, percent=contact.battery_percent)
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
