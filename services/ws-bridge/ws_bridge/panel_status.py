"""What the panel's port tells scripts: status, health, and the answers of /test. Pure."""

from shared import __version__
from ws_bridge.media_check import Report
from ws_bridge.panels import Panels

_PROTOTYPE_BUTTONS = 10
_MOST_LISTED = 10


def status(panels: Panels, report: Report, clients: int, media_version: str) -> dict[str, object]:
    """Return the union of what all versions of the older server told, and a little more."""
    state, current = panels.state, panels.current
    return {
        "version": __version__,
        "mode": "prototype" if panels.count <= _PROTOTYPE_BUTTONS else "production",
        "num_media": panels.count,
        "current_id": current,
        "current_button": None if current is None else current - panels.first_media + 1,
        "ws_clients": clients,
        "serial_connected": is_connected(panels),
        "serial_port": state.port if state else None,
        "media_missing": len(report.missing),
        "missing_files": report.missing[:_MOST_LISTED],
        "esp32_local_led": state is None or state.profile == "v25",
        # not known to older dashboards
        "first_media": panels.first_media,
        "media_problems": report.problems[:_MOST_LISTED],
        "media_version": media_version,
        "panel": panels.first or None,
    }


def is_connected(panels: Panels) -> bool:
    """Tell whether the first panel's port is open, as far as is known."""
    return panels.is_online and panels.state is not None and panels.state.connected


def health(panels: Panels, report: Report) -> dict[str, object]:
    """Return the body of /health; it is all right when `status` is healthy."""
    serial = is_connected(panels) and panels.state is not None and panels.state.answering
    complete = not report.missing
    return {
        "status": "healthy" if serial and complete else "degraded",
        "serial": serial,
        "media_complete": complete,
    }


def parse_number(text: str, panels: Panels) -> int | str:
    """Return the number that /test/play is asked for, or the error that it answers."""
    try:
        number = int(text)  # "+3", " 4" and "1_0" are numbers, as they were
    except ValueError:
        return "ERROR: Ungueltige ID"
    first = panels.first_media
    last = first + panels.count - 1
    if not first <= number <= last:
        return f"ERROR: ID muss {first}-{last} sein"
    return number


def played(number: int, panels: Panels) -> str:
    """Return what /test/play answers."""
    if panels.state is not None and panels.state.profile == "v23":
        return f"OK: play {number} (Button {number - panels.first_media + 1})"
    return f"OK: play {number}"
