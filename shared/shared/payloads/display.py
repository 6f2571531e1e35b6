"""Pictures for displays. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.payloads.time import Time

DisplayMode = Literal["news", "photo", "dashboard", "boot", "idle"]


class DisplayFrame(Struct, frozen=True, kw_only=True):
    """What a display shows; published after its bitmap."""

    version: Annotated[
        str, Meta(description="Hash of the bitmap: its BLAKE2b of 16 bytes, as 32 hex digits")
    ]
    width: Annotated[int, Meta(description="Pixels")]
    height: Annotated[int, Meta(description="Pixels")]
    format: Annotated[str, Meta(description="How the bitmap is packed")]
    bytes: Annotated[int, Meta(description="Length of the bitmap")]
    source: Annotated[
        str,
        Meta(description="What is shown: idle, alarm:ID, pushed, calibration, or a file's name"),
    ]
    at: Annotated[Time, Meta(description="Since when")]
    url: Annotated[
        str | None,
        Meta(
            description="Where a bitmap is that is on no topic: one of more than 64 kB, "
            "or of a display that asks"
        ),
    ] = None


class DisplayState(Struct, frozen=True, kw_only=True):
    """How a display does."""

    mode: Annotated[DisplayMode, Meta(description="What it is to show")]
    mode_until_at: Annotated[
        Time | None,
        Meta(description="When what it shows changes next; null: not as far as is known"),
    ]
    override: Annotated[
        DisplayMode | None, Meta(description="What beats its schedule now; null: nothing")
    ]
    last_seen_at: Annotated[Time | None, Meta(description="When it asked last; null: never")]
    next_wake_at: Annotated[Time | None, Meta(description="When it is expected to ask again")]
    battery_percent: Annotated[int | None, Meta(description="Null where it does not tell")]
    battery_low: Annotated[
        bool | None, Meta(description="It wants to be charged, and is not; null where not told")
    ]
    rssi_dbm: Annotated[int | None, Meta(description="Its radio signal; null where not told")]
    firmware: Annotated[str | None, Meta(description="Its version; null where not told")]
    availability: Annotated[
        Literal["online", "sleeping", "offline"] | None,
        Meta(
            description="offline: two intervals past its wake, or never seen; "
            "null: it is told by topic, and says nothing of itself"
        ),
    ]
    theme: Annotated[
        str | None, Meta(description="Chosen for its pages; null: the one that suits its screen")
    ] = None
