"""How well text of one ink can be read, told by OCR: on cards, on pages, and with dots."""

import asyncio
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from PIL import Image, ImageDraw, ImageFont

from bench.process import SkipError
from bench.verdict import Outcome
from media.bitmap.ink import to_inks
from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import job_for, plain_screen
from media.dashboard.fonts import sans
from media.dashboard.page import page
from media.dashboard.sample import sample
from media.dashboard.studio import Studio
from media.dashboard.theme import read_theme
from media.dashboard.words import LANGUAGES

_LINES = (
    "Dentist at half past four, Main street 12",
    "Paper and cardboard are collected tomorrow",
    "Football: home match against the neighbours",
    "The heating engineer comes on Monday morning",
    "Grandma has her birthday next Sunday",
    "Parents evening at school, second floor",
    "Light showers, feels like four degrees",
    "Wind from the south west, twenty knots",
    "Living room 21 degrees, humidity 48 percent",
    "Gusts of up to ninety kilometres an hour",
    "Buses run instead, every ten minutes",
    "Volunteers have repaired the mill by the river",
)
_SMALL, _PAGE = (9, 10, 11, 12, 13), (13, 14, 15, 16)
_WIDTH = 420
_LARGER = 2  # an OCR that is made for scans wants larger letters


def measure(directory: Path, *, quick: bool) -> list[Outcome]:
    """Let each painter write the same lines, and read them."""
    if shutil.which("tesseract") is None:
        raise SkipError("tesseract is not installed")
    directory.mkdir(parents=True, exist_ok=True)
    card_sizes, page_sizes = (_SMALL[::2], _PAGE[::2]) if quick else (_SMALL, _PAGE)
    cards = [_errors(_card(size)) for size in card_sizes]
    pages = asyncio.run(_pages(page_sizes))
    flat = [_errors(_inked(each, "threshold")) for each in pages]
    dots = [_errors(_inked(each, "dither")) for each in pages]
    told = "sizes " + " ".join(
        f"{size} px {error:.1f} %" for size, error in zip(card_sizes, cards, strict=True)
    )
    return [
        Outcome("text-card", (mean(cards),), note=told),
        Outcome("text-page", (mean(flat),)),
        Outcome("text-not-dithered", (max(mean(flat), 0.05),), (mean(dots),)),
    ]


def _card(size: int) -> Image.Image:
    """Return the lines as a card writes them."""
    image = Image.new("1", (_WIDTH, 20 * len(_LINES)), 1)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"
    file = sans()
    if file is None:
        raise SkipError("DejaVu Sans is not installed")
    font = ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
    for place, line in enumerate(_LINES):
        draw.text((6, 3 + 20 * place), line, 0, font)
    return image.convert("L")


async def _pages(sizes: tuple[int, ...]) -> list[Image.Image]:
    """Return the lines as typst sets them, with all shades."""
    found = []
    high = 22 * len(_LINES)
    header = f'title = "Lines"\nsizes = [[{_WIDTH}, {high}]]\nshows = []\n'
    facts = page(sample(datetime(2026, 11, 21, tzinfo=UTC), "none"), LANGUAGES["en"], [])
    async with Studio() as studio:
        for size in sizes:
            lines = "".join(
                f'#place(top + left, dx: 6pt, dy: {3 + 22 * place}pt, "{line}")\n'
                for place, line in enumerate(_LINES)
            )
            body = f"#set text(size: {size}pt, hyphenate: false)\n{lines}"
            theme = read_theme("lines", {"theme.toml": header.encode(), "theme.typ": body.encode()})
            drawn = await studio.draw(job_for(theme, facts, plain_screen(_WIDTH, high), png=True))
            found.append(Image.open(io.BytesIO(drawn.png)).convert("L"))
    return found


def _inked(image: Image.Image, method: str) -> Image.Image:
    """Return a page as a screen of one ink shows it."""
    screen = replace(PROFILES["mono-800x480"], width=image.width, height=image.height)
    frame = to_inks(image, screen, "dither" if method == "dither" else "threshold")
    return Image.frombytes("L", image.size, bytes(255 * ink for ink in frame.pixels))


def _errors(image: Image.Image) -> float:
    """Return how many percent of the letters are read wrongly."""
    large = image.resize((image.width * _LARGER, image.height * _LARGER), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    large.save(file, "PNG", dpi=(300, 300))
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "--psm", "6", "-l", "eng"],
        input=file.getvalue(),
        capture_output=True,
        timeout=120,
        check=True,
    )
    read = [line for line in done.stdout.decode().splitlines() if line.strip()]
    wanted = "\n".join(_LINES)
    return 100 * _distance(wanted, "\n".join(read)) / len(wanted)


def _distance(one: str, other: str) -> int:
    """Return how many letters must be changed, put in or left out."""
    row = list(range(len(other) + 1))
    for count, letter in enumerate(one, 1):
        above, row[0] = row[0], count
        for place, its in enumerate(other, 1):
            above, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, above + (letter != its)),
            )
    return row[-1]
