"""What is wrong with a panel's pictures and sounds. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

HEAD_BYTES = 16
"""So many bytes of a file tell its kind."""
_HUGE = {".jpg": 20 << 20, ".mp3": 100 << 20}
"""Bytes beyond which a browser on a small machine may fail to show or play a file."""


class Found(NamedTuple):
    """A file that is there: its bytes, its time of change (ns), and how it begins."""

    size: int
    changed_ns: int
    head: bytes


class Report(NamedTuple):
    """Names of files that are missing or empty, and of those that may not play."""

    missing: list[str]
    problems: list[str]


def judge(found: Mapping[str, Found], count: int, first: int) -> Report:
    """Return what is wrong with `count` pictures and sounds, numbered from `first`."""
    report = Report([], [])
    for number in range(first, first + count):
        for suffix in (".jpg", ".mp3"):
            name = f"{number:03}{suffix}"
            file = found.get(name)
            if file is None:
                report.missing.append(name)
            elif file.size == 0:
                report.missing.append(f"{name} (leer)")  # as older dashboards know it
            elif problem := _problem(suffix, file):
                report.problems.append(f"{name} ({problem})")
    return report


def numbers_from_0(found: Mapping[str, Found], count: int) -> bool:
    """Tell whether the files prove that they are counted from 0."""
    names = {name.partition(".")[0] for name in found}
    return "000" in names and f"{count:03}" not in names


def _problem(suffix: str, file: Found) -> str:
    head = file.head
    if suffix == ".jpg" and not head.startswith(b"\xff\xd8\xff"):
        return "no JPEG"
    is_frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # layer III
    if suffix == ".mp3" and not (head.startswith(b"ID3") or is_frame):
        return "no MP3"
    return "huge" if file.size > _HUGE[suffix] else ""
