"""The older e-ink server's ten palettes, by their names. Pure.

Its six native colours and nine others are as it has them; how it mixed tints and shades, skins
and woods is not known but for their number, and so those are of our own.
"""

from collections.abc import Iterable

from media.bitmap.file_format import Png
from media.bitmap.frame import IndexFrame
from media.bitmap.layout import Rows
from media.bitmap.screen import Colour

_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)
_NATIVE: tuple[Colour, ...] = (
    _BLACK, _WHITE, (208, 190, 71), (156, 72, 75), (61, 59, 94), (58, 91, 70),
)  # fmt: skip
_OTHERS: tuple[Colour, ...] = (
    (204, 204, 204), (51, 51, 51), (128, 128, 128),
    (182, 131, 73), (108, 66, 84), (60, 75, 82), (164, 151, 78), (159, 158, 168), (107, 82, 72),
)  # fmt: skip
_SKINS: tuple[Colour, ...] = ((241, 214, 190), (216, 170, 136), (166, 114, 82), (96, 62, 46))
_WOODCUT: tuple[Colour, ...] = (
    (24, 18, 14), (250, 242, 224), (214, 178, 130), (150, 102, 62), (84, 52, 32),
)  # fmt: skip
_WOODS: tuple[Colour, ...] = (
    (236, 220, 190), (228, 200, 156), (198, 156, 106), (182, 136, 86), (166, 118, 72),
    (134, 88, 52), (116, 74, 44), (100, 62, 38), (68, 42, 26), (52, 32, 20), (38, 26, 18),
    (156, 72, 75), (58, 91, 70),
)  # fmt: skip

DEFAULT = "NATIVE_SHADED"
_ALSO = {"SHADED": DEFAULT}
"""What the older server called its default, and did not have."""


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _shaded(colours: Iterable[Colour], shares: tuple[float, ...]) -> tuple[Colour, ...]:
    """Return colours lighter and darker by these shares; greys become greys only once."""
    mixed = [
        _mixed(colour, end, share) for colour in colours for end in (_WHITE, _BLACK)
        for share in shares
    ]  # fmt: skip
    return tuple(each for each in mixed if each not in {_BLACK, _WHITE})


def _of(*parts: tuple[Colour, ...]) -> tuple[Colour, ...]:
    return tuple(dict.fromkeys(colour for part in parts for colour in part))


_EXTENDED = _of(_NATIVE, _OTHERS)
_NATIVE_SHADED = _of(_NATIVE, _shaded(_NATIVE, (0.25, 0.5, 0.75)))
_EXTENDED_SHADED = _of(_NATIVE_SHADED, _OTHERS, _shaded(_OTHERS[3:], (0.25, 0.5)))

PALETTES: dict[str, tuple[Colour, ...]] = {
    "NATIVE": _NATIVE,
    "EXTENDED": _EXTENDED,
    "NATIVE_SHADED": _NATIVE_SHADED,
    "NATIVE_EXTENDED_SHADED": _EXTENDED_SHADED,
    "NATIVE_EXTENDED_SHADED_SKIN": _of(_EXTENDED_SHADED, _SKINS),
    "NATIVE_SKIN": _of(_NATIVE, _SKINS),
    "NATIVE_SKIN_EXTENDED": _of(_EXTENDED, _SKINS),
    "BLACK_WHITE": (_BLACK, _WHITE),
    "WOODCUT": _WOODCUT,
    "WOOD_EXTENDED": _of(_WOODCUT, _WOODS),
}


def palette(name: str) -> tuple[Colour, ...] | None:
    """Return the colours of a palette, its name in any case; None when there is none."""
    key = name.strip().upper().replace("-", "_")
    return PALETTES.get(_ALSO.get(key, key))


def swatches(colours: tuple[Colour, ...], width: int, height: int) -> bytes:
    """Return a PNG of this size with a field of each colour, row by row from the top left.

    What is left of the last row is white, or the palette's lightest colour.
    """
    columns = next(each for each in range(1, len(colours) + 1) if each * each >= len(colours))
    columns = min(len(colours), max(1, columns * width // max(1, height))) or 1
    rows = -(-len(colours) // columns)
    lightest = max(range(len(colours)), key=lambda place: sum(colours[place]))
    lines = []
    for row in range(rows):
        line = bytearray(width)
        for x in range(width):
            place = row * columns + x * columns // width
            line[x] = place if place < len(colours) else lightest
        lines.append(bytes(line))
    pixels = b"".join(lines[y * rows // height] for y in range(height))
    form = Png(Rows(8, tuple(range(len(colours)))), colours, level=6)
    return form.packed(IndexFrame(width, height, pixels))
