"""What is to be done for a panel. Pure."""

from dataclasses import dataclass

from serial_bridge.playback import Event
from shared.payloads import ButtonAction


@dataclass(frozen=True)
class Send:
    """Send a line to the panel, if it is there."""

    line: str


@dataclass(frozen=True)
class Happened:
    """Publish an event; `button` from 1, `media` as the panel's profile counts."""

    event: Event
    button: int | None
    media: int | None
    sequence: int


@dataclass(frozen=True)
class Pushed:
    """Publish on the button's own topic."""

    button: int
    action: ButtonAction


@dataclass(frozen=True)
class Complain:
    """Log a warning, once as long as it is the same `about` the same thing."""

    about: str
    text: str


Action = Send | Happened | Pushed | Complain
