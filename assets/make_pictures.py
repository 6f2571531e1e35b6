"""Draws the pictures of `img/`: .venv/bin/python assets/make_pictures.py [FOLDER]."""

import sys
from pathlib import Path

from media.bitmap.drawing import DRAWINGS, drawn


def main(folder: Path) -> None:
    """Write each drawing into `folder`, black and white as the display has it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in DRAWINGS:
        (folder / f"{name}.png").write_bytes(drawn(name))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent / "img")
