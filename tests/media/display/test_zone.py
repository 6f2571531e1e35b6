"""The house's time zone."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from media.display.zone import house_zone
from tests.e2e.wall_clock import _write_zone


def test_a_setting_comes_first(tmp_path: Path) -> None:
    """Then the machine's file."""
    file = tmp_path / "localtime"
    _write_zone(file, 3600)
    assert house_zone("Asia/Tokyo", file) == ZoneInfo("Asia/Tokyo")
    moment = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert moment.astimezone(house_zone("", file)).hour == 13


def test_without_either_it_is_utc(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Which is said."""
    (tmp_path / "broken").write_text("no zone")
    for name in ("none", "broken"):
        assert house_zone("", tmp_path / name) is UTC
    assert caplog.text.count("are in UTC") == 2
