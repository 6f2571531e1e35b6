"""Events and news that were made up, for samples. Pure."""

from datetime import date, datetime, time, timedelta

from media.source.facts import Age, Agenda, Calendar, Event, Feed, News, NewsItem

_FRESH = Age(freshness="fresh")


def moment(now: datetime, days: int, hour: int, minute: int = 0) -> datetime:
    """Return a time of day, so many days after today."""
    day = now.date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), now.tzinfo)


def agenda(now: datetime, *, long: bool) -> Agenda:
    """Return the events of three calendars; `long`: also long words, and many of them."""
    today = now.date()
    events = [
        _whole("Paper and cardboard", today, today, "Waste"),
        _timed("Dentist", now, 0, (16, 30), (17, 15), "Family", "Main street 12"),
        _timed("Choir", now, 0, (19, 30), (21, 0), "Family", "Parish hall"),
        _whole("Grandma's birthday", today + timedelta(days=1), today + timedelta(days=1)),
        _timed("Football: home match against the neighbours", now, 1, (10, 0), (12, 0), "Family"),
        _timed("Heating engineer", now, 2, (8, 0), (10, 0), "House", "boiler room"),
        _timed("Parents' evening", now, 3, (20, 0), (21, 30), "Family", "School, room 2.14"),
        _whole("Ski holidays", today + timedelta(days=5), today + timedelta(days=11), "Family"),
        _timed("Car inspection", now, 9, (7, 45), (8, 15), "House"),
    ]
    if long:
        events[1:1] = [
            _timed(
                "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz: Anhörung im "
                "Donaudampfschifffahrtsgesellschaftskapitänsaufenthaltsraum",
                now, 0, (15, 0), (16, 0), "Family", "https://example.org/a/very/long/path?q=123456",
            ),
            *(
                _timed(f"Besprechung Nummer {number} mit allen Beteiligten", now, 0,
                       (17, number), (18, number), "House")
                for number in range(10)
            ),
        ]  # fmt: skip
    calendars = tuple(
        Calendar(name=name, colour=colour, age=_FRESH)
        for name, colour in (("Family", "#c02020"), ("House", "#2040c0"), ("Waste", "#208040"))
    )
    return Agenda(events=tuple(events), calendars=calendars)


def _whole(title: str, first: date, last: date, calendar: str = "Family") -> Event:
    return Event(title=title, calendar=calendar, all_day=True, first_day=first, last_day=last)


def _timed(
    title: str, now: datetime, days: int, start: tuple[int, int], end: tuple[int, int],
    calendar: str, location: str = "",
) -> Event:  # fmt: skip
    begin, finish = moment(now, days, *start), moment(now, days, *end)
    return Event(
        title=title, calendar=calendar, all_day=False, first_day=begin.date(),
        last_day=finish.date(), start_at=begin, end_at=finish, location=location,
    )  # fmt: skip


_STORIES = (
    ("Harbour bridge opens a month early", "The new bridge across the harbour opens to bicycles on "
     "Sunday and to all others a week later. Builders had feared the autumn storms, which did not "
     "come. The mayor will be the first to cross it, on foot."),
    ("Library lends telescopes", "Whoever has a library card may borrow one of twelve telescopes "
     "for two weeks. An introduction is given on every first Monday."),
    ("Storm expected from Thursday on", "Gusts of up to ninety kilometres an hour are expected "
     "along the coast. Ferries may be cancelled at short notice."),
    ("School orchestra wins in the final", "After a long evening the jury agreed: never before had "
     "a school played this symphony without a conductor."),
    ("Tram line 4 is out of service this weekend", "Buses run instead, every ten minutes."),
    ("An old mill turns again", "Volunteers have repaired the mill by the river for eleven years. "
     "Now it grinds flour for the town's two bakeries."),
    ("Market moves to the church square", "Until spring the weekly market is held there."),
    ("Night train to the mountains returns", "From December on a sleeper leaves each Friday at a "
     "quarter to ten and arrives in time for breakfast and the first lift."),
    ("Chess club seeks beginners", "Thursdays at seven, in the back room of the old post office. "
     "Boards are there, patience is brought along."),
    ("Seals counted on the sandbank", "Forty-one grey seals, nine of them pups: more than ever."),
    ("Heating with the water of the canal", "Two hundred flats are to be warmed by a heat pump in "
     "the canal. The council votes on Tuesday; the works would take three summers."),
)  # fmt: skip


def news(now: datetime) -> News:
    """Return some stories."""
    items = tuple(
        NewsItem(
            title=title,
            summary=summary,
            source=("Coast Courier", "Town Gazette")[count % 2],
            published_at=now - timedelta(hours=1 + 2 * count, minutes=7 * count),
        )
        for count, (title, summary) in enumerate(_STORIES)
    )
    return News(items=items, feeds=(Feed(name="Coast Courier", age=_FRESH),))
