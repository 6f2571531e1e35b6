"""What comes and goes over HTTP: requests, and responses with the headers that all have. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

Header = tuple[bytes, bytes]

JSON, HTML = "application/json", "text/html; charset=utf-8"
ALLOWED = ("allow", "GET, HEAD, OPTIONS")

_TARGET = re.compile(r"(?:https?://[^/?#]+)?(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?")

_PHRASES = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Request(NamedTuple):
    """A request without its body, which no path needs; names of headers are in small letters."""

    method: str
    target: bytes
    """As it was sent: path and query, or a whole URL."""
    headers: list[Header]
    peer: str
    """The client's address, without its port."""

    @property
    def path(self) -> str:
        """Its path, without % escapes; empty when the target is none."""
        found = _TARGET.fullmatch(self.target.decode("latin-1"))
        return unquote(found["path"] or "/") if self.target and found else ""

    @property
    def query(self) -> dict[str, str]:
        """Its parameters; of one that is repeated the first counts."""
        found = _TARGET.fullmatch(self.target.decode("latin-1"))
        text = found["query"] if found else None
        return dict(reversed(parse_qsl(text or "", keep_blank_values=True)))


class Response(NamedTuple):
    """An answer; `headers` are those that not every answer has."""

    body: bytes
    kind: str
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()


def error_page(status: int, text: str) -> Response:
    """Return an error for people to read."""
    title = _PHRASES[status]
    body = (
        f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n"
        f"<h1>{title}</h1>\n<p>{text}</p>\n"
    )
    return Response(body.encode(), HTML, status, (ALLOWED,) if status == 405 else ())


class Heads:
    """Makes the heads of all responses; `now` is Unix time."""

    def __init__(self, cache_seconds: int) -> None:
        self._fixed = (
            b"x-content-type-options: nosniff\r\n"
            b"x-frame-options: DENY\r\n"
            b"x-xss-protection: 1; mode=block\r\n"
            b"cache-control: public, max-age=%d\r\n"
            b"vary: Accept-Encoding\r\n"
        ) % cache_seconds
        self._date = (0, b"")

    def start(self, now: float, status: int = 200) -> bytes:
        """Return the first lines; those of the body, and an empty one, are still to come."""
        if int(now) != self._date[0]:
            self._date = int(now), formatdate(now, usegmt=True).encode()
        told = datetime.fromtimestamp(now, UTC).replace(tzinfo=None).isoformat("T", "microseconds")
        return b"HTTP/1.1 %d %s\r\n%sx-response-time: %s\r\ndate: %s\r\n" % (
            status, _PHRASES[status].encode(), self._fixed, told.encode(), self._date[1],
        )  # fmt: skip

    def encoded(
        self, response: Response, now: float, *, is_last: bool, is_head: bool = False
    ) -> bytes:
        """Return a response as it goes over the wire.

        `is_last` says that the connection ends with it, `is_head` that the body was not asked for.
        """
        headers = [("content-type", response.kind), *response.headers]
        headers.append(("content-length", str(len(response.body))))
        if is_last:
            headers.append(("connection", "close"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        return self.start(now, response.status) + lines.encode() + response.body * (not is_head)
