"""What is sent to a display's `set` topic, over a real broker."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from media.display_set import Newest, obey_pictures, wanted
from media.settings import Settings
from media.showing import Showing
from shared.errors import PayloadError
from shared.mqtt import Mqtt
from shared.payloads import DisplayFrame
from shared.subscription import Received
from shared.testing import TIMEOUT_SECONDS, Broker, Client
from shared.topics import DISPLAY_FRAME
from tests.media.bitmap.pictures import halves, photo, saved

SET, FRAME = "mantel/display/rlcd/set", "mantel/display/rlcd/frame"

Exchange = tuple[Callable[..., Awaitable[None]], Callable[[], Awaitable[DisplayFrame]]]


@pytest.mark.parametrize(
    "message", [b"", b" \n", b"idle", b'{"mode": "idle"}', b'{"mode":"idle","for_seconds":60}']
)
def test_nothing_and_idle_mean_the_idle_picture(message: bytes) -> None:
    """A field that is not known is ignored."""
    assert wanted(message) is None


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (b"{", "payload ignored"),
        (b"{}", "payload ignored: .*`mode`"),
        (b'{"mode": 1}', "payload ignored"),
        (b'{"mode": "party"}', "mode 'party' is not known: idle is"),
    ],
)
def test_an_unknown_wish_is_refused(message: bytes, problem: str) -> None:
    """With what is known."""
    with pytest.raises(PayloadError, match=problem):
        wanted(message)


def test_all_else_is_a_picture() -> None:
    """Byte for byte."""
    data = saved(photo())
    assert wanted(data) == data


async def test_of_many_messages_the_newest_is_taken() -> None:
    """A picture that waits is replaced: however many are sent, one is held."""
    newest = Newest("rlcd")
    for text in (b"a", b"b", b"c"):
        newest.put(Received(text, {"id": "rlcd"}, retained=False))
    assert await newest.take() == b"c"
    taking = asyncio.create_task(newest.take())
    await asyncio.sleep(0)
    newest.put(Received(b"", {"id": "rlcd"}, retained=False))
    async with asyncio.timeout(TIMEOUT_SECONDS):
        assert await taking == b""


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    """What sends to a display, and what receives the next frame that it is told."""
    with Broker(tmp_path) as broker, Client(broker) as client:
        settings = Settings(
            mantel_node="pi",
            mqtt_host=broker.host,
            mqtt_port=broker.port,
            mqtt_username="media",
            mqtt_password=broker.password("media"),
        )
        client.subscribe(FRAME)

        async def send(payload: bytes, topic: str = SET) -> None:
            await asyncio.to_thread(client.publish, topic, payload)

        async def frame() -> DisplayFrame:
            return DISPLAY_FRAME.decode(bytes((await asyncio.to_thread(client.receive)).payload))

        async with Mqtt(settings, "media") as mqtt, asyncio.TaskGroup() as tasks:
            showing = Showing(mqtt, tmp_path / "assets")
            obeying = tasks.create_task(obey_pictures(mqtt, showing))
            await showing.idle()
            assert (await frame()).source == "idle"
            yield send, frame
            obeying.cancel()


async def test_a_picture_is_shown_until_it_is_taken_back(exchange: Exchange) -> None:
    """PNG, JPEG, GIF and WebP; an empty message brings the idle picture."""
    send, frame = exchange
    versions: set[str] = set()
    for form in ("PNG", "JPEG", "GIF", "WEBP"):
        picture = halves() if form == "JPEG" else photo((10 * len(versions) + 50, 90))
        await send(saved(picture, form))
        shown = await frame()
        assert (shown.source, shown.bytes) == ("pushed", 5000)
        versions.add(shown.version)
    assert len(versions) == 4
    await send(b"")
    assert (await frame()).source == "idle"
    await send(saved(photo()))
    assert (await frame()).source == "pushed"
    await send(b'{"mode": "idle"}')
    assert (await frame()).source == "idle"


async def test_what_cannot_be_shown_costs_one_line(
    exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is sent; what is shown stays, and the next picture is shown."""
    caplog.set_level(logging.WARNING)
    send, frame = exchange

    async def said(beginning: str) -> None:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not any(each.getMessage().startswith(beginning) for each in caplog.records):
                await asyncio.sleep(0.01)

    await send(b"hello")
    await said("display rlcd: the picture that was sent is no PNG, JPEG, GIF or WebP; not shown")
    await send(b"hello")
    await send(b"x", "mantel/display/kitchen/set")
    await said("display kitchen: is not known; what is sent to it is lost")
    await send(saved(photo())[:99])
    await said("display rlcd: the picture that was sent is broken")
    await send(b'{"mode": "party"}')
    await said("display rlcd: mode 'party' is not known")
    assert len(caplog.records) == 4
    await send(saved(halves()))
    assert (await frame()).source == "pushed"
