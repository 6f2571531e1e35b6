"""The description of what TRMNL devices ask for, and of what their firmware is answered. Pure."""

from media.http import shapes
from media.http.operation import PNG, operation
from media.http.shapes import Schema, seconds, text, thing
from media.http.trmnl_url import DISPLAY, IMAGE, LOG, SETUP

_SCHEME = "trmnl"
_TOKEN = text("What the device shows from now on", pattern="^[0-9a-f]{40}$")
_URL = text("Where the picture is, with a key that opens it")
_NULL: Schema = {"type": "null"}
_FIRMWARE: dict[str, Schema] = {
    "update_firmware": {"const": False},
    "firmware_url": _NULL,
    "reset_firmware": {"const": False},
}
_WELCOME = thing(
    status={"const": 200},
    api_key=_TOKEN,
    friendly_id=shapes.DISPLAY_ID,
    image_url=_URL,
    message=text("For people"),
)
_SHOW = thing(
    ("action",),
    status={"description": "0: show it", "const": 0},
    image_url=_URL,
    filename=text("What the device keeps it under; another one when the picture is another"),
    refresh_rate=seconds("How long the device may sleep"),
    **_FIRMWARE,
    special_function={"const": "none"},
    image_url_timeout=seconds("How long it may take to fetch it"),
    maximum_compatibility={"const": False},
    temperature_profile={"const": "default"},
    action={"description": "When its button was pressed", "const": "none"},
)
TROUBLE = thing(
    status={"description": "Never 0 or 500", "type": "integer"},
    message=text("What is wrong"),
    api_key=_NULL,
    friendly_id=_NULL,
    image_url=_NULL,
    filename=_NULL,
    refresh_rate=seconds("When to ask again"),
    **_FIRMWARE,
)
_TROUBLE: Schema = {"$ref": "#/components/schemas/Trouble"}
_ERRORS: dict[int, Schema | str] = {404: _TROUBLE, 429: _TROUBLE, 503: _TROUBLE}
_REPORT: Schema = {
    "description": "Its lines, in the newer shape; what cannot be read is dropped",
    "type": "object",
    "properties": {"logs": {"type": "array", "items": {"type": "object"}}},
}


TRMNL_PATHS: dict[str, dict[str, Schema]] = {
    SETUP: {
        "get": operation(
            "trmnl_setup", "Pair a TRMNL device, which tells its MAC in the header ID", _WELCOME,
            own=False, errors=_ERRORS,
        )
    },
    DISPLAY: {
        "get": operation(
            "trmnl_display", "Which picture a TRMNL device is to show",
            {"anyOf": [_SHOW, _TROUBLE]}, own=False, other_token=_SCHEME, errors=_ERRORS,
        )
    },
    LOG: {
        "post": operation(
            "trmnl_log", "What a TRMNL device reports", {}, body=_REPORT, nothing=True, own=False,
            other_token=_SCHEME, errors=_ERRORS,
        )
    },
    IMAGE: {
        "get": operation(
            "trmnl_image", "The picture of a TRMNL device, by its token or by the key in its url",
            (PNG, "image/bmp"), path={"id": shapes.DISPLAY_ID, "file": text("As it was told")},
            may_query={"key": text("That of this picture")}, own=False, other_token=_SCHEME,
            errors=_ERRORS,
        )
    },
}  # fmt: skip
