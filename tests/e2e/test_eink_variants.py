"""Variants and palettes of e-ink displays on port 8000: rows E17, E18 and E20."""

import base64
import io
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from PIL import Image

from mantel.command import main
from media.photo.scores import variant_score
from shared.testing import eventually
from tests.e2e.bound import within
from tests.e2e.conftest import Hub
from tests.e2e.eink import Eink
from tests.e2e.test_eink_pictures import COLOURS
from tests.media.art.endpoint import CHAT, SEEN, Asked, Reply, endpoint, said
from tests.media.bitmap.pictures import blank, halves, saved
from tests.media.photo.test_scores import photo as scored

VARIANT = "/api/display/variant"
PALETTES = {
    "native": 6, "extended": 15, "native_shaded": 33, "native_extended_shaded": 65,
    "native_extended_shaded_skin": 69, "native_skin": 10, "native_skin_extended": 19,
    "black_white": 2, "woodcut": 5, "wood_extended": 18,
}  # fmt: skip
QUALITIES = ["NOT_SUITED", "BAD", "PASSABLE", "GOOD", "VERY_GOOD", "NOT_SUITED"]
CHI_SQUARE_5 = 20.5
"""One of a thousand right runs is above."""


class Album:
    """A hub with six photos of one colour each, so that each is known by what is served."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        folder = hub.directory / "photos"
        folder.mkdir()
        for number, colour in enumerate(COLOURS):
            (folder / f"{number}.png").write_bytes(saved(blank("RGB", (40, 30), colour)))
        self.eink = Eink(hub)
        self.eink.media.wait_for_log("photos: 6 came, 0 went, 6 there")

    def mantel(self, *words: str) -> str:
        environment = {**self.hub.broker.environment("operator"), "TERM": "dumb"}
        return CliRunner().invoke(main, ["photo", *words], env=environment).output


@pytest.fixture
def album(hub: Hub) -> Iterator[Album]:
    """Yield a hub with photos."""
    found = Album(hub)
    yield found
    assert "Traceback" not in found.eink.media.log


def colour(body: bytes) -> tuple[int, ...]:
    """Return the colour of the middle of a picture."""
    with Image.open(io.BytesIO(body)) as image:
        found = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(found, tuple)
    return found


def test_E17_variants(album: Album) -> None:
    """Variant PNG 1600x1200, six colours, palette order; pk selects; unknown pk error."""
    device = album.eink.join("1")
    answer = album.eink.get(VARIANT, device.token)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    image = Image.open(io.BytesIO(answer.body))
    assert (image.format, image.mode, image.size) == ("PNG", "P", (1600, 1200))
    palette = image.getpalette()
    assert palette is not None
    assert len(palette) == 3 * 256
    assert [tuple(palette[at : at + 3]) for at in range(0, 18, 3)] == COLOURS
    assert max(image.tobytes()) <= 5
    seen = {}
    for number in range(1, 7):
        one = [album.eink.get(f"{VARIANT}?pk={number}", device.token) for _ in range(2)]
        assert one[0].status == 200
        assert one[0].body == one[1].body
        seen[number] = colour(one[0].body)
    assert sorted(seen.values()) == sorted(COLOURS)
    gone = album.eink.get(f"{VARIANT}?pk=7", device.token)
    assert (gone.status, gone.body) == (404, b"")
    for wrong in ("x", "", "0"):
        bad = album.eink.get(f"{VARIANT}?pk={wrong}", device.token)
        assert bad.status == 400
        assert bad.json["errors"][0]["loc"] == ["pk"]
    assert album.eink.get(VARIANT).status == 401
    album.eink.media.stop()
    album.eink.start()
    for number in (1, 6):
        assert colour(album.eink.get(f"{VARIANT}?pk={number}", device.token).body) == seen[number]


def judged(asked: Asked) -> Reply:
    """Answer with the quality of a photo, which its colour stands for."""
    url = asked.body["messages"][0]["content"][1]["image_url"]["url"]
    seen = colour(base64.b64decode(url.partition(",")[2]))
    near = min(COLOURS, key=lambda each: sum(abs(a - b) for a, b in zip(each, seen, strict=True)))
    return said({**SEEN, "quality": QUALITIES[COLOURS.index(near)]})


def test_E18_draws_follow_the_scores(album: Album) -> None:
    """2000 draws against the weights of the scores: qualities, a favourite; they store nothing."""
    device = album.eink.join("1", 16, 12)
    with endpoint() as web:
        web.answers[CHAT] = judged
        file = album.hub.directory / "config/sources.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'[art]\nurl = "{web.url}"\nclassification_model = "see"\n')
        environment = album.hub.broker.environment("operator")
        CliRunner().invoke(main, ["job", "run", "classify-new-images"], env=environment)
    listed = json.loads(album.mantel("list", "--json"))
    assert Counter(each["quality"] for each in listed) == Counter(QUALITIES)
    favourite = listed[2]["number"]
    album.mantel("favourite", str(favourite))
    numbers = {
        colour(album.eink.get(f"{VARIANT}?pk={number}", device.token).body): number
        for number in range(1, 7)
    }
    with ThreadPoolExecutor(4) as pool:
        drawn = Counter(
            numbers[colour(body)]
            for body in pool.map(lambda _: album.eink.get(VARIANT, device.token).body, range(2000))
        )
    now = scored().added_at
    scores = {
        each["number"]: variant_score(
            scored(each["quality"], favourite=each["number"] == favourite), now, now
        )
        for each in listed
    }

    def off(weights: dict[int, float]) -> float:
        expected = {number: 2000 * each / sum(weights.values()) for number, each in weights.items()}
        return sum((drawn[number] - each) ** 2 / each for number, each in expected.items())

    assert drawn.total() == 2000
    assert off(scores) < CHI_SQUARE_5, drawn
    assert off(dict.fromkeys(scores, 1.0)) > 4 * CHI_SQUARE_5  # which an even draw would not be


def test_E20_palettes(album: Album) -> None:
    """palette?palette_name=native in any case, all ten names, and the default works."""
    device = album.eink.join("1")
    path = "/api/display/palette"
    for name, size in {**PALETTES, "Native": 6, "": 33, "shaded": 33}.items():
        answer = album.eink.get(f"{path}?palette_name={name}", device.token)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png"), name
        image = Image.open(io.BytesIO(answer.body))
        assert image.size == (1600, 1200)
        found = image.getcolors(256)
        assert found is not None
        assert len(found) == size
        if size == 6:
            rgb = image.convert("RGB").resize((60, 60), Image.Resampling.NEAREST)
            assert {colour for _, colour in rgb.getcolors(256) or []} == set(COLOURS)
    for _ in within(1):
        assert album.eink.get(path, device.token).status == 200
    unknown = album.eink.get(f"{path}?palette_name=pink", device.token)
    assert (unknown.status, unknown.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert b"native_shaded" in unknown.body


def test_variants_are_made_ahead_for_who_asks(album: Album) -> None:
    """For no display that never did; and what is hidden or broken is not drawn."""
    folder = album.hub.directory / "data/variants"
    device = album.eink.join("1", 16, 12)
    assert not folder.exists()
    album.eink.get(VARIANT, device.token)
    eventually(lambda: len(list(folder.glob("*/*.packed"))) == 6, times=3)
    listed = json.loads(album.mantel("list", "--json"))
    for each in listed[1:]:
        album.mantel("hide", str(each["number"]))
    shown = {album.eink.get(VARIANT, device.token).body for _ in range(20)}
    assert len(shown) == 1
    (album.hub.directory / "photos" / listed[0]["path"]).write_bytes(b"broken")
    last = album.eink.get(VARIANT, device.token)
    assert last.status == 200  # the idle picture
    assert last.body not in shown
    album.eink.media.wait_for_log("others are drawn")


def test_a_packed_file_that_is_broken_is_made_again(album: Album) -> None:
    device = album.eink.join("1", 16, 12)
    first = album.eink.get(f"{VARIANT}?pk=1", device.token).body
    (file,) = (album.hub.directory / "data/variants").glob("*/1-*.packed")
    file.write_bytes(file.read_bytes()[:-9])
    assert album.eink.get(f"{VARIANT}?pk=1", device.token).body == first


def test_a_hub_without_photos_shows_its_idle_picture(hub: Hub) -> None:
    """The older server had an error for it, which a display can only show as nothing."""
    eink = Eink(hub)
    device = eink.join("1", 40, 30)
    idle = hub.directory / "assets/img/idle.png"
    idle.parent.mkdir(parents=True)
    idle.write_bytes(saved(halves((40, 30))))
    assert eink.get(VARIANT, device.token).status == 200
    assert not (hub.directory / "photos").exists()
