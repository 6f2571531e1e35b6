"""TRMNL devices on port 8000, chapter 3 of their contract: the image, as the firmware takes it."""

import io
import random
import signal

import pytest
from PIL import Image

from tests.e2e.conftest import Hub
from tests.e2e.eink import Eink
from tests.e2e.test_eink_schedule import ask
from tests.e2e.trmnl_device import Contact, RefusedError, TrmnlDevice, check_bmp
from tests.media.bitmap.pictures import blank, halves, photo, saved


def noise(size: tuple[int, int]) -> Image.Image:
    """Return the picture that is the hardest to compress."""
    dice = random.Random(1)
    return Image.frombytes("L", size, dice.randbytes(size[0] * size[1]))


class Wall:
    """A hub with an idle picture, which is what a device shows."""

    def __init__(self, hub: Hub, **settings: str) -> None:
        self.hub = hub
        self.idle = hub.directory / "assets/img/idle.png"
        self.idle.parent.mkdir(parents=True)
        self.hang(halves((800, 480)))
        self.eink = Eink(hub, **settings)

    def hang(self, picture: Image.Image) -> None:
        """Replace the picture as an editor does."""
        new = self.idle.with_suffix(".new")
        new.write_bytes(saved(picture))
        new.replace(self.idle)

    def device(self, model: str = "og", number: int = 1, **told: str) -> TrmnlDevice:
        mac = f"AA:BB:CC:00:00:{number:02X}"
        size = (1872, 1404) if model == "x" else (800, 480)
        device = TrmnlDevice(self.hub.displays_port, mac, model=model, size=size, **told)
        device.setup()
        return device

    def profile(self, device: TrmnlDevice, name: str) -> None:
        """Choose another screen, as its owner does."""
        told = ask(self.hub, "update", id=device.friendly_id, profile=name)
        assert told["status"] == "ok", told


@pytest.fixture
def wall(hub: Hub) -> Wall:
    return Wall(hub)


def fetched(contact: Contact) -> tuple[dict[str, str], bytes]:
    assert contact.fetched is not None
    return contact.fetched.headers, contact.fetched.body


def test_the_og_gets_a_png_of_one_bit(wall: Wall) -> None:
    """800x480, refreshed in part; the exact type without parameters, and its length."""
    contact = wall.device().wake()
    headers, body = fetched(contact)
    assert headers["content-type"] == "image/png"
    assert headers["content-length"] == str(len(body))
    assert "content-encoding" not in headers
    assert "transfer-encoding" not in headers
    assert (body[16:24], body[24:26]) == (b"\x00\x00\x03\x20\x00\x00\x01\xe0", b"\x01\x00")
    assert [contact.image.getpixel((x, 9)) for x in (0, 399, 400, 799)] == [0, 0, 255, 255]


def test_the_x_gets_a_png_of_sixteen_greys(wall: Wall) -> None:
    """1872x1404."""
    wall.hang(photo((1872, 1404)))
    contact = wall.device("x").wake()
    _, body = fetched(contact)
    assert (contact.image.size, body[24:26]) == ((1872, 1404), b"\x04\x00")


@pytest.mark.parametrize("model", ["kindle", "", "og2"])
def test_other_models_say_how_large_they_are(wall: Wall, model: str) -> None:
    """A PNG of one bit in that size, upright as it is; 800x480 until they do."""
    one = TrmnlDevice(wall.hub.displays_port, model=model, size=(600, 800))
    assert Image.open(io.BytesIO(one.setup().body)).size == (800, 480)
    contact = one.wake()
    assert (contact.image.size, fetched(contact)[1][24]) == ((600, 800), 1)
    one.size = (296, 128)
    assert one.wake().image.size == (296, 128)


@pytest.mark.parametrize(
    ("model", "profile", "most"),
    [
        ("og", "trmnl-og", 90_000),
        ("og", "trmnl-og-gray4", 90_000),
        ("og", "trmnl-og-bmp", 90_000),
        ("x", "trmnl-x", 750_000),
        ("other", "", 90_000),
    ],
)
def test_no_picture_is_larger_than_the_device_can_take(
    wall: Wall, model: str, profile: str, most: int
) -> None:
    """Not even the hardest to compress."""
    wall.hang(noise((1872, 1404)))
    one = wall.device(model)
    wall.profile(one, profile)
    contact = one.wake()
    assert 10_000 < len(fetched(contact)[1]) <= most


def test_a_bmp_is_as_the_firmware_wants_it(wall: Wall) -> None:
    """Bottom-up, 48062 bytes, black and white."""
    one = wall.device()
    wall.profile(one, "trmnl-og-bmp")
    contact = one.wake()
    headers, body = fetched(contact)
    assert headers["content-type"] == "image/bmp"
    assert len(body) == 48062
    check_bmp(body)
    assert contact.image.getpixel((0, 0)) == 0
    assert contact.image.getpixel((799, 0)) == 255
    assert contact.told["image_url"].partition("?")[0].endswith(".bmp")
    with pytest.raises(RefusedError):  # the check of this test is no empty one
        check_bmp(body[:22] + b"\x20\xfe\xff\xff" + body[26:])
    wall.idle.unlink()
    one.setup()


def test_four_greys(wall: Wall) -> None:
    """PNG of two bits, for a full refresh."""
    wall.hang(photo((800, 480)))
    one = wall.device()
    wall.profile(one, "trmnl-og-gray4")
    contact = one.wake()
    assert fetched(contact)[1][24:26] == b"\x02\x00"
    colours = contact.image.convert("L").getcolors()
    assert colours
    assert [level for _, level in sorted(colours, key=lambda each: each[1])] == [0, 85, 170, 255]


def test_a_picture_is_given_to_its_token_or_its_address_alone(wall: Wall) -> None:
    """Both are enough; without either it is 404."""
    one = wall.device()
    url = one.ask_display().json["image_url"]
    bare = url.partition("?")[0]
    assert one.ask("GET", url, {}).status == 200
    assert one.ask("GET", bare, {"Access-Token": one.api_key}).status == 200
    assert one.ask("GET", bare, {"Access-Token": "0" * 40}).status == 404
    assert one.ask("GET", bare + "?key=" + "0" * 32, {}).status == 404
    assert one.ask("GET", url.replace("plugin-", "plugin_"), {}).status == 404
    head = one.ask("HEAD", url, {})
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(one.ask("GET", url, {}).body))


def test_what_was_announced_is_what_is_fetched(wall: Wall) -> None:
    """Though another picture is due by then: the device keeps it under the name it was told."""
    one = wall.device()
    told = one.ask_display().json
    wall.hang(blank(colour="black", size=(800, 480)))
    image = Image.open(io.BytesIO(one.fetch(told["image_url"]).body))
    assert image.getpixel((799, 9)) == 255
    assert one.wake().file != told["filename"]
    assert Image.open(io.BytesIO(one.fetch(told["image_url"]).body)).getpixel((799, 9)) == 255


def test_a_picture_that_is_gone_is_replaced_by_the_one_that_is_due(wall: Wall) -> None:
    """Never by an error; its name stands for nothing else afterwards."""
    one = wall.device()
    told = one.ask_display().json
    wall.eink.media.stop(signal.SIGKILL)
    wall.hang(blank(colour="black", size=(800, 480)))
    wall.eink.start()
    picture = one.fetch(told["image_url"])
    one.check(picture)
    assert Image.open(io.BytesIO(picture.body)).getcolors() == [(800 * 480, 0)]
    wall.hang(halves((800, 480)))
    assert one.wake().file != told["filename"]


def test_a_slash_behind_the_address(wall: Wall) -> None:
    one = wall.device()
    path, _, key = one.ask_display().json["image_url"].partition("?")
    assert one.ask("GET", f"{path}/?{key}", {}).headers["content-type"] == "image/png"
