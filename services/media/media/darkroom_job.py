"""What the darkroom's child is asked, and what it answers. Pure."""

from msgspec import Struct

from media.bitmap.prepared import Prepared
from media.bitmap.scaling import Fit
from media.bitmap.screen import Screen


class Making(Struct, frozen=True, kw_only=True):
    """A picture that is to be made ready for a screen: the file at `path`, else these bytes."""

    path: str = ""
    picture: bytes = b""
    screen: Screen
    fit: Fit = "contain"
    keep_pixels: bool = False


class Made(Struct, frozen=True, kw_only=True):
    """What became of it; `error` is why there is nothing."""

    prepared: Prepared | None = None
    error: str = ""
