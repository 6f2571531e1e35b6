"""Screens that are usual, by name: what a display is told to be when its owner says its kind.

Only the six inks of Spectra are what somebody measured of one panel and published. The other inks
are assumed, and so are the seconds of a refresh, at room temperature. Each panel differs, and
changes with age, hence `screen.calibrated`. Pure.
"""

from dataclasses import replace

from media.bitmap.screen import RLCD, Ink, Refresh, Screen

_BLACK = Ink("black", (26, 26, 28), (0, 0, 0))
_WHITE = Ink("white", (190, 194, 190), (255, 255, 255))
_TWO = (_BLACK, _WHITE)
_LIT = (Ink("off", (0, 0, 0)), Ink("lit", (255, 255, 255)))

# A paper's four and sixteen levels are about even for the eye
_FOUR = (
    _BLACK,
    Ink("dark grey", (82, 83, 84), (85, 85, 85)),
    Ink("light grey", (136, 139, 137), (170, 170, 170)),
    _WHITE,
)
_SIXTEEN = tuple(
    Ink(
        f"grey {step}" if step % 15 else ("black", "white")[step // 15],
        (26 + 164 * step // 15, 26 + 168 * step // 15, 28 + 162 * step // 15),
        (17 * step,) * 3,
    )
    for step in range(16)
)

_RED = (255, 0, 0)
_BLACK_WHITE_RED = (_BLACK, _WHITE, Ink("red", (120, 20, 22), _RED))
_BLACK_WHITE_YELLOW = (_BLACK, _WHITE, Ink("yellow", (196, 164, 30), (255, 255, 0)))

_ACEP = (
    Ink("black", (30, 28, 36), (0, 0, 0)),
    Ink("white", (186, 190, 186), (255, 255, 255)),
    Ink("green", (50, 92, 62), (0, 255, 0)),
    Ink("blue", (52, 62, 112), (0, 0, 255)),
    Ink("red", (136, 50, 48), _RED),
    Ink("yellow", (186, 168, 60), (255, 255, 0)),
    Ink("orange", (160, 90, 54), (255, 128, 0)),
)

# Measured, in the catalogue of OpenDisplay
_SPECTRA = (
    Ink("black", (26, 13, 35), (0, 0, 0)),
    Ink("white", (185, 202, 205), (255, 255, 255)),
    Ink("yellow", (202, 184, 0), (255, 255, 0)),
    Ink("red", (121, 9, 0), _RED),
    Ink("blue", (0, 69, 139), (0, 0, 255)),
    Ink("green", (40, 82, 57), (0, 255, 0)),
)

# What the e-ink contract's palette says its panel shows
_NATIVE = (
    Ink("black", (0, 0, 0)),
    Ink("white", (255, 255, 255)),
    Ink("yellow", (208, 190, 71), (255, 255, 0)),
    Ink("red", (156, 72, 75), _RED),
    Ink("blue", (61, 59, 94), (0, 0, 255)),
    Ink("green", (58, 91, 70), (0, 255, 0)),
)

_PAPER = Refresh(3.5, 0.4)
_TFT = Refresh(0.05, 0.05)

_OG = Screen(800, 480, "png-gray1", _TWO, refresh=_PAPER, most_bytes=90_000)

PROFILES: dict[str, Screen] = {
    "rlcd-200x200": RLCD,
    "mono-800x480": Screen(800, 480, "mono-hmsb-white", _TWO, refresh=_PAPER),
    "gray4-800x480": Screen(800, 480, "gray2", _FOUR, refresh=Refresh(4)),
    "bwr-800x480": Screen(800, 480, "planes-colour", _BLACK_WHITE_RED, refresh=Refresh(16)),
    "bwr-400x300": Screen(400, 300, "planes-colour", _BLACK_WHITE_RED, refresh=Refresh(16)),
    "bwy-400x300": Screen(400, 300, "planes-colour", _BLACK_WHITE_YELLOW, refresh=Refresh(20)),
    "waveshare-7colour-800x480": Screen(800, 480, "acep", _ACEP, refresh=Refresh(32)),
    "waveshare-7colour-600x448": Screen(600, 448, "acep", _ACEP, refresh=Refresh(32)),
    "gdey-7colour-800x480": Screen(800, 480, "acep", _ACEP, refresh=Refresh(30)),
    "spectra6-800x480": Screen(800, 480, "spectra6", _SPECTRA, refresh=Refresh(19)),
    "spectra6-1200x1600": Screen(1200, 1600, "spectra6-halves", _SPECTRA, refresh=Refresh(19)),
    # The panel hangs upright, its picture lies on its side
    "eink-1600x1200": Screen(1600, 1200, "png-native", _NATIVE, 90, refresh=Refresh(19)),
    "trmnl-og": _OG,
    "trmnl-og-bmp": replace(_OG, format="bmp"),
    "trmnl-og-gray4": replace(_OG, format="png-gray2", inks=_FOUR, refresh=Refresh(4)),
    "trmnl-x": Screen(
        1872, 1404, "png-gray4", _SIXTEEN, refresh=Refresh(1.5, 0.5), most_bytes=750_000
    ),
    "epd-1872x1404": Screen(1872, 1404, "gray4", _SIXTEEN, refresh=Refresh(1.5, 0.5)),
    "oled-128x64": Screen(128, 64, "mono-vlsb", _LIT, refresh=Refresh(0.03, 0.03)),
    "lcd-320x240": Screen(320, 240, "rgb565-be", (), refresh=_TFT),
    "lcd-480x480": Screen(480, 480, "rgb565-be", (), refresh=_TFT),
}
"""Each screen by the name of its profile."""
