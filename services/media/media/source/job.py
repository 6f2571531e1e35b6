"""What a child of `media` is asked to get, and what it answers; both JSON on its pipes. Pure."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Kind = Literal["open-meteo", "openweathermap", "calendar", "news"]


class Job(Struct, frozen=True, kw_only=True):
    """A source and what is known of it.

    `url` is a base address (weather), an address, or a path (of a calendar). `timezone` is the
    setting `TZ`, "" for the machine's. `etag` and `last_modified` are of the last answer.
    """

    kind: Kind
    name: str
    url: str
    now: datetime
    timezone: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    place: str = ""
    key: str = ""
    etag: str | None = None
    last_modified: str | None = None
    wait_seconds: Annotated[float, Meta(gt=0)] = 10.0


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of it.

    `new`: `value` is the JSON of a Weather, a list of Events or a list of NewsItems; `same`: what
    was had before is still so; `error`: why it could not be had, without any address or key.
    `note` is what was left out.
    """

    status: Literal["new", "same", "error"]
    value: msgspec.Raw = msgspec.Raw(b"null")
    etag: str | None = None
    last_modified: str | None = None
    error: str = ""
    note: str = ""
    retry_after_seconds: float | None = None
    lasting: bool = False
