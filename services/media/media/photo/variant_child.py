"""Packs pictures for screens and ends: python -m media.photo.variant_child, Makings on stdin.

Of its own, because a large photo takes up to 300 MB while it is opened.
"""

from pathlib import Path

from media.bitmap.picture import PictureError
from media.child_main import answer_once
from media.display.screens import frame_for
from media.photo.variant_files import write
from media.photo.variant_job import Made, Making

_MOST_MEMORY_BYTES = 320 << 20  # the largest PNG that may be opened takes 300
_MOST_CPU_SECONDS = 300


def main() -> None:
    """Answer each picture on stdout, in order."""
    answer_once(
        list[Making], make_all,
        most_memory_bytes=_MOST_MEMORY_BYTES, most_cpu_seconds=_MOST_CPU_SECONDS,
    )  # fmt: skip


def make_all(wanted: list[Making]) -> list[Made]:
    """Make files, one after the other."""
    return [make(each) for each in wanted]


def make(wanted: Making) -> Made:
    """Make one file, whole or not at all."""
    try:
        frame = frame_for(Path(wanted.source), wanted.screen, "smart")
        write(Path(wanted.target), frame.packed)
    except (PictureError, MemoryError) as error:
        return Made(error=str(error) or "takes too much memory")
    except OSError as error:
        return Made(error=f"cannot be kept ({error.strerror})")
    return Made()


if __name__ == "__main__":
    main()
