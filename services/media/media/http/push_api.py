"""Pictures that are sent to a display by HTTP, with the display's own token."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from media.bitmap.picture import PictureError
from media.display.display import Display
from media.display.orders import MOST_BYTES
from media.display.wish import Push, read_seconds
from media.http.answer import data, detail
from media.http.body import json_body, whole_body
from media.http.display_api import Endpoint
from media.showing import Showing
from shared.errors import PayloadError

_PATH = "/api/display/picture"
_JSON = "application/json"
_BYTES = "application/octet-stream"


class PushApi:
    """Endpoints by their path."""

    def __init__(self, showing: Showing) -> None:
        self._showing = showing
        self.paths: dict[str, Endpoint] = {_PATH: self._picture}

    async def _picture(self, request: Request, display: Display) -> Response:
        """Show the picture of the body, or with DELETE none that was sent."""
        if request.method == "DELETE":
            await self._showing.registry.override(display.id, Display.unpushed)
            return data({"ok": True})
        try:
            push = await self._push(request)
        except PayloadError as error:
            return detail(f"{error}.", 400)
        if push is None:
            kind = request.headers.get("content-type", "")
            return detail(f'Unsupported media type "{kind}" in request.', 415)
        if len(push.picture) > MOST_BYTES:
            return detail("The picture is too large.", 413)
        try:
            await self._showing.push(display.id, push.picture, push.for_seconds)
        except PictureError as error:
            return detail(f"The picture {error}.", 400)
        return data(await self._told(display.id))

    async def _push(self, request: Request) -> Push | None:
        """Return what is to be shown; None when the body is of no kind that can be."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        seconds = read_seconds(request.query_params.get("for_seconds"))
        if kind == _JSON:
            fields = await json_body(request, MOST_BYTES * 4 // 3 + 1000)
            try:
                return msgspec.convert(fields, Push)
            except msgspec.ValidationError as error:
                raise PayloadError(str(error)) from None
        if kind and kind != _BYTES and not kind.startswith("image/"):
            return None
        picture = await whole_body(request, MOST_BYTES)
        if not picture:
            raise PayloadError("The body is empty; it is to be a picture")
        return Push(picture, seconds)

    async def _told(self, id_: str) -> dict[str, Any]:
        showing = self._showing
        display = showing.registry.get(id_)
        pushed = display.pushed_at(showing.registry.now())
        until = pushed.until_at if pushed is not None else None
        return {
            "ok": True,
            "version": (await showing.pictures.frame(display)).version,
            "until_at": until.isoformat(timespec="seconds") if until else None,
        }
