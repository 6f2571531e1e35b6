"""JPEG for photo frames that decode it themselves."""

import io
from dataclasses import dataclass

from PIL import Image

from media.bitmap.frame import ColourFrame


@dataclass(frozen=True)
class Jpeg:
    """Baseline JPEG, which small decoders know; `quality` is Pillow's, 1 to 95."""

    quality: int = 85

    def packed(self, frame: ColourFrame) -> bytes:
        """Return the file."""
        planes = (frame.red, frame.green, frame.blue)
        size = (frame.width, frame.height)
        image = Image.merge("RGB", [Image.frombytes("L", size, plane) for plane in planes])
        file = io.BytesIO()
        image.save(file, "JPEG", quality=self.quality, progressive=False)
        return file.getvalue()
