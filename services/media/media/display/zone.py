"""The house's time zone: that of `TZ`, else the machine's."""

import logging
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

_log = logging.getLogger("media")

_LOCALTIME = Path("/etc/localtime")


def house_zone(name: str, localtime: Path = _LOCALTIME) -> tzinfo:
    """Return the zone of a setting that was found to be good; empty: the machine's, else UTC."""
    if name:
        return ZoneInfo(name)
    try:
        with localtime.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError) as error:
        _log.warning("%s cannot be read (%s); displays without a zone are in UTC", localtime, error)
        return UTC
