"""How loud: the gain of a moment, and PCM multiplied by it. Pure.

Without numpy a loop over samples would cost a Pi more than all else that sound needs. Here a
piece of PCM is one long integer with a 32-bit lane for every second sample, so that one
multiplication scales a thousand samples at once: a fifth of the time of a loop.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from media.audio.sound import FULL_SCALE, Form

_FRACTION = 16  # bits of a gain behind the point; more would not fit a lane
_STEP_FRAMES = 256  # of a ramp: a gain that moves each 6 ms is heard as a smooth one


class Loudness(NamedTuple):
    """What an alarm asks for: percent of full scale, and how long it takes to get there."""

    percent: int = 100
    ramp_seconds: float = 0.0


def gain(peak: int | None, percent: int) -> float:
    """Return the factor by which a sound of this peak has `percent` of full scale.

    A sound that nobody has measured is left as it is, a silent one and one at full scale too.
    """
    full = FULL_SCALE / min(peak, FULL_SCALE) if peak else 1.0
    return full * max(0, min(percent, 100)) / 100


def levelled(
    blocks: Iterator[bytes], form: Form, peak: int | None, loudness: Loudness, played: int = 0
) -> Iterator[bytes]:
    """Yield the blocks as loud as they are to be; `played` frames of this ring came before."""
    most = gain(peak, loudness.percent)
    ramp = round(max(0.0, loudness.ramp_seconds) * form.sample_rate)
    for block in blocks:
        if played >= ramp:
            yield scaled(block, most)
            continue
        step = _STEP_FRAMES * form.frame_bytes
        pieces = []
        for start in range(0, len(block), step):
            pieces.append(scaled(block[start : start + step], most * min(1.0, played / ramp)))
            played += len(pieces[-1]) // form.frame_bytes
        yield b"".join(pieces)


def scaled(pcm: bytes, factor: float) -> bytes:
    """Return the samples times `factor`, rounded; what would be too large is full scale."""
    multiplier = round(factor * (1 << _FRACTION))
    if multiplier == 1 << _FRACTION:
        return pcm
    if multiplier <= 0:
        return bytes(len(pcm))
    half = 1 << _FRACTION - 1
    if factor > 1 and exceeds(pcm, ((1 << 15 + _FRACTION) - half - 1) // multiplier):
        return _clamped(pcm, multiplier)  # one lane would run over into the next
    lanes = _lanes(len(pcm))
    # With the sign bit turned over a sample is a number from 0 to 65535. Of the product the
    # offset's share is taken away and a new offset put in, with a half for rounding.
    offset = lanes.ones * ((1 << 15 + _FRACTION) + half - (multiplier << 15))
    even, odd = _halves(pcm, lanes)
    even = (even * multiplier + offset) >> _FRACTION & lanes.low
    odd = (odd * multiplier + offset) >> _FRACTION & lanes.low
    return ((even | odd << 16) ^ lanes.signs).to_bytes(lanes.length, "little")[: len(pcm)]


def exceeds(pcm: bytes, limit: int) -> bool:
    """Tell whether a sample is above `limit` or below -`limit` (0 to 32767)."""
    lanes = _lanes(len(pcm))
    above, below = lanes.ones * (32767 - limit), lanes.ones * (32768 - limit)
    carry = 0
    for half in _halves(pcm, lanes):  # what is too much carries into the 17th bit
        carry |= half + above | (lanes.low ^ half) + below
    return bool(carry & lanes.ones << 16)


def peak(pcm: bytes, least: int = 0) -> int:
    """Return the largest sample without its sign, or `least` when none is larger."""
    if least > FULL_SCALE or not exceeds(pcm, least):
        return least
    samples = memoryview(pcm).cast("h")
    return max(max(samples), -min(samples), least)


class _Lanes(NamedTuple):
    """Patterns for one length of PCM."""

    length: int  # bytes, filled up to whole lanes
    ones: int  # 1 in each lane
    low: int  # the lower half of each lane
    signs: int  # the sign bit of every sample


@lru_cache(maxsize=16)  # blocks are of a few lengths
def _lanes(length: int) -> _Lanes:
    count = -(-length // 4)
    ones = int.from_bytes(b"\1\0\0\0" * count, "little")
    return _Lanes(4 * count, ones, ones * 0xFFFF, ones * 0x8000_8000)


def _halves(pcm: bytes, lanes: _Lanes) -> tuple[int, int]:
    """Return the samples with even and with odd number, a lane each, from 0 to 65535."""
    every = int.from_bytes(pcm, "little") ^ lanes.signs
    return every & lanes.low, every >> 16 & lanes.low


def _clamped(pcm: bytes, multiplier: int) -> bytes:
    half = 1 << _FRACTION - 1
    return b"".join(
        max(-FULL_SCALE, min(sample * multiplier + half >> _FRACTION, FULL_SCALE)).to_bytes(
            2, "little", signed=True
        )
        for sample in memoryview(pcm).cast("h")
    )
