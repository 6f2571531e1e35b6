"""What is said of files."""

import pytest

from ws_bridge.media_check import Found, judge, numbers_from_0

JPEG, MP3 = Found(900, 1, b"\xff\xd8\xff\xe0"), Found(900, 1, b"\xff\xfb\x90\x00")


def complete(count: int, first: int = 1) -> dict[str, Found]:
    numbers = range(first, first + count)
    return {f"{n:03}.jpg": JPEG for n in numbers} | {f"{n:03}.mp3": MP3 for n in numbers}


@pytest.mark.parametrize(("count", "first"), [(10, 0), (10, 1), (100, 1), (100, 0)])
def test_complete(count: int, first: int) -> None:
    assert judge(complete(count, first), count, first) == ([], [])
    assert len(judge(complete(count, first), count, 1 - first).missing) == 2


def test_missing_and_empty() -> None:
    found = complete(3)
    found["002.mp3"] = Found(0, 1, b"")
    del found["003.jpg"]
    assert judge(found, 3, 1) == (["002.mp3 (leer)", "003.jpg"], [])


@pytest.mark.parametrize(
    ("name", "file", "problem"),
    [
        ("001.jpg", Found(9, 1, b"\x89PNG"), "no JPEG"),
        ("001.jpg", Found(21 << 20, 1, JPEG.head), "huge"),
        ("001.mp3", Found(9, 1, b"RIFF"), "no MP3"),
        ("001.mp3", Found(9, 1, b"\xff"), "no MP3"),
        ("001.mp3", Found(9, 1, b"\xff\xd8\xff\xe0"), "no MP3"),
        ("001.mp3", Found(101 << 20, 1, MP3.head), "huge"),
        ("001.mp3", Found(9, 1, b"ID3\x04"), ""),
        ("001.mp3", Found(9, 1, b"\xff\xf3\x40"), ""),
    ],
)
def test_what_may_not_play(name: str, file: Found, problem: str) -> None:
    report = judge(complete(1) | {name: file}, 1, 1)
    assert report.missing == []
    assert report.problems == ([f"{name} ({problem})"] if problem else [])


def test_files_prove_how_they_are_counted() -> None:
    """000 is there, and the last that counting from 1 would need is not."""
    assert numbers_from_0(complete(10, 0), 10)
    assert not numbers_from_0(complete(10, 1), 10)
    assert not numbers_from_0(complete(11, 0), 10)
    assert not numbers_from_0({}, 10)
