"""What a child of `media` is asked to make of variants, and what it answers; JSON. Pure."""

from msgspec import Struct

from media.bitmap.screen import Screen


class Making(Struct, frozen=True, kw_only=True):
    """A picture file that is to be packed for a screen, into the file `target`."""

    source: str
    screen: Screen
    target: str


class Made(Struct, frozen=True, kw_only=True):
    """What became of it; `error` is why there is no file, "" when there is one."""

    error: str = ""
