"""What a device tells of itself each time it asks. Pure."""

from typing import Literal

from msgspec import Struct

Kind = Literal["eink", "trmnl", "topic"]
"""By which contract a display gets its pictures: the e-ink server's, TRMNL's, or MQTT's topics."""


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
