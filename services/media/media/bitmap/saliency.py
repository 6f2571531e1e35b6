"""Which part of a picture is kept when it is cut: where the most is to be seen."""

from PIL import Image, ImageFilter

_SIDE = 96
_MIDDLE = 0.25
"""By how much the middle is preferred to the ends, of what is seen there on the whole."""


def kept_box(image: Image.Image, width: float, height: float) -> tuple[float, float, float, float]:
    """Return the box of `width` x `height` pixels of the picture, at most its size, to keep.

    Edges and contrasts are what is looked at; sky, wall and water are cut first. Of an upright
    picture the upper part is preferred a little: there are the faces.
    """
    across, down = image.width - width, image.height - height
    if across < 1 and down < 1:
        return (0, 0, image.width, image.height)
    small = image.convert("L")
    small.thumbnail((_SIDE, _SIDE))
    if min(small.size) < 4:
        return (across / 2, down / 2, across / 2 + width, down / 2 + height)
    seen = small.filter(ImageFilter.FIND_EDGES).crop((1, 1, small.width - 1, small.height - 1))
    if across >= down:
        left = _offset(_means(seen, "across"), width / image.width, 0.5) * image.width
        left = min(left, across)
        return (left, down / 2, left + width, down / 2 + height)
    top = min(_offset(_means(seen, "down"), height / image.height, 0.4) * image.height, down)
    return (across / 2, top, across / 2 + width, top + height)


def _means(seen: Image.Image, way: str) -> list[float]:
    """Return how much there is to see in each column, or row."""
    size = (seen.width, 1) if way == "across" else (1, seen.height)
    means = seen.convert("F").resize(size, Image.Resampling.BOX)
    return list(memoryview(means.tobytes()).cast("f"))


def _offset(means: list[float], part: float, preferred: float) -> float:
    """Return where, from 0 to 1, a window of `part` of all begins that shows the most."""
    count = len(means)
    window = max(1, round(part * count))
    whole = sum(means) or 1.0
    best, found = -1.0, 0.0
    for start in range(count - window + 1):
        free = max(1, count - window)
        away = abs(start / free - preferred) * 2
        value = sum(means[start : start + window]) / whole - _MIDDLE * away * (1 - part)
        if value > best:
            best, found = value, start / count
    return found
