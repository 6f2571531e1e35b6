"""The beat of everything that is published in time."""

import asyncio

import pytest

from shared.pace import beats, on_beats
from shared.testing import TIMEOUT_SECONDS


async def test_beats_keep_to_the_timeline() -> None:
    """Work between two beats adds no drift, and a beat that was missed is not made up for."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    at = []
    async with asyncio.timeout(TIMEOUT_SECONDS):
        async for _ in beats(0.1):
            at.append(loop.time() - start)
            if len(at) == 6:
                break
            # the third beat takes two and a half intervals
            await asyncio.sleep(0.25 if len(at) == 3 else 0.04)
    for got, due in zip(at, [0.0, 0.1, 0.2, 0.5, 0.6, 0.7], strict=True):
        assert due <= got + 0.001
        assert got < due + 0.09


async def _acts() -> list[float]:
    """Return when each of four acts began, of which the second takes two and a half intervals."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    at = []

    def act() -> None:
        at.append(loop.time() - start)
        if len(at) == 2:
            while loop.time() - start < 0.35:
                pass
        if len(at) == 4:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await on_beats(0.1, act)
    return at


async def test_an_act_on_beats_keeps_to_the_same_timeline() -> None:
    """And what it raises ends the beat, and reaches the one who awaits it.

    A machine that is busy may be late now and then, not each of five times.
    """
    tries = [await _acts() for _ in range(5)]
    assert any(
        all(
            due <= got + 0.001 and got < due + 0.09
            for got, due in zip(at, [0.0, 0.1, 0.4, 0.5], strict=True)
        )
        for at in tries
    ), tries


async def test_beats_end_when_nobody_awaits_them() -> None:
    """A cancelled task leaves no timer behind."""
    acts = 0
    loop = asyncio.get_running_loop()

    def act() -> None:
        nonlocal acts
        acts += 1

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await on_beats(0.02, act)
    ended = acts
    later = loop.create_future()
    loop.call_later(0.05, later.set_result, None)
    await later
    assert acts == ended > 0
