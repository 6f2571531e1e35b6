"""What a machine reads of a picture with letters, by tesseract, where that is installed."""

import io
import shutil
import subprocess

from PIL import Image

MISSING = "there is no tesseract here" if shutil.which("tesseract") is None else ""


def read(picture: bytes, upper: float = 1.0, width: int = 1200) -> str:
    """Return the letters and digits of the upper part of a picture, seen as large as `width`.

    Letters of some 30 pixels are read best.
    """
    image = Image.open(io.BytesIO(picture)).convert("L")
    image = image.crop((0, 0, image.width, int(image.height * upper)))
    size = (width, round(image.height * width / image.width))
    file = io.BytesIO()
    image.resize(size, Image.Resampling.BICUBIC).save(file, "PNG")
    command = ["tesseract", "-", "-", "--psm", "6"]
    run = subprocess.run(command, input=file.getvalue(), capture_output=True, check=True)
    return letters(run.stdout.decode())


def letters(text: str) -> str:
    """Return the letters and digits of a text, small."""
    return "".join(each for each in text.lower() if each.isalnum())


def faults(told: str, wanted: str) -> float:
    """Return which part of the letters of `wanted` are missing or others in its best place."""
    wanted = letters(wanted)
    row = [0] * (len(told) + 1)
    for number, letter in enumerate(wanted, 1):
        before, row = row, [number]
        for at, other in enumerate(told):
            row.append(min(before[at] + (letter != other), before[at + 1] + 1, row[at] + 1))
    return min(row) / len(wanted)
