"""Gets what is on the web; the only module that knows httpx, which takes 24 MB.

So it is imported in the child alone (`child.py`), which ends when it has its answer.
"""

import email.utils
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from media.source.reply_error import ReplyError
from shared import __version__

_MOST_REDIRECTS = 4
_MOST_SECONDS = 40.0  # altogether: who sends a byte now and then is not waited for either
_MOST_ERROR_BYTES = 4096
_REFUSED = {401: "is not let in (401)", 403: "is refused (403)"}
_GONE = {404: "is not there (404)", 410: "is gone (410)"}


@dataclass(frozen=True)
class Answer:
    """A body; None where it is the same as the one that is known."""

    body: bytes | None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""


def get(
    url: str,
    parameters: dict[str, str] | None = None,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    most_bytes: int,
    wait_seconds: float = 10.0,
) -> Answer:
    """Return what is at an http(s) address; ReplyError, whose text names no address.

    With `etag` or `last_modified` of an earlier answer, the server may say that it is the same.
    A body is at most `most_bytes` long when it is unpacked.
    """
    headers = {"User-Agent": f"Mantel/{__version__}"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with (
        _faults(wait_seconds),
        httpx.Client(
            follow_redirects=True, max_redirects=_MOST_REDIRECTS, timeout=wait_seconds
        ) as client,
        client.stream("GET", url, params=parameters or None, headers=headers) as reply,
    ):
        return _read(reply, most_bytes)


def post(
    url: str,
    *,
    key: str = "",
    json: dict[str, Any] | None = None,
    fields: dict[str, str] | None = None,
    files: dict[str, tuple[str, bytes, str]] | None = None,
    most_bytes: int,
    wait_seconds: float,
) -> bytes:
    """Send JSON, or fields and files ({field: (name, bytes, type)}) as a form; return the answer.

    ReplyError as in `get`. A redirect is not followed: the key is for this address alone.
    """
    headers = {"User-Agent": f"Mantel/{__version__}"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    with (
        _faults(wait_seconds),
        httpx.Client(timeout=wait_seconds) as client,
        client.stream("POST", url, headers=headers, json=json, data=fields, files=files) as reply,
    ):
        if reply.status_code not in {200, 201}:
            raise _refusal(reply, _body(reply, _MOST_ERROR_BYTES, cut=True))
        return _body(reply, most_bytes, most_seconds=wait_seconds)


@contextmanager
def _faults(wait_seconds: float) -> Iterator[None]:
    """Raise what goes wrong inside as ReplyError."""
    try:
        yield
    except httpx.TimeoutException:
        raise ReplyError(f"does not answer within {wait_seconds:g} s") from None
    except httpx.TooManyRedirects:
        raise ReplyError("leads from one address to the next without end") from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL):
        raise ReplyError("leads to an address that is not of the web") from None
    except httpx.ConnectError as error:
        raise ReplyError(f"cannot be reached ({str(error)[:100]})") from None
    except (httpx.DecodingError, httpx.RemoteProtocolError):
        raise ReplyError("broke off or garbled its answer") from None
    except (httpx.HTTPError, httpx.StreamError, UnicodeError, ValueError) as error:
        raise ReplyError(f"cannot be had ({type(error).__name__})") from None


def _read(reply: httpx.Response, most_bytes: int) -> Answer:
    """Return a good answer's body, and of a bad one what is wrong."""
    if reply.status_code == 304:
        return Answer(None)
    if reply.status_code != 200:
        raise _refusal(reply, _body(reply, _MOST_ERROR_BYTES, cut=True))
    return Answer(
        _body(reply, most_bytes),
        _short(reply.headers.get("etag")),
        _short(reply.headers.get("last-modified")),
        reply.headers.get("content-type", "")[:200],
    )


def _body(
    reply: httpx.Response,
    most_bytes: int,
    *,
    cut: bool = False,
    most_seconds: float = _MOST_SECONDS,
) -> bytes:
    ends = time.monotonic() + most_seconds
    body = bytearray()
    for chunk in reply.iter_bytes():
        body += chunk
        if len(body) > most_bytes:
            if cut:
                return bytes(body[:most_bytes])
            raise ReplyError(f"is larger than {most_bytes / 1e6:g} MB")
        if time.monotonic() > ends:
            raise ReplyError(f"takes longer than {most_seconds:g} s")
    return bytes(body)


class StatusError(ReplyError):
    """The server refuses with `status`; `body` is what it says."""

    def __init__(
        self, message: str, status: int, body: bytes, wait: float | None, *, lasting: bool
    ) -> None:
        super().__init__(message, retry_after_seconds=wait, lasting=lasting)
        self.status = status
        self.body = body


def _refusal(reply: httpx.Response, body: bytes) -> StatusError:
    status = reply.status_code
    wait = retry_after(reply.headers.get("retry-after", ""), datetime.now(UTC))
    lasting = status in _REFUSED or status in _GONE
    if status == 429:
        message = "was asked too often (429)"
    else:
        message = _REFUSED.get(status) or _GONE.get(status) or f"answers with an error ({status})"
    return StatusError(message, status, body, wait, lasting=lasting)


def retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for, by a number or a date."""
    if text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def _short(header: str | None) -> str | None:
    """Return a header that is to be sent back; a large one is not."""
    return header if header and len(header) <= 500 else None
