"""Draws the pictures of docs/dashboards.md: .venv/bin/python docs/make_themes.py."""

import asyncio
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from media.bitmap.profiles import PROFILES
from media.dashboard.dashboards import Dashboards
from media.dashboard.sample import Facts, sample
from media.dashboard.studio import Studio
from media.dashboard.theme_folder import Themes, built_in
from media.dashboard.words import LANGUAGES, Language

FOLDER = Path(__file__).parent / "themes"
NOW = datetime(2026, 11, 21, 14, 5, tzinfo=ZoneInfo("Europe/Brussels"))
PHOTO = Path(__file__).parents[1] / "assets/panel/003.jpg"

PICTURES: dict[str, tuple[str, str, Facts, Language]] = {
    "portrait": ("portrait", "spectra6-1200x1600", "sample", "en"),
    "landscape": ("landscape", "spectra6-800x480", "sample", "en"),
    "landscape-mono": ("landscape", "mono-800x480", "long", "de"),
    "gray": ("gray", "gray4-800x480", "sample", "en"),
    "gray-old": ("gray", "gray4-800x480", "old", "en"),
    "small": ("small", "bwr-400x300", "sample", "en"),
    "newspaper": ("newspaper", "spectra6-1200x1600", "sample", "en"),
    "newspaper-mono": ("newspaper", "mono-800x480", "sample", "en"),
    "photo": ("photo", "spectra6-800x480", "sample", "en"),
    "card": ("", "rlcd-200x200", "sample", "en"),
    "card-oled": ("", "oled-128x64", "sample", "en"),
    "nothing": ("landscape", "mono-800x480", "none", "en"),
}
"""Each by its name: theme, screen, facts and language."""

WIDTHS = {1200: 600}
"""The large ones are shown smaller."""


async def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    async with Studio() as studio:
        for name, (theme_name, profile, kind, language) in PICTURES.items():
            boards = Dashboards(Themes(built_in()), studio, LANGUAGES[language])
            screen = PROFILES[profile]
            theme = await boards.theme_for(screen, "dashboard", theme_name)
            photo = PHOTO if theme and theme.header.photo else None
            drawn = await boards.png(sample(NOW, kind), screen, theme, photo)
            _write(FOLDER / f"{name}.png", drawn.png)


def _write(file: Path, png: bytes) -> None:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if width := WIDTHS.get(image.width):
        image = image.resize((width, round(image.height * width / image.width)))
    image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
