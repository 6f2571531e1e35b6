"""Which alarms a file holds, and by which ids."""

import itertools

from alarms.roster import MOST_ALARMS, read_roster


def ids(*entries: object) -> list[str]:
    return [each.id for each in read_roster(entries).definitions]


def test_an_id_comes_from_the_name_else_from_the_time() -> None:
    """And is given before it is made."""
    assert ids(
        {"alarm_time": "0630"},
        {"alarm_time": "0630", "name": "Früh am Morgen!"},
        {"alarm_time": "0700", "id": "mine"},
        {"cron": "0 7 * * 1-5"},
        {"alarm_time": "0800", "name": "早起き"},
        {"alarm_time": "0900", "name": "Next"},
    ) == ["alarm-0630", "fruh-am-morgen", "mine", "alarm-0-7-x-x-1-5", "alarm-0800", "alarm-next"]


def test_ids_follow_the_alarms_and_not_their_places() -> None:
    """Nor do they change when an alarm is switched off."""
    entries = [
        {"alarm_time": "0630", "alarm_days": [day], "enabled": day != "Tue"}
        for day in ("Mon", "Tue", "Wed")
    ]
    expected = {"Mon": "alarm-0630", "Tue": "alarm-0630-2", "Wed": "alarm-0630-3"}
    for order in itertools.permutations(entries):
        for definition in read_roster(order).definitions:
            assert definition.alarm_days
            assert definition.id == expected[definition.alarm_days[0]]
    soft, loud = ({"alarm_time": "0630", "volume_percent": each} for each in (10, 20))
    assert ids(loud, soft) == ids(loud | {"enabled": False}, soft)
    assert ids({"alarm_time": "0630"}, {"alarm_time": "0700", "id": "alarm-0630"}) == [
        "alarm-0630-2", "alarm-0630",
    ]  # fmt: skip


def test_bad_entries_are_refused_by_name_and_the_good_ones_kept() -> None:
    """Whatever they are."""
    roster = read_roster([
        {"alarm_time": "2460", "name": "Late"},
        {"alarm_time": "0630", "id": "a"},
        "0630",
        None,
        {"alarm_time": "0700", "id": "a"},
        {"alarm_time": "0800", "alarm_days": ["Monday"]},
        {"alarm_time": "0900", "id": ["a"]},
    ])  # fmt: skip
    assert [each.id for each in roster.definitions] == ["a"]
    assert roster.places == {"a": 1}
    assert list(roster.refused) == [
        "alarm 1 ('Late')", "alarm 3", "alarm 4", "alarm 6 ('0800')", "alarm 7 ('0900')",
        "alarm 5 ('a')",
    ]  # fmt: skip
    assert roster.refused["alarm 5 ('a')"] == "id: 'a' is that of another alarm"
    assert roster.refused["alarm 6 ('0800')"].startswith("alarm_days: 'Monday' must be one of")


def test_there_is_an_end_to_it() -> None:
    """Two hundred alarms."""
    roster = read_roster([{"alarm_time": "0630"}] * (MOST_ALARMS + 1))
    assert len(roster.definitions) == MOST_ALARMS
    assert "more than 200" in roster.refused[f"alarm {MOST_ALARMS + 1} ('0630')"]
