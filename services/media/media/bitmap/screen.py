"""What a display's screen is: its size, its inks, and how it wants its bytes. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ink:
    """One of the colours that a screen can show.

    `rgb` is what an eye sees of it, measured, in sRGB: the white of most screens is a grey.
    """

    name: str
    rgb: tuple[int, int, int]


@dataclass(frozen=True)
class Screen:
    """A kind of screen.

    `inks` are numbered from 0 by their place, greys from dark to light; a pixel of a frame is
    such a number. `format` is the name of a row of `pack.FORMATS`, which knows as many inks.
    """

    width: int
    height: int
    format: str
    inks: tuple[Ink, ...]


# With two greys what is measured of them has no effect: a picture is fitted between them
RLCD = Screen(200, 200, "mono-hmsb", (Ink("black", (0, 0, 0)), Ink("white", (255, 255, 255))))
"""The reflective LCD behind port 8766."""
