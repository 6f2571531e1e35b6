"""Takes a picture through steps and ends: python -m media.art.pipeline_child."""

import os
from pathlib import Path

from msgspec import Struct

from media.bitmap.picture import PictureError
from media.bitmap.pipeline import Local, run
from media.child_main import answer_all

_MOST_MEMORY_BYTES = 320 << 20
_MOST_CPU_SECONDS = 120


class Steps(Struct, frozen=True, kw_only=True):
    """What is asked: the file `source`, taken through `steps`, is to be the file `target`."""

    source: str
    steps: list[Local]
    target: str


class Taken(Struct, frozen=True, kw_only=True):
    """What became of it; `error` "" when the file is there."""

    error: str = ""


def main() -> None:
    """Answer on stdout, whatever comes."""
    answer_all(
        Steps, take, most_memory_bytes=_MOST_MEMORY_BYTES, most_cpu_seconds=_MOST_CPU_SECONDS
    )


def take(asked: Steps) -> Taken:
    """Make the file, whole or not at all; one that is there is left as it is."""
    target = Path(asked.target)
    new = target.with_name(f".{target.name}.new")
    try:
        form = "PNG" if target.suffix.lower() == ".png" else "JPEG"
        packed = run(Path(asked.source), asked.steps, "PNG" if form == "PNG" else "JPEG")
        new.write_bytes(packed)
        os.link(new, target)
    except (PictureError, MemoryError) as error:
        return Taken(error=str(error) or "takes too much memory")
    except FileExistsError:
        return Taken(error="the output is there already")
    except OSError as error:
        return Taken(error=f"the output cannot be written ({error.strerror})")
    finally:
        new.unlink(missing_ok=True)
    return Taken()


if __name__ == "__main__":
    main()
