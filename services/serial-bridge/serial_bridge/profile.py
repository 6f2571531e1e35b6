"""Which of the firmware's dialects a panel speaks, and how that is found out. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from shared.payloads import PanelProfile

Wanted = Literal["auto", "v22", "v23", "v24", "v25"]

ANSWER_SECONDS = 1.0
"""How long a panel has to name its firmware before it is taken for the newest."""


@dataclass(frozen=True)
class Profile:
    """One dialect.

    `first_number` is how its serial line counts the first button, `first_media` how its
    pictures and sounds do; `sets_led`: a press must be answered by LEDSET, for it lights
    nothing by itself; `wants_ping`: it is used to a PING on each connect.
    """

    name: PanelProfile
    first_number: Literal[0, 1]
    first_media: Literal[0, 1]
    sets_led: bool
    wants_ping: bool

    def button(self, number: int) -> int:
        """Return the button, from 1, of a number on the serial line."""
        return number - self.first_number + 1

    def number(self, button: int) -> int:
        """Return what a button is called on the serial line."""
        return button + self.first_number - 1

    def media(self, button: int) -> int:
        """Return the number of a button's picture and sound."""
        return button + self.first_media - 1


PROFILES: dict[PanelProfile, Profile] = {
    "v22": Profile("v22", 0, 0, sets_led=True, wants_ping=True),
    "v23": Profile("v23", 1, 0, sets_led=True, wants_ping=True),
    "v24": Profile("v24", 1, 1, sets_led=True, wants_ping=True),
    "v25": Profile("v25", 1, 1, sets_led=False, wants_ping=False),
}
NEWEST = PROFILES["v25"]

_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")


def of_firmware(name: str) -> Profile | None:
    """Return the profile of a firmware by its name; None when the name tells nothing.

    From 2.4.2 on a panel lights its LED itself, whichever way it writes its name.
    """
    if re.match(r"selection-?panel\b", name, re.IGNORECASE):
        return NEWEST
    found = _VERSION.match(name)
    if found is None:
        return None
    version = (int(found[1]), int(found[2]), int(found[3] or 0))
    if version < (2, 3):
        return PROFILES["v22"]
    if version < (2, 4):
        return PROFILES["v23"]
    return PROFILES["v24"] if version < (2, 4, 2) else NEWEST


class Detection:
    """Finds the profile anew on each connect; a `wanted` one other than auto is not doubted."""

    def __init__(self, wanted: Wanted) -> None:
        self._fixed = None if wanted == "auto" else PROFILES[wanted]
        self.profile = self._fixed or NEWEST
        self.firmware: str | None = None
        self._named = False
        self.until: float | None = None
        """When waiting for the firmware's name ends; None while nothing is waited for."""

    @property
    def named(self) -> bool:
        """Whether the firmware has said its name since the last connect."""
        return self._named

    def begin(self, now: float) -> None:
        """Wait for its name: it is asked now, and is what it was before until it answers."""
        self._named = False
        self.until = now + ANSWER_SECONDS if self._fixed is None else None

    def name(self, firmware: str) -> None:
        """Take the firmware's name, which beats all other evidence."""
        profile = of_firmware(firmware)
        if profile is None:
            return
        self.firmware = firmware
        self._named = True
        self.until = None
        self.profile = self._fixed or profile

    def pressed(self, number: int, buttons: int) -> None:
        """Take the number of a press as evidence, while no name tells better."""
        if self._fixed is not None or self._named:
            return
        if number == 0:
            self.profile, self.until = PROFILES["v22"], None
        elif number == buttons and self.until is None and self.profile.first_number == 0:
            self.profile = NEWEST

    def tick(self, now: float) -> None:
        """Give up waiting when its time is over."""
        if self.until is not None and now >= self.until:
            self.until = None
            self.firmware, self.profile = None, NEWEST
