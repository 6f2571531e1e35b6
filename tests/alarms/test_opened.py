"""A session in memory."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alarms.opened import Opened
from alarms.session import Instant, Session, SessionAlarm, add, advance

AT = Instant(datetime(2026, 2, 17, 11, tzinfo=UTC), ZoneInfo("UTC"))
LATER = AT._replace(now=AT.now + timedelta(minutes=1))


def test_it_knows_whether_it_is_stored_and_told() -> None:
    """The same again is neither a reason to store nor to tell."""
    kept = add(Session(), SessionAlarm(name="tea", time="11:01:00"), AT)
    opened = Opened(advance(kept, AT), AT, kept=kept)
    assert opened.moment == LATER.now
    assert not opened.is_unkept
    before = opened.state
    opened.become(advance(opened.session, AT), AT)
    assert opened.state is before
    assert not opened.is_unkept
    opened.become(advance(opened.session, LATER), LATER)
    assert opened.state is not before
    assert opened.is_unkept
