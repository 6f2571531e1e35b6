"""What is sent to a display's `set` topic, and what waits of it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from media.display import obedience as module
from media.display.obedience import Wishes
from media.display.wish import Push
from media.showing import Showing
from shared.subscription import Received
from shared.testing import TIMEOUT_SECONDS
from tests.media.bitmap.pictures import halves, photo, saved
from tests.media.wall import Wall, eink, wall


class _Broker:
    """Takes what is published, and tells nobody."""

    def publish(self, *_: Any, **__: Any) -> bool:
        return True

    clear = subscribe = publish


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Wall]:
    async with wall(tmp_path) as there:
        there.registry.roster.put(eink())
        yield there


@pytest.fixture
def wishes(there: Wall) -> Wishes:
    return Wishes(there.registry, Showing(_Broker(), there.registry, there.pictures))  # type: ignore[arg-type]


def send(wishes: Wishes, payload: bytes, id_: str = "rlcd", *, retained: bool = False) -> None:
    wishes.take(Received(payload, {"id": id_}, retained=retained))


@contextlib.asynccontextmanager
async def obeying(wishes: Wishes) -> AsyncIterator[None]:
    """Obey until all is done that was sent before."""
    async with asyncio.timeout(3 * TIMEOUT_SECONDS), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(wishes.obey())
        yield
        while wishes._waiting or not wishes.rests:
            await asyncio.sleep(0.01)
        task.cancel()


def waiting(wishes: Wishes) -> list[Any]:
    return [wish for _, wish in wishes._waiting.values()]


async def test_pictures_modes_and_back(wishes: Wishes, there: Wall) -> None:
    """The newest wish counts, whatever it is."""

    async def after(*payloads: bytes) -> tuple[bool, str | None]:
        async with obeying(wishes):
            for payload in payloads:
                send(wishes, payload)
        display = there.registry.get("rlcd")
        override = display.override
        return display.pushed is not None, override.mode if override else None

    for form in ("PNG", "JPEG", "GIF", "WEBP"):
        picture = halves() if form == "JPEG" else photo()
        assert await after(saved(picture, form)) == (True, None)
    assert await after(b"photo") == (False, "photo")
    assert await after(saved(photo())) == (True, "photo")
    assert await after(b"next") == (False, "photo")
    assert await after(saved(photo()), b"") == (False, None)
    assert await after(b'{"mode": "boot", "for_seconds": 60}') == (False, "boot")
    until = there.clock.now + timedelta(seconds=60)
    override = there.registry.get("rlcd").override
    assert override is not None
    assert override.until_at == until
    assert there.registry.get("rlcd").turn == 1


async def test_a_picture_that_waits_gives_way(wishes: Wishes) -> None:
    """To the next of its display: however many are sent, one is held."""
    for number in range(200):
        send(wishes, saved(photo((number + 8, 8))))
    send(wishes, saved(halves()), "a")
    assert waiting(wishes) == [Push(saved(photo((207, 8)))), Push(saved(halves()))]
    send(wishes, b"auto")
    assert [type(each).__name__ for each in waiting(wishes)] == ["Push", "Wish"]


async def test_what_waits_is_bounded(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By number and by bytes; what is too much is said."""
    monkeypatch.setattr(module, "_MOST_WAITING_BYTES", 100)
    send(wishes, saved(photo()))
    send(wishes, saved(photo()), "a")
    assert "display a: command lost: too many wait" in caplog.text
    for _ in range(200):
        send(wishes, b"next")
    assert len(waiting(wishes)) == 100
    assert "display rlcd: command lost: too many wait" in caplog.text


async def test_what_cannot_be_done_costs_one_line(
    wishes: Wishes, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is sent; the next picture is shown."""
    caplog.set_level(logging.INFO)
    async with obeying(wishes):
        for _ in range(2):
            send(wishes, b"party", "a")
            send(wishes, saved(photo())[:99])
            send(wishes, b"photo", "kitchen")
        await asyncio.sleep(0)
    async with obeying(wishes):
        send(wishes, saved(photo())[:99])
    told = [record.getMessage() for record in caplog.records]
    assert [each.partition(";")[0][:54] for each in told] == [
        "display a: command ignored, not understood: Invalid en",
        "display kitchen: is not known",
        "display rlcd: the picture that was sent is broken (ima",
    ]
    async with obeying(wishes):
        send(wishes, saved(photo()))
    assert "display rlcd: all right again" in caplog.messages


async def test_a_retained_command_is_ignored(
    wishes: Wishes, caplog: pytest.LogCaptureFixture
) -> None:
    """It would be obeyed again after each restart."""
    send(wishes, b"photo", retained=True)
    assert not waiting(wishes)
    assert "retained command ignored" in caplog.text
