"""The JSON body of a request, or the answer to one that has none."""

import json
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from media.http.answer import detail

_MOST_BYTES = 64_000


class NoBodyError(Exception):
    """The body cannot be read; `answer` says why, None when nobody is there to hear it."""

    def __init__(self, answer: Response | None) -> None:
        super().__init__("no body")
        self.answer = answer


async def whole_body(request: Request, most_bytes: int) -> bytes:
    """Return the body as it is; NoBodyError."""
    parts, length = [], 0
    try:
        async for part in request.stream():
            length += len(part)
            if length <= most_bytes:
                parts.append(part)
            elif length > most_bytes * 5 // 4:
                break  # of one that is a little too large the rest is read: else no answer is seen
    except ClientDisconnect:
        raise NoBodyError(None) from None
    if length > most_bytes:
        raise NoBodyError(detail("Request body is too large.", 413, Connection="close"))
    return b"".join(parts)


async def json_body(request: Request, most_bytes: int = _MOST_BYTES) -> Any:  # noqa: ANN401
    """Return what the body says; none at all is an empty object. NoBodyError."""
    raw = await whole_body(request, most_bytes)
    if not raw:
        return {}
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise NoBodyError(detail(f'Unsupported media type "{kind}" in request.', 415))
    try:
        return json.loads(raw.decode(), parse_constant=_refuse)
    except RecursionError:
        problem = "nested too deeply"
    except ValueError as error:
        problem = str(error)
    raise NoBodyError(detail(f"JSON parse error - {problem}", 400))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"Out of range float values are not JSON compliant: {constant!r}")
