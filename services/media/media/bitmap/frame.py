"""A picture as a screen's inks, and as the bytes that a display takes. Pure."""

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
        if len(self.pixels) != self.width * self.height:
            raise ValueError(f"{len(self.pixels)} pixels are not {self.width}x{self.height}")


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
