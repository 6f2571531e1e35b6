"""How loud: held against the same in floating point, sample by sample."""

import random
import time

import pytest

from media.audio.level import Loudness, exceeds, gain, levelled, peak, scaled
from media.audio.sound import Form
from tests.media.audio.sounds import samples_of, sine

MONO = Form(16000, 1)
STEREO = Form(16000, 2)


def pcm(*samples: int) -> bytes:
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)


@pytest.mark.parametrize("factor", [0.0, 0.0001, 1 / 3, 0.5, 0.999, 1.0, 1.0001, 2.5, 32767 / 9000])
@pytest.mark.parametrize("count", [1, 2, 3, 2048, 2049])
def test_scaled_is_rounded_to_the_nearest(factor: float, count: int) -> None:
    """Whatever the length, no lane touches its neighbour."""
    dice = random.Random(count)
    edges = (-9000, 9000, 0, -1, 1)
    samples = [dice.choice((*edges, dice.randint(-9000, 9000))) for _ in range(count)]
    got = samples_of(scaled(pcm(*samples), factor))
    for sample, value in zip(samples, got, strict=True):
        assert abs(value - sample * factor) <= 0.5 + abs(sample) / 2**17
    assert scaled(b"", factor) == b""


@pytest.mark.parametrize("height", [1, 2, 3, 999, 9000, 32766, 32767, 32768])
def test_the_peak_becomes_full_scale(height: int) -> None:
    """Exactly, with either sign, and nothing beyond it."""
    loudest = (-height, min(height, 32767))
    got = samples_of(scaled(pcm(*loudest, 0, height // 2), gain(height, 100)))
    assert max(map(abs, got)) in {32767, 32768}
    assert got[2] == 0


def test_what_would_be_too_large_is_full_scale() -> None:
    """A file that was changed behind our back is loud, and never wraps round to noise."""
    got = samples_of(scaled(pcm(20000, -20000, 32767, -32768, 1, 0), 3.0))
    assert got == [32767, -32767, 32767, -32767, 3, 0]
    for sample in (10922, 10923, -10922, -10923):  # at the edge
        assert abs(samples_of(scaled(pcm(sample, 7), 3.0))[0] - sample * 3) <= 2


def test_gain() -> None:
    """Normalised where the peak is known; a volume outside of 0 to 100 is brought back."""
    assert gain(None, 100) == 1.0
    assert gain(0, 100) == 1.0
    assert gain(16383, 50) == pytest.approx(1.0, rel=0.001)
    assert gain(None, 0) == gain(None, -5) == 0.0
    assert gain(None, 400) == 1.0


@pytest.mark.parametrize("samples", [[5, -9, 3], [9], [-32768, 3], [32767, 0], [0, 0], [-1]])
def test_exceeds_and_peak(samples: list[int]) -> None:
    """The same as a loop over the samples finds, for every limit that could matter."""
    largest = max(map(abs, samples))
    for limit in {0, max(largest - 1, 0), min(largest, 32767), 32767}:
        assert exceeds(pcm(*samples), limit) == (largest > limit), limit
    assert peak(pcm(*samples)) == largest
    assert peak(pcm(*samples), 32768) == 32768
    assert peak(pcm(*samples), 4) == max(largest, 4)


def test_ramp() -> None:
    """From silence in a straight line to the loudness, by frames and not by samples."""
    block = pcm(*([10000] * 2 * 16000))
    got = samples_of(b"".join(levelled(iter([block]), STEREO, None, Loudness(50, 1.0))))
    assert len(got) == 32000
    assert got[:512] == [0] * 512
    assert got[::512] == sorted(got[::512])
    assert got[-1] == pytest.approx(5000, rel=0.03)
    assert got[16000] == pytest.approx(2500, rel=0.03)
    again = samples_of(b"".join(levelled(iter([block]), STEREO, None, Loudness(50, 1.0), 16000)))
    assert set(again) == {5000}, "the next pass of the ring begins where this one ended"


def test_ramp_over_many_blocks() -> None:
    """It goes on where the last block ended."""
    blocks = [pcm(*([1000] * 1600))] * 20
    got = samples_of(b"".join(levelled(iter(blocks), MONO, 1000, Loudness(100, 1.0))))
    assert got == sorted(got)
    assert got[-1] == 32767
    assert got[-8000] > 16000


def test_a_loop_is_slower() -> None:
    """The reason for lanes: at least twice as fast as the plainest loop over the samples."""
    block = pcm(*sine(0.128))

    def seconds(action: object) -> float:
        assert callable(action)
        best = 1.0
        for _ in range(20):
            started = time.perf_counter()
            action()
            best = min(best, time.perf_counter() - started)
        return best

    samples = samples_of(block)
    loop = seconds(lambda: [(sample * 238600 + 32768) >> 16 for sample in samples])
    assert seconds(lambda: scaled(block, 3.64)) < loop / 2
