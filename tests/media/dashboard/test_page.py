"""What a theme gets of a snapshot."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from media.dashboard.page import BLOCKS, encoded, page, steady
from media.dashboard.sample import Facts, sample
from media.dashboard.words import LANGUAGES
from media.source.facts import Age, Agenda, Block, Event, News, NewsItem, Snapshot
from tests.media.dashboard.facts import NOW, facts, texts

ENGLISH = LANGUAGES["en"]


def test_the_same_facts_give_the_same_bytes() -> None:
    """A display keeps its picture while nothing has changed, however the minutes pass."""
    shows = [each for each in BLOCKS if each != "clock"]
    first = page(sample(NOW), ENGLISH, shows)
    known = sample(NOW)
    later = page(replace(known, at=NOW + timedelta(minutes=7)), ENGLISH, shows)
    assert encoded(first) == encoded(later)


def test_a_clock_is_there_for_themes_that_have_one() -> None:
    """And does not count as a change of what is known."""
    early, late = (
        facts(now=NOW),
        page(replace(sample(NOW), at=NOW + timedelta(minutes=1)), ENGLISH, BLOCKS),
    )
    assert (early["clock"], late["clock"]) == ("14:05", "14:06")
    assert encoded(early) != encoded(late)
    assert steady(early) == steady(late)


def test_a_theme_gets_what_it_shows_alone() -> None:
    """What else changes must not draw it anew."""
    made = page(sample(NOW), ENGLISH, ["weather"])
    assert made["weather"]["place"] == "Blankenberge"
    assert [made[each] for each in ("agenda", "host", "news", "alarm", "clock")] == [None] * 5
    assert made["values"] == []


def test_weather_in_words() -> None:
    """Degrees, the letters of the wind and its force, rain and sun."""
    weather = facts()["weather"]
    assert weather["now"]["temperature"] == "7°"
    assert weather["now"]["feels"] == "feels like 4°"
    assert weather["now"]["wind"]["text"] == "SW 4"
    assert [day["name"] for day in weather["days"]] == ["Sat", "Sun", "Mon", "Tue", "Wed", "Thu"]
    day = weather["days"][2]
    assert (day["high"], day["low"], day["rain"]) == (
        "5°",
        "\N{MINUS SIGN}1°",
        "60\N{NO-BREAK SPACE}%",
    )
    assert (day["sunrise"], day["sunset"]) == ("07:58", "16:25")


def test_german() -> None:
    """Days, months, numbers, winds and the weather itself."""
    made = facts(language="de")
    assert made["date"]["long"] == "Samstag, 21. November"
    assert made["weather"]["now"]["description"] == "Schauer"
    assert made["words"]["today"] == "Heute"
    assert made["host"]["disks"][1]["text"].startswith("1,8\N{NO-BREAK SPACE}TB von")
    assert LANGUAGES["de"].labels.keys() == ENGLISH.labels.keys()
    assert LANGUAGES["de"].weather.keys() == ENGLISH.weather.keys()


def test_the_calendar_day_by_day() -> None:
    """Today comes first, also when it is empty; what lasts stands once, with its end."""
    days = facts()["agenda"]["days"]
    assert [day["name"] for day in days[:3]] == ["Today", "Tomorrow", "Monday, 23 November"]
    first = days[0]["events"]
    assert [event["when"] for event in first] == ["all day", "16:30", "19:30"]
    holidays = [event for day in days for event in day["events"] if "Ski" in event["title"]]
    assert [event["note"] for event in holidays] == ["until Wed 2 Dec"]


def _agenda(*events: Event) -> Snapshot:
    agenda = Agenda(events=events, calendars=())
    return Snapshot(at=NOW, agenda=Block(value=agenda, age=Age(freshness="fresh")))


def _event(start: datetime, end: datetime) -> Event:
    return Event(title="x", calendar="c", all_day=False, first_day=start.date(),
                 last_day=end.date(), start_at=start, end_at=end)  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "when", "until", "note"),
    [
        (NOW, NOW + timedelta(hours=1), "14:05", "15:05", ""),
        (NOW - timedelta(days=1), NOW + timedelta(hours=1), "until 15:05", "15:05", ""),
        (NOW - timedelta(days=1), NOW + timedelta(days=2), "all day", "", "until Mon 23 Nov"),
        (NOW, NOW + timedelta(days=1), "14:05", "", "until Sun 22 Nov"),
        (NOW, NOW.replace(hour=0, minute=0) + timedelta(days=1), "14:05", "24:00", ""),
        (NOW, NOW, "14:05", "", ""),
    ],
)
def test_when_an_event_is(start: datetime, end: datetime, when: str, until: str, note: str) -> None:
    """Also one that began yesterday, ends on another day, at midnight, or at once."""
    event = page(_agenda(_event(start, end)), ENGLISH, BLOCKS)["agenda"]["days"][0]["events"][0]
    assert (event["when"], event["until"], event["note"]) == (when, until, note)


def test_a_day_without_events_is_there() -> None:
    """Today is told to be empty."""
    days = page(_agenda(), ENGLISH, BLOCKS)["agenda"]["days"]
    assert [(day["name"], day["events"]) for day in days] == [("Today", [])]


def test_graphs_of_the_last_hour() -> None:
    """60 points from 0 to 1, gaps where nothing was heard, and the newest as a text."""
    cpu, memory, network = facts()["host"]["graphs"]
    points = cpu["lines"][0]["points"]
    assert len(points) == 60
    assert points[20:24] == [None] * 4
    assert cpu["now"] == f"{points[-1] * 100:.0f}\N{NO-BREAK SPACE}%"
    assert [line["name"] for line in memory["lines"]] == ["Memory", "Swap"]
    assert network["top"] == "5.0\N{NO-BREAK SPACE}MB/s"
    every = [
        point
        for graph in (cpu, memory, network)
        for line in graph["lines"]
        for point in line["points"]
        if point is not None
    ]
    assert 0 <= min(every) <= max(every) <= 1


def test_disks_and_containers() -> None:
    """A full disk is told to be, and so is what does not run."""
    host = facts()["host"]
    assert [disk["full"] for disk in host["disks"]] == [False, True, False]
    assert host["disks"][0]["text"] == "21\N{NO-BREAK SPACE}GB of 62\N{NO-BREAK SPACE}GB"
    assert (host["running"], host["containers_total"]) == (4, 5)


def test_news_have_the_time_of_the_house() -> None:
    """Feeds tell theirs in any zone."""
    item = NewsItem(
        title="t", summary="s", source="f", published_at=datetime(2026, 11, 21, 9, tzinfo=UTC)
    )
    snapshot = Snapshot(
        at=NOW, news=Block(value=News(items=(item,), feeds=()), age=Age(freshness="fresh"))
    )
    assert page(snapshot, ENGLISH, BLOCKS)["news"]["items"][0]["at"] == "10:00"


@pytest.mark.parametrize("kind", ["sample", "long", "old", "none"])
def test_no_text_is_broken(kind: Facts) -> None:
    """No "None", no control character, no word without a place to break."""
    for text in texts(facts(kind)):
        assert "None" not in text
        assert text.isprintable() or set(text) & {"\u200b", "\N{NO-BREAK SPACE}"}


def test_old_facts_say_their_age() -> None:
    """Each block for itself; what is too old is empty."""
    made = facts("old")
    assert (made["weather"]["as_of"], made["weather"]["old"]) == ("as of 01:05", True)
    assert made["host"]["empty"]
    assert made["host"]["as_of"] == "as of 12:05"
    assert facts("old", "de")["weather"]["as_of"] == "Stand 01:05"


@pytest.mark.parametrize(
    ("age", "old"),
    [
        (Age(freshness="empty"), False),
        (Age(freshness="empty", error="no route"), True),
        (Age(freshness="empty", at=NOW), True),
        (Age(freshness="aged", at=NOW), False),
    ],
)
def test_what_never_came_is_not_old_yet(age: Age, old: bool) -> None:
    """A hub that has just started asks for it; when it cannot be had the mark is shown."""
    made = page(Snapshot(at=NOW, weather=Block(value=None, age=age)), ENGLISH, BLOCKS)
    assert made["weather"]["old"] == old
    assert made["weather"]["empty"]


def test_nothing_is_known() -> None:
    """A house without sources has a date."""
    made = facts("none")
    assert made["date"]["iso"] == date(2026, 11, 21).isoformat()
    assert made["weather"] is made["agenda"] is made["host"] is made["news"] is None
