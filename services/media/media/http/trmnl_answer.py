"""The bodies of answers to TRMNL devices.

Their firmware takes a missing field for 0, "" or false, and a missing status for "show": so even
an error tells when to ask again, and the status in the body is never 500, at which a device
throws its token away.
"""

from typing import Any

from starlette.responses import Response

from media.http.answer import data

_SHOW = 0
_ERROR_SECONDS = 900
_IMAGE_SECONDS = 30
_SPECIAL_FUNCTION = "none"
"""What a press of the device's button does, beside asking again."""
_FIRMWARE = {"update_firmware": False, "firmware_url": None, "reset_firmware": False}


def welcome(token: str, display_id: str, image_url: str) -> Response:
    """Return the answer to a device that is paired now."""
    told = f"Welcome to Mantel. This display is {display_id}."
    body = {"status": 200, "api_key": token, "friendly_id": display_id, "image_url": image_url}
    return data({**body, "message": told})


def show(image_url: str, file: str, seconds: int, *, pressed: bool) -> Response:
    """Return the answer that has a picture; `pressed` when the device asks what to do for that."""
    body: dict[str, Any] = {
        "status": _SHOW,
        "image_url": image_url,
        "filename": file,
        "refresh_rate": seconds,
        **_FIRMWARE,
        "special_function": _SPECIAL_FUNCTION,
        "image_url_timeout": _IMAGE_SECONDS,
        "maximum_compatibility": False,
        "temperature_profile": "default",
    }
    if pressed:
        body["action"] = _SPECIAL_FUNCTION
    return data(body)


def trouble(
    status: int, message: str, *, wait_seconds: int = _ERROR_SECONDS, http: int | None = None
) -> Response:
    """Return an answer without a picture; `http` is its HTTP status where that is another."""
    body = {
        "status": status,
        "message": message,
        "api_key": None,
        "friendly_id": None,
        "image_url": None,
        "filename": None,
        "refresh_rate": wait_seconds,
        **_FIRMWARE,
    }
    headers = {"Retry-After": str(wait_seconds)} if status in {429, 503} else None
    return data(body, status if http is None else http, headers)


def too_many(wait_seconds: int) -> Response:
    """Return the answer to an address that has failed too often; the firmware reads it."""
    return trouble(429, "Too many failures.", wait_seconds=max(60, wait_seconds))


def unavailable() -> Response:
    """Return the answer while the disk does not do what it should."""
    return trouble(503, "The hub cannot keep anything now.", wait_seconds=60)


def nothing_new() -> Response:
    """Return the answer to a display that nobody can be sure of now: it keeps what it shows.

    An HTTP error would draw over that.
    """
    return trouble(503, "The hub cannot read its displays now.", wait_seconds=60, http=200)
