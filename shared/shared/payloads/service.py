"""What every service tells of itself. Pure."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from shared.payloads.time import Time

Availability = Literal["online", "offline"]

Request = dict[str, Any]
"""What is asked of a service: the fields that the verb needs, and a `transaction` of one's own."""


class Health(Struct, frozen=True, kw_only=True):
    """How a service does, sent on every connect and each minute."""

    version: Annotated[str, Meta(description="Version of Mantel")]
    uptime_seconds: Annotated[int, Meta(description="Since the process started")]
    rss_bytes: Annotated[int, Meta(description="Resident memory of the process")]
    reconnects: Annotated[int, Meta(description="Connections to the broker after the first")]
    published: Annotated[int, Meta(description="Messages sent")]
    received: Annotated[int, Meta(description="Messages received")]
    dropped: Annotated[
        int, Meta(description="Messages that a full queue or a lost connection cost")
    ]
    last_error: Annotated[
        str | None, Meta(description="The last warning, null when there was none")
    ]


class LogLine(Struct, frozen=True, kw_only=True):
    """A line of a service's log, WARNING or above."""

    at: Annotated[Time, Meta(description="When")]
    level: Annotated[str, Meta(description="WARNING, ERROR or CRITICAL")]
    message: Annotated[str, Meta(description="The text, at most 500 characters")]


class Response(Struct, frozen=True, kw_only=True):
    """The answer to a request."""

    status: Annotated[Literal["ok", "error"], Meta(description="Whether it was done")]
    data: Annotated[Any, Meta(description="What was asked for; null where nothing was")] = None
    error: Annotated[str | None, Meta(description="What is wrong, one sentence")] = None
    transaction: Annotated[
        str | int | None, Meta(description="As in the request, so that the asker knows its answer")
    ] = None
