"""The older e-ink server's steps from a picture to another, for whoever tries out pictures."""

import io
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from PIL import Image

from media.bitmap.header import picture_size
from media.bitmap.ink import to_frame
from media.bitmap.pack import FORMATS, pack
from media.bitmap.palettes import PALETTES, palette
from media.bitmap.picture import PictureError, open_picture
from media.bitmap.profiles import PROFILES
from media.bitmap.screen import Screen

Side = Annotated[int, Meta(ge=1, le=5000)]


class Noop(Struct, frozen=True, tag_field="name", tag="noop"):
    """Nothing is done."""


class ResizeCrop(Struct, frozen=True, tag_field="name", tag="resize_crop"):
    """The middle of the picture in a size, then turned counter-clockwise, by degrees."""

    resolution: tuple[Side, Side]
    rotate: Literal[0, 90, 180, 270] = 0


class Quantize(Struct, frozen=True, tag_field="name", tag="quantize"):
    """The colours of a palette alone, in dots or each the nearest."""

    palette: str
    dither: bool = True


class Optimize(Struct, frozen=True, tag_field="name", tag="p_mode_eink_optimize"):
    """The six native inks in dots, as a display gets them."""


class Filter(Struct, frozen=True, tag_field="name", tag="openai_filter"):
    """Art, by the endpoint of `[art]`; it is not made here."""

    art_style: str
    generation_context: Annotated[str, Meta(max_length=2000)] = ""


Local = Noop | ResizeCrop | Quantize | Optimize
Step = Local | Filter

_TURNS = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def problem(step: Step) -> str:
    """Return what is wrong with a step, "" when nothing is."""
    if isinstance(step, Quantize) and palette(step.palette) is None:
        return f"there is no palette {step.palette[:40]!r}; there are {', '.join(PALETTES)}"
    return ""


def run(source: Path, steps: list[Local], form: Literal["PNG", "JPEG"]) -> bytes:
    """Return the file that a picture becomes by these steps; PictureError."""
    crop = steps[0] if steps and isinstance(steps[0], ResizeCrop) else None
    # The first crop is part of opening, so that a large photo is never held at its full size
    size = crop.resolution if crop else picture_size(source)
    if size[0] * size[1] > 30_000_000:
        raise PictureError("is too large; begin with resize_crop")
    image = open_picture(source, *size, "cover")
    if crop is not None:
        image = _turned(image, crop.rotate)
    for step in steps[1 if crop else 0 :]:
        image = _done(image, step)
    file = io.BytesIO()
    image.convert(image.mode if form == "PNG" else "RGB").save(file, form)
    return file.getvalue()


def _done(image: Image.Image, step: Local) -> Image.Image:
    if isinstance(step, ResizeCrop):
        file = io.BytesIO()
        image.save(file, "PNG", compress_level=1)
        return _turned(open_picture(file.getvalue(), *step.resolution, "cover"), step.rotate)
    if isinstance(step, Quantize):
        colours = palette(step.palette) or ()
        inks = Image.new("P", (1, 1))
        inks.putpalette([byte for colour in colours for byte in colour])
        dither = Image.Dither.FLOYDSTEINBERG if step.dither else Image.Dither.NONE
        return image.convert("RGB").quantize(palette=inks, dither=dither)
    if isinstance(step, Optimize):
        native = PROFILES["eink-1600x1200"]
        screen = Screen(image.width, image.height, native.format, native.inks)
        frame = pack(to_frame(image.convert("RGB"), screen), FORMATS[screen.format])
        with Image.open(io.BytesIO(frame.packed)) as packed:
            packed.load()
            return packed
    return image


def _turned(image: Image.Image, degrees: int) -> Image.Image:
    return image.transpose(_TURNS[degrees]) if degrees in _TURNS else image
