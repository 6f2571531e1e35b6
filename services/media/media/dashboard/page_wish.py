"""Which page is wanted, and what is shown of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from media.bitmap.prepared import Prepared
from media.bitmap.screen import Screen
from media.dashboard.dashboards import PageMode


@dataclass(frozen=True)
class Wish:
    """What somebody shows: a page of a mode on a screen, in a theme and a time zone.

    Empty: the theme that suits, the house's zone. A theme of the other mode does not count.
    `photo_of` is the display whose photo is on it; empty: none is.
    """

    screen: Screen
    mode: PageMode
    theme: str = ""
    timezone: str = ""
    photo_of: str = ""

    @property
    def subject(self) -> str:
        """What a complaint names."""
        width, height = self.screen.size
        return f"page {self.theme or self.mode} {width}x{height}"


@dataclass(frozen=True)
class Shown:
    """A page as it is shown, the `version` of its picture, and when there may be another."""

    picture: Prepared
    theme: str
    until_at: datetime

    @property
    def version(self) -> str:
        """What changes with the picture."""
        return self.picture.frame.version


def slot_of(now: datetime, minutes: int) -> tuple[int, datetime]:
    """Return the number of the current stretch of so many minutes, and when it ends."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    number = (now - midnight) // timedelta(minutes=minutes)
    end = midnight + (number + 1) * timedelta(minutes=minutes)
    return midnight.toordinal() * 1440 + number, end
