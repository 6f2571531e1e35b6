"""The RLCD dashboard's pictures on port 8766: rows D14 to D18 and D30, as a display sees them."""

import asyncio
from collections.abc import Iterator

import pytest
from PIL import Image
from websockets.asyncio.client import connect

from tests.e2e.display import HEADER, exactly, picture, raw_handshake, raw_message, sound
from tests.e2e.household import BLACK, WHITE, Household, household, plain, png

IDLE, ALARM = bytes(5000), b"\xff" * 5000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("home")) as home:
        home.set_alarms(
            [
                {"id": "lost", "alarm_time": "0000", "alarm_image": "assets/img/lost.png"},
                {"id": "broken", "alarm_time": "0000", "alarm_image": "assets/img/broken.png"},
            ]
        )
        (home.assets / "img/broken.png").write_bytes(b"\x89PNG and then nothing")
        home.start()
        yield home


async def shown(home: Household, image: Image.Image) -> bytes:
    """Return the bitmap that a display gets when an operator shows this image."""
    async with connect(home.hub.contents_url) as client:
        await picture(client)
        await asyncio.to_thread(home.show, png(image))
        return await picture(client)


def test_D14_a_picture_comes_first(home: Household) -> None:
    """Whoever connects gets a text header and then 5000 bytes, without sending anything."""
    for path in ("/", "/any/path?x=1"):
        with raw_handshake(home.hub.contents_port, path) as sock:
            assert raw_message(sock) == HEADER
            bitmap = raw_message(sock)
            assert isinstance(bitmap, bytes)
            assert len(bitmap) == 5000


def test_D15_the_header(home: Household) -> None:
    """Exactly the keys type, width and height, with status_image, 200 and 200."""
    wanted = b'{"type":"status_image","width":200,"height":200}'
    with raw_handshake(home.hub.contents_port) as sock:
        assert exactly(sock, 2 + len(wanted)) == b"\x81" + bytes([len(wanted)]) + wanted


async def test_D16_bits_and_polarity(home: Household) -> None:
    """Row by row from the top left, the leftmost pixel the highest bit, 1 is black."""
    image = plain(WHITE)
    for place in ((0, 0), (15, 0), (0, 1), (199, 199)):
        image.putpixel(place, BLACK)
    bitmap = bytearray(5000)
    bitmap[0], bitmap[1], bitmap[25], bitmap[4999] = 0x80, 0x01, 0x80, 0x01
    assert await shown(home, image) == bitmap
    corner = plain(WHITE)
    corner.putpixel((7, 0), BLACK)
    assert await shown(home, corner) == b"\x01" + bytes(4999)
    assert await shown(home, plain(WHITE)) == bytes(5000)


async def test_D17_transparent_is_white(home: Household) -> None:
    """Whatever colour lies below; what is not transparent shows."""
    image = plain((0, 0, 0, 0))
    assert await shown(home, plain(BLACK)) == b"\xff" * 5000
    assert await shown(home, image) == bytes(5000)
    image.putpixel((0, 0), (0, 0, 0, 255))
    assert await shown(home, image) == b"\x80" + bytes(4999)


@pytest.mark.parametrize("size", [(400, 400), (1, 1), (37, 91), (1000, 200), (200, 3)])
async def test_D18_any_size_is_scaled(home: Household, size: tuple[int, int]) -> None:
    """Any size in, 5000 bytes out; a square one fills the display."""
    await shown(home, plain(WHITE))
    bitmap = await shown(home, plain(BLACK, size))
    assert len(bitmap) == 5000
    assert any(bitmap)
    if size[0] == size[1]:
        assert bitmap == b"\xff" * 5000


async def test_D30_an_alarm_whose_picture_is_missing(home: Household) -> None:
    """The usual alarm picture in its place, then the idle one; and never a crash."""
    await shown(home, plain((0, 0, 0, 0)))
    for alarm in ("lost", "broken"):
        async with connect(home.hub.contents_url) as client:
            await picture(client)
            await asyncio.to_thread(home.set_alarm, alarm, "test")
            assert await picture(client) == ALARM
            assert (await sound(client)).chunks
            assert await picture(client) == IDLE
    (home.assets / "img/on_alarm.png").unlink()
    async with connect(home.hub.contents_url) as client:
        await picture(client)
        await asyncio.to_thread(home.set_alarm, "lost", "test")
        assert await picture(client) == IDLE
        assert (await sound(client)).chunks
        await picture(client)
    assert all(process.runs for process in home.hub.processes)
    assert not any("Traceback" in process.log for process in home.hub.processes)
