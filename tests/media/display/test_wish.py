"""What people want of a display."""

from datetime import UTC, datetime
from typing import Any

import pytest

from media.display.display import Display, built_in, topic_display
from media.display.quiet import Quiet
from media.display.schedule import DEFAULT_SCHEDULE, Rule
from media.display.wish import (
    Push,
    Wish,
    changed,
    read_changes,
    read_policy,
    read_schedule,
    read_seconds,
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
        (b"", Wish("auto")),
        (b" \n", Wish("auto")),
        (b"idle", Wish("idle")),
        (b"\x89PNG\r\n\x1a\n", Push(b"\x89PNG\r\n\x1a\n")),
        (b"GIF89a{", Push(b"GIF89a{")),
        (b'{"picture": "aGFsbG8=", "for_seconds": 1.5}', Push(b"hallo", 1.5)),
    ],
)
def test_words_objects_and_pictures(payload: bytes, wish: Wish | Push) -> None:
    """Fields that are not known are ignored."""
    assert read_wish(payload) == wish


@pytest.mark.parametrize(
    "payload",
    [
        b"party", b"{", b"{}", b'{"mode": 1}', b"\x00\xff", b"BM and a bitmap",
        b'{"picture": "?"}', b'{"picture": "aGFsbG8=", "for_seconds": -1}',
        b'{"mode": "photo", "for_seconds": 0}', b'{"mode": "photo", "for_seconds": 1e99}',
        b'{"mode": "\xff"}', b'{"mode":' * 5000 + b"1" + b"}" * 5000,
    ],
)  # fmt: skip
def test_all_else_is_refused(payload: bytes) -> None:
    """What is neither a word of ours nor begins like a picture."""
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
        ({"profile": "mirror"}, "is none of rlcd-200x200, "),
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


NOW = datetime(2026, 7, 1, tzinfo=UTC)


def test_inks_as_they_were_measured() -> None:
    """Those that are given are added; null takes one back, or all; another profile has others."""
    display = Display(
        id="a", hardware_id="1", width=9, height=9, made_at=NOW, profile="spectra6-800x480",
        calibration={"white": (200, 200, 200)},
    )  # fmt: skip

    def inks(**fields: Any) -> Any:
        return changed(display, read_changes(fields)).get("calibration")

    assert inks(calibration={"black": [9, 8, 7]}) == {
        "white": (200, 200, 200),
        "black": (9, 8, 7),
    }
    assert inks(calibration={"white": None}) == {}
    assert inks(calibration=None) == {}
    assert inks(profile="spectra6-800x480") is None
    assert inks(profile="mono-800x480") == {}
    assert inks(profile="mono-800x480", calibration={"black": [1, 1, 1]}) == {"black": (1, 1, 1)}
    for wrong, said in (
        ({"pink": [1, 2, 3]}, "calibration: there is no ink pink, but black, white"),
        ({"white": [0, 0, 0]}, "calibration: white must be lighter than black"),
        ({"white": [0, 0, 256]}, "is not three numbers from 0 to 255"),
        ({"white": [0, 0]}, "calibration"),
    ):
        with pytest.raises(PayloadError, match=said):
            inks(calibration=wrong)


def test_a_profile_gives_a_display_by_topic_its_size() -> None:
    """Others say themselves how large they are."""
    hall = topic_display("hall", "lcd-320x240", (320, 240), NOW)
    fields = changed(hall, read_changes({"profile": "oled-128x64"}))
    assert (fields["width"], fields["height"]) == (128, 64)
    with pytest.raises(PayloadError, match="'tv' is none of rlcd-200x200, mono-800x480"):
        read_changes({"profile": "tv"})


def test_the_built_in_display_stays_what_its_port_shows() -> None:
    """All else may be changed."""
    rlcd = built_in(NOW)
    for fields in ({"profile": "oled-128x64"}, {"shows_alarms": False}):
        with pytest.raises(PayloadError, match="port 8766 shows rlcd as it always was"):
            changed(rlcd, read_changes(fields))
    assert changed(rlcd, {"rotation": 90, "shows_alarms": True})["rotation"] == 90


@pytest.mark.parametrize(("value", "seconds"), [(None, None), ("90", 90.0), (1.5, 1.5)])
def test_how_long(value: object, seconds: float | None) -> None:
    """As a number, or as a text that is one."""
    assert read_seconds(value) == seconds


@pytest.mark.parametrize("value", ["soon", "0", -1, "1e99", []])
def test_how_long_is_refused(value: object) -> None:
    """Up to a year."""
    with pytest.raises(PayloadError, match="for_seconds"):
        read_seconds(value)


def test_who_may_join() -> None:
    """One of three words."""
    assert read_policy({"policy": "closed"}) == "closed"
    wrongs: list[Any] = ["shut", None, 1, []]
    for wrong in wrongs:
        with pytest.raises(PayloadError, match="open, approve, closed"):
            read_policy({"policy": wrong})
