"""`/api/display/palette`: a picture of the colours that a palette has."""

import asyncio
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from media.bitmap.palettes import DEFAULT, PALETTES, palette, swatches
from media.bitmap.screen import Colour
from media.display.display import Display
from media.display.registry import Registry
from media.display.screens import frame_size
from media.display.wake import refresh_seconds
from media.http.answer import answer
from media.http.contact_header import read_contact

PALETTE = "/api/display/palette"
_PNG = "image/png"


class PaletteApi:
    """Gives swatches in the size of the display's frame."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def palette(self, request: Request, display: Display) -> Response:
        """Give a palette by its name, in any case; without one the default."""
        now, zone = self._registry.now(), self._registry.zone(display)
        seconds = refresh_seconds(display, now, zone)
        self._registry.see(display, seconds, read_contact(request.headers))
        name = request.query_params.get("palette_name", "") or DEFAULT
        colours = palette(name)
        if colours is None:  # the older server's status, and a text that helps
            known = ", ".join(each.lower() for each in PALETTES)
            text = f"There is no palette {name[:40]!r}; there are {known}.\n"
            return answer(text.encode(errors="replace"), "text/plain; charset=utf-8", 500)
        size = frame_size(display.width, display.height)
        picture = await asyncio.to_thread(_swatches, colours, *size)
        file = f'inline; filename="palette_{name.strip().lower()}.png"'
        return answer(picture, _PNG, 200, {"Content-Disposition": file})


@lru_cache(maxsize=32)
def _swatches(colours: tuple[Colour, ...], width: int, height: int) -> bytes:
    return swatches(colours, width, height)
