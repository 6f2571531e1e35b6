"""A child that answers: what it may not do, and what its end costs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from media import child_process
from media.child_process import Child, ChildError, NoChildError, ask
from shared.testing import TIMEOUT_SECONDS

MODULE = "tests.media.odd_child"
PATIENCE = 3 * TIMEOUT_SECONDS  # a child yields to all others


@pytest.fixture
async def child() -> AsyncIterator[Child]:
    child = Child(MODULE, idle_seconds=PATIENCE)
    yield child
    await child.close()


async def told(child: Child, word: str, most_seconds: float = PATIENCE) -> Any:
    return json.loads(await child.ask(json.dumps(word).encode(), most_seconds=most_seconds))


async def test_one_process_answers_all_in_order(child: Child) -> None:
    """Also many at once, and long ones."""
    words = [str(number) * 100_000 for number in range(9)]
    answers = await asyncio.gather(*(told(child, word) for word in words))
    assert [word for word, _ in answers] == words
    assert {pid for _, pid in answers} == {child.pid}


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("crash", r"ends its process \(-11\)"), ("kill", "takes more memory than there is"),
        ("loop", "takes too long"), ("raise", "ValueError: this is odd"),
    ],
)  # fmt: skip
async def test_its_end_costs_one_answer(child: Child, word: str, error: str) -> None:
    """It is told why, and the next question starts another."""
    with pytest.raises(ChildError, match=error) as caught:
        await told(child, word)
    assert caught.value.late == (word == "loop")
    assert (await told(child, "next"))[0] == "next"


async def test_who_waits_no_longer_gets_no_other_answer(child: Child) -> None:
    """Because the time was up, and because the one who asked has gone."""
    with pytest.raises(ChildError, match="takes too long"):
        await told(child, "wait", 0.5)
    gone = asyncio.create_task(told(child, "wait"))
    async with asyncio.timeout(PATIENCE):
        while child.pid is None:
            await asyncio.sleep(0.01)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (await told(child, "next"))[0] == "next"


async def test_an_answer_without_end_is_not_waited_for(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would fill our memory; the next one is asked of another."""
    monkeypatch.setattr(child_process, "MOST_ANSWER_BYTES", 1000)
    with pytest.raises(ChildError, match="answers more than can be right"):
        await told(child, "x" * 1000)
    assert (await told(child, "next"))[0] == "next"


async def test_what_it_may_take(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """Little memory; it goes first where there is none left; and it knows no secret."""
    monkeypatch.setenv("MQTT_PASSWORD", "secret")
    assert await told(child, "memory") == "too much"
    score, nice, names = await told(child, "facts")
    assert (score, nice) == ("1000", 10)
    assert "PATH" in names
    assert not [name for name in names if name.startswith("MQTT_")]


async def test_it_ends_when_it_is_idle() -> None:
    """And when it was started for one question; nothing is left behind."""
    child = Child(MODULE, idle_seconds=0.01)
    _, pid = await told(child, "a")
    async with asyncio.timeout(PATIENCE):
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.01)
    assert child.pid is None
    await child.close()
    with pytest.raises(NoChildError):
        await told(child, "b")
    _, pid = json.loads(await ask(MODULE, b'"c"', most_seconds=PATIENCE))
    assert not Path(f"/proc/{pid}").exists()
