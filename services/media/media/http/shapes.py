"""The shapes of what displays send and are answered, in JSON Schema as OpenAPI 3.1 has it. Pure."""

from typing import Any, get_args

from shared.payloads import DisplayMode

Schema = dict[str, Any]


def thing(optional: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Return an object with these keys and no others; those that are not `optional` always."""
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key not in optional],
        "additionalProperties": False,
    }


def text(meaning: str, **more: Any) -> Schema:  # noqa: ANN401
    """Return a text."""
    return {"description": meaning, "type": "string", **more}


def seconds(meaning: str) -> Schema:
    """Return a whole number of seconds."""
    return {"description": meaning, "type": "integer", "minimum": 1}


MODE = text("What the display is to show now", enum=list(get_args(DisplayMode)))
DETAIL = thing(detail=text("What is wrong"))
ERROR: Schema = thing(
    ("ctx",),
    type=text("The kind of error, as pydantic names it"),
    loc={"type": "array", "items": {"type": "string"}, "description": "The field"},
    msg=text("What is wrong"),
    input={"description": "What was given"},
    ctx={"type": "object", "description": "The limits that were missed"},
    url=text("Where that kind is explained"),
)
ERRORS = thing(
    detail=text("What is wrong"),
    errors={"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Error"}},
)
BAD_BODY: Schema = {"anyOf": [DETAIL, ERRORS]}
"""400: it is no JSON, or not as it should be."""

HARDWARE_ID = text("Any name of the device, such as a MAC address or a number", maxLength=255)


def _pixels(meaning: str) -> Schema:
    return {"description": meaning, "type": "integer", "minimum": 1, "maximum": 4999}


BOOTSTRAP = {
    "type": "object",
    "properties": {
        "hardware_id": HARDWARE_ID,
        "horizontal_pixels": _pixels("Width of the screen as it stands or hangs"),
        "vertical_pixels": _pixels("Height of the screen as it stands or hangs"),
    },
    "required": ["hardware_id", "horizontal_pixels", "vertical_pixels"],
}
PAIRED = thing(
    human_readable_id=text("Its name here", pattern="^[a-z]{3}-[a-z]{3}-[a-z]{3}$"),
    token_key=text("What it shows from now on; told once", pattern="^[0-9a-f]{40}$"),
    mode=MODE,
)
KNOWN = thing(detail=text("What is wrong"), code={"type": "string", "const": "already_provisioned"})
WAITS = thing(detail=text("What is wrong"), code={"type": "string", "const": "awaiting_approval"})
POLLED = thing(mode=MODE)
NOT_FOUND = thing(detail=text("What is wrong"), error=text("The same, more briefly"))
BUTTON = {
    "type": "object",
    "properties": {"button_pressed": {"type": "string", "enum": ["A", "B", "C", "D"]}},
    "required": ["button_pressed"],
}
PRESSED = thing(
    ok={"type": "boolean", "const": True}, button={"type": "string", "enum": ["A", "B", "C", "D"]}
)
STATE = thing(
    mode=MODE,
    version=text("Changes when, and only when, the picture does"),
    image_url=text("Where the picture is, on this host"),
    refresh_interval=seconds("How long a display may sleep"),
    poll_interval=seconds("How often one asks that need not sleep"),
    refresh={
        "description": "How the panel is to take the picture",
        "enum": ["full", "partial", "none"],
    },
    override_expires_at={
        "description": "When the schedule counts again; null: it counts now, or nobody knows",
        "type": ["string", "null"],
    },
    picture_expires_at={
        "description": "When a picture that was sent goes; null: none was, or it has no end",
        "type": ["string", "null"],
    },
)
DISPLAY_ID = text("The id of a display")
NUMBER = {
    "description": "The number of a display: 1 is the one that joined first, 0 the built-in one",
    "type": "integer",
    "minimum": 0,
    "maximum": 2_147_483_647,
}
VARIANT = {
    "description": "The number of a variant, which it keeps for good",
    "type": "integer",
    "minimum": 1,
    "maximum": 9_223_372_036_854_775_806,
}
VERSION = text("The version of its picture, as its frame's topic tells")
PICTURE: Schema = {
    "type": "object",
    "required": ["picture"],
    "properties": {
        "picture": {"type": "string", "contentEncoding": "base64"},
        "for_seconds": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 31_622_400},
    },
}
DONE = thing(ok={"type": "boolean", "const": True})
PUSHED = thing(
    ok={"type": "boolean", "const": True},
    version=text("The version of what the display shows now"),
    until_at={"description": "When it goes; null: not by itself", "type": ["string", "null"]},
)
PALETTE = text("Its name, in any case; without one it is native_shaded")
HEALTH = thing(success={"type": "boolean", "const": True})
