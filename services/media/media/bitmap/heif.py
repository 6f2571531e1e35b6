"""Pictures of phones, HEIC: whether one can be opened here, and its size, by its header alone.

Opening takes pillow-heif, whose libraries are 20 MB that few homes need.
"""

import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

HEIF = "HEIF"
"""What pillow-heif calls the format."""
MISSING = "is HEIC, and pillow-heif, which opens that, is not installed"

_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
_CONTAINERS = {b"iprp", b"ipco"}  # the second is in the first, and no deeper
_MOST_BOXES = 64  # at the top: nobody writes as many
_MOST_META_BYTES = 1_000_000


def is_installed() -> bool:
    """Tell whether such pictures can be opened; nothing is imported."""
    return find_spec("pillow_heif") is not None


def is_heif(path: Path) -> bool:
    """Tell whether a file begins as one; OSError."""
    with path.open("rb") as file:
        head = file.read(12)
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS


def heif_size(path: Path) -> tuple[int, int]:
    """Return width and height as the picture is seen; OSError, ValueError when it is broken.

    That of the largest item: the others are its tiles, and thumbnails.
    """
    sizes, turned = [], False
    for kind, content in _boxes(_meta(path)[4:]):
        if kind == b"ispe" and len(content) >= 12:
            width, height = struct.unpack_from(">II", content, 4)
            if width and height:
                sizes.append((width, height))
        elif kind == b"irot" and content:
            turned = turned or content[0] % 2 == 1
    if not sizes:
        raise ValueError("it does not tell its size")
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return (height, width) if turned else (width, height)


def _meta(path: Path) -> bytes:
    """Return what the box `meta` holds."""
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            head = file.read(8)
            if len(head) < 8:
                break
            length, kind = struct.unpack(">I4s", head)
            before = 8
            if length == 1:  # it stands behind, as 64 bits
                length, before = struct.unpack(">Q", file.read(8).rjust(8, b"\0"))[0], 16
            if kind == b"meta":
                return file.read(min(max(0, length - before), _MOST_META_BYTES))
            if length < before:  # 0: to the end of the file
                break
            file.seek(length - before, 1)
    raise ValueError("it has no header")


def _boxes(content: bytes, depth: int = len(_CONTAINERS)) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the boxes, those within others too, but not without end."""
    at = 0
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if length < 8:
            return
        inner = content[at + 8 : at + length]
        if depth and kind in _CONTAINERS:
            yield from _boxes(inner, depth - 1)
        else:
            yield kind, inner
        at += length
