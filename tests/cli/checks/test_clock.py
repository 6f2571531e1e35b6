"""Clock and time zone."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from mantel.checks import clock

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
PARIS = NOW.astimezone(timezone(timedelta(hours=1)))


def test_this_kernel_is_asked() -> None:
    """States 0 to 4 are those of a clock that is right, 5 of one that is not synchronised."""
    assert clock.kernel_state() in range(6)


@pytest.mark.parametrize(
    ("state", "verdict", "text"),
    [
        (0, "ok", "synchronised"),
        (5, "warning", "not synchronised"),
        (None, "ok", "cannot be asked"),
    ],
)
def test_synchronised(state: int | None, verdict: str, text: str) -> None:
    found = clock.synchronised(state)
    assert found.verdict == verdict
    assert text in found.text


def test_zone_that_is_set() -> None:
    found = clock.zone("Europe/Paris", PARIS)
    assert (found.verdict, found.text) == ("ok", "Europe/Paris, where it is Sat 15:00, UTC+01:00")
    assert clock.zone("UTC", NOW).verdict == "ok", "who sets it wants it"


@pytest.mark.parametrize(
    ("link", "now", "verdict", "text"),
    [
        ("Europe/Paris", PARIS, "ok", "Europe/Paris, where it is Sat 15:00"),
        ("Etc/UTC", NOW, "warning", "Etc/UTC, where it is Sat 14:00"),
        (None, NOW, "warning", "of this machine, where it is Sat 14:00"),
        (None, PARIS, "ok", "of this machine, where it is Sat 15:00"),
    ],
)
def test_zone_of_the_machine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    link: str | None,
    now: datetime,
    verdict: str,
    text: str,
) -> None:
    file = tmp_path / "localtime"
    monkeypatch.setattr(clock, "_LOCALTIME", file)
    if link:
        target = tmp_path / "zoneinfo" / link
        target.parent.mkdir(parents=True)
        target.touch()
        file.symlink_to(target)
    found = clock.zone("", now)
    assert found.verdict == verdict
    assert found.text.startswith(text)
