"""All displays, and who may join."""

from datetime import UTC, datetime
from typing import Any

import pytest

from media.display.display import Display, built_in
from media.display.roster import MOST_DISPLAYS, MOST_WAITING, POLICIES, Policy, Roster

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def display(name: str, **fields: Any) -> Display:
    usual: dict[str, Any] = {"hardware_id": f"hw-{name}", "width": 1, "height": 1, "made_at": NOW}
    return Display(id=name, **usual | fields)


def test_a_display_is_found_by_each_of_its_names() -> None:
    """And no more when it has gone, nor by a token that it had."""
    roster = Roster([display("a", token_hash="t"), display("b", token_hash="u")])
    a = roster.get("a")
    assert a
    assert roster.of_token("t") == roster.of_hardware("hw-a") == a
    roster.put(display("a", token_hash="new"))
    assert roster.of_token("t") is None
    assert roster.drop("a") == display("a", token_hash="new")
    assert roster.drop("a") is None
    assert (roster.get("a"), roster.of_token("new"), roster.of_hardware("hw-a")) == (None,) * 3
    assert [each.id for each in roster] == ["b"]


def test_a_former_token_is_good_until_the_new_one_is_used() -> None:
    """Then it is gone."""
    old = display("a", token_hash="new", former_token_hash="old")
    roster = Roster([old, display("b", token_hash="u")])
    assert roster.of_token("old") == old
    assert roster.of_token("new") == display("a", token_hash="new")
    assert roster.of_token("old") is None
    roster.put(old)
    roster.put(display("a"))
    assert (roster.of_token("new"), roster.of_token("old")) == (None, None)


def test_nobody_has_the_empty_token() -> None:
    """Displays that are not paired have none."""
    assert Roster([display("a")]).of_token("") is None


def test_a_hardware_id_is_text_first_and_then_a_number() -> None:
    """Older clients lose the zeros in front."""
    roster = Roster([display("a", hardware_id="007"), display("b", hardware_id="7")])
    assert [found.id for name in ("007", "7", "0007") if (found := roster.of_hardware(name))] == [
        "a", "b", "a",
    ]  # fmt: skip
    for unknown in ("", "8", "-7", "7.0", "\u0667", "1" * 9999):
        assert roster.of_hardware(unknown) is None


@pytest.mark.parametrize(
    ("policy", "fields", "expected"),
    [
        ("open", None, "pair"),
        ("approve", None, "wait"),
        ("closed", None, "refuse"),
        ("open", {"token_hash": "t"}, "known"),
        ("closed", {"token_hash": "t"}, "known"),
        ("open", {}, "pair"),
        ("approve", {}, "pair"),
        ("closed", {}, "pair"),
        ("open", {"approved": False}, "pair"),
        ("approve", {"approved": False}, "wait"),
        ("closed", {"approved": False}, "wait"),
    ],
)
def test_who_may_join(policy: Policy, fields: dict[str, Any] | None, expected: str) -> None:
    """A new one as the policy says, a known one with its token never, without it always."""
    roster = Roster([] if fields is None else [display("a", **fields)])
    assert roster.admission("hw-a", policy) == expected


@pytest.mark.parametrize(
    ("policy", "fields", "expected"),
    [
        ("open", {}, "pair"),
        ("approve", {}, "known"),
        ("closed", {}, "known"),
        ("approve", {"last_seen_at": None}, "pair"),
        ("closed", {"last_seen_at": None}, "pair"),
        ("open", {"kind": "eink"}, "known"),
        ("approve", {"token_hash": ""}, "pair"),
        ("approve", {"token_hash": "", "approved": False}, "wait"),
    ],
)
def test_a_trmnl_device_that_has_lost_its_token(
    policy: Policy, fields: dict[str, Any], expected: str
) -> None:
    """An open house gives it another, and any house one that it has never shown."""
    usual = {"kind": "trmnl", "token_hash": "t", "last_seen_at": NOW}
    roster = Roster([display("a", **usual | fields)])
    assert roster.admission("hw-a", policy, "trmnl") == expected


def test_a_house_is_full_at_some_time() -> None:
    """For new ones only."""
    roster = Roster(display(f"d{number}") for number in range(MOST_DISPLAYS))
    assert roster.admission("new", "open") == "refuse"
    assert roster.admission("hw-d0", "open") == "pair"


def test_few_may_wait() -> None:
    """The first makes room, and nobody who was approved."""
    roster = Roster([display("paired", token_hash="t")])
    for number in range(MOST_WAITING):
        assert roster.put(display(f"w{number}", approved=False)) == []
    assert [each.id for each in roster.put(display("last", approved=False))] == ["w0"]
    assert "paired" in roster
    assert "w0" not in roster


def test_nobody_joins_as_a_display_that_is_told_by_topic() -> None:
    """Whoever takes its hardware id."""
    rlcd = built_in(NOW)
    roster = Roster([rlcd])
    for policy in POLICIES:
        assert roster.admission(rlcd.hardware_id, policy) == "refuse"
