"""What the RLCD shows, as it goes over a real broker."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from media import gallery
from media.agenda import show_displays
from media.bitmap.drawing import drawn
from media.bitmap.picture import PictureError
from media.bitmap.prepared import prepare
from media.bitmap.screen import RLCD
from media.display.display import Display, topic_display
from media.settings import Settings
from media.showing import Showing
from shared.mqtt import Mqtt
from shared.payloads import AlarmDefinition, DisplayFrame
from shared.testing import TIMEOUT_SECONDS, Broker, Client
from tests.media.bitmap.pictures import blank, halves, photo, saved
from tests.media.wall import eink, wall

BITMAP, FRAME, PREVIEW = (f"mantel/display/rlcd/{part}" for part in ("bitmap", "frame", "preview"))
WAKE = AlarmDefinition(id="wake", name="Wake", alarm_image="img/wake.png")
PLAIN = AlarmDefinition(id="plain", name="Plain")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def client(broker: Broker) -> Iterator[Client]:
    """Somebody who sees what the display is sent, and nothing of the test before."""
    with Client(broker) as client:
        for topic in (BITMAP, FRAME, PREVIEW):
            client.publish(topic, b"", retain=True)
        client.subscribe("mantel/display/#")
        client.drain()
        yield client


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Pictures of the user: the idle one is white, that of all alarms black."""
    (tmp_path / "assets/img").mkdir(parents=True)
    (tmp_path / "assets/img/idle.png").write_bytes(saved(blank()))
    (tmp_path / "assets/img/on_alarm.png").write_bytes(saved(blank(colour="black")))
    (tmp_path / "assets/img/wake.png").write_bytes(saved(halves()))
    return tmp_path / "assets"


@pytest.fixture
async def mqtt(broker: Broker) -> AsyncIterator[Mqtt]:
    settings = Settings(
        mantel_node="pi",
        mqtt_host=broker.host,
        mqtt_port=broker.port,
        mqtt_username="media",
        mqtt_password=broker.password("media"),
    )
    async with Mqtt(settings, "media") as mqtt:
        async with asyncio.timeout(3 * TIMEOUT_SECONDS):
            while not mqtt.connected:
                await asyncio.sleep(0.01)
        yield mqtt


@pytest.fixture
async def showing(mqtt: Mqtt, assets: Path, tmp_path: Path) -> AsyncIterator[Showing]:
    """What shows pictures on the built-in display."""
    async with wall(tmp_path) as there:
        yield Showing(mqtt, there.registry, there.pictures)


async def push(showing: Showing, picture: bytes) -> None:
    await showing.push("rlcd", picture, None)


async def withdraw(showing: Showing) -> None:
    await showing.registry.override("rlcd", Display.unpushed)
    await showing.show("rlcd")


async def next_picture(client: Client) -> tuple[bytes, DisplayFrame, bytes]:
    """Return the next bitmap, frame and preview, which come in this order."""
    messages = [await asyncio.to_thread(client.receive) for _ in range(3)]
    assert [message.topic for message in messages] == [BITMAP, FRAME, PREVIEW]
    bitmap, frame, preview = (bytes(message.payload) for message in messages)
    return bitmap, msgspec.json.decode(frame, type=DisplayFrame), preview


async def source(client: Client) -> str:
    return (await next_picture(client))[1].source


async def test_a_picture_is_a_bitmap_its_frame_and_a_preview(
    showing: Showing, client: Client, assets: Path
) -> None:
    """In this order; the frame tells all about the bitmap, the preview shows it."""
    await showing.alarm(WAKE)
    bitmap, frame, preview = await next_picture(client)
    assert bitmap == prepare(saved(halves()), RLCD).frame.packed
    assert datetime.now(UTC) - frame.at < timedelta(seconds=TIMEOUT_SECONDS)
    assert frame == DisplayFrame(
        version=prepare(saved(halves()), RLCD).frame.version,
        width=200, height=200, format="mono-hmsb", bytes=5000, source="alarm:wake", at=frame.at,
    )  # fmt: skip
    with Image.open(io.BytesIO(preview)) as image:
        assert image.convert("L").tobytes() == halves().convert("L").tobytes()


@pytest.mark.parametrize(("x", "first"), [(0, 0x80), (7, 0x01)])
async def test_a_pixel_is_a_bit(
    showing: Showing, client: Client, assets: Path, x: int, first: int
) -> None:
    """One black pixel at (0,0) is 0x80 in the first byte, at (7,0) 0x01; white is 0."""
    image = blank()
    image.putpixel((x, 0), (0, 0, 0))
    (assets / "img/idle.png").write_bytes(saved(image))
    await showing.idle()
    bitmap, _, _ = await next_picture(client)
    assert bitmap == bytes([first]) + bytes(4999)


async def test_an_alarm_without_a_picture_has_the_usual_one(
    showing: Showing, client: Client, assets: Path
) -> None:
    """And afterwards the idle one is back."""
    await showing.alarm(PLAIN)
    bitmap, frame, _ = await next_picture(client)
    assert (bitmap, frame.source) == (b"\xff" * 5000, "alarm:plain")
    await showing.idle()
    bitmap, frame, _ = await next_picture(client)
    assert (bitmap, frame.source) == (bytes(5000), "idle")


async def test_a_missing_picture_is_replaced(
    showing: Showing, client: Client, assets: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By that of all alarms, then by the idle one, then by a drawing; each said once."""
    expected = [b"\xff" * 5000, bytes(5000), prepare(drawn("on_alarm"), RLCD).frame.packed]
    for gone, bitmap in zip(("wake", "on_alarm", "idle"), expected, strict=True):
        (assets / f"img/{gone}.png").unlink()
        await showing.alarm(WAKE)
        assert (await next_picture(client))[0] == bitmap
        await showing.alarm(WAKE)
    said = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert said == ["picture img/wake.png", "picture img/on_alarm.png", "picture img/idle.png"]


async def test_nothing_is_published_while_nothing_changes(
    showing: Showing, client: Client, assets: Path
) -> None:
    """But the same picture for another reason is."""
    for _ in range(3):
        await showing.idle()
    assert await source(client) == "idle"
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"
    await showing.alarm(WAKE)
    await showing.alarm(AlarmDefinition(id="b", name="B", alarm_image="img/wake.png"))
    assert await source(client) == "alarm:b"
    await showing.idle()
    assert await source(client) == "idle"


async def test_a_changed_file_is_shown_at_its_next_use(
    showing: Showing, client: Client, assets: Path
) -> None:
    """Without a restart."""
    await showing.idle()
    await next_picture(client)
    (assets / "img/idle.png").write_bytes(saved(photo()))
    await showing.idle()
    assert (await next_picture(client))[0] == prepare(saved(photo()), RLCD).frame.packed


async def test_of_calls_that_overlap_the_last_wins(
    showing: Showing, client: Client, assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that takes long is not shown when the alarm is over before it is ready."""
    loop = asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), asyncio.Event()

    def slow(path: Any, *given: Any, **named: Any) -> Any:
        if isinstance(path, Path) and path.name == "wake.png":
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(3 * TIMEOUT_SECONDS)
        return prepare(path, *given, **named)

    monkeypatch.setattr(gallery, "prepare", slow)
    alarm = asyncio.create_task(showing.alarm(WAKE))
    async with asyncio.timeout(3 * TIMEOUT_SECONDS):
        await begun.wait()
        await showing.idle()
        go_on.set()
        await alarm
    assert await source(client) == "idle"
    await showing.alarm(PLAIN)
    assert await source(client) == "alarm:plain"


async def test_a_pushed_picture_stays_until_the_next_alarm(
    showing: Showing, client: Client, assets: Path
) -> None:
    """Not beyond it; one that comes during an alarm is shown when that is over."""
    await showing.idle()
    assert await source(client) == "idle"
    await push(showing, saved(photo()))
    bitmap, frame, _ = await next_picture(client)
    assert (bitmap, frame.source) == (prepare(saved(photo()), RLCD).frame.packed, "pushed")
    await showing.idle()
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"
    await showing.idle()
    assert await source(client) == "idle"
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"
    await push(showing, saved(halves()))
    await showing.alarm(PLAIN)  # two alarms that take turns are one time of ringing
    assert await source(client) == "alarm:plain"
    await showing.idle()
    assert await source(client) == "pushed"
    await withdraw(showing)
    assert await source(client) == "idle"


async def test_a_picture_that_is_withdrawn_during_an_alarm_does_not_come_back(
    showing: Showing, client: Client, assets: Path
) -> None:
    """And the alarm's own stays meanwhile."""
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"
    await push(showing, saved(photo()))
    await withdraw(showing)
    await showing.idle()
    assert await source(client) == "idle"


async def test_a_broken_picture_changes_nothing(
    showing: Showing, client: Client, assets: Path
) -> None:
    """What was shown is shown."""
    await showing.idle()
    assert await source(client) == "idle"
    await push(showing, saved(photo()))
    assert await source(client) == "pushed"
    with pytest.raises(PictureError):
        await push(showing, b"no picture")
    await showing.idle()
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"


async def test_an_alarm_that_is_defined_is_ready(
    showing: Showing, client: Client, assets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its picture is made ready before it rings, and is there at once when it does."""
    opened: list[str] = []

    def watch(path: Any, *given: Any, **named: Any) -> Any:
        opened.append(path.name)
        return prepare(path, *given, **named)

    monkeypatch.setattr(gallery, "prepare", watch)
    for definition in (WAKE, PLAIN):
        await showing.prepare(definition)
    assert opened == ["wake.png", "on_alarm.png"]
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"
    await showing.prepare_again()
    assert opened == ["wake.png", "on_alarm.png"]


async def test_nothing_is_shown_before_it_is_known_whether_an_alarm_rings(
    showing: Showing, client: Client, assets: Path
) -> None:
    """What was pushed by then is shown afterwards."""
    await push(showing, saved(photo()))
    await showing.alarm(WAKE)
    assert await source(client) == "alarm:wake"


async def test_what_is_too_large_for_a_topic_has_an_address(
    mqtt: Mqtt, client: Client, tmp_path: Path
) -> None:
    """And no bitmap; one for a display that asks has none in any case."""
    async with wall(tmp_path) as there:
        addresses = Showing(mqtt, there.registry, there.pictures, lambda *of: "/".join(of))
        await addresses.idle()
        assert await source(client) == "idle"
        there.registry.roster.put(eink("small", profile="oled-128x64"))
        await there.registry.add(topic_display("lcd", "lcd-320x240", (320, 240), there.clock.now))
        for id_, size in (("small", 1024), ("lcd", 320 * 240 * 2)):
            await addresses.show(id_)
            messages = [await asyncio.to_thread(client.receive) for _ in range(3)]
            kinds = {each.topic.rpartition("/")[2]: each.payload for each in messages}
            frame = msgspec.json.decode(kinds["frame"], type=DisplayFrame)
            assert kinds["bitmap"] == b""
            assert (frame.bytes, frame.url) == (size, f"{id_}/{frame.version}")
            with Image.open(io.BytesIO(kinds["preview"])) as image:
                assert image.format == "PNG"


async def test_what_cannot_be_made_now_ends_nothing(
    mqtt: Mqtt, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no process can be started for a large picture, others are shown, and it later."""
    monkeypatch.setattr("media.agenda.LOOK_SECONDS", 0.05)
    async with wall(tmp_path) as there, asyncio.TaskGroup() as tasks:
        there.registry.roster.put(eink("large", width=1600, height=1200))
        showing = Showing(mqtt, there.registry, there.pictures)
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/nowhere")
            await showing.prepare(WAKE)
            await showing.make_ahead(there.registry.get("large"), there.clock.now)
            task = tasks.create_task(show_displays(showing))
            await showing.idle()
            await asyncio.to_thread(frame_of, client, "rlcd")
        await asyncio.to_thread(frame_of, client, "large")
        task.cancel()


def frame_of(client: Client, id_: str) -> None:
    """Wait until a display is shown something."""
    while True:
        message = client.receive(3 * TIMEOUT_SECONDS)
        if message.topic == f"mantel/display/{id_}/frame" and message.payload:
            return


async def test_what_a_forgotten_display_left_is_cleared(
    mqtt: Mqtt, client: Client, tmp_path: Path
) -> None:
    """By its frame on the broker, even if it was forgotten by another hub."""
    for part in ("bitmap", "preview", "frame"):
        await asyncio.to_thread(client.publish, f"mantel/display/gone/{part}", b"x", retain=True)
    seen = {(await asyncio.to_thread(client.receive)).topic for _ in range(3)}
    async with wall(tmp_path) as there, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(show_displays(Showing(mqtt, there.registry, there.pictures)))
        for _ in range(3):
            message = await asyncio.to_thread(client.receive)
            assert (message.topic in seen, message.payload) == (True, b"")
        task.cancel()
