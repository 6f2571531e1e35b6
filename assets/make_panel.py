"""Draws and composes what `panel/` holds: .venv/bin/python assets/make_panel.py [FOLDER].

Ten landscapes and ten melodies. The encoder for the sounds is the program `lame`, which is
needed here alone.
"""

import math
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1280, 800)
_RATE = 22050
_ICON = Path(__file__).parents[1] / "services/ws-bridge/ws_bridge/web/favicon.ico"
_NOTES = {name: 2 ** ((index - 9) / 12) for index, name in enumerate("CdDeEFgGaAbB")}  # of A = 1

Colour = tuple[int, int, int]


class Scene(NamedTuple):
    """A landscape: the sky from top to bottom, where sun or moon stands, the hills, what falls."""

    sky: tuple[str, str]
    light: str
    at: tuple[float, float, float]  # x, y and radius, of the width
    hills: tuple[str, str]
    swing: float
    falls: str = ""
    trees: bool = False


SCENES = (
    Scene(("#f7b267", "#f9e2ae"), "#fff4d6", (0.50, 0.44, 0.090), ("#e07a5f", "#5b3a5e"), 0.5),
    Scene(("#4ea8de", "#d7f0ff"), "#fffbe6", (0.76, 0.20, 0.060), ("#8ac926", "#1b6b3a"), 0.7),
    Scene(("#0077b6", "#caf0f8"), "#ffffff", (0.24, 0.24, 0.055), ("#48cae4", "#03396c"), 0.12),
    Scene(("#a7c4a0", "#eef4e2"), "#fdfdf0", (0.64, 0.26, 0.060), ("#7ba05b", "#16321f"), 0.6,
          trees=True),
    Scene(("#f4845f", "#ffe8c2"), "#fff1c9", (0.30, 0.36, 0.100), ("#f4c77b", "#8a4b2a"), 0.35),
    Scene(("#4a5568", "#a9b8c9"), "#dfe7ee", (0.70, 0.18, 0.050), ("#5f7386", "#1f2d3a"), 0.5,
          falls="rain"),
    Scene(("#8fb8de", "#f3f8fc"), "#ffffff", (0.28, 0.22, 0.060), ("#dbe8f2", "#6d8fae"), 0.9,
          falls="snow", trees=True),
    Scene(("#0b132b", "#1c7c7d"), "#b8f2e6", (0.80, 0.16, 0.030), ("#15414d", "#050a16"), 0.9,
          falls="aurora"),
    Scene(("#10122b", "#3a2c5f"), "#f6f0d8", (0.68, 0.26, 0.070), ("#2a2350", "#07071a"), 0.6,
          falls="stars"),
    Scene(("#2b0f1d", "#d1495b"), "#ffd166", (0.50, 0.60, 0.130), ("#7a1f3d", "#17060f"), 0.25),
)  # fmt: skip

MELODIES = (
    "C4 E4 G4 C5 E5", "G4 C5 B4 G4 E4", "A3 C4 E4 A4 E4", "F4 A4 C5 A4 F4", "D4 F4 A4 D5 A4",
    "E4 D4 B3 D4 E4", "G5 E5 C5 E5 G5", "A4 B4 C5 E5 D5", "C4 G4 e5 D5 C5", "C4 F4 G4 b4 C5",
)  # fmt: skip


def _rgb(colour: str) -> Colour:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _mixed(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def picture(scene: Scene, dice: random.Random) -> Image.Image:
    """Draw a landscape; twice as large first, so that its edges become smooth."""
    width, height = (2 * side for side in SIZE)
    top, bottom = map(_rgb, scene.sky)
    sky = Image.new("RGB", (1, height))
    for row in range(height):
        sky.putpixel((0, row), _mixed(top, bottom, min(1.0, row / (0.75 * height))))
    image = sky.resize((width, height))
    x, y, radius = scene.at[0] * width, scene.at[1] * height, scene.at[2] * width
    glow = Image.new("L", (width // 8, height // 8))
    ImageDraw.Draw(glow).circle((x / 8, y / 8), radius / 8 * 2.1, 120)
    glow = glow.filter(ImageFilter.GaussianBlur(radius / 10)).resize((width, height))
    image.paste(_rgb(scene.light), mask=glow)
    draw = ImageDraw.Draw(image)
    if scene.falls in {"stars", "aurora"}:
        for _ in range(160):
            at = dice.randrange(width), dice.randrange(int(0.7 * height))
            draw.circle(at, dice.choice((1.5, 2, 3)), _mixed(top, (255, 255, 255), 0.8))
    if scene.falls == "aurora":
        _draw_aurora(image, dice)
        draw = ImageDraw.Draw(image)
    draw.circle((x, y), radius, _rgb(scene.light))
    _draw_hills(draw, scene, dice, (width, height))
    if scene.falls == "rain":
        for _ in range(260):
            left, above = dice.randrange(-100, width), dice.randrange(height)
            draw.line((left, above, left + 22, above + 80), _mixed(bottom, (255, 255, 255), 0.4), 3)
    if scene.falls == "snow":
        for _ in range(320):
            at = dice.randrange(width), dice.randrange(height)
            draw.circle(at, dice.choice((3, 5, 7)), (255, 255, 255))
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def _draw_aurora(image: Image.Image, dice: random.Random) -> None:
    width, height = image.size
    veil = Image.new("L", (width // 8, height // 8))
    draw = ImageDraw.Draw(veil)
    for band in range(3):
        phase = dice.random() * 6
        for x in range(veil.width):
            y = veil.height * (0.18 + 0.11 * band) + 12 * math.sin(x / 23 + phase)
            draw.line((x, y, x, y + 26), 90 + round(60 * math.sin(x / 9 + phase)))
    veil = veil.filter(ImageFilter.GaussianBlur(5)).resize(image.size)
    image.paste((94, 240, 180), mask=veil)


def _draw_hills(
    draw: ImageDraw.ImageDraw, scene: Scene, dice: random.Random, size: tuple[int, int]
) -> None:
    """Draw five rows of hills, each nearer and darker than the one behind."""
    width, height = size
    far, near = map(_rgb, scene.hills)
    for row in range(5):
        colour = _mixed(far, near, row / 4)
        waves = [(dice.uniform(1, 4), dice.random() * 6, dice.random()) for _ in range(4)]
        base = height * (0.52 + 0.11 * row)
        edge = [
            (
                x,
                base
                - 0.09
                * height
                * scene.swing
                * sum(w * math.sin(6.28 * f * x / width + p) for f, p, w in waves),
            )
            for x in range(0, width + 8, 8)
        ]
        draw.polygon([(0, height), *edge, (width, height)], colour)
        if scene.trees and row > 1:
            for x, y in edge[dice.randrange(9) :: 11]:
                tall = dice.uniform(30, 60) * (row - 0.5)
                foot = y + 12
                for part in (0.0, 0.28, 0.56):
                    half, up = tall * (0.3 - 0.25 * part), foot - tall * part
                    triangle = [(x - half, up), (x + half, up), (x, up - tall * 0.55)]
                    draw.polygon(triangle, _mixed(colour, near, 0.35))


def sound(melody: str) -> bytes:
    """Return a melody of bells as 16-bit samples."""
    notes = [_NOTES[note[0]] * 2 ** (int(note[1]) - 4) * 440 for note in melody.split()]
    samples = [0.0] * int(_RATE * (0.42 * len(notes) + 2.2))
    for index, pitch in enumerate([*notes, notes[0] / 2]):
        last = index >= len(notes)
        begin = int(_RATE * 0.42 * (len(notes) - 1 if last else index))
        _strike(samples, begin, pitch, 0.5 if last else 1.0)
    loudest = max(map(abs, samples))
    fade = int(0.3 * _RATE)
    for step in range(fade):
        samples[-1 - step] *= step / fade
    return struct.pack(f"<{len(samples)}h", *(round(26000 * each / loudest) for each in samples))


def _strike(samples: list[float], begin: int, pitch: float, loudness: float) -> None:
    partials: Sequence[tuple[float, float, float]] = (
        (1, 1, 1.1), (2, 0.5, 0.8), (3, 0.22, 0.5), (4.2, 0.16, 0.3), (5.4, 0.08, 0.2),
    )  # fmt: skip
    for multiple, share, seconds in partials:
        turn = 6.283185 * pitch * multiple / _RATE
        for step in range(min(int(_RATE * 3 * seconds), len(samples) - begin)):
            attack = min(1.0, step / 110)
            decay = math.exp(-step / (_RATE * seconds))
            samples[begin + step] += loudness * share * attack * decay * math.sin(turn * step)


def icon() -> Image.Image:
    """Draw what `icon.svg` of the page draws, for those who ask for /favicon.ico."""
    image = Image.new("RGBA", (512, 512))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 511, 511), 120, "#23262f")
    draw.rounded_rectangle((88, 336, 424, 384), 16, "#e9c46a")
    draw.circle((160, 248), 52, "#e76f51")
    draw.circle((304, 248), 52, "#2a9d8f")
    for radius in (64, 112):
        box = (312 - radius, 192 - radius, 312 + radius, 192 + radius)
        draw.arc(box, 225, 315, "#f4f1ea", 28)
    return image


def main(folder: Path) -> None:
    """Write `001.jpg`, `001.mp3` and so on into `folder`."""
    lame = shutil.which("lame")
    if lame is None:
        sys.exit("lame is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    for number, (scene, melody) in enumerate(zip(SCENES, MELODIES, strict=True), 1):
        file = folder / f"{number:03}"
        image = picture(scene, random.Random(number))  # noqa: S311 - the same hills each time
        image.save(file.with_suffix(".jpg"), quality=80, optimize=True, progressive=True)
        command = [lame, "--quiet", "-r", "-s", str(_RATE / 1000), "--signed", "--bitwidth", "16"]
        command += ["-m", "m", "-b", "40", "-", str(file.with_suffix(".mp3"))]
        subprocess.run(command, input=sound(melody), check=True)  # noqa: S603
    icon().save(_ICON, sizes=[(side, side) for side in (16, 32, 48)])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "panel")
