"""Dots and bytes: how true the colours of a dithered picture are, what that costs, and packing.

The peer is Pillow's own `quantize` to the colours that the inks are named after, and its
`convert("1")`: what is written first. How true a picture is, is measured as an eye sees it:

- each dot is its ink as measured, in linear light; the dots are blurred by two pixels;
- so is the picture itself, with its black and white brought to the screen's;
- what is left is the distance of the two in OKLab, on average over all places and pictures.

Pillow keeps 8 bits of most things, too coarse for dark light. So blurred is how much of a place
each ink covers, and the picture's light in two parts, in Pillow's mode F.
"""

import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import fmean

from PIL import Image

from bench import scenes
from bench.verdict import Outcome
from media.bitmap.frame import ColourFrame, IndexFrame
from media.bitmap.ink import to_frame, to_inks
from media.bitmap.pack import FORMATS, ColourPacking, pack
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Ink, Screen
from media.bitmap.tone import WEIGHTS, brightness, light

Light = tuple[float, float, float]

_BLUR = 5  # a triangle five pixels to each side spreads as a Gaussian of two does, sqrt(25 / 6)
_SCREENS = {
    "dither-spectra6": "spectra6-800x480",
    "dither-bwr": "bwr-800x480",
    "dither-acep": "waveshare-7colour-800x480",
    "dither-gray4": "gray4-800x480",
    "dither-mono": "mono-800x480",
}


def measure(directory: Path, *, quick: bool) -> list[Outcome]:  # noqa: ARG001 - as all measures
    """Look at all pictures on all screens, then time dots and packing in turn."""
    pictures = [
        scenes.landscape(),
        scenes.portrait(),
        scenes.still_life(),
        scenes.hues(),
        scenes.shades(),
    ]
    outcomes = []
    for goal, name in _SCREENS.items():
        screen = PROFILES[name]
        ours, peer = [], []
        for picture in pictures:
            wanted = _wanted(picture, screen)
            ours.append(_error(to_inks(picture, screen, "dither"), screen, wanted))
            peer.append(_error(_nominal(picture, screen), screen, wanted))
        each = "; ".join(f"{a:.1f}/{b:.1f}" for a, b in zip(ours, peer, strict=True))
        outcomes.append(Outcome(goal, (fmean(ours),), (fmean(peer),), note=each))
    rounds = 3 if quick else 9
    return [*outcomes, *_dither_speed(rounds), _slowest_packing(rounds)]


def _dither_speed(rounds: int) -> Iterator[Outcome]:
    large = scenes.still_life().resize((1200, 1600))
    screen = PROFILES["spectra6-1200x1600"]
    ours, peer = [], []
    for _ in range(rounds + 1):
        ours.append(_cpu_ms(lambda: to_inks(large, screen, "dither")))
        peer.append(_cpu_ms(lambda: _nominal(large, screen)))
    yield Outcome("dither-speed", tuple(ours[1:]), tuple(peer[1:]))


def _slowest_packing(rounds: int) -> Outcome:
    """Return the time of the slowest format, of a picture of dots, the hardest to compress."""
    picture = scenes.still_life().resize((800, 480))
    times = {}
    for name, form in FORMATS.items():
        frame = _frame_for(name, picture)
        times[name] = [_cpu_ms(partial(pack, frame, form)) for _ in range(rounds + 1)][1:]
    slowest = max(times, key=lambda name: fmean(times[name]))
    return Outcome("pack-slowest", tuple(times[slowest]), note=f"{slowest}, of {len(times)}")


def _frame_for(name: str, picture: Image.Image) -> IndexFrame | ColourFrame:
    """Return a frame of as many inks as a format has codes for."""
    if isinstance(FORMATS[name].packing, ColourPacking):
        return to_frame(picture, Screen(*picture.size, name, ()))
    for count in (256, 16, 7, 6, 4, 3, 2):
        inks = tuple(Ink(str(n), (255 * n // (count - 1),) * 3) for n in range(count))
        try:
            pack(IndexFrame(1, 1, bytes((count - 1,))), FORMATS[name])
        except ValueError:
            continue
        return to_inks(picture, Screen(*picture.size, name, inks), "dither")
    raise RuntimeError(f"{name} has no codes")


def _cpu_ms(work: Callable[[], object]) -> float:
    before = time.thread_time()
    work()
    return 1000 * (time.thread_time() - before)


def _nominal(picture: Image.Image, screen: Screen) -> IndexFrame:
    """Return what Pillow makes of a picture with the names of the inks alone."""
    if len(screen.inks) == 2:
        pixels = picture.convert("1").convert("L").point([0] * 128 + [1] * 128).tobytes()
    else:
        palette = Image.new("P", (1, 1))
        palette.putpalette([byte for ink in screen.inks for byte in ink.page_rgb])
        pixels = picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).tobytes()
    return IndexFrame(*picture.size, pixels)


def _error(frame: IndexFrame, screen: Screen, wanted: list[Light]) -> float:
    """Return the mean distance in OKLab, times 1000; of brightness alone on screens of greys."""
    size = (frame.width, frame.height)
    dots = Image.frombytes("L", size, frame.pixels)
    covers = []
    for number in range(len(screen.inks)):
        mask = dots.point([255.0 * (byte == number) for byte in range(256)])
        covers.append(_blurred(mask, 1 / 255))
    lights = [_light(ink) for ink in screen.inks]
    distances = []
    for place, target in zip(zip(*covers, strict=True), wanted, strict=True):
        seen = (
            sum(cover * each[0] for cover, each in zip(place, lights, strict=True)),
            sum(cover * each[1] for cover, each in zip(place, lights, strict=True)),
            sum(cover * each[2] for cover, each in zip(place, lights, strict=True)),
        )
        if screen.coloured:
            distances.append(math.dist(_oklab(seen), _oklab(target)))
        else:
            distances.append(abs(_oklab(_grey(seen))[0] - _oklab(_grey(target))[0]))
    return 1000 * fmean(distances)


def _wanted(picture: Image.Image, screen: Screen) -> list[Light]:
    """Return the light that each place should have, with black and white as the screen has them."""
    black = _light(min(screen.inks, key=brightness))
    white = _light(max(screen.inks, key=brightness))
    fine = [round(65535 * light(byte)) for byte in range(256)]
    planes = []
    for band, least, most in zip(picture.split(), black, white, strict=True):
        high = _blurred(band.point([number >> 8 for number in fine]), 256 / 65535)
        low = _blurred(band.point([number & 255 for number in fine]), 1 / 65535)
        planes.append([least + (most - least) * (a + b) for a, b in zip(high, low, strict=True)])
    return list(zip(*planes, strict=True))


def _blurred(plane: Image.Image, scale: float) -> list[float]:
    """Return a plane blurred, at each fifth place of each fifth row."""
    size = (plane.width // _BLUR, plane.height // _BLUR)
    small = plane.convert("F").resize(size, Image.Resampling.BILINEAR)
    return [value * scale for value in memoryview(small.tobytes()).cast("f")]


def _light(ink: Ink) -> Light:
    red, green, blue = (light(byte) for byte in ink.rgb)
    return red, green, blue


def _grey(colour: Light) -> Light:
    level = sum(weight * part for weight, part in zip(WEIGHTS, colour, strict=True))
    return level, level, level


def _oklab(colour: Light) -> Light:
    """Return a colour in the space of Björn Ottosson, in which equal steps look equal."""
    red, green, blue = colour
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )
