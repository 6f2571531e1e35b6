"""What displays ask for: to join, their mode, a press of a button."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from media.database import StoreError
from media.display.button import Button
from media.display.display import Display
from media.display.refusal import RefusedError
from media.display.registry import Registry
from media.display.schedule import wire_mode
from media.display.wake import POLL_SECONDS
from media.http.answer import data, detail
from media.http.body import json_body
from media.http.contact_header import read_contact
from media.http.validation import Check, text, validated, whole, word

_RETRY_SECONDS = 30
_MOST_HOST = 255

_BOOTSTRAP: dict[str, Check] = {
    "hardware_id": text,
    "horizontal_pixels": whole(0, 5000),
    "vertical_pixels": whole(0, 5000),
}
_BUTTON: dict[str, Check] = {"button_pressed": word("A", "B", "C", "D")}
_POLL: dict[str, Check] = {"hardware_id": text}

Endpoint = Callable[[Request, Display], Awaitable[Response]]
"""Answers a display that has shown its token."""


def unavailable(what: str = "keep anything") -> Response:
    """Return the answer while the disk, or the machine, does not do what it should."""
    text = f"The hub cannot {what} now. Try again later."
    return detail(text, 503, Retry_After=str(_RETRY_SECONDS))


class DisplayApi:
    """The endpoints that change or tell what the registry holds."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def bootstrap(self, request: Request) -> Response:
        """Let a device join."""
        values, errors = validated(await json_body(request), _BOOTSTRAP)
        if errors:
            return data({"detail": "Invalid JSON body", "errors": errors}, 400)
        try:
            display, token = await self._registry.join(
                values["hardware_id"],
                values["horizontal_pixels"],
                values["vertical_pixels"],
                request.headers.get("host", "")[:_MOST_HOST],
            )
        except StoreError:
            return unavailable()
        except RefusedError as error:
            return _known() if error.known else _waits()
        mode = wire_mode(display.mode_at(self._registry.now(), self._registry.zone(display)))
        return data({"human_readable_id": display.id, "token_key": token, "mode": mode})

    async def poll(self, request: Request, display: Display) -> Response:
        """Tell the mode of the display of a hardware id, which may be another's."""
        self._registry.see(display, POLL_SECONDS, read_contact(request.headers))
        query = dict(request.query_params)
        values, errors = validated(query, _POLL)
        if errors:
            return data({"detail": "Invalid query parameters", "errors": errors}, 400)
        wanted = self._registry.roster.of_hardware(values["hardware_id"])
        if wanted is None or not wanted.approved:
            told = f"Display with hardware key {values['hardware_id']} not found"
            reason = "Display matching query does not exist."
            return data({"detail": told, "error": reason}, 404)
        mode = wanted.mode_at(self._registry.now(), self._registry.zone(wanted))
        return data({"mode": wire_mode(mode)})

    async def button(self, request: Request, display: Display) -> Response:
        """Obey a press."""
        self._registry.see(display, POLL_SECONDS, read_contact(request.headers))
        values, errors = validated(await json_body(request), _BUTTON)
        if errors:
            return data({"detail": "Invalid JSON body", "errors": errors}, 400)
        button: Button = values["button_pressed"]
        await self._registry.press(display.id, button)
        return data({"ok": True, "button": button})


def _known() -> Response:
    told = "Display already provisioned. Authenticate to fetch/rotate token."
    return data({"detail": told, "code": "already_provisioned"}, 409)


def _waits() -> Response:
    told = "This display waits for its owner's approval."
    return data({"detail": told, "code": "awaiting_approval"}, 403)
