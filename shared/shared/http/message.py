"""Requests as a parser takes them down, and responses as they go over the wire. Pure."""

import re
from collections.abc import Sequence
from email.utils import formatdate
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote

Header = tuple[bytes, bytes]

_TARGET = re.compile(r"(?:https?://[^/?#]+)?(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?")

PHRASES = {
    200: "OK",
    206: "Partial Content",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    416: "Range Not Satisfiable",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_WITHOUT_BODY = {304}


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

    def header(self, name: bytes) -> str | None:
        """Return a header, None when it is absent; one that is repeated is joined by commas."""
        values = [value for key, value in self.headers if key == name]
        return b", ".join(values).decode("latin-1") if values else None


class Stream(Protocol):
    """A body that is sent in pieces, as the client takes them."""

    length: int

    async def read(self) -> bytes:
        """Return the next piece, empty at the end; OSError when it cannot be read."""

    def close(self) -> None:
        """Let go of what it is read from; called once, also when nothing was read."""


class Response(NamedTuple):
    """An answer; `headers` are those that not every answer has.

    A `kind` that is empty is not told.
    """

    body: bytes | Stream
    kind: str
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()


class Heads:
    """Makes the heads of all responses; `fixed` are lines that each of them has."""

    def __init__(self, fixed: bytes = b"") -> None:
        self._fixed = fixed
        self._date = (0, b"")

    def timed(self, now: float) -> bytes:  # noqa: ARG002 - for those who need it
        """Return lines that depend on the moment, beside the date; `now` is Unix time."""
        return b""

    def start(self, now: float, status: int = 200) -> bytes:
        """Return the first lines; those of the body, and an empty one, are still to come."""
        if int(now) != self._date[0]:
            self._date = int(now), formatdate(now, usegmt=True).encode()
        return b"HTTP/1.1 %d %s\r\n%s%sdate: %s\r\n" % (
            status, PHRASES[status].encode(), self._fixed, self.timed(now), self._date[1],
        )  # fmt: skip

    def encoded(
        self, response: Response, now: float, *, is_last: bool, is_head: bool = False
    ) -> bytes:
        """Return a response as it goes over the wire; of one with a stream the head alone.

        `is_last` says that the connection ends with it, `is_head` that the body was not asked for.
        """
        body = response.body
        headers = [("content-type", response.kind)] if response.kind else []
        headers += response.headers
        if response.status not in _WITHOUT_BODY:
            length = len(body) if isinstance(body, bytes) else body.length
            headers.append(("content-length", str(length)))
        if is_last:
            headers.append(("connection", "close"))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        head = self.start(now, response.status) + lines.encode("latin-1")
        return head if is_head or not isinstance(body, bytes) else head + body
