"""What a device tells of itself each time it asks. Pure."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Kind = Literal["eink", "trmnl", "topic"]
"""By which contract a display gets its pictures: the e-ink server's, TRMNL's, or MQTT's topics."""

BOOTS = frozenset({"powercycle", "poweron", "boot", "reset"})
"""Words for a device that has begun anew, and may not know what its screen shows."""
TIMERS = frozenset({"", "timer"})
"""Words for one that was woken by its clock; some never tell."""


class Contact(Struct, frozen=True, kw_only=True):
    """The facts of one call; None and the empty text: the device does not tell."""

    battery_volts: float | None = None
    battery_percent: int | None = None
    """Of a device that measures it itself."""
    charging: bool | None = None
    rssi_dbm: int | None = None
    firmware: str = ""
    model: str = ""
    woken_by: str = ""
    """Such as timer, button or powercycle."""


def merged(before: Contact, now: Contact) -> Contact:
    """Return what is known after a call: what was not told in it is as it was told last."""
    return replace(
        now,
        battery_volts=before.battery_volts if now.battery_volts is None else now.battery_volts,
        battery_percent=(
            before.battery_percent if now.battery_percent is None else now.battery_percent
        ),
        charging=before.charging if now.charging is None else now.charging,
        rssi_dbm=before.rssi_dbm if now.rssi_dbm is None else now.rssi_dbm,
        firmware=now.firmware or before.firmware,
        model=now.model or before.model,
    )
