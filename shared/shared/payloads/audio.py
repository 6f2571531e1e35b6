"""Sound that is streamed. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class AudioFormat(Struct, frozen=True, kw_only=True):
    """What a stream carries now; the sound follows as raw PCM on the stream's own topic."""

    state: Annotated[Literal["playing", "idle"], Meta(description="Whether sound is coming")]
    sample_rate: Annotated[int | None, Meta(description="Frames a second")] = None
    channels: Annotated[int | None, Meta(description="Samples of a frame")] = None
    bits: Annotated[
        int | None, Meta(description="Bits of a sample, signed, the low byte first")
    ] = None
    alarm: Annotated[
        str | None, Meta(description="The alarm that it is for; with idle, the one that is over")
    ] = None
    ring: Annotated[int | None, Meta(description="Number of that alarm's ring")] = None
    listeners: Annotated[
        int, Meta(description="Clients that get it from bridges, 1 more for the Pi's own speaker")
    ] = 0


class AudioListeners(Struct, frozen=True, kw_only=True):
    """How many clients of a bridge get a stream."""

    count: Annotated[int, Meta(description="Clients that are connected")]
