"""The description of the displays' HTTP API, in OpenAPI 3.1: `PATHS` has a line for each path.

Every path is served with a slash behind it too, and those below /api/display/ also below
/api/displays/; each is described once. Pure.
"""

from typing import Any

from media.http import shapes
from media.http.openapi_trmnl import TRMNL_PATHS, TROUBLE
from media.http.operation import PNG, operation
from media.http.shapes import Schema
from shared import __version__

_ABOUT = (
    "How displays join, and get their pictures. A path may end in a slash, and `/api/displays/` "
    "is `/api/display/`. After 100 wrong tokens a minute an address is told to wait; a valid one "
    "is never refused. What TRMNL devices ask for is told in words in docs/trmnl.md. With "
    "MEDIA_PAGES off there are no pages: /bootstrap, /dashboard, /photo and /preview are 404."
)
_HTML = "text/html"
_PHOTOS = tuple(f"image/{kind}" for kind in ("jpeg", "png", "gif", "bmp", "webp", "heic", "heif"))
_BODY: dict[int, Schema | str] = {400: shapes.BAD_BODY, 413: shapes.DETAIL, 415: shapes.DETAIL}
"""What every path may answer that takes a body."""

PATHS: dict[str, dict[str, Schema]] = {
    "/": {
        "get": operation(
            "home", "A page with all displays", _HTML, own=False, errors={503: shapes.DETAIL}
        )
    },
    "/bootstrap": {
        "get": operation(
            "device_page", "A page that tells what a display is", _HTML, own=False,
            query={"pk": shapes.NUMBER},
            errors={400: shapes.ERRORS, 404: shapes.NOT_FOUND, 503: shapes.DETAIL},
        )
    },
    "/dashboard": {
        "get": operation(
            "dashboard_page", "A page of 1200 x 1600 pixels with the dashboard", _HTML, own=False
        )
    },
    "/dashboard.png": {
        "get": operation(
            "dashboard_picture", "The dashboard, lying on its side", PNG, own=False, tagged=True,
            errors={503: shapes.DETAIL},
        )
    },
    "/photo": {
        "get": operation(
            "photo", "One of the photos that may be shown, as its file is", _PHOTOS, own=False,
            errors={404: shapes.DETAIL, 503: shapes.DETAIL},
        )
    },
    "/preview": {
        "get": operation(
            "preview", "What a display shows, small", PNG, own=False, tagged=True,
            query={"display": shapes.DISPLAY_ID}, errors={404: shapes.DETAIL, 503: shapes.DETAIL},
        )
    },
    "/health": {"get": operation("health", "Does it run", shapes.HEALTH, own=False)},
    "/openapi.json": {
        "get": operation("openapi", "This description", {"type": "object"}, own=False)
    },
    "/api/display/bootstrap": {
        "post": operation(
            "bootstrap", "Join: a new display gets its id and its token", shapes.PAIRED,
            body=shapes.BOOTSTRAP, own=False,
            errors={
                **_BODY, 403: shapes.WAITS, 409: shapes.KNOWN, 429: shapes.DETAIL,
                503: shapes.DETAIL,
            },
        )
    },
    "/api/display/poll": {
        "get": operation(
            "poll", "The mode of the display of a hardware id", shapes.POLLED,
            query={"hardware_id": shapes.HARDWARE_ID},
            errors={400: shapes.ERRORS, 404: shapes.NOT_FOUND},
        )
    },
    "/api/display/button": {
        "post": operation(
            "button", "A button was pressed: A next, B photo or dashboard, C hold, D schedule",
            shapes.PRESSED, body=shapes.BUTTON, errors=_BODY,
        )
    },
    "/api/display/state": {
        "get": operation(
            "state", "Mode, version of the picture, and when to ask again", shapes.STATE,
            tagged=True,
        )
    },
    "/api/display/image": {
        "get": operation("image", "The picture that is due", PNG, tagged=True)
    },
    "/api/display/dashboard": {"get": operation("dashboard", "The dashboard", PNG)},
    "/api/display/variant": {
        "get": operation(
            "variant", "A photo, drawn anew each time, or that of a number", PNG,
            may_query={"pk": shapes.VARIANT}, errors={400: shapes.ERRORS, 404: ""},
        )
    },
    "/api/display/palette": {
        "get": operation(
            "palette", "Swatches of a palette", PNG,
            may_query={"palette_name": shapes.PALETTE}, errors={500: "text/plain"},
        )
    },
    "/api/display/splash_screen": {
        "get": operation("splash_screen", "What the display is: id, size, hub", PNG)
    },
    "/api/display/bitmap": {
        "get": operation(
            "bitmap", "The picture of any display, for who knows its version", PNG,
            query={"display": shapes.DISPLAY_ID, "version": shapes.VERSION},
            errors={404: shapes.DETAIL, 503: shapes.DETAIL}, own=False, tagged=True,
        )
    },
    "/api/display/picture": {
        "post": operation(
            "push", "Show a picture, for `for_seconds` or until another or an alarm comes",
            shapes.PUSHED, body=shapes.PICTURE, bytes_too=True,
            errors={400: shapes.DETAIL, 413: shapes.DETAIL, 415: shapes.DETAIL},
        ),
        "delete": operation("unpush", "Show no picture that was sent", shapes.DONE),
    },
    **TRMNL_PATHS,
}  # fmt: skip
"""What is served, by its path; a test holds it to what the application serves."""


def document() -> dict[str, Any]:
    """Return the whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mantel: displays",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This host"}],
        "paths": PATHS,
        "components": {
            "schemas": {"Error": shapes.ERROR, "Trouble": TROUBLE},
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Token` and the 40 hex digits of `token_key`",
                },
                "trmnl": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Access-Token",
                    "description": "The 40 hex digits of `api_key`",
                },
            },
        },
    }
