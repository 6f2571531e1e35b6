"""A picture as a screen's inks or colours, and as the bytes that a display takes. Pure."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b


@dataclass(frozen=True)
class IndexFrame:
    """A picture, one byte a pixel: the number of its ink; row by row from the top left."""

    width: int
    height: int
    pixels: bytes

    def __post_init__(self) -> None:
        _check_size(self.pixels, self.width, self.height)

    @property
    def rows(self) -> list[bytes]:
        """The pixels of each row, from the top."""
        return [self.pixels[at : at + self.width] for at in range(0, len(self.pixels), self.width)]


@dataclass(frozen=True)
class ColourFrame:
    """A picture for a screen that shows any colour: of each pixel a byte in each of three planes.

    They are sRGB, row by row from the top left.
    """

    width: int
    height: int
    red: bytes
    green: bytes
    blue: bytes

    def __post_init__(self) -> None:
        for plane in (self.red, self.green, self.blue):
            _check_size(plane, self.width, self.height)


@dataclass(frozen=True)
class Frame:
    """A picture packed for a display: `packed` in the `format` of that name."""

    width: int
    height: int
    format: str
    packed: bytes

    @cached_property
    def version(self) -> str:
        """32 hex digits, the same for the same bytes, on every machine and after a restart."""
        return blake2b(self.packed, digest_size=16).hexdigest()


def _check_size(pixels: bytes, width: int, height: int) -> None:
    if len(pixels) != width * height:
        raise ValueError(f"{len(pixels)} pixels are not {width}x{height}")
