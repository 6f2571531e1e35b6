"""What people want of a display."""

from typing import Any

import pytest

from media.display.quiet import Quiet
from media.display.schedule import DEFAULT_SCHEDULE, Rule
from media.display.wish import (
    Wish,
    read_changes,
    read_policy,
    read_schedule,
    read_wish,
    written,
    written_quiet,
)
from shared.errors import PayloadError


@pytest.mark.parametrize(
    ("payload", "wish"),
    [
        (b"photo", Wish("photo")),
        (b" auto\n", Wish("auto")),
        (b"identify", Wish("identify")),
        (b'{"mode": "news"}', Wish("news")),
        (b'{"mode": "boot", "for_seconds": 60, "more": 1}', Wish("boot", 60)),
    ],
)
def test_words_and_objects(payload: bytes, wish: Wish) -> None:
    """Fields that are not known are ignored."""
    assert read_wish(payload) == wish


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"party", b"{", b"{}", b'{"mode": 1}', b"\x89PNG\r\n\x1a\n",
        b'{"mode": "photo", "for_seconds": 0}', b'{"mode": "photo", "for_seconds": 1e99}',
    ],
)  # fmt: skip
def test_all_else_is_refused(payload: bytes) -> None:
    """A picture too, so far."""
    with pytest.raises(PayloadError, match="not understood"):
        read_wish(payload)


def test_a_schedule_is_written_as_it_is_read() -> None:
    """With the end of the day as 00:00."""
    spans = tuple(written(DEFAULT_SCHEDULE))
    assert (spans[0].start, spans[-1].end) == ("00:00", "00:00")
    assert read_schedule(spans) == DEFAULT_SCHEDULE


def rule(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "mode": "news", **more}


def test_changes() -> None:
    """Only what is given; a zone may be taken back."""
    assert read_changes({"timezone": ""}) == {"timezone": ""}
    assert read_changes({"profile": "trmnl-og"}) == {"profile": "trmnl-og"}
    assert read_changes({"profile": ""}) == {"profile": ""}
    assert read_changes(
        {"schedule": [rule("06:30", "07:00", days=["Tue", "Mon"])], "default_mode": "boot"}
    ) == {"schedule": (Rule(390, 420, "news", (0, 1)),), "default_mode": "boot"}
    touching = [rule("06:00", "07:00"), rule("07:00", "08:00")]
    assert len(read_changes({"schedule": touching})["schedule"]) == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "nothing to change"),
        ({"timezone": "Mars/Olympus"}, "no such zone 'Mars/Olympus'"),
        ({"timezone": "../etc/passwd"}, "no such zone"),
        ({"token_hash": "x"}, "token_hash"),
        ({"profile": "mirror"}, "profile: must be one of rlcd-200x200, "),
        ({"default_mode": "party"}, "default_mode"),
        ({"schedule": [rule("6:00", "07:00")]}, "'6:00' is no time"),
        ({"schedule": [rule("06:00", "24:00")]}, "'24:00' is no time"),
        ({"schedule": [rule("06:00", "06:00")]}, "no part of a day"),
        ({"schedule": [rule("22:00", "06:00")]}, "over midnight it is two"),
        ({"schedule": [rule("06:00", "07:00"), rule("06:59", "08:00")]}, "overlaps another"),
        ({"schedule": [rule("06:00", "07:00", days=["Someday"])]}, "days"),
        ({"quiet": "23:00-06:30"}, "quiet"),
        ({"quiet": [{"start": "23:00"}]}, "end"),
        ({"quiet": [{"start": "23:00", "end": "24:00"}]}, "quiet: '24:00' is no time"),
        ({"quiet": [{"start": "23:00", "end": "23:00"}]}, "no part of a day"),
        ({"quiet": [{"start": "23:00", "end": f"0{hour}:00"} for hour in range(9)]}, "quiet"),
    ],
)
def test_changes_that_are_refused(fields: dict[str, Any], problem: str) -> None:
    """With what is wrong."""
    with pytest.raises(PayloadError, match=problem):
        read_changes(fields)


def test_quiet_hours_are_written_as_they_are_read() -> None:
    """In order, each once, over midnight too; an empty list is none."""
    night, noon = {"start": "23:00", "end": "06:30"}, {"start": "12:00", "end": "00:00"}
    found = read_changes({"quiet": [night, noon, night]})
    assert found == {"quiet": (Quiet(720, 0), Quiet(1380, 390))}
    assert [(each.start, each.end) for each in written_quiet(found["quiet"])] == [
        ("12:00", "00:00"),
        ("23:00", "06:30"),
    ]
    assert read_changes({"quiet": []}) == {"quiet": ()}


def test_who_may_join() -> None:
    """One of three words."""
    assert read_policy({"policy": "closed"}) == "closed"
    wrongs: list[Any] = ["shut", None, 1, []]
    for wrong in wrongs:
        with pytest.raises(PayloadError, match="open, approve, closed"):
            read_policy({"policy": wrong})
