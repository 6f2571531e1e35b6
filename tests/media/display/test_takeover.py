"""Which displays of an older server are taken, and how."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from media.display.display import Display, Override
from media.display.identity import token_hash
from media.display.roster import MOST_DISPLAYS, Roster
from media.display.schedule import DEFAULT_SCHEDULE, Rule
from media.display.takeover import TakeoverError, read_takeover, taken
from shared.errors import PayloadError

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
HASH = token_hash("a" * 40)
ASKED: dict[str, Any] = {
    "hardware_id": "42", "id": "pvx-jqr-cef", "width": 1200, "height": 1600, "token_hash": HASH,
}  # fmt: skip


def take(roster: Roster, **changed: Any) -> Display:
    display = taken(read_takeover(ASKED | changed), roster, lambda: "new-new-new", NOW)
    roster.put(display)
    return display


def test_all_is_taken() -> None:
    display = take(
        Roster(),
        timezone="Europe/Brussels",
        default_mode="dashboard",
        schedule=[{"start": "06:00", "end": "00:00", "mode": "news", "days": ["Mon"]}],
        override="boot",
    )
    assert display == Display(
        id="pvx-jqr-cef", hardware_id="42", width=1200, height=1600, made_at=NOW, token_hash=HASH,
        timezone="Europe/Brussels", default_mode="dashboard", override=Override("boot"),
        schedule=(Rule(360, 1440, "news", (0,)),),
    )  # fmt: skip


def test_what_is_not_told_is_usual() -> None:
    display = take(Roster(), id=None, token_hash="")
    assert (display.id, display.pairing) == ("new-new-new", "approved")
    assert (display.schedule, display.timezone) == (DEFAULT_SCHEDULE, "")
    assert take(Roster(), schedule=[]).schedule == ()


def test_a_second_time_changes_nothing() -> None:
    """What its owner has changed since stays; so it does when the old server had no token."""
    roster = Roster()
    changed = replace(take(roster), default_mode="dashboard", timezone="Asia/Tokyo")
    roster.put(changed)
    assert take(roster) == changed
    assert take(roster, token_hash="", id=None) == changed


def test_one_that_waited_is_let_in() -> None:
    roster = Roster()
    waiting = Display(
        id="wai-tin-ggg", hardware_id="42", width=1, height=1, made_at=NOW, approved=False
    )
    roster.put(waiting)
    assert take(roster).pairing == "paired"
    assert [each.id for each in roster] == ["pvx-jqr-cef"]
    assert roster.of_hardware("42") == roster.of_token(HASH) == roster.get("pvx-jqr-cef")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"token_hash": token_hash("b" * 40)}, "has joined here as display pvx-jqr-cef"),
        ({"hardware_id": "43"}, "id pvx-jqr-cef is that of another display"),
        ({"hardware_id": "43", "id": None}, "its token is that of display pvx-jqr-cef"),
    ],
)
def test_what_would_lose_a_display_is_refused(changed: dict[str, Any], said: str) -> None:
    roster = Roster()
    take(roster)
    before = list(roster)
    with pytest.raises(TakeoverError, match=said):
        take(roster, **changed)
    assert list(roster) == before


def test_a_hub_has_room_for_so_many() -> None:
    roster = Roster(
        Display(id=f"d{number}", hardware_id=f"h{number}", width=1, height=1, made_at=NOW)
        for number in range(MOST_DISPLAYS)
    )
    with pytest.raises(TakeoverError, match="no room"):
        take(roster)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hardware_id": 5}, {"hardware_id": "x" * 256}, {"width": 0}, {"height": 5000},
        {"id": "request"}, {"id": "rlcd"}, {"id": "a/b"}, {"id": "+"}, {"id": ""},
        {"token_hash": "a" * 40}, {"token": "a" * 40}, {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"}, {"default_mode": "art"}, {"override": "off"},
        {"schedule": [{"start": "22:00", "end": "06:00", "mode": "photo"}]},
        {"schedule": [{"start": "06:00", "end": "08:00", "mode": "photo"}] * 2},
    ],
)  # fmt: skip
def test_wrong_fields_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        read_takeover(ASKED | wrong)
