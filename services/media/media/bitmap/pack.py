"""Packs frames into the bytes that displays take; each format is a row of a table."""

from dataclasses import dataclass

from media.bitmap.file_format import Bmp, LvglColours, LvglInks, Png, greys
from media.bitmap.frame import ColourFrame, Frame, IndexFrame
from media.bitmap.jpeg import Jpeg
from media.bitmap.layout import Halves, Pages, Planes, Rgb565, Rgb888, Rows

InkPacking = Rows | Planes | Halves | Pages | Png | Bmp | LvglInks
ColourPacking = Rgb565 | Rgb888 | LvglColours | Jpeg
Packing = InkPacking | ColourPacking


@dataclass(frozen=True)
class Format:
    """How a frame becomes bytes, and what HTTP calls them."""

    name: str
    packing: Packing
    media_type: str = "application/octet-stream"


_BLACK, _WHITE = (1, 0), (0, 1)  # which of the inks black and white is a bit that is set
_TWO, _FOUR, _SIXTEEN, _ALL = (tuple(range(count)) for count in (2, 4, 16, 256))

# Of the inks black, white, yellow, red, blue, green
_SPECTRA = (0, 1, 2, 3, 5, 6)
# The contract's order of the same inks, with the colours that its clients look for
_NATIVE = (1, 3, 4, 5, 0, 2)
_NATIVE_COLOURS = (
    (61, 59, 94), (0, 0, 0), (58, 91, 70), (255, 255, 255), (208, 190, 71), (156, 72, 75),
)  # fmt: skip

FORMATS = {
    each.name: each
    for each in (
        # 1 = black: the RLCD dashboard, drawBitmap of Adafruit_GFX and u8g2, BINARY of ESPHome
        Format("mono-hmsb", Rows(1, _BLACK)),
        # 1 = white: GxEPD2, the memory of UC8179 and SSD16xx
        Format("mono-hmsb-white", Rows(1, _WHITE)),
        # XBM without its text: drawXBM of u8g2, drawXBitmap of Adafruit_GFX and TFT_eSPI
        Format("mono-hlsb", Rows(1, _BLACK, "low")),
        Format("mono-hlsb-white", Rows(1, _WHITE, "low")),
        # SSD1306 and its kin, MONO_VLSB of MicroPython: 1 = lit
        Format("mono-vlsb", Pages(_WHITE)),
        Format("mono-vlsb-black", Pages(_BLACK)),
        Format("mono-vmsb", Pages(_WHITE, "high")),
        Format("mono-vmsb-black", Pages(_BLACK, "high")),
        # Black, white and a colour in two planes: writeImage of GxEPD2, where 0 = coloured
        Format("planes-colour", Planes((Rows(1, (0, 1, 1)), Rows(1, (1, 1, 0))))),
        # The same as the memory of SSD16xx has it: 1 = coloured
        Format("planes-colour-high", Planes((Rows(1, (0, 1, 1)), Rows(1, (0, 0, 1))))),
        # Four greys: as they are, and as the planes of their high and of their low bit
        Format("gray2", Rows(2, _FOUR)),
        Format("gray2-low", Rows(2, _FOUR, "low")),
        Format("gray2-planes", Planes((Rows(1, (0, 0, 1, 1)), Rows(1, (0, 1, 0, 1))))),
        # Sixteen: IT8951, EPDiy, Inkplate; "low" has the left pixel in the low four bits
        Format("gray4", Rows(4, _SIXTEEN)),
        Format("gray4-low", Rows(4, _SIXTEEN, "low")),
        Format("gray8", Rows(8, _ALL)),
        # Black, white, green, blue, red, yellow, orange: Waveshare 5.65 and 7.3 F, writeNative
        Format("acep", Rows(4, tuple(range(7)))),
        # Waveshare 7.3 E; the 13.3 inch panel has a controller for each half
        Format("spectra6", Rows(4, _SPECTRA)),
        Format("spectra6-halves", Halves(Rows(4, _SPECTRA))),
        # The e-ink contract's picture, exactly
        Format("png-native", Png(Rows(8, _NATIVE), _NATIVE_COLOURS), "image/png"),
        # TRMNL
        Format("bmp", Bmp(), "image/bmp"),
        Format("png-gray1", Png(Rows(1, _TWO), level=4), "image/png"),
        Format("png-gray2", Png(Rows(2, _FOUR), level=4), "image/png"),
        Format("png-gray4", Png(Rows(4, _SIXTEEN)), "image/png"),
        # Colours; on the wire of ST7789 and ILI9341 the high byte is first, in LVGL the low one
        Format("rgb565-be", Rgb565("high")),
        Format("rgb565-le", Rgb565("low")),
        Format("rgb888", Rgb888()),
        Format("bgr888", Rgb888("blue")),
        # TJpg_Decoder, online_image of ESPHome
        Format("jpeg", Jpeg(), "image/jpeg"),
        # LVGL 9
        Format("lvgl-i1", LvglInks(0x07, Rows(1, _TWO), greys(2))),
        Format("lvgl-i2", LvglInks(0x08, Rows(2, _FOUR), greys(4))),
        Format("lvgl-i4", LvglInks(0x09, Rows(4, _SIXTEEN), greys(16))),
        Format("lvgl-l8", LvglInks(0x06, Rows(8, _ALL))),
        Format("lvgl-rgb565", LvglColours(0x12, Rgb565("low"))),
        Format("lvgl-rgb565-swapped", LvglColours(0x1B, Rgb565("high"))),
        Format("lvgl-rgb888", LvglColours(0x0F, Rgb888("blue"))),
    )
}


def pack(frame: IndexFrame | ColourFrame, form: Format) -> Frame:
    """Return `frame` packed.

    ValueError when it has an ink that `form` has no code for, or has inks where `form` is made of
    colours, or the reverse.
    """
    return Frame(frame.width, frame.height, form.name, _packed(frame, form))


def _packed(frame: IndexFrame | ColourFrame, form: Format) -> bytes:
    packing = form.packing
    try:
        if isinstance(frame, ColourFrame):
            if isinstance(packing, ColourPacking):
                return packing.packed(frame)
            raise ValueError("takes inks, not colours")
        if isinstance(packing, ColourPacking):
            raise ValueError("takes colours, not inks")
        return packing.packed(frame)
    except ValueError as error:
        raise ValueError(f"{form.name} {error}") from None
