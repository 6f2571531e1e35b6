"""What responses of the HTTP API have in common. Pure."""

from datetime import UTC, datetime

from shared.http.message import PHRASES, Heads, Response

JSON, HTML = "application/json", "text/html; charset=utf-8"
ALLOWED = ("allow", "GET, HEAD, OPTIONS")


def error_page(status: int, text: str) -> Response:
    """Return an error for people to read."""
    title = PHRASES[status]
    body = (
        f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n"
        f"<h1>{title}</h1>\n<p>{text}</p>\n"
    )
    return Response(body.encode(), HTML, status, (ALLOWED,) if status == 405 else ())


class ApiHeads(Heads):
    """Heads as the older system had them."""

    def __init__(self, cache_seconds: int) -> None:
        super().__init__(
            (
                b"x-content-type-options: nosniff\r\n"
                b"x-frame-options: DENY\r\n"
                b"x-xss-protection: 1; mode=block\r\n"
                b"cache-control: public, max-age=%d\r\n"
                b"vary: Accept-Encoding\r\n"
            )
            % cache_seconds
        )

    def timed(self, now: float) -> bytes:
        """Return the moment of the answer; `now` is Unix time."""
        told = datetime.fromtimestamp(now, UTC).replace(tzinfo=None).isoformat("T", "microseconds")
        return b"x-response-time: %s\r\n" % told.encode()
