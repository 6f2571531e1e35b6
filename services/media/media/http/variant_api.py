"""`/api/display/variant`: any picture, drawn anew each time, or the one of a number."""

from starlette.requests import Request
from starlette.responses import Response

from media.bitmap.frame import Frame
from media.bitmap.pack import FORMATS
from media.database import StoreError
from media.display.display import Display
from media.display.registry import Registry
from media.display.screens import screen_of
from media.display.wake import refresh_seconds
from media.http.answer import NO_STORE, answer, data
from media.http.contact_header import read_contact
from media.http.display_api import Endpoint, unavailable
from media.http.validation import validated, whole
from media.photo.variant_pictures import VariantPictures
from media.photo.variants import UnknownVariantError, Variants

VARIANT = "/api/display/variant"
_QUERY = {"pk": whole(0, 1 << 63)}
_TRIES = 20


class VariantApi:
    """Answers from all variants; `otherwise` answers where there is none that can be shown.

    So a display gets a picture in any case, but for a number that there is not.
    """

    def __init__(
        self,
        registry: Registry,
        variants: Variants,
        pictures: VariantPictures,
        otherwise: Endpoint,
    ) -> None:
        self._registry = registry
        self._variants = variants
        self._pictures = pictures
        self._otherwise = otherwise

    async def variant(self, request: Request, display: Display) -> Response:
        """Give a picture, and note nothing of it."""
        if "pk" in request.query_params:
            values, errors = validated(dict(request.query_params), _QUERY)
            if errors:
                return data({"detail": "Invalid query parameters", "errors": errors}, 400)
            return await self._one(request, display, values["pk"])
        screen = screen_of(display)
        if not screen.charge_mark:  # not for long, and few: they are made when they are drawn
            self._pictures.want(screen)
        for _ in range(_TRIES):  # one or the other photo may be broken
            try:
                variant = await self._variants.draw()
            except StoreError:  # which has been said
                break
            if variant is None:
                break
            frame = await self._pictures.frame(variant, screen)
            if frame is not None:
                self._see(request, display)
                return _picture(frame, variant.number)
        return await self._otherwise(request, display)

    async def _one(self, request: Request, display: Display, number: int) -> Response:
        self._see(request, display)
        try:
            await self._variants.prepare()
            variant = self._variants.get(number)
        except UnknownVariantError:
            return answer(b"", "text/html; charset=utf-8", 404)
        except StoreError:  # which has been said
            return unavailable()
        frame = await self._pictures.frame(variant, screen_of(display))
        if frame is None:  # its file is gone
            return answer(b"", "text/html; charset=utf-8", 404)
        return _picture(frame, number)

    def _see(self, request: Request, display: Display) -> None:
        now, zone = self._registry.now(), self._registry.zone(display)
        seconds = refresh_seconds(display, now, zone)
        self._registry.see(display, seconds, read_contact(request.headers))


def _picture(frame: Frame, number: int) -> Response:
    kind = FORMATS[frame.format].media_type
    ending = kind.rpartition("/")[2] if kind.startswith("image/") else "bin"
    name = f'inline; filename="variants_{number}.{ending}"'
    return answer(frame.packed, kind, 200, {"Content-Disposition": name, **NO_STORE})
