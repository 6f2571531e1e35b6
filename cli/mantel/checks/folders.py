"""Whether the folders of the hub can be written and have room, and whether there are photos."""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from mantel.checks.finding import Finding
from mantel.output import size
from shared.settings import Settings

_WRITTEN = ("alarms_config", "alarms_state", "media_state")
"""Settings that name a file which a service writes."""
_LEAST_BYTES = 50_000_000
_FEW_BYTES = 500_000_000
_PHOTOS = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".heif"}
_MOST_ENTRIES = 2000


def written(settings: Iterable[Settings], home: Path) -> list[Path]:
    """Return the folders that services write in."""
    folders = {home / "data": None}
    for own in settings:
        for field in _WRITTEN:
            if named := getattr(own, field, ""):
                folders[(home / named).parent] = None
    return list(folders)


def check(settings: Mapping[str, Settings], home: Path) -> list[Finding]:
    """Return a finding for each folder."""
    return [_judge(folder) for folder in written(settings.values(), home)]


def _judge(folder: Path) -> Finding:
    there = _nearest(folder)
    made = "" if there == folder else ", which is made when it is needed"
    if not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            "folders",
            "problem",
            f"{folder} cannot be written by this user",
            f"sudo chown -R $USER {there}",
        )
    free = shutil.disk_usage(there).free
    text = f"{folder}{made}: {size(free)} free"
    if free < _FEW_BYTES:
        return Finding(
            "folders",
            "problem" if free < _LEAST_BYTES else "warning",
            text,
            "make room: docker system prune, sudo apt clean, sudo journalctl --vacuum-size=50M",
        )
    return Finding("folders", "ok", text)


def photos(folder: Path, wanted: bool) -> Finding:
    """Return the verdict on the folder of photos; `wanted` where displays may show some."""
    shown = "displays in the mode photo show the idle picture"
    try:
        there = _has_photo(folder)
    except FileNotFoundError:
        text, advice = f"{folder} is not there: {shown}", f"mkdir -p {folder}, and put photos in it"
    except OSError as error:
        text = f"{folder} cannot be read ({error.strerror}): {shown}"
        return Finding("photos", "warning", text, f"sudo chmod -R a+rX {folder}")
    else:
        if there:
            return Finding("photos", "ok", f"{folder} has some; `mantel photo list` tells of them")
        text, advice = f"{folder} has none: {shown}", f"put some into {folder}, folders too"
    return Finding("photos", "warning", text, advice) if wanted else Finding("photos", "ok", text)


def _has_photo(folder: Path) -> bool:
    """Tell whether there is a photo in a folder or below; OSError when it cannot be read.

    A folder with so many other things is taken to have one.
    """
    os.scandir(folder).close()
    left = _MOST_ENTRIES
    for _, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith((".", "@"))]
        left -= len(names) + 1
        if left < 0 or any(Path(name).suffix.lower() in _PHOTOS for name in names):
            return True
    return False


def _nearest(folder: Path) -> Path:
    """Return the folder, or that above it in which it would be made."""
    while True:
        try:
            folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            folder = folder.parent
            continue
        except OSError:
            pass  # it may be there, but this user cannot look
        return folder
