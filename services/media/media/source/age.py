"""How old what is shown may be, and how that is said. Pure."""

from datetime import datetime, timedelta

from media.source.facts import Age, Freshness

AGED, OLD = 2, 6
"""More than so many intervals old: `as of` is shown, the crossed mark too."""


def age(
    had_at: datetime | None,
    now: datetime,
    interval: timedelta,
    limit: timedelta,
    error: str | None = None,
) -> Age:
    """Return how old what was had at `had_at` is for somebody whose zone is that of `now`.

    `interval` is how often it should come; older than `limit` it is not shown at all. A clock
    that was set back makes nothing old.
    """
    if had_at is None:
        return Age(freshness="empty", error=error)
    local = had_at.astimezone(now.tzinfo)
    old = max(now - had_at, timedelta())
    freshness: Freshness = "fresh"
    if old > limit:
        freshness = "empty"
    elif old > OLD * interval:
        freshness = "old"
    elif old > AGED * interval:
        freshness = "aged"
    text = "" if freshness == "fresh" else _as_of(local, now)
    return Age(
        freshness=freshness, as_of=text, at=local, hours=old // timedelta(hours=1), error=error
    )


def _as_of(at: datetime, now: datetime) -> str:
    days = (now.date() - at.date()).days
    if days <= 0:
        return f"as of {at:%H:%M}"
    return f"as of {at:%a %H:%M}" if days < 7 else f"as of {at.day} {at:%b}"


def worst(ages: list[Age]) -> Age:
    """Return the age of a block that mixes several: that of the oldest that is still shown.

    It is empty only when all are.
    """
    shown = [each for each in ages if each.freshness != "empty"]
    order = ("fresh", "aged", "old", "empty")
    return max(
        shown or ages or [Age(freshness="empty")],
        key=lambda each: (order.index(each.freshness), each.hours),
    )
