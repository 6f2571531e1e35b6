"""What one call of the command knows."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mantel.home import AccessError
from mantel.session import Session
from shared import topics
from shared.testing import Broker
from tests.cli.conftest import Engine


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give this process its time zone back."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("zone")
def test_the_zone_may_stand_in_the_env_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    (home / ".env").write_text("TZ=Asia/Tokyo\nMQTT_PASSWORD=x\n")
    assert Session({}).access.settings.tz == "Asia/Tokyo"
    assert time.localtime(0).tm_hour == 9


def test_nothing_is_looked_for_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANTEL_HOME", "/nonexistent")
    session = Session({})
    with pytest.raises(AccessError, match="no such folder"):
        _ = session.home


def test_what_could_not_be_read_is_told_at_the_end(
    broker: Broker,
    engine: Engine,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in broker.environment("operator").items():
        monkeypatch.setenv(name, value)
    engine.client.publish("mantel/alarm/odd/config", b"{}", retain=True)
    with Session({}).hub() as hub:
        assert hub.read(topics.ALARM_CONFIG) == []
        assert capsys.readouterr().err == ""
    assert capsys.readouterr().err == (
        "mantel: topic mantel/alarm/odd/config: payload not understood, left out\n"
    )
