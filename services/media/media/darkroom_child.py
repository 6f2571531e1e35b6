"""Makes pictures ready for screens and ends: python -m media.darkroom_child, Makings on stdin.

Of its own, because a large picture takes more than 100 MB while it is opened, which a Pi gets
back when this ends; and because a file may be made to break what opens it.
"""

from pathlib import Path

from media.bitmap.picture import MOST_BYTES, TOO_MUCH, PictureError
from media.bitmap.prepared import prepare
from media.child_main import answer_all
from media.darkroom_job import Made, Making

_MOST_MEMORY_BYTES = MOST_BYTES + (80 << 20)
"""The largest picture that is opened and a quarter of it, which is made of it, the interpreter,
and what is made of that."""
_MOST_CPU_SECONDS = 60


def main() -> None:
    """Answer each picture on stdout, in order."""
    answer_all(
        Making, make, most_memory_bytes=_MOST_MEMORY_BYTES, most_cpu_seconds=_MOST_CPU_SECONDS
    )


def make(wanted: Making) -> Made:
    """Make one ready."""
    source = Path(wanted.path) if wanted.path else wanted.picture
    try:
        prepared = prepare(source, wanted.screen, wanted.fit, keep_pixels=wanted.keep_pixels)
    except PictureError as error:
        return Made(error=str(error))
    except MemoryError:
        return Made(error=TOO_MUCH)
    return Made(prepared=prepared)


if __name__ == "__main__":
    main()
