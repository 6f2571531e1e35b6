"""What a display shows when, across the changes of the clocks too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from media.display.schedule import DEFAULT_SCHEDULE, Rule, next_boundary, scheduled

BRUSSELS = ZoneInfo("Europe/Brussels")
SPRING, AUTUMN = "2026-03-29", "2026-10-25"  # 02:00 becomes 03:00; 03:00 becomes 02:00


@pytest.mark.parametrize(
    ("clock", "mode"),
    [
        ("00:00", "photo"),
        ("05:59", "photo"),
        ("06:00", "dashboard"),
        ("08:59", "dashboard"),
        ("09:00", "photo"),
        ("12:00", "dashboard"),
        ("13:59", "dashboard"),
        ("14:00", "photo"),
        ("23:59", "photo"),
    ],
)
def test_the_default_schedule(clock: str, mode: str) -> None:
    """Every day, and never by the default mode."""
    for day in range(1, 8):
        local = datetime.fromisoformat(f"2026-06-0{day}T{clock}:59")
        assert scheduled(DEFAULT_SCHEDULE, "boot", local) == mode


def test_days_and_the_default_mode() -> None:
    """A rule counts on its days; where none does, the default."""
    rules = [Rule(0, 720, "news", (0,))]
    monday = datetime(2026, 6, 1, 11, 59)  # noqa: DTZ001 - local
    assert scheduled(rules, "photo", monday) == "news"
    assert scheduled(rules, "photo", monday + timedelta(minutes=1)) == "photo"
    assert scheduled(rules, "photo", monday + timedelta(days=1)) == "photo"


def boundary(rules: list[Rule], now: str) -> str | None:
    found = next_boundary(rules, "photo", BRUSSELS, datetime.fromisoformat(now))
    return found.isoformat() if found else None


def test_the_next_boundary_is_where_the_mode_changes() -> None:
    """Midnight between two rules of one mode is none."""
    rules = list(DEFAULT_SCHEDULE)
    assert boundary(rules, "2026-07-01T05:59:59+02:00") == "2026-07-01T04:00:00+00:00"
    assert boundary(rules, "2026-07-01T06:00:00+02:00") == "2026-07-01T07:00:00+00:00"
    assert boundary(rules, "2026-07-01T14:00:00+02:00") == "2026-07-02T04:00:00+00:00"
    assert boundary(rules, "2026-01-01T14:00:00+01:00") == "2026-01-02T05:00:00+00:00"


def test_a_boundary_may_be_a_week_away_or_never() -> None:
    """As far as rules can say it."""
    assert boundary([Rule(0, 60, "news", (0,))], "2026-06-01T01:00:00+02:00") == (
        "2026-06-07T22:00:00+00:00"
    )
    assert boundary([], "2026-06-01T01:00:00+02:00") is None
    assert boundary([Rule(0, 1440, "news")], "2026-06-01T01:00:00+02:00") is None


def test_a_boundary_that_the_clocks_leave_out() -> None:
    """It is the moment at which they are put forward."""
    rules = [Rule(150, 600, "news")]  # from 02:30
    assert boundary(rules, f"{SPRING}T00:00:00+01:00") == f"{SPRING}T01:00:00+00:00"


def test_a_boundary_that_comes_twice() -> None:
    """With the hour that comes twice its modes come twice."""
    rules = [Rule(150, 600, "news")]
    moments = []
    now = f"{AUTUMN}T00:00:00+02:00"
    for _ in range(3):
        found = boundary(rules, now)
        assert found
        moments.append(found[11:16])
        now = found
    assert moments == ["00:30", "01:00", "01:30"]


@pytest.mark.parametrize("zone", ["Europe/Brussels", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", [SPRING, AUTUMN, "2026-04-05", "2026-11-01", "2026-03-08"])
def test_between_two_boundaries_the_mode_is_the_same(zone: str, day: str) -> None:
    """Compared with each minute of two days around a change of the clocks."""
    rules = [Rule(90, 125, "news"), Rule(125, 155, "dashboard"), Rule(1380, 1440, "boot")]
    house = ZoneInfo(zone)
    begin = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=UTC) - timedelta(hours=14)
    minutes = [begin + timedelta(minutes=each) for each in range(48 * 60)]
    modes = [scheduled(rules, "photo", each.astimezone(house)) for each in minutes]
    changes = [
        minute
        for minute, before, after in zip(minutes[1:], modes, modes[1:], strict=False)
        if before != after
    ]
    found, now = [], begin
    while (now := next_boundary(rules, "photo", house, now) or minutes[-1]) < minutes[-1]:
        found.append(now)
    assert found == changes
