"""The hub's time zone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.zone import HubZone

NOW = datetime(2026, 2, 17, tzinfo=UTC)
ZONES = Path("/usr/share/zoneinfo")


def test_the_setting_beats_the_host() -> None:
    """And has to be right."""
    assert HubZone("Asia/Tokyo").read().key == "Asia/Tokyo"
    for name in ("Mars/Olympus", "../passwd", "Europe"):
        with pytest.raises(SettingsError, match="no such zone"):
            HubZone(name)


def test_the_host_may_move(tmp_path: Path) -> None:
    """Its file is a link on most hosts, a file in a container."""
    if not (ZONES / "Europe/Paris").exists():
        pytest.skip("this machine has no time zones")
    local = tmp_path / "localtime"
    zone = HubZone("", local)
    assert zone.read().key == "UTC"
    local.symlink_to(ZONES / "Europe/Paris")
    assert zone.read().key == "Europe/Paris"
    assert zone.read() is zone.read()
    local.unlink()
    assert zone.read().key == "Europe/Paris"
    local.write_bytes((ZONES / "Asia/Tokyo").read_bytes())
    assert NOW.astimezone(zone.read()).utcoffset() == timedelta(hours=9)
    local.write_bytes(b"nonsense")
    assert NOW.astimezone(zone.read()).utcoffset() == timedelta(hours=9)
