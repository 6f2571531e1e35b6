"""Answers of the HTTP API, with the headers that its older server has sent."""

import json
from email.utils import formatdate
from typing import Any

from starlette.responses import Response

COMMON = {
    "Vary": "Accept",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
NO_STORE = {"Cache-Control": "no-store"}


def answer(
    body: bytes, media_type: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return an answer; it is not to be kept unless `headers` say so."""
    own = {"Content-Type": media_type, "Date": formatdate(usegmt=True), **(headers or {})}
    return Response(body, status, {**COMMON, **NO_STORE, **own})


def data(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:  # noqa: ANN401
    """Return an answer in JSON, without blanks and with letters as they are."""
    # What came from outside may hold half a surrogate pair, which UTF-8 has no bytes for
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return answer(text.encode(errors="backslashreplace"), "application/json", status, headers)


def detail(text: str, status: int, **headers: str) -> Response:
    """Return an answer that only says what is wrong; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return data({"detail": text}, status, named)


def too_many(wait_seconds: int) -> Response:
    """Return the answer to an address that has failed too often."""
    text = f"Request was throttled. Expected available in {wait_seconds} seconds."
    return detail(text, 429, Retry_After=str(wait_seconds))


def page(text: str, status: int = 200) -> Response:
    """Return a small HTML page."""
    html = f'<!doctype html>\n<html lang="en"><title>{text}</title><h1>{text}</h1></html>\n'
    return answer(html.encode(), "text/html; charset=utf-8", status)
