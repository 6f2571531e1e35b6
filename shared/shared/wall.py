"""Wall-clock times and the moments that they are in a zone. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo

_SECOND = timedelta(seconds=1)


def moment(wall: datetime, zone: tzinfo) -> datetime:
    """Return the moment (UTC) of a wall-clock time without a zone.

    Where the clocks are put forward over it that is the first moment afterwards; where they are
    put back and it comes twice, the first of the two.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    # In a gap the two readings are crossed, and the clocks were put forward between them
    before = second.astimezone(zone).utcoffset()
    while first - second > _SECOND:
        middle = second + (first - second) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == before:
            second = middle
        else:
            first = middle
    return first
