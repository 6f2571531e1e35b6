"""What a display's screen is: its size, its inks, and how it wants its bytes. Pure."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255 each, in sRGB."""

_MOST_TINT = 64  # the white of a grey screen is not quite grey either


@dataclass(frozen=True)
class Ink:
    """One of the colours that a screen can show.

    `rgb` is what an eye sees of it, measured, in sRGB: the white of most screens is a grey.
    `pure` is what a page says when it means this ink; without it, that is `rgb` too.
    """

    name: str
    rgb: Colour
    pure: Colour | None = None

    @property
    def page_rgb(self) -> Colour:
        """What a page says when it means this ink."""
        return self.pure or self.rgb

    @property
    def coloured(self) -> bool:
        """Whether it is more than a grey."""
        return max(self.page_rgb) - min(self.page_rgb) > _MOST_TINT


@dataclass(frozen=True)
class Refresh:
    """How a screen takes on a new picture.

    `seconds` of a full refresh, in which most paper flickers; `partial_seconds` of one that
    changes what has changed and leaves a shadow, None where the screen has none.
    """

    seconds: float
    partial_seconds: float | None = None


@dataclass(frozen=True)
class Screen:
    """A kind of screen.

    `width` and `height` are those of the frame that it takes. `inks` are numbered from 0 by
    their place, greys from dark to light; a pixel of a frame is such a number. Without inks the
    screen shows any colour. `format` is the name of a row of `pack.FORMATS`, which knows as many
    inks. `turn` is by how many degrees a picture that stands upright is turned, counter-clockwise,
    to make the frame. `most_bytes` is what the device can take of a packed frame. With
    `charge_mark` its pictures have a mark in a corner that asks for a charge.
    """

    width: int
    height: int
    format: str
    inks: tuple[Ink, ...]
    turn: Literal[0, 90, 180, 270] = 0
    refresh: Refresh = Refresh(0)
    most_bytes: int | None = None
    charge_mark: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as people see it."""
        return (self.height, self.width) if self.turn in {90, 270} else (self.width, self.height)

    @property
    def coloured(self) -> bool:
        """Whether it has inks that are more than greys."""
        return any(ink.coloured for ink in self.inks)


def calibrated(screen: Screen, measured: Mapping[str, Colour]) -> Screen:
    """Return the screen with inks as one display shows them, by their names.

    Inks that were not measured stay as they are. ValueError for an ink that the screen does not
    have, for what is no colour, and when its white would not be lighter than its black.
    """
    names = [ink.name for ink in screen.inks]
    for name, rgb in measured.items():
        if name not in names:
            raise ValueError(f"there is no ink {name}, but {', '.join(names) or 'any colour'}")
        if len(rgb) != 3 or not all(0 <= byte <= 255 for byte in rgb):
            raise ValueError(f"{name}: {rgb} is not three numbers from 0 to 255")
    inks = tuple(
        Ink(ink.name, measured.get(ink.name, ink.rgb), ink.page_rgb) for ink in screen.inks
    )
    greys = [ink for ink in inks if not ink.coloured]
    for darker, lighter in itertools.pairwise(greys):
        if sum(darker.rgb) >= sum(lighter.rgb):
            raise ValueError(f"{lighter.name} must be lighter than {darker.name}")
    return replace(screen, inks=inks)


# With two greys what is measured of them has no effect: a picture is fitted between them
RLCD = Screen(
    200,
    200,
    "mono-hmsb",
    (Ink("black", (0, 0, 0)), Ink("white", (255, 255, 255))),
    refresh=Refresh(0.1, 0.1),
)
"""The reflective LCD behind port 8766."""
