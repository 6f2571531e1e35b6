"""A sound that can be played: its form, and its samples piece by piece. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import MantelError

BITS = 16
"""Every sound is signed 16-bit, the low byte first, whatever its file holds."""
FULL_SCALE = 32767
"""0 dBFS: the largest sample that is the same with either sign."""


class SoundError(MantelError):
    """A sound cannot be had from its file; the message says why."""


@dataclass(frozen=True)
class Form:
    """What one must know to play raw PCM."""

    sample_rate: int
    """Frames a second."""
    channels: int
    """Samples of a frame, 1 or 2."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return self.channels * BITS // 8

    @property
    def bytes_per_second(self) -> int:
        """Bytes of one second in real time."""
        return self.sample_rate * self.frame_bytes


@dataclass(frozen=True)
class Sound:
    """A sound that was opened: `blocks` yields its PCM once, whole frames at a time.

    Whoever takes a block waits for the disk and the decoder. `peak` is its largest sample,
    0 to 32768; None where nobody has looked yet.
    """

    name: str
    form: Form
    blocks: Iterator[bytes]
    peak: int | None = None
