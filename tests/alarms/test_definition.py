"""One entry of alarms.json."""

from typing import Any

import pytest

from alarms.definition import EntryError, check_own, read_definition


def read(**entry: Any) -> Any:
    return read_definition({"alarm_time": "0630"} | entry, "Alarm", "a")


def test_all_fields_are_read() -> None:
    """Each has its own form."""
    alarm = read(
        name="Wake up", enabled=False, alarm_days=["Mon", "Sun"],
        alarm_dates=["02/29", "12/24-01/06"],
        alarm_audio="a.wav", alarm_image="/b.png", timezone="Europe/Paris", repeat=True,
        snooze_minutes=5, max_minutes=30, volume_percent=40, volume_ramp_seconds=60,
        skip_holidays="DE-BY", once=True,
    )  # fmt: skip
    assert (alarm.id, alarm.name, alarm.enabled, alarm.once) == ("a", "Wake up", False, True)
    assert (alarm.alarm_days, alarm.skip_holidays) == (["Mon", "Sun"], "DE-BY")
    assert (alarm.snooze_minutes, alarm.max_minutes, alarm.volume_percent) == (5, 30, 40)


def test_what_is_not_given_is_as_the_contract_has_it() -> None:
    """Every day, once through, at full loudness; null and an empty list are nothing."""
    alarm = read(alarm_days=[], alarm_dates=None, colour="red")
    assert (alarm.alarm_days, alarm.alarm_dates, alarm.repeat) == (None, None, False)
    assert (alarm.enabled, alarm.volume_percent, alarm.snooze_minutes) == (True, 100, 9)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("alarm_time", "2460", "alarm_time: '2460' must be four digits"),
        ("alarm_time", "6:30", "alarm_time: '6:30' must be"),
        ("alarm_time", 630, "alarm_time: 630 must be"),
        ("alarm_time", None, "alarm_time: is missing"),
        ("alarm_days", ["Monday"], "alarm_days: 'Monday' must be one of Mon, "),
        ("alarm_days", "Mon", "alarm_days: 'Mon' must be a list"),
        ("alarm_days", [["Mon"]], "alarm_days: ['Mon'] must be one of"),
        ("alarm_dates", ["13/40"], "alarm_dates: '13/40' must be a date MM/DD"),
        ("alarm_dates", ["02/30"], "alarm_dates: '02/30' must be"),
        ("alarm_dates", ["1/2"], "alarm_dates: '1/2' must be"),
        ("alarm_dates", [7], "alarm_dates: 7 must be"),
        ("alarm_dates", ["12/24-"], "alarm_dates: '12/24-' must be"),
        ("timezone", "Mars/Olympus", "timezone: 'Mars/Olympus' is no time zone"),
        ("timezone", "../../etc/passwd", "timezone: '../../etc/passwd' is no time zone"),
        ("timezone", "Europe", "timezone: 'Europe' is no time zone"),
        ("enabled", "yes", "enabled: 'yes' must be true or false"),
        ("repeat", 1, "repeat: 1 must be true or false"),
        ("snooze_minutes", 0, "snooze_minutes: 0 must be a whole number from 1 to 720"),
        ("snooze_minutes", True, "snooze_minutes: True must be"),
        ("volume_percent", 100.5, "volume_percent: 100.5 must be"),
        ("skip_holidays", "XX", "skip_holidays: 'XX' is not known"),
        ("skip_holidays", "country_holidays", "skip_holidays: 'country_holidays' is not known"),
        ("skip_holidays", "JAN", "skip_holidays: 'JAN' is not known"),
        ("skip_holidays", "DE-XX", "skip_holidays: 'DE-XX' is not known"),
        ("name", " ", "name: ' ' must be a text"),
        ("name", "a\nb", "name: 'a\\nb' holds characters"),
        ("id", "next", "id: 'next' is a name that topics have"),
        ("id", "A b", "id: 'A b' must be 1 to 64 of"),
        ("cron", "0 7 * * *", "alarm_time: cannot stand beside cron"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(field: str, value: object, text: str) -> None:
    """So that its owner finds it."""
    with pytest.raises(EntryError) as caught:
        read(**{field: value})
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("0 7 * *", "has 4 fields"),
        ("0 7 * * * 0 2027", "has 7 fields"),
        ("60 7 * * *", "is not a cron line"),
        ("R 7 * * *", "random"),
        ("0 0 30 2 *", "never comes"),
    ],
)
def test_a_wrong_cron_line_is_refused(line: str, text: str) -> None:
    """Also one that no day fits."""
    with pytest.raises(EntryError, match=text):
        read_definition({"cron": line}, "A", "a")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.wav", "a/../../x.wav", "~/x.wav"])
def test_nobody_names_files_elsewhere_by_topic(path: str) -> None:
    """In the file its owner may."""
    with pytest.raises(EntryError, match="alarm_audio"):
        check_own({"alarm_audio": path})
    assert read(alarm_audio=path).alarm_audio == path


def test_a_slip_is_told_by_topic() -> None:
    """In the file a field that is not ours is left alone."""
    with pytest.raises(EntryError, match="alarm_tiem: there is no such field"):
        check_own({"alarm_tiem": "0630"})
