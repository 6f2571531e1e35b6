"""Calendars: recurrences, zones, whole days, and what is made to do harm."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from media.source.calendar_sieve import MOST_EVENTS, sieve
from media.source.events import events
from media.source.facts import Event
from media.source.reply_error import ReplyError
from tests.media.source.provider import calendar

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 10, 22, 10, tzinfo=UTC)  # three days before the clocks go back


def read(*lines: str, head: str = "", zone: ZoneInfo = BRUSSELS) -> tuple[Event, ...]:
    return events(calendar(*lines, head=head), "Home", NOW, zone)[0]


def starts(found: tuple[Event, ...]) -> list[str]:
    return [each.start_at.isoformat() if each.start_at else str(each.first_day) for each in found]


def test_a_weekly_event_keeps_its_wall_clock_time_over_a_change_of_the_clocks() -> None:
    """With an exception, and an instance that was moved."""
    found = read(
        "UID:1\nSUMMARY:Run\nDTSTART;TZID=Europe/Brussels:20260105T090000\n"
        "DTEND;TZID=Europe/Brussels:20260105T100000\nRRULE:FREQ=WEEKLY;UNTIL=20261125T000000Z\n"
        "EXDATE;TZID=Europe/Brussels:20261109T090000",
        "UID:1\nSUMMARY:Run late\nRECURRENCE-ID;TZID=Europe/Brussels:20261102T090000\n"
        "DTSTART;TZID=Europe/Brussels:20261103T180000\nDTEND;TZID=Europe/Brussels:20261103T190000",
    )
    assert starts(found) == [
        "2026-10-26T09:00:00+01:00",
        "2026-11-03T18:00:00+01:00",
        "2026-11-16T09:00:00+01:00",
        "2026-11-23T09:00:00+01:00",
    ]
    assert found[1].title == "Run late"


def test_both_sides_of_the_change() -> None:
    found = read("UID:1\nDTSTART;TZID=Europe/Brussels:20261023T090000\nRRULE:FREQ=DAILY;COUNT=4")
    assert [at[-14:] for at in starts(found)] == [
        *("09:00:00+02:00", "09:00:00+02:00", "09:00:00+01:00", "09:00:00+01:00")
    ]


@pytest.mark.parametrize("zone", ["Europe/Brussels", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_whole_days_are_dates_in_every_zone(zone: str) -> None:
    """The end of the calendar is the day after the last."""
    found = read(
        "UID:1\nSUMMARY:Trip\nDTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20261104",
        "UID:2\nSUMMARY:Day\nDTSTART;VALUE=DATE:20261031",
        "UID:3\nSUMMARY:Birthday\nDTSTART;VALUE=DATE:19801105\nRRULE:FREQ=YEARLY",
        zone=ZoneInfo(zone),
    )
    told = [(each.title, each.first_day, each.last_day, each.all_day) for each in found]
    assert told == [
        ("Day", date(2026, 10, 31), date(2026, 10, 31), True),
        ("Trip", date(2026, 11, 1), date(2026, 11, 3), True),
        ("Birthday", date(2026, 11, 5), date(2026, 11, 5), True),
    ]
    assert found[0].start_at is None


def test_zones() -> None:
    """UTC, another zone, one that the calendar defines itself, and none: that of the house."""
    own = (
        "BEGIN:VTIMEZONE\nTZID:Office\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    found = read(
        "UID:1\nDTSTART:20261101T080000Z",
        "UID:2\nDTSTART;TZID=Asia/Tokyo:20261102T080000",
        "UID:3\nDTSTART;TZID=Office:20261103T080000",
        "UID:4\nDTSTART:20261104T080000",
        "UID:5\nDTSTART;TZID=W. Europe Standard Time:20261105T080000",
        head=own,
    )
    assert starts(found) == [
        "2026-11-01T09:00:00+01:00",
        "2026-11-02T00:00:00+01:00",
        "2026-11-03T03:30:00+01:00",
        "2026-11-04T08:00:00+01:00",
        "2026-11-05T08:00:00+01:00",
    ]


def test_cancelled_ones_are_left_out_and_what_goes_on_is_not() -> None:
    found = read(
        "UID:1\nSUMMARY:Fair\nDTSTART:20261001T080000Z\nDTEND:20261030T080000Z",
        "UID:2\nSUMMARY:Off\nSTATUS:CANCELLED\nDTSTART:20261023T080000Z",
        "UID:3\nSUMMARY:Weekly\nDTSTART:20261023T080000Z\nRRULE:FREQ=WEEKLY;COUNT=2",
        "UID:3\nSTATUS:CANCELLED\nRECURRENCE-ID:20261030T080000Z\nDTSTART:20261030T080000Z",
        "UID:4\nSUMMARY:Long ago\nDTSTART:20200101T080000Z\nDTEND:20200101T090000Z",
        "UID:5\nSUMMARY:Far away\nDTSTART:20300101T080000Z",
    )
    assert [each.title for each in found] == ["Fair", "Weekly"]


def test_one_that_ends_at_midnight_is_not_of_the_next_day() -> None:
    (found,) = read(
        "UID:1\nDTSTART;TZID=Europe/Brussels:20261101T200000\n"
        "DTEND;TZID=Europe/Brussels:20261102T000000"
    )
    assert (found.first_day, found.last_day) == (date(2026, 11, 1), date(2026, 11, 1))


def test_whole_days_as_outlook_means_them() -> None:
    (found,) = read(
        "UID:1\nDTSTART;TZID=Asia/Tokyo:20261101T000000\nDTEND;TZID=Asia/Tokyo:20261102T000000\n"
        "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
    )
    assert (found.all_day, found.first_day, found.last_day) == (
        True,
        date(2026, 11, 1),
        date(2026, 11, 1),
    )


def test_texts_are_plain_and_bounded() -> None:
    """Folded lines are joined, what is escaped is not, tags and marks of direction go."""
    (found,) = read(
        "UID:1\nDTSTART:20261101T080000Z\nSUMMARY:Tea\\, cake \n and\u202emore\u0007\n"
        f"DESCRIPTION:<p>Come <b>in</b></p>\\nnow\nLOCATION:{'x' * 500}\n"
        "BEGIN:VALARM\nTRIGGER:-PT5M\nACTION:DISPLAY\nDESCRIPTION:Not this\nEND:VALARM"
    )
    assert (found.title, found.description) == ("Tea, cake andmore", "Come in now")
    assert len(found.location) == 200


def test_broken_events_do_not_cost_the_others() -> None:
    found = read(
        "UID:1\nSUMMARY:No start",
        "UID:2\nSUMMARY:Nonsense\nDTSTART:tomorrow",
        "UID:3\nSUMMARY:Rule\nDTSTART:20261023T080000Z\nRRULE:FREQ=NEVER",
        "UID:4\nSUMMARY:Good\nDTSTART:20261023T080000Z",
    )
    assert "Good" in [each.title for each in found]


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff" * 100, b"BEGIN:VEVENT\n"])
def test_what_is_no_calendar_is_said(body: bytes) -> None:
    with pytest.raises(ReplyError, match="is no calendar"):
        events(body, "Home", NOW, BRUSSELS)


def test_an_empty_calendar_is_one() -> None:
    assert read() == ()


def test_what_recurs_each_second_is_left_out_and_said() -> None:
    body = calendar(
        "UID:1\nDTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY",
        "UID:2\nSUMMARY:Good\nDTSTART:20261023T080000Z",
    )
    found, note = events(body, "Home", NOW, BRUSSELS)
    assert [each.title for each in found] == ["Good"]
    assert note == "events left out: 1 that recur each second or minute"


def test_the_first_thousand_are_taken() -> None:
    body = calendar(*(f"UID:{n}\nDTSTART:20261023T080000Z\nRRULE:FREQ=DAILY" for n in range(30)))
    found, note = events(body, "Home", NOW, BRUSSELS)
    assert len(found) == 1000
    assert "beyond the first 1000" in note


def test_a_rule_without_end_is_unrolled_as_far_as_is_shown() -> None:
    found = read("UID:1\nDTSTART:20200101T080000Z\nRRULE:FREQ=DAILY")
    assert len(found) in {68, 69, 70}


# --- the sieve ---

FIRST, LAST = date(2026, 10, 21), date(2026, 12, 30)


def sieved(*lines: str) -> int:
    return sieve(calendar(*lines).decode(), FIRST, LAST).events


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        ("DTSTART:20200101T080000Z", 0),
        ("DTSTART:20200101T080000Z\nDTEND:20261022T080000Z", 1),
        ("DTSTART:20200101T080000Z\nDURATION:P1D", 0),
        ("DTSTART:20260101T080000Z\nDURATION:P300D", 1),
        ("DTSTART:20200101T080000Z\nRRULE:FREQ=DAILY", 1),
        ("DTSTART:20200101T080000Z\nRRULE:FREQ=DAILY;UNTIL=20210101", 0),
        ("DTSTART:20200101T080000Z\nRDATE:20261101T080000Z", 1),
        ("DTSTART:20200101T080000Z\nRECURRENCE-ID:20261101T080000Z", 1),
        ("DTSTART;TZID=Europe/Brussels:20270103T080000", 0),
        ("DTSTART;TZID=/some/where/20200101T000000/Europe/Brussels:20261101T080000", 1),
        ("DTSTART;VALUE=DATE:20261020", 1),
        ("DTSTART:whenever", 1),
        ("dtstart:20200101T080000Z", 0),
    ],
)
def test_sieve(event: str, kept: int) -> None:
    """In doubt an event is kept."""
    assert sieved(f"UID:1\n{event}") == kept


def test_sieve_keeps_zones_and_drops_tasks_and_alarms() -> None:
    text = (
        "BEGIN:VCALENDAR\nX-WR-CALNAME:x\nBEGIN:VTIMEZONE\nTZID:Own\nEND:VTIMEZONE\n"
        "BEGIN:VTODO\nSUMMARY:task\nEND:VTODO\nBEGIN:VEVENT\nUID:1\nDTSTART:20261101T080000Z\n"
        "BEGIN:VALARM\nTRIGGER:x\nEND:VALARM\nSUMMARY:after\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    left = sieve(text, FIRST, LAST).text
    assert "TZID:Own" in left
    assert "SUMMARY:after" in left
    assert "X-WR-CALNAME:x" in left
    assert "VTODO" not in left
    assert "task" not in left
    assert "VALARM" not in left


def test_sieve_refuses_what_is_too_much() -> None:
    one = "UID:1\nDTSTART:20261101T080000Z"
    with pytest.raises(ReplyError, match=f"more than {MOST_EVENTS} events"):
        sieved(*[one] * (MOST_EVENTS + 1))


def test_sieve_is_quick() -> None:
    """A hundred thousand events that are over cost no parser anything."""
    body = calendar(*["UID:1\nDTSTART:20200101T080000Z"] * 100_000)
    found, _ = events(body, "Home", NOW, BRUSSELS)
    assert found == ()


def test_times_are_bounded_by_the_window() -> None:
    found = read("UID:1\nDTSTART:20200101T080000Z\nRRULE:FREQ=DAILY")
    days = [each.first_day for each in found]
    assert days[0] >= NOW.date() - timedelta(days=1)
    assert days[-1] <= NOW.date() + timedelta(days=68)
