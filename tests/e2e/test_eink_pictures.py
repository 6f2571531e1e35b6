"""The pictures of e-ink displays on port 8000: rows E21, E24 to E26 and E37."""

import io
import signal
import threading
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.e2e.conftest import Hub
from tests.e2e.eink import Device, Eink
from tests.media.bitmap.pictures import halves, photo, saved

STATE, IMAGE = "/api/display/state", "/api/display/image"
COLOURS = [
    (61, 59, 94), (0, 0, 0), (58, 91, 70), (255, 255, 255), (208, 190, 71), (156, 72, 75),
]  # fmt: skip


class Wall:
    """A hub with folders of pictures."""

    def __init__(self, hub: Hub) -> None:
        self.idle = hub.directory / "assets/img/idle.png"
        self.idle.parent.mkdir(parents=True)
        self.photos = hub.directory / "photos"
        self.photos.mkdir()
        self.hang(saved(photo()))
        self.eink = Eink(hub)

    def hang(self, picture: bytes) -> None:
        """Replace the idle picture as an editor does."""
        new = self.idle.with_suffix(".new")
        new.write_bytes(picture)
        new.replace(self.idle)

    def version(self, device: Device) -> str:
        return str(self.eink.get(STATE, device.token).json["version"])


@pytest.fixture
def wall(hub: Hub) -> Iterator[Wall]:
    """Yield a hub with an idle picture."""
    wall = Wall(hub)
    yield wall
    assert "Traceback" not in wall.eink.media.log


@pytest.mark.parametrize("name", ["dashboard", "variant", "splash_screen", "variant/"])
def test_E21_pictures_are_not_stored(wall: Wall, name: str) -> None:
    """Pictures are sent with no-store, and HEAD tells their length."""
    device = wall.eink.join("1", 200, 100)
    path = f"/api/display/{name}"
    whole = wall.eink.get(path, device.token, If_None_Match="*")
    assert whole.status == 200
    expected = {
        "content-type": "image/png",
        "content-length": str(len(whole.body)),
        "cache-control": "no-store",
        "vary": "Accept",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
    }
    assert whole.headers.items() >= expected.items()
    assert whole.headers["content-disposition"].startswith("inline; filename=")
    assert "etag" not in whole.headers
    head = wall.eink.ask("HEAD", path, token=device.token)
    assert (head.status, head.body) == (200, b"")
    assert head.headers.items() >= expected.items()


def test_E24_state_and_image(wall: Wall) -> None:
    """State and image have an ETag, and who sends it back in If-None-Match gets 304."""
    device = wall.eink.join("1", 200, 100)
    state = wall.eink.get(STATE, device.token)
    told = state.json
    assert set(told) == {
        "mode", "version", "image_url", "refresh_interval", "poll_interval", "override_expires_at",
        "refresh", "picture_expires_at",
    }  # fmt: skip
    assert told["mode"] == device.mode
    assert told["image_url"] == f"{IMAGE}?version={told['version']}"
    assert 60 <= told["refresh_interval"] <= 930
    assert told["poll_interval"] == 60
    image = wall.eink.get(told["image_url"], device.token)
    assert image.headers["content-type"] == "image/png"
    for answer, path in ((state, STATE), (image, told["image_url"])):
        tag = answer.headers["etag"]
        assert tag == f'"{told["version"]}"'
        assert answer.headers["cache-control"] == "no-cache"
        for given in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            same = wall.eink.get(path, device.token, If_None_Match=given)
            assert (same.status, same.body) == (304, b"")
            assert same.headers["etag"] == tag
        assert wall.eink.get(path, device.token, If_None_Match='"other"').status == 200
    unknown = wall.eink.get(f"{IMAGE}?version=other", device.token)
    assert (unknown.status, unknown.body) == (200, image.body)
    assert wall.eink.get(STATE).status == wall.eink.get(IMAGE).status == 401


def test_E25_the_version_changes_with_the_picture(wall: Wall) -> None:
    """The version changes when and only when the picture does."""
    device = wall.eink.join("1", 200, 100)
    first = wall.version(device)
    wall.hang(saved(photo()))  # another file, the same picture
    assert wall.version(device) == first
    wall.eink.media.stop(signal.SIGKILL)
    wall.eink.start()
    assert wall.version(device) == first
    wall.hang(saved(halves()))
    second = wall.version(device)
    assert second != first
    assert wall.eink.get(IMAGE, device.token, If_None_Match=f'"{first}"').status == 200
    wall.hang(saved(photo()))
    assert wall.version(device) == first


def test_E25_the_next_picture(wall: Wall) -> None:
    """A press of A goes from photo to photo; reading never does."""
    for name, picture in (("a.png", photo()), ("b.PNG", halves())):
        (wall.photos / name).write_bytes(saved(picture))
    (wall.photos / "notes.txt").write_text("no picture")
    wall.eink.find_photos()
    device = wall.eink.join("1", 200, 100)
    wall.eink.press(device, "A")
    first = [wall.version(device) for _ in range(3)]
    wall.eink.press(device, "A")
    second = wall.version(device)
    wall.eink.press(device, "A")
    assert first == [wall.version(device)] * 3
    assert second != first[0]


def test_E26_an_image_is_never_torn(wall: Wall) -> None:
    """Of 1000 pictures read while their file is rewritten in place each is whole, and of its tag.

    A file that is half written when it is read leaves the display with the picture before.
    """
    pictures = [saved(photo((300, 200))), saved(halves())]
    device = wall.eink.join("1", 200, 100)
    done = threading.Event()

    def rewrite() -> None:
        while not done.is_set():
            for picture in pictures:
                with wall.idle.open("wb") as file:
                    for at in range(0, len(picture), 4096):
                        file.write(picture[at : at + 4096])
                        file.flush()

    seen: dict[str, bytes] = {}
    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for _ in range(1000):
            answer = wall.eink.get(IMAGE, device.token)
            assert answer.status == 200
            assert seen.setdefault(answer.headers["etag"], answer.body) == answer.body
    finally:
        done.set()
        writer.join()
    for body in seen.values():
        Image.open(io.BytesIO(body)).load()
    assert len(seen) <= 3  # the two, and the drawing while there was none yet


@pytest.mark.parametrize(
    ("registered", "size"),
    [
        ((1200, 1600), (1600, 1200)),
        ((1600, 1200), (1600, 1200)),
        ((800, 480), (800, 480)),
        ((123, 45), (123, 45)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("name", ["image", "splash_screen"])
def test_E37_the_size_is_the_registered_one(
    wall: Wall, registered: tuple[int, int], size: tuple[int, int], name: str
) -> None:
    """The size of a picture follows the registered one; an upright display gets it turned."""
    device = wall.eink.join("1", *registered)
    picture = Image.open(io.BytesIO(wall.eink.get(f"/api/display/{name}", device.token).body))
    assert (picture.size, picture.mode) == (size, "P")
    palette = picture.getpalette()
    assert palette
    assert len(palette) == 3 * 256
    assert [tuple(palette[at : at + 3]) for at in range(0, 18, 3)] == COLOURS
    assert max(picture.tobytes()) <= 5


def test_a_display_is_never_without_a_picture(wall: Wall) -> None:
    """Nor does a broken file, a folder or a huge one stop anything; each is said once."""
    (wall.photos / "a.png").write_bytes(b"broken")
    wall.idle.unlink()
    wall.idle.mkdir()
    wall.eink.find_photos()
    device = wall.eink.join("1", 4999, 4999)
    bodies = {wall.eink.get("/api/display/variant", device.token).body for _ in range(3)}
    assert len(bodies) == 1
    assert wall.eink.media.log.count("photo a.png: ") == 1
    Image.open(io.BytesIO(bodies.pop())).load()
