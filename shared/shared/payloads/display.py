"""Pictures for displays. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.payloads.time import Time


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
        str, Meta(description="What is shown: idle, alarm:ID, pushed, or a file's name")
    ]
    at: Annotated[Time, Meta(description="Since when")]
    url: Annotated[
        str | None, Meta(description="Where a bitmap is that is too large for a topic (64 kB)")
    ] = None
