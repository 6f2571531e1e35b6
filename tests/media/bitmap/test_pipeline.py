"""The older server's steps."""

import io
from pathlib import Path

import pytest
from PIL import Image

from media.bitmap.palettes import PALETTES
from media.bitmap.picture import PictureError
from media.bitmap.pipeline import Local, Noop, Optimize, Quantize, ResizeCrop, problem, run
from tests.media.bitmap.pictures import halves, saved

NATIVE = {(61, 59, 94), (0, 0, 0), (58, 91, 70), (255, 255, 255), (208, 190, 71), (156, 72, 75)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.radial_gradient("L").resize((90, 60)).convert("RGB")))
    return path


def taken(source: Path, *steps: Local) -> Image.Image:
    image = Image.open(io.BytesIO(run(source, list(steps), "PNG")))
    image.load()
    return image


def colours(image: Image.Image) -> set[object]:
    return {colour for _, colour in image.convert("RGB").getcolors(1 << 16) or []}


def test_a_crop_is_turned_counter_clockwise(source: Path) -> None:
    """First or later."""
    source.write_bytes(saved(halves((80, 60))))  # black on the left
    for steps in ([ResizeCrop((40, 30), 90)], [Noop(), ResizeCrop((40, 30), 90)]):
        image = taken(source, *steps).convert("L")
        assert image.size == (30, 40)
        assert (image.getpixel((15, 35)), image.getpixel((15, 5))) == (0, 255)
    assert taken(source).size == (80, 60)


def test_palettes(source: Path) -> None:
    """With dots there are more changes of colour than without."""
    plain = taken(source, Quantize("wood_extended", dither=False))
    dots = taken(source, Quantize("WOOD_EXTENDED"))
    for image in (plain, dots):
        assert colours(image) <= set(PALETTES["WOOD_EXTENDED"])
    assert plain.tobytes() != dots.tobytes()
    assert "there is no palette 'pink'" in problem(Quantize("pink"))
    assert problem(Noop()) == ""


def test_the_older_servers_picture(source: Path) -> None:
    """Of six inks, in the order of its palette."""
    image = taken(
        source, ResizeCrop((60, 80), 90), Quantize("NATIVE_EXTENDED_SHADED", False), Optimize()
    )
    assert (image.mode, image.size) == ("P", (80, 60))
    assert colours(image) <= NATIVE
    assert max(image.tobytes()) <= 5
    palette = image.getpalette()
    assert palette is not None
    assert palette[:3] == [61, 59, 94]


def test_what_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"no")
    with pytest.raises(PictureError):
        run(path, [], "PNG")
