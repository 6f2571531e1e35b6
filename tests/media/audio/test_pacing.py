"""Deadlines of chunks."""

import pytest

from media.audio.pacing import CHUNK_BYTES, Timeline, chunks

CD = 44100 * 4
PERIOD = 0.9 * CHUNK_BYTES / CD


def test_chunks() -> None:
    """4096 bytes each and a shorter last one, however the blocks are cut."""
    data = bytes(range(256)) * 40
    for size in (1000, 4096, 5000, 20000):
        blocks = (data[start : start + size] for start in range(0, len(data), size))
        got = list(chunks(blocks))
        assert [len(chunk) for chunk in got] == [4096, 4096, 2048]
        assert b"".join(got) == data
    assert list(chunks(iter([b"", bytes(4096)]))) == [bytes(4096)]
    assert list(chunks(iter([]))) == []


def test_absolute_deadlines_do_not_drift() -> None:
    """An hour of sends that are each a little late ends in time."""
    timeline = Timeline(100.0, CD)
    count = round(3600 / PERIOD)
    for _ in range(count):
        timeline.sent(CHUNK_BYTES, timeline.due + 0.004)
    assert timeline.due == pytest.approx(100.0 + count * PERIOD, abs=1e-6)


def test_a_short_chunk_takes_less() -> None:
    """The end of a stream is 0.9 of its real time, to the byte."""
    timeline = Timeline(0.0, CD)
    timeline.sent(CHUNK_BYTES, 0.0)
    timeline.sent(1024, PERIOD)
    assert timeline.due == pytest.approx(0.9 * 5120 / CD)


def test_never_too_far_ahead() -> None:
    """At 0.9 until the sender is two seconds early, from there on in real time."""
    timeline = Timeline(0.0, CD, most_ahead=2.0)
    for second in range(1, 61):
        timeline.sent(CD, timeline.due)
        assert timeline.due == pytest.approx(max(0.9 * second, second - 2))


def test_after_a_long_pause_no_flood() -> None:
    """Four chunks are made up for at once; the fifth comes in its own time."""
    timeline = Timeline(0.0, CD)
    burst = 0
    now = 10.0
    while timeline.due <= now:
        timeline.sent(CHUNK_BYTES, now)
        burst += 1
    assert burst == 5, "the one that is due, and four before it"
    assert now < timeline.due <= now + PERIOD


def test_after_a_short_one_back_in_time() -> None:
    """What was lost is made up for, and the timeline is the old one."""
    timeline = Timeline(0.0, CD)
    for number in range(10):
        timeline.sent(CHUNK_BYTES, timeline.due + (3 * PERIOD if number == 4 else 0))
    assert timeline.due == pytest.approx(10 * PERIOD)
