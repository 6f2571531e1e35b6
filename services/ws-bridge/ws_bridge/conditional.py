"""Whether a client has a file already, and which part of it is wanted. Pure.

Source: RFC 9110, sections 13 and 14.
"""

import re
from email.utils import parsedate_to_datetime

from shared.http.message import Request

_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII)
_MOST_DIGITS = 18


def etag(changed_ns: int, size: int) -> str:
    """Return what a file's content is known by."""
    return f'"{changed_ns:x}-{size:x}"'


def is_unchanged(request: Request, tag: str, changed_at: int) -> bool:
    """Tell whether the client has this content; `changed_at` is Unix time in seconds."""
    tags = request.header(b"if-none-match")
    if tags is not None:
        known = {each.strip().removeprefix("W/") for each in tags.split(",")}
        return bool(known & {tag, "*"})
    since = _time(request.header(b"if-modified-since"))
    return since is not None and changed_at <= since


def wanted_range(request: Request, size: int, tag: str, changed_at: int) -> range | None:
    """Return the bytes that are wanted, None for the whole; empty when they are not there.

    Several ranges at once, and what cannot be understood, are the whole.
    """
    found = _RANGE.fullmatch(request.header(b"range") or "")
    if request.method != "GET" or found is None or not any(found.groups()):
        return None
    if max(map(len, found.groups())) > _MOST_DIGITS:
        return None
    condition = request.header(b"if-range")
    if condition is not None and condition != tag and _time(condition) != changed_at:
        return None
    first, last = found.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _time(text: str | None) -> int | None:
    """Return the Unix time that a header names, None when it is none."""
    try:
        return None if text is None else int(parsedate_to_datetime(text).timestamp())
    except (ValueError, OverflowError):
        return None
