"""Pictures like photos, painted: the same in each run, and of nobody."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_SIZE = (400, 240)


def _grain(strength: float) -> Image.Image:
    dice = random.Random(7)  # noqa: S311 - nothing is to be kept secret
    bytes_ = bytes(
        min(255, max(0, round(dice.gauss(128, strength)))) for _ in range(_SIZE[0] * _SIZE[1])
    )
    return Image.frombytes("L", _SIZE, bytes_)


def _grained(image: Image.Image, strength: float) -> Image.Image:
    grain = Image.merge("RGB", (_grain(strength),) * 3)
    return ImageChops.add(image, grain, 1, -128)


def _vertical(top: tuple[int, ...], bottom: tuple[int, ...]) -> Image.Image:
    mask = Image.linear_gradient("L").resize(_SIZE)
    return Image.composite(Image.new("RGB", _SIZE, bottom), Image.new("RGB", _SIZE, top), mask)


def landscape() -> Image.Image:
    """Return a sky with a sun, hills behind each other, a lake and a field."""
    image = _vertical((70, 120, 190), (225, 215, 190))
    draw = ImageDraw.Draw(image)
    draw.ellipse((300, 30, 340, 70), (255, 236, 170))
    for number, colour in enumerate(((128, 142, 158), (92, 112, 104), (62, 84, 48))):
        hill = [
            (x, 110 + 30 * number + 22 * math.sin(x / (46 - 8 * number) + 2 * number))
            for x in range(0, 401, 4)
        ]
        draw.polygon([*hill, (400, 240), (0, 240)], colour)
    draw.ellipse((40, 188, 230, 226), (96, 134, 160))
    draw.polygon([(230, 240), (300, 196), (400, 190), (400, 240)], (176, 148, 78))
    return _grained(image.filter(ImageFilter.GaussianBlur(1)), 12)


def portrait() -> Image.Image:
    """Return a face in soft light before a brown wall."""
    image = _vertical((84, 66, 54), (38, 30, 28))
    shade = Image.radial_gradient("L").point([255 - byte for byte in range(256)])
    for box, colour in (
        ((90, 150, 310, 290), (44, 60, 92)),
        ((130, 10, 270, 200), (60, 40, 28)),
        ((145, 30, 255, 195), (222, 172, 142)),
        ((165, 80, 190, 95), (70, 50, 44)),
        ((210, 80, 235, 95), (70, 50, 44)),
        ((175, 145, 225, 165), (176, 84, 80)),
    ):
        size = (box[2] - box[0], box[3] - box[1])
        image.paste(colour, box[:2], shade.resize(size).point(lambda byte: min(255, byte * 2)))
    return _grained(image, 6)


def still_life() -> Image.Image:
    """Return balls of many colours that shine, on a table."""
    image = _vertical((190, 186, 178), (96, 84, 76))
    for number, colour in enumerate(
        (
            (196, 52, 44),
            (226, 168, 40),
            (72, 138, 62),
            (52, 92, 168),
            (142, 84, 150),
            (210, 206, 200),
        )
    ):
        x, y, size = 12 + 62 * number, 60 + 50 * (number % 2), 90
        ball = Image.new("RGB", (size, size), colour)
        away = Image.radial_gradient("L").resize((2 * size, 2 * size))
        away = away.crop((size // 2 + 22, size // 2 + 26, size * 3 // 2 + 22, size * 3 // 2 + 26))
        ball = ImageChops.multiply(ball, Image.merge("RGB", (ImageChops.invert(away),) * 3))
        shine = away.point([max(0, 200 - 6 * byte) for byte in range(256)])
        ball.paste((255, 255, 255), (0, 0), shine)
        mask = Image.new("L", (size, size))
        ImageDraw.Draw(mask).ellipse((2, 2, size - 3, size - 3), 255)
        image.paste(ball, (x, y), mask)
    return _grained(image, 8)


def hues() -> Image.Image:
    """Return all hues, from white above to black below."""
    hue = Image.linear_gradient("L").rotate(90).resize(_SIZE)
    down = Image.linear_gradient("L").resize(_SIZE)
    saturation = down.point([min(255, 2 * byte) for byte in range(256)])
    value = down.point([min(255, 2 * (255 - byte)) for byte in range(256)])
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def shades() -> Image.Image:
    """Return all greys."""
    return Image.merge("RGB", (Image.linear_gradient("L").rotate(90).resize(_SIZE),) * 3)


ALL = (landscape, portrait, still_life, hues, shades)
